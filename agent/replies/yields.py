"""'Best yield for USDC?': the venues in order, with what one's own deposit does to the rate, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.money import Amount, Token
from agent.plugin import Option, Told
from agent.replies import elsewhere
from agent.replies.reply import Reply, Table

NOT_OFFERED = "not offered, because"


def yields(
    asset: Token,
    ranked: Sequence[Option],
    sizes: Mapping[int, Mapping[str, Option]],
    missing: Mapping[str, str],
    told: Sequence[Told] = (),
    now: int = 0,
) -> Reply:
    """`ranked` as the rates are now; `sizes`: each venue's option for further deposits, by base units.

    `missing`: what there would be for the asset, with why there isn't. What is `told` of places that can't be entered
    comes last, whatever it says. `now` in Unix seconds.
    """
    shown = list(sizes)
    others = elsewhere.rows(told, len(shown))
    columns = ("venue", "rate a year", *(f"with {Amount(size, asset)}" for size in shown), "why")
    rows = (*(_row(option, [sizes[size].get(option.venue) for size in shown]) for option in ranked), *others)
    table = Table(columns, rows, frozenset(range(1, 2 + len(shown)))) if rows else None
    text = _best(asset, ranked, sizes) if ranked else f"I know no venue for {asset.symbol} on this chain."
    return Reply(text + _missing(missing) + elsewhere.words(told, now), table)


def _best(asset: Token, ranked: Sequence[Option], sizes: Mapping[int, Mapping[str, Option]]) -> str:
    best = next((option for option in ranked if not option.why_not), None)
    text = f"No venue takes {asset.symbol} now."
    if best is not None:
        text = f"{best.venue} pays the most for {asset.symbol} now: {best.rate} a year."
    for size, options in sizes.items():
        first = next((option for option in options.values() if not option.why_not), None)
        if first is not None:
            text += f" With {Amount(size, asset)} of yours in it: {first.venue}, {first.after}."
    return text


def overview(best: Sequence[tuple[Token, Sequence[Option]]]) -> Reply:
    """The best venue of each asset."""
    rows = []
    for asset, ranked in best:
        first = next((option for option in ranked if not option.why_not), None)
        rows.append((asset.symbol, first.venue if first else "none now", str(first.rate) if first else ""))
    text = "The best venue of each token, before a deposit of your own. Name a token and I show them all."
    return Reply(text, Table(("token", "venue", "rate a year"), tuple(rows), frozenset({2})))


def _row(option: Option, at_sizes: Sequence[Option | None]) -> tuple[str, ...]:
    shut = "closed" if option.why_not else "no room"
    cells = [shut if size is None or size.why_not else str(size.after) for size in at_sizes]
    reasons = [reason for reason in option.reasons if not reason.startswith(str(option.rate))]  # it has a column
    not_now = option.why_not if option.why_not.startswith(NOT_OFFERED) else f"not now: {option.why_not}"
    why = not_now if option.why_not else "; ".join(reasons)
    return (option.venue, str(option.rate), *cells, why)


def _missing(missing: Mapping[str, str]) -> str:
    return "".join(f" {key} is {NOT_OFFERED} {reason.rstrip('.')}." for key, reason in missing.items())
