"""'My profit this year', 'what did I pay in gas', 'my taxes 2026': what the books say, and what they don't know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from agent.books.lots import Method
from agent.books.report import Period, Standing, Sum
from agent.money import Amount, Token
from agent.replies.reply import Picture, Reply, Table
from agent.usd import dollars

_CENT = 10**6
"""A cent in USD with 8 decimals."""
_METHODS = {
    Method.FIFO: "what came first goes first",
    Method.LIFO: "what came last goes first",
    Method.HIFO: "what cost most goes first",
    Method.AVERAGE: "at its average cost",
}
NO_ADVICE = "This is bookkeeping, no tax advice; docs/books.md says by which rules."
CSV_IS = "every transaction with its prices and where they are from"


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a period; `since` None: from the beginning. `opened`: when the books begin, Unix seconds.

    `unread` blocks couldn't be read, `untold` is why what isn't realised can't be said; `missing`: base units by
    token that were given away and never came by these books.
    """

    since: int | None
    until: int
    there: tzinfo
    method: Method
    period: Period
    standing: Standing | None
    opened: int
    transactions: int
    coins: Mapping[str, Token]
    native: Token
    unread: int = 0
    under_way: bool = False
    missing: Mapping[str, int] | None = None


def nothing() -> Reply:
    return Reply("I have carried out no transaction for you yet, so there are no books.", private=True)


def told(it: Summary, files: Sequence[Picture] = ()) -> Reply:
    """The whole answer, with a table by token where there is something to tell apart."""
    lines = [f"{_span(it)} {_profit(it.period)}", *_unrealised(it), *_unknown(it), _how(it)]
    return Reply("\n".join(lines), _table(it), pictures=tuple(files), private=True)


def gas(it: Summary) -> Reply:
    """What was paid for gas alone."""
    period = it.period
    paid = Amount(period.wei, it.native)
    text = f"{_span(it)} you paid {paid} of gas in {_count(it.transactions)}: {usd(period.gas.usd)}."
    unknown = period.gas.unknown.get("native", 0)
    if unknown:
        text += f" Of {Amount(unknown, it.native)} of it I don't know the price then; it isn't in the dollars."
    return Reply(text, private=True)


def usd(value: int) -> str:
    """Dollars of USD with 8 decimals, towards zero."""
    cents = abs(value) // _CENT
    return dollars(cents if value >= 0 else -cents)


def _span(it: Summary) -> str:
    until = datetime.fromtimestamp(it.until, it.there).date().isoformat()
    if it.since is None:
        begin = datetime.fromtimestamp(it.opened, it.there).date().isoformat()
        return f"Since your books begin, {begin}, to {until}"
    return f"From {datetime.fromtimestamp(it.since, it.there).date().isoformat()} to {until}"


def _profit(it: Period) -> str:
    how = f"your profit is {usd(it.profit)}" if it.profit >= 0 else f"your loss is {usd(-it.profit)}"
    return (
        f"{how}: {usd(it.gains.usd)} of realised gains, {usd(it.interest.usd)} of interest taken out, "
        f"{usd(it.rewards.usd)} of rewards, less {usd(it.gas.usd)} of gas."
    )


def _unrealised(it: Summary) -> list[str]:
    if it.standing is None:
        return ["What isn't realised I can't say now: the chain can't be read."]
    return [
        f"Not realised yet, at today's prices: {usd(it.standing.earned.usd)} of interest that stands in venues and "
        f"{usd(it.standing.risen.usd)} of price changes of what you hold."
    ]


def _unknown(it: Summary) -> list[str]:
    lines = []
    for what, part in (
        ("what you gave away", it.period.gains),
        ("interest", it.period.interest),
        ("rewards", it.period.rewards),
        ("gas", it.period.gas),
    ):
        if part.unknown:
            lines.append(f"Not in these sums, as its price or cost is unknown: {_amounts(part, it.coins)} of {what}.")
    if it.period.assumed:
        begin = datetime.fromtimestamp(it.opened, it.there).date().isoformat()
        lines.append(
            f"{usd(it.period.assumed)} of the gains count from an assumed cost: what you paid for what you held on "
            f"{begin}, or for what came in later, I don't know, so it counts at its price then."
        )
    if it.missing:
        held = _amounts(Sum(0, it.missing), it.coins)
        lines.append(f"{held} were given away that never came in by these books: their cost is unknown.")
    if it.unread:
        lines.append(f"{_blocks(it.unread)} could not be read at my node: prices there are unknown for now.")
    if it.under_way:
        lines.append("A plan of yours is under way: it comes into the books once it is settled.")
    return lines


def _how(it: Summary) -> str:
    return f"Lots go by {it.method.upper()}: {_METHODS[it.method]}. {NO_ADVICE}"


def _table(it: Summary) -> Table | None:
    rows = [
        (it.coins[token].symbol, *(usd(part.usd) + ("*" if part.unknown else "") for part in parts))
        for token, parts in it.period.by_token.items()
    ]
    if not rows:
        return None
    return Table(("token", "gains", "interest", "rewards"), tuple(sorted(rows)), frozenset({1, 2, 3}))


def _amounts(part: Sum, coins: Mapping[str, Token]) -> str:
    return ", ".join(str(Amount(units, coins[token])) for token, units in sorted(part.unknown.items()))


def _count(transactions: int) -> str:
    return "1 transaction" if transactions == 1 else f"{transactions} transactions"


def _blocks(blocks: int) -> str:
    return "1 block" if blocks == 1 else f"{blocks} blocks"
