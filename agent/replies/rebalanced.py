"""What a rebalance did and why, from its Decision alone: told later or asked later, it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.money import Amount, Rate, Token
from agent.plugin import Placement, Shift
from agent.replies.reply import Reply, Table
from agent.usd import cents, dollars
from memory.rows import DecisionRow

RULE = "a move must gain more than the minimum and its gas over the horizon, own impact on both venues included"
KEPT = "kept"


def record(placement: Placement) -> list[dict[str, Any]]:
    """The weighed moves as JSON data for the decision that the ledger keeps; `venue` is the target."""
    return [
        {
            "venue": shift.target,
            "source": shift.source,
            "units": str(shift.units),
            "whole": shift.whole,
            "rate": str(shift.before.ray),
            "after": str(shift.after.ray),
            "gain": str(shift.gain),
            "gain_usd": str(shift.gain_usd),
            "why_not": shift.why_not,
        }
        for shift in placement.weighed
    ]


def told(row: DecisionRow, asset: Token) -> Reply:
    """What the agent says on its own when it moved something, or failed to."""
    shift = chosen(row)
    if shift is None:
        return Reply(f"I wanted to look after your {asset.symbol} and couldn't: {row.outcome}.", private=True)
    amount = Amount(int(shift["units"]), asset)
    what = f"{amount} from {shift['source']} to {shift['venue']}"
    if row.outcome == "settled":
        text = f"I moved {what}. {_gain(row, shift)} Ask `why?` for what else I weighed."
    elif row.outcome == "partial":
        text = (
            f"I began to move {what} and it stopped on the way. Ask `portfolio` for where it is, `history` for why."
        )
    else:
        text = f"I wanted to move {what} and didn't: {row.outcome}. Nothing was sent."
    return Reply(text, private=True)


def why(row: DecisionRow, asset: Token, when: str) -> Reply:
    """The answer to 'why?' about a rebalance."""
    shift = chosen(row)
    if shift is None:
        text = f"On {when} I left your {asset.symbol} where it was: {row.snapshot['why_not']}."
    else:
        amount = Amount(int(shift["units"]), asset)
        text = f"On {when} I chose to move {amount} from {shift['source']} to {shift['venue']}: {row.rule}."
        text += f" {_gain(row, shift)}"
        if row.outcome not in (None, "settled"):
            text += f" It ended as: {row.outcome}."
    limits: Mapping[str, Any] = row.snapshot.get("limits", {})
    if limits:
        text += f" Gas was counted as {_usd(limits['gas'])}, the minimum gain as {_usd(limits['min_gain'])}."
    return Reply(text, _table(row.alternatives, asset) if row.alternatives else None, private=True)


def preview_text(shift: Shift, asset: Token, seconds: int) -> str:
    """What stands above a preview of a move that the user asked for."""
    days = seconds // 86_400
    return (
        f"I can move {Amount(shift.units, asset)} from {shift.source} ({shift.before}) to {shift.target}, "
        f"{shift.after} with it in it. That gains {_usd(shift.gain_usd)} in {days} days, before gas. Confirm?"
    )


def stays(asset: Token, placement: Placement) -> Reply:
    """The answer to 'rebalance now' where nothing is worth moving."""
    rows = record(placement)
    return Reply(
        f"Your {asset.symbol} is well placed as it is: {placement.why_not}.",
        _table(rows, asset) if rows else None,
        private=True,
    )


def chosen(row: DecisionRow) -> Mapping[str, Any] | None:
    """The weighed move that was chosen."""
    if not row.chosen:
        return None
    return next((each for each in row.alternatives if not each["why_not"]), None)


def allocation(row: DecisionRow, assets: Mapping[str, str], done: bool) -> dict[str, int]:
    """Base units by venue before the move, or after it where `done`. `assets`: each venue's symbol."""
    symbol = row.snapshot["asset"]
    held = {
        key: int(body["position"])
        for key, body in row.snapshot["venues"].items()
        if assets.get(key) == symbol and int(body["position"])
    }
    shift = chosen(row)
    if done and shift is not None:
        units = int(shift["units"])
        held[shift["source"]] -= units
        held[shift["venue"]] = held.get(shift["venue"], 0) + units
    return held


def _gain(row: DecisionRow, shift: Mapping[str, Any]) -> str:
    days = int(row.snapshot["limits"]["seconds"]) // 86_400
    rates = f"{Rate(int(shift['rate']))} a year where it was, {Rate(int(shift['after']))} where it goes"
    return f"{rates[0].upper()}{rates[1:]}: {_usd(shift['gain_usd'])} more in {days} days, before gas."


def _table(weighed: Sequence[Mapping[str, Any]], asset: Token) -> Table:
    rows = tuple(
        (
            str(each["source"]),
            str(each["venue"]),
            Amount(int(each["units"]), asset).value,
            str(Rate(int(each["after"]))),
            _usd(each["gain_usd"]),
            str(each["why_not"]) or ("the best" if each is weighed[0] else "gains less"),
        )
        for each in weighed
    )
    columns = ("from", "to", asset.symbol, "rate with it", "gain", "verdict")
    return Table(columns, rows, frozenset({2, 3, 4}))


def _usd(amount: object) -> str:
    return dollars(cents(int(str(amount)), 0, 1))
