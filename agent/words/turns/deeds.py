"""What was done, as the ledger has it, and the words that speak of it: "what I took out on Tuesday", "half of that".

Only rows of the user's own settled plans are deeds. An amount that words point at is that row's base units, a part of
it rounded down; nothing that an agent, a model or a memory said is ever looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from agent.intents import All, AllBut, AmountSpec, Exact, Origin, Percentage
from agent.words.reading.dates import span
from agent.words.reading.numbers import product, shifted
from agent.words.reading.readings import Kind, Reading, Said

MOVES = ("deposit", "withdraw", "transfer", "swap")
TO_WALLET = ("withdraw", "swap")
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Deed:
    """What one settled plan moved of one token: `units` base units of `asset`, exact from receipts, above zero.

    `action` is one of MOVES; of a swap it is what came back. `at` is when it was settled (Unix seconds), `venues`
    where it went in or came out, `venue` the one that the user named, None where they named none.
    """

    plan: str
    at: int
    action: str
    asset: str
    units: int
    decimals: int
    venues: tuple[str, ...] = ()
    venue: str | None = None
    recipient: str | None = None

    @property
    def value(self) -> str:
        """Decimal text in whole tokens, exact."""
        return shifted(str(self.units), -self.decimals)


@dataclass(frozen=True, slots=True)
class Record:
    """The user's deeds, the oldest first, and the moment in the user's own time zone."""

    deeds: tuple[Deed, ...] = ()
    now: int | None = None
    zone: tzinfo = UTC
    times: tuple[int, ...] = ()
    """When each of the user's turns was said that this comes with, the oldest first; empty where that isn't known."""
    done: tuple[bool | None, ...] = ()
    """Whether with each of them what was asked for before was carried out; None: its words say."""

    @property
    def today(self) -> date | None:
        return None if self.now is None else self.day(self.now)

    def day(self, at: int) -> date:
        return datetime.fromtimestamp(at, self.zone).date()

    def until(self, at: int | None) -> Record:
        """What had been done at that moment; all where it isn't known."""
        kept = self.deeds if at is None else tuple(deed for deed in self.deeds if deed.at <= at)
        return Record(kept, self.now, self.zone)


NOTHING_DONE = Record()


class Unresolved(Exception):
    """Words that point at nothing, or at more than one thing: the question to ask. `missing` is what answers it,
    `partial` the request without what is missing, None where nothing of it is sure.
    """

    def __init__(self, question: str, missing: str = "", partial: Sequence[Reading] | None = None) -> None:
        super().__init__(question)
        self.question = question
        self.missing = missing
        self.partial = partial


def on(record: Record, day: Reading | None, actions: Sequence[str], asset: str | None = None) -> list[Deed]:
    """The deeds of those kinds on the day (or in the days) that was said; of all time where none was."""
    found = [deed for deed in record.deeds if deed.action in actions and asset in (None, deed.asset)]
    if day is None:
        return found
    today = record.today
    days = None if today is None else span(day.text, today)
    if days is None:
        raise Unresolved("I don't know that day. Say the amount itself.", "amount")
    return [deed for deed in found if days[0] <= record.day(deed.at) <= days[1]]


def the_one(found: Sequence[Deed], words: str) -> Deed:
    """The deed where there is exactly one. Raises Unresolved."""
    if not found:
        raise Unresolved(f"Nothing in your history fits “{words[:40]}”. Which token, and how much?", "amount")
    if len(found) > 1:
        many = len(found)
        raise Unresolved(
            f"“{words[:40]}”: {many} things in your history fit that. Which token, and how much?", "amount"
        )
    return found[0]


def last(found: Sequence[Deed]) -> list[Deed]:
    """What the latest of their plans did: more than one where it moved several tokens."""
    return [deed for deed in found if deed.plan == found[-1].plan] if found else []


def part_of(units: int, part: str) -> int:
    """That percentage of base units, rounded down."""
    whole, _, fraction = part.partition(".")
    scale: int = 10 ** len(fraction)
    return units * int(whole + fraction) // (_HUNDRED * scale)


def scaled(spec: AmountSpec, part: str | None, times: int) -> AmountSpec | None:
    """A part (in percent) or a multiple of an amount that the user said; None where that is no exact amount."""
    match spec:
        case Exact(value=value):
            value = product(value, times)
            return Exact(value=value if part is None else _percent_of(value, part))
        case Percentage(value=value) | All(kind="all" as value):
            percent = product("100" if value == "all" else value, times)
            percent = percent if part is None else _percent_of(percent, part)
            return _as_part(percent)
        case AllBut() if part is None and times == 1:
            return spec
    return None


def _percent_of(value: str, part: str) -> str:
    whole, _, fraction = part.partition(".")
    return shifted(product(value, int(whole + fraction)), -len(fraction) - 2)


def _as_part(percent: str) -> AmountSpec | None:
    whole, _, fraction = percent.partition(".")
    if int(whole) > _HUNDRED or (int(whole) == _HUNDRED and fraction):
        return None
    return All() if percent == "100" else Percentage(value=percent)


def said_by(deed: Deed, at: Reading, part: str | None, times: int) -> list[Reading]:
    """The amount and the token of a deed in the place of the words that point at them."""
    units = deed.units * times
    units = units if part is None else part_of(units, part)
    if units <= 0:
        raise Unresolved(f"That part of {deed.value} {deed.asset} is nothing. How much?", "amount")
    amount = Exact(value=shifted(str(units), -deed.decimals))
    return list(_put(at, deed.plan, (Kind.AMOUNT, Said(amount)), (Kind.TOKEN, deed.asset)))


def _put(at: Reading, row: str, *values: tuple[Kind, Said | str]) -> Iterator[Reading]:
    for kind, value in values:
        yield placed(at, kind, value, row)


def placed(at: Reading, kind: Kind, value: str | Said | tuple[str, ...], row: str = "") -> Reading:
    """A reading that stands for the words of another one, which are its origin."""
    said = at.origin
    origin = Origin(said.start, said.end, said.words, said.turn, row or said.row)
    return Reading(kind, value, at.start, at.end, at.words, at.turn, at.code, origin)
