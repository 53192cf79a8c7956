"""'My profit this year', 'what did I pay in gas', 'my taxes 2026': what the books say, and what they don't know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from agent.books.lots import Method
from agent.books.report import Period, Standing
from agent.money import Amount, Token
from agent.replies.reply import Picture, Reply, Table
from agent.usd import CENT, dollars

_METHODS = {
    Method.FIFO: "What came first goes first (FIFO).",
    Method.LIFO: "What came last goes first (LIFO).",
    Method.HIFO: "What cost most goes first (HIFO).",
    Method.AVERAGE: "What goes has the average cost of what is there.",
}
NO_ADVICE = "This is bookkeeping, no tax advice; docs/books.md says by which rules."
OF_ALL = "This is of all tokens and venues together; the table tells each token."
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
    to_now: bool = True


def nothing() -> Reply:
    return Reply("I have carried out no transaction for you yet, so there are no books.", private=True)


def before(it: Summary) -> Reply:
    """The period ended before there was anything to write down."""
    text = (
        f"Your books begin on {_day(it.opened, it.there)}: there is nothing in them up to {_day(it.until, it.there)}."
    )
    return Reply(text, private=True)


def told(it: Summary, files: Sequence[Picture] = ()) -> Reply:
    """The whole answer, with a table by token where there is something to tell apart."""
    if it.until < it.opened:
        return before(it)
    lines = [_profit(it), *_unrealised(it), *_unknown(it), f"{_METHODS[it.method]} {NO_ADVICE}"]
    return Reply("\n".join(lines), _table(it), pictures=tuple(files), private=True)


def gas(it: Summary) -> Reply:
    """What was paid for gas alone."""
    if it.until < it.opened:
        return before(it)
    begin, until = _days(it)
    paid, worth = Amount(it.period.wei, it.native), usd(it.period.gas.usd)
    text = f"You paid {paid} of gas from {begin} to {until}, which was {worth} then. Transactions: {it.transactions}."
    return Reply(" ".join([text, *_unpriced_gas(it)]), private=True)


def usd(value: int) -> str:
    """Dollars of USD with 8 decimals, towards zero."""
    cents = abs(value) // CENT
    return dollars(cents if value >= 0 else -cents)


def _days(it: Summary) -> tuple[str, str]:
    """The first and the last day, in the user's zone; the first one is that on which the books begin, if later."""
    since = it.opened if it.since is None else max(it.since, it.opened)
    return _day(since, it.there), _day(it.until, it.there)


def _day(at: int, there: tzinfo) -> str:
    return datetime.fromtimestamp(at, there).date().isoformat()


def _profit(it: Summary) -> str:
    (begin, until), period = _days(it), it.period
    if period.profit >= 0:
        first = f"Your profit from {begin} to {until} is {usd(period.profit)}."
    else:
        first = f"Your loss from {begin} to {until} is {usd(-period.profit)}."
    return (
        f"{first} It is made of {usd(period.gains.usd)} of realised gains, {usd(period.interest.usd)} of interest "
        f"taken out and {usd(period.rewards.usd)} of rewards, less {usd(period.gas.usd)} of gas."
    )


def _unrealised(it: Summary) -> list[str]:
    """Of a period that lasts until now: what is there today says nothing of an earlier one."""
    if not it.to_now:
        return []
    if it.standing is None:
        return ["What isn't realised I can't say now: the chain can't be read."]
    return [
        f"Not realised yet, at today's prices: {usd(it.standing.earned.usd)} of interest that stands in venues and "
        f"{usd(it.standing.risen.usd)} of price changes of what you hold."
    ]


def _unknown(it: Summary) -> list[str]:
    lines, period = [], it.period
    unpriced = period.gains + period.interest + period.rewards
    if unpriced.unknown:
        amounts = _amounts(unpriced.unknown, it.coins)
        lines.append(f"The price or the cost of {amounts} is unknown, so what that brought isn't in these sums.")
    lines += _unpriced_gas(it)
    if period.assumed:
        lines.append(
            f"Of the gains {usd(period.assumed)} count from an assumed cost. What you held on "
            f"{_day(it.opened, it.there)}, or what came in from elsewhere later, counts at its price then."
        )
    if it.missing:
        held = _amounts(it.missing, it.coins)
        lines.append(f"By these books {held} went that never came, so that its cost is unknown.")
    if it.unread:
        lines.append(
            f"My node couldn't read some blocks of yours ({it.unread}), so their prices are unknown for now."
        )
    if it.under_way:
        lines.append("A plan of yours is under way and comes into the books once it is settled.")
    return lines


def _unpriced_gas(it: Summary) -> list[str]:
    wei = it.period.gas.unknown.get("native", 0)
    return [f"The price of {Amount(wei, it.native)} of gas is unknown, so it isn't in these sums."] if wei else []


def _table(it: Summary) -> Table | None:
    rows = [
        (it.coins[token].symbol, *(usd(part.usd) + ("*" if part.unknown else "") for part in parts))
        for token, parts in it.period.by_token.items()
    ]
    if not rows:
        return None
    return Table(("token", "gains", "interest", "rewards"), tuple(sorted(rows)), frozenset({1, 2, 3}))


def _amounts(units: Mapping[str, int], coins: Mapping[str, Token]) -> str:
    return ", ".join(str(Amount(each, coins[token])) for token, each in sorted(units.items()))
