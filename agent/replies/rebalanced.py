"""What a rebalance did and why, from its Decision alone: told later or asked later, it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.money import Amount, Rate, Token
from agent.plugin import Placement, Shift, Turn
from agent.replies.reply import Reply, Table
from agent.usd import cents, dollars
from memory.rows import DecisionRow

RULE = (
    "what is expected to be gained must be more than gas, fees and your minimum: within a week with those of the way "
    "back, or over your whole horizon with a margin for what the rates may err by"
)
SAFETY = "what a signal says to leave leaves at once, whatever that gains"
KEPT = "kept"
DAY = 86_400
WALLET = "your wallet"

Leg = Mapping[str, Any]


def record(placement: Placement) -> list[dict[str, Any]]:
    """The legs that are taken, then those that were weighed, as JSON data; `venue` is the target, '' the wallet."""
    return [_leg(each, True) for each in placement.shifts] + [_leg(each, False) for each in placement.weighed]


def _leg(shift: Shift, taken: bool) -> dict[str, Any]:
    return {
        "venue": shift.target,
        "source": shift.source,
        "units": str(shift.units),
        "whole": shift.whole,
        "rate": str(shift.before.ray),
        "after": str(shift.after.ray),
        "gain": str(shift.gain),
        "gain_usd": str(shift.gain_usd),
        "cost_usd": str(shift.cost_usd),
        "back_usd": str(shift.back_usd),
        "doubt_usd": str(shift.doubt_usd),
        "seconds": str(shift.seconds),
        "why_not": shift.why_not,
        "signal": shift.signal,
        "taken": taken,
    }


def sums(placement: Placement) -> dict[str, Any]:
    """The figures of a placement as a whole, as JSON data."""
    return {
        "gain_usd": str(placement.gain_usd),
        "cost_usd": str(placement.cost_usd),
        "back_usd": str(placement.back_usd),
        "doubt_usd": str(placement.doubt_usd),
        "seconds": str(placement.seconds),
        "turns": [_turn_json(each) for each in placement.turns],
    }


def _turn_json(turn: Turn) -> dict[str, Any]:
    return {
        "subject": turn.subject,
        "venue": turn.venue,
        "above": turn.above,
        "value": str(turn.value),
        "seconds": str(turn.seconds),
    }


def chosen_of(placement: Placement) -> str:
    """Where the largest leg goes; '' where there is none."""
    if not placement.shifts:
        return ""
    return placement.shifts[0].target or WALLET


def chosen(row: DecisionRow) -> list[Leg]:
    """The legs that were taken. An earlier version took one, the best, and didn't say so."""
    if not row.chosen:
        return []
    if any("taken" in each for each in row.alternatives):
        return [each for each in row.alternatives if each.get("taken")]
    return [each for each in row.alternatives if not each["why_not"]][:1]


def told(row: DecisionRow, asset: Token) -> Reply:
    """What the agent says on its own when it moved something, or failed to."""
    legs = chosen(row)
    if not legs:
        return Reply(f"I wanted to look after your {asset.symbol} and couldn't: {row.outcome}.", private=True)
    what = _said(legs, asset)
    if row.outcome == "settled":
        text = f"I moved {what}. {_reason(row, legs)} Ask `why?` for what else I weighed."
    elif row.outcome == "partial":
        text = (
            f"I began to move {what} and it stopped on the way. Ask `portfolio` for where it is, `history` for why."
        )
    else:
        text = f"I wanted to move {what} and didn't: {row.outcome}. Nothing was sent."
    return Reply(text, private=True)


def why(row: DecisionRow, asset: Token, when: str) -> Reply:
    """The answer to 'why?' about a rebalance."""
    legs, limits = chosen(row), row.snapshot.get("limits") or {}
    if not legs:
        text = f"On {when} I left your {asset.symbol} where it was: {row.snapshot['why_not']}."
    else:
        text = f"On {when} I chose to move {_said(legs, asset)}: {SAFETY if _signal(legs) else row.rule}."
        text += f" {_reason(row, legs)}"
        if row.outcome not in (None, "settled"):
            text += f" It ended as: {row.outcome}."
    if limits and "sums" not in row.snapshot:
        text += f" Gas was counted as {_usd(limits['gas'])}, the minimum gain as {_usd(limits['min_gain'])}."
    text += _changed(row)
    return Reply(text, _table(row.alternatives, asset) if row.alternatives else None, private=True)


def preview_text(placement: Placement, asset: Token) -> str:
    """What stands above a preview of a move that the user asked for."""
    legs = record(placement)[: len(placement.shifts)]
    what = f"I can move {_said(legs, asset, rates=True)}."
    if _signal(legs):
        return f"{what} {_capital(_signal(legs))}. Gas and fees are about {_usd(placement.cost_usd)}. Confirm?"
    days = placement.seconds // DAY
    return (
        f"{what} That is expected to gain {_usd(placement.gain_usd)} in {days} days, before gas; gas and fees are "
        f"about {_usd(placement.cost_usd)}. Confirm?"
    )


def stays(asset: Token, placement: Placement) -> Reply:
    """The answer to 'rebalance now' where nothing is worth moving."""
    rows = record(placement)
    text = (
        f"Your {asset.symbol} is well placed as it is: {placement.why_not}.{_turns(sums(placement)['turns'], True)}"
    )
    return Reply(text, _table(rows, asset) if rows else None, private=True)


def allocation(row: DecisionRow, assets: Mapping[str, str], done: bool) -> dict[str, int]:
    """Base units by venue before the move, or after it where `done`. `assets`: each venue's symbol."""
    symbol = row.snapshot["asset"]
    held = {
        key: int(body["position"])
        for key, body in row.snapshot["venues"].items()
        if assets.get(key) == symbol and int(body["position"])
    }
    for leg in chosen(row) if done else ():
        units = int(leg["units"])
        held[leg["source"]] -= units
        if leg["venue"]:
            held[leg["venue"]] = held.get(leg["venue"], 0) + units
    return held


def _said(legs: Sequence[Leg], asset: Token, rates: bool = False) -> str:
    """'10 USDC from a to b, and 5 USDC from a to c'."""
    parts = []
    for leg in legs:
        before, after = f" ({_rate(leg['rate'])})" if rates else "", ""
        if rates and leg["venue"]:
            after = f" ({_rate(leg['after'])} expected with it in it)"
        amount = Amount(int(leg["units"]), asset)
        parts.append(f"{amount} from {leg['source']}{before} to {leg['venue'] or WALLET}{after}")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _signal(legs: Sequence[Leg]) -> str:
    return next((str(leg["signal"]) for leg in legs if leg.get("signal")), "")


def _reason(row: DecisionRow, legs: Sequence[Leg]) -> str:
    if _signal(legs):
        return f"{_capital(_signal(legs))}."
    limits, found = row.snapshot["limits"], row.snapshot.get("sums")
    if found is None:  # an earlier version: one leg, at the rates of then
        leg, days = legs[0], int(limits["seconds"]) // DAY
        rates = f"{_rate(leg['rate'])} a year where it was, {_rate(leg['after'])} where it goes"
        return f"{_capital(rates)}: {_usd(leg['gain_usd'])} more in {days} days, before gas."
    rates = ", ".join(
        f"{_rate(leg['rate'])} a year at {leg['source']} and {_rate(leg['after'])} expected at {leg['venue']}"
        for leg in legs
    )
    against = [f"{_usd(found['cost_usd'])} of gas and fees"]
    if int(found["back_usd"]):
        against.append(f"{_usd(found['back_usd'])} for the way back")
    if int(found["doubt_usd"]):
        against.append(f"{_usd(found['doubt_usd'])} that this may err by")
    days, whole = int(found["seconds"]) // DAY, int(limits["seconds"]) // DAY
    gained = f"{_usd(found['gain_usd'])} more in {days} days"
    least = f"your minimum, {_usd(limits['min_gain'])} in {whole} days"
    return f"{_capital(rates)}: {gained}, against {', '.join(against)} and {least}."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _changed(row: DecisionRow) -> str:
    found = row.snapshot.get("sums")
    return "" if found is None else _turns(found["turns"], not row.chosen)


def _turns(turns: Sequence[Mapping[str, Any]], kept: bool) -> str:
    """' I would move it if …': what would have changed the answer, each alone."""
    if not turns:
        return ""
    said = " or ".join(_turn(each) for each in turns)
    return f" I would move it if {said}." if kept else f" I would have left it if {said}."


def _turn(turn: Mapping[str, Any]) -> str:
    way = "above" if turn["above"] else "below"
    if turn["subject"] == "cost":
        return f"all gas and fees were {way} {_usd(turn['value'])}"
    days = int(turn["seconds"]) // DAY
    return f"{turn['venue']} could be expected to pay {way} {_rate(turn['value'])} on average over {days} days"


def _table(weighed: Sequence[Leg], asset: Token) -> Table:
    first = next((each for each in weighed if not each["why_not"]), None)
    rows = tuple(
        (
            str(each["source"]),
            str(each["venue"]) or WALLET,
            Amount(int(each["units"]), asset).value,
            _rate(each["after"]),
            _usd(each["gain_usd"]),
            _usd(each.get("cost_usd", 0)),
            str(each["why_not"]) or ("taken" if each.get("taken", each is first) else "gains less"),
        )
        for each in weighed
    )
    columns = ("from", "to", asset.symbol, "expected rate with it", "gain", "gas and fees", "verdict")
    return Table(columns, rows, frozenset({2, 3, 4, 5}))


def _rate(ray: object) -> str:
    return str(Rate(int(str(ray))))


def _usd(amount: object) -> str:
    return dollars(cents(int(str(amount)), 0, 1))
