"""A correction of an order: "no, 50", "make it tuesday", "when it's below 2,400 instead".

Only what was said is replaced, each thing by its like, as the order's own grammar reads it; what it comes to is said
as one sentence and read anew. Where a piece may stand for two things, nothing is done and it is asked.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from agent.intents import Order
from agent.words.amends import frames
from agent.words.amends.outcome import Unfit
from agent.words.amends.peel import Peeled
from agent.words.amends.sentence import reads_as
from agent.words.amends.trade import pieces, traded
from agent.words.languages import Heard
from agent.words.orders.asked import condition_in, number_in
from agent.words.orders.frames import DAY, DAYS
from agent.words.orders.times import Unsaid, clock, ends, times, without_end, without_times
from agent.words.orders.trade import symbol_in
from agent.words.vocabulary import Vocabulary

_ENDS: dict[str, None] = {"until": None, "days": None, "months": None, "count": None}
_ITS = re.compile(r"\b(it|that|price)['’]s\b", re.IGNORECASE)
Found = tuple[str, dict[str, Any]]
"""What is left of the words, and the fields that they say."""


def corrected(base: Order, said: Peeled, vocabulary: Vocabulary, spoken: Heard) -> Order | Unfit | None:
    """The order with what is said anew in the place of its like; None where that is no correction of it."""
    was = pieces(said.old, vocabulary, spoken) if said.old else None
    token = was.tokens[0][1] if was is not None and len(was.tokens) == 1 and not was.amounts else None
    anew = _changed(base, said.said, said.marked, token, vocabulary, spoken)
    if not isinstance(anew, Order):
        return anew
    if said.old and token is None:
        before = _changed(base, said.old, True, None, vocabulary, spoken)
        if before != base:
            return Unfit("old", (said.old,))
    if token is not None and token not in (base.asset, base.to_asset):
        return Unfit("old", (said.old,))
    if anew == base:
        return Unfit("same")
    return anew if reads_as(anew, vocabulary) else Unfit("fit")


def _changed(
    base: Order, said: str, marked: bool, was: str | None, vocabulary: Vocabulary, spoken: Heard
) -> Order | Unfit | None:
    if frames.GOODBYES.match(said) and not marked:
        return None
    if _is_other_kind(base, said, vocabulary, spoken):
        return Unfit("kind") if marked else None
    when = _timed(base, said) if base.kind == "dca" else _priced(base, said, vocabulary, spoken)
    if isinstance(when, Unfit):
        return when if marked or not _strange(when, said, vocabulary, spoken) else None
    rest, fields = when
    until = ends(rest)
    if isinstance(until, Unsaid):
        return Unfit("end") if marked or not pieces(without_end(rest), vocabulary, spoken).strange else None
    rest, end = until
    fields |= {**_ENDS, **end} if end else {}
    trade = traded(base, rest, was, vocabulary, spoken) if rest else {}
    if not fields and not marked and not _says_side(rest, vocabulary, spoken):
        return None  # an amount or a token alone may be about anything
    if isinstance(trade, Unfit):
        known = bool(fields) or trade.what != "words"
        return trade if known and (marked or trade.what != "words") else None
    if not (fields or trade):
        return None
    try:
        return Order.model_validate({**base.model_dump(), **fields, **trade})
    except ValidationError:
        return Unfit("fit")


def _is_other_kind(base: Order, said: str, vocabulary: Vocabulary, spoken: Heard) -> bool:
    """Whether a price is said of what goes by the clock, or times of what goes by a price."""
    if base.kind != "dca":
        return times(said) is not None or frames.WEEKDAYS.match(said) is not None
    found = condition_in(_ITS.sub(r"\1 is", said), vocabulary, spoken)
    return found is not None and bool(found[1].op)


def _says_side(said: str, vocabulary: Vocabulary, spoken: Heard) -> bool:
    """Whether it is tokens alone, each with its side: "with DAI"."""
    found = pieces(said, vocabulary, spoken)
    return bool(found.tokens) and all(way for way, _ in found.tokens) and not found.amounts and not found.inexact


def _strange(found: Unfit, said: str, vocabulary: Vocabulary, spoken: Heard) -> bool:
    """Whether more than what isn't clear stands there."""
    if found.what != "times":
        return False
    return bool(pieces(without_times(said), vocabulary, spoken).strange)


def _timed(base: Order, said: str) -> Found | Unfit:
    """The times that are said anew of what is done again and again."""
    for noun, instead in frames.NOUNS:
        said = noun.sub(instead, said)
    days = frames.WEEKDAYS.match(said)
    if days is None or base.every != "week":
        found = times(said)
        if isinstance(found, Unsaid) or (found is None and days is not None):
            return Unfit("times")
        if found is not None:
            return found[0], _schedule(base, found[1])
    if days is not None:
        weekdays = {DAYS[each.group().casefold()] for each in DAY.finditer(days["weekdays"])}
        return _clocked(base, said[days.end() :].strip(" ,"), {"weekdays": tuple(sorted(weekdays))})
    day = frames.MONTH_DAY.match(said)
    if day is not None:
        number = int(next(filter(None, day.groups())))
        if base.every != "month" or not number:
            return Unfit("times")
        return _clocked(base, said[day.end() :].strip(" ,"), {"day": number})
    return _clocked(base, said, {})


def _schedule(base: Order, found: dict[str, Any]) -> dict[str, Any]:
    """How often, with the time of day and the days that it had, where none are said anew and it can have them."""
    fields = {"hours": None, "weekdays": None, "day": None, **found}
    if found["every"] == base.every and fields["weekdays"] is None and fields["day"] is None:
        fields |= {"weekdays": base.weekdays, "day": base.day}
    if found["every"] == "hour":
        return {**fields, "hour": None, "minute": None, "tz": None}
    return fields


def _clocked(base: Order, said: str, fields: dict[str, Any]) -> Found | Unfit:
    """With the time of day."""
    formed = frames.CLOCK.match(said)
    at = clock(said)
    if at is None and formed is not None:
        led = "um" if "uhr" in formed["rest"].casefold() else "at"
        said = f"{led} {formed['time']}{formed['rest']}{said[formed.end() :]}"
        at = clock(said)
    named = frames.TO_CLOCK.match(said)
    if at is None and named is not None:
        at = clock(f"{_PARTS.get(named['what'].casefold(), 'at')} {named['what']}{said[named.end() :]}")
    if at is None:
        return said, fields
    if isinstance(at, Unsaid) or base.every == "hour":
        return Unfit("times")
    return at[0], {**fields, **at[1]}


_PARTS = {"mediodía": "a", "mediodia": "al", "medianoche": "a", "mittag": "zu", "mitternacht": "um"}


def _priced(base: Order, said: str, vocabulary: Vocabulary, spoken: Heard) -> Found | Unfit:
    """The price that is said anew of what waits for one."""
    said = _ITS.sub(r"\1 is", said)
    named = frames.PRICES.match(said)
    tail = said[named.end() :] if named is not None else said
    found = condition_in(tail, vocabulary, spoken)
    if found is None and named is not None:
        found = condition_in(f"at {tail}", vocabulary, spoken)
    if found is None:
        price = number_in(tail.strip(" $"), vocabulary, spoken) if named is not None else None
        if price is None:
            return Unfit("price", (str(base.priced),)) if named is not None else (said, {})
        return "", {"price": price}
    rest, wanted = found
    if wanted.unit is not None and vocabulary.symbol(wanted.unit) not in (base.asset, base.to_asset):
        return Unfit("words", (wanted.unit,))
    subject = symbol_in(wanted.subject, vocabulary) if wanted.subject else None
    if subject is not None and subject.removeprefix("W") != str(base.priced).removeprefix("W"):
        return Unfit("price", (subject,))
    op = wanted.op or base.op
    better = "above" if base.priced == base.asset else "below"
    return rest, {"price": wanted.price, "op": op, "kind": "limit" if op == better else "stop"}
