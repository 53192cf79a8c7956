"""'Buy 0.5 ETH with USDC when it is below 2,500', '100 USDC into ETH every Monday at 9', 'my orders'.

A message is one order wholly, or none: what says the price, the times and the end is cut out, and what is left must
be a trade with nothing beside it. Every figure is read by the reader, so that it means here what it means everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from agent.intents import Cancel, Exact, Order
from agent.words.languages import Heard, heard
from agent.words.orders import frames
from agent.words.orders.cancels import cancelled, unclear
from agent.words.orders.protects import names_protection, protection
from agent.words.orders.times import Unsaid, ends, times, without_end
from agent.words.orders.trade import Condition, Half, made, symbol_in
from agent.words.patterns import Patterns, may
from agent.words.reading.clauses import action_of, clauses
from agent.words.reading.courtesy import whole
from agent.words.reading.quotes import quotes
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary

LONGEST = 300
"""Characters: a longer message isn't looked through."""
LIST = Order()
_NEVER = frozenset({
    Kind.NEGATION, Kind.HYPOTHETICAL, Kind.QUESTION, Kind.ASKS, Kind.MENTION, Kind.QUOTED, Kind.QUOTED_LINE,
    Kind.REPORTED, Kind.LOOKALIKE, Kind.UNSUPPORTED,
})  # fmt: skip
_SIGNED = re.compile(r"(?:^|\s)[-−–+]\d")
"""An amount with a sign: there is no such."""
_COURTESY = frozenset({Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM})


def order(said: Sequence[str], vocabulary: Vocabulary) -> Order | Cancel | Half | None:
    """The order that a message sets, the list that it asks for, the order that it takes away; None for all else.

    `said`: the user's turns, the first of them the message, those behind it answers to what it left open.
    """
    text = said[0] if said else ""
    plain = clean(text).plain
    if not plain.strip() or len(plain) > LONGEST or quotes(plain):
        return None
    if len(said) == 1:
        if any(each.fullmatch(plain) for each in frames.LISTS):
            return LIST
        ref = cancelled(plain)
        if ref is not None:
            return Cancel(ref=ref)
        if unclear(plain) and _only_cancels(text, vocabulary):
            return Half("which")
    spoken = heard(text, vocabulary)
    if _SIGNED.search(plain):
        return Half("sign") if may_be_order(text, vocabulary) and _trades(plain, vocabulary, spoken) else None
    return _set(whole(text, spoken.language, hurried=False), said[1:], vocabulary, spoken)


def _only_cancels(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a message says nothing that stands against it, and asks for nothing else to be done."""
    readings = read(text, vocabulary)
    acts = [each for each in readings if each.kind is Kind.VERB]
    return len(acts) < 2 and not any(each.kind in _NEVER for each in readings)


def order_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> Order | Cancel | Half | None:
    """The same of `text[start:end]`, where nothing but courtesy stands around it."""
    for each in read(text, vocabulary):
        inside = start <= each.start and each.end <= end
        outside = each.end <= start or end <= each.start
        if not inside and not (outside and each.kind in _COURTESY):
            return None
    return order((text[start:end],), vocabulary)


def _set(said: str, answers: Sequence[str], vocabulary: Vocabulary, spoken: Heard) -> Order | Half | None:
    if names_protection(said):
        return _protected(said, answers, vocabulary, spoken)
    timed = times(said)
    if isinstance(timed, Unsaid):
        return Half("times") if _trades(said, vocabulary, spoken) else None
    priced = None if timed is not None else condition_in(said, vocabulary, spoken)
    if timed is None and priced is None:
        return None
    rest, when = timed if timed is not None else (priced[0], {}) if priced is not None else (said, {})
    ended = ends(rest)
    if isinstance(ended, Unsaid):
        return Half("end") if _trades(without_end(rest), vocabulary, spoken) else None
    rest, until = ended
    condition = priced[1] if priced is not None else None
    if condition is not None and not condition.op and _is_stop(rest):
        return Half("protection")
    return _traded(rest, answers, condition, {**when, **until}, vocabulary, spoken)


def _is_stop(rest: str) -> bool:
    """Whether it begins with a stop: "stop sell 1 ETH at 2,000" is no sale once it costs 2,000 or more."""
    lead = frames.LEADS.match(rest)
    return lead is not None and "stop" in lead.group().casefold()


def _protected(said: str, answers: Sequence[str], vocabulary: Vocabulary, spoken: Heard) -> Order | Half:
    """The order of a stop loss or a take profit."""
    ended = ends(said)
    if isinstance(ended, Unsaid):
        return Half("end")
    rest, until = ended
    named = protection(rest, vocabulary, spoken.code)
    price = number_in(named.price, vocabulary, spoken) if named is not None and named.price is not None else None
    if named is None or price is None or not named.token:
        return Half("protection")
    condition = Condition(named.token, named.op, price, named.unit)
    return _traded(named.rest, answers, condition, until, vocabulary, spoken) or Half("protection")


def _traded(
    rest: str,
    answers: Sequence[str],
    condition: Condition | None,
    fields: dict[str, Any],
    vocabulary: Vocabulary,
    spoken: Heard,
) -> Order | Half | None:
    """The order of a trade, its price and its times, which are cut out of it; None where it is no trade."""
    rest, answers = _as_trade(rest, answers, condition, vocabulary, spoken)
    readings = [
        *read(rest, vocabulary, turn=-len(answers), language=spoken),
        *(each for place, text in enumerate(answers, 1 - len(answers)) for each in read(text, vocabulary, place)),
    ]
    if any(each.kind in _NEVER for each in readings):
        return None
    found = clauses(readings)
    if [action_of(clause) for clause in found] != ["swap"]:
        return None
    return made(found[0], condition, fields, vocabulary)


def may_be_order(text: str, vocabulary: Vocabulary) -> bool:
    """Whether times or a price are said in it, whatever else is."""
    plain = clean(text).plain
    if len(plain) > LONGEST:
        return False
    return times(plain) is not None or condition_in(plain, vocabulary, heard(text, vocabulary)) is not None


def _trades(said: str, vocabulary: Vocabulary, spoken: Heard) -> bool:
    """Whether it is at all about a trade, of which only the times aren't clear."""
    readings = read(said, vocabulary, language=spoken)
    if any(each.kind in _NEVER - {Kind.UNSUPPORTED} for each in readings):
        return False
    verbs = [each for each in readings if each.kind is Kind.VERB]
    return len({each.text for each in readings if each.kind is Kind.TOKEN}) > 1 and len(verbs) < 2


def condition_in(said: str, vocabulary: Vocabulary, spoken: Heard) -> tuple[str, Condition] | None:
    """What a price has to do, cut out of the message; None where it says nothing of the kind."""
    if not may(frames.PRICED, f" {said}"):
        return None
    for op, patterns in _patterns(vocabulary.dollars):
        for pattern in patterns:
            for found in pattern.finditer(f" {said}"):
                price = _price(found, vocabulary, spoken)
                subject = found.groupdict().get("subject") or ""
                if price is None or not _is_subject(subject, vocabulary) or _is_hour(found, op):
                    continue
                rest = f"{' ' + said}"[: found.start()] + " " + f"{' ' + said}"[found.end() :]
                return rest.strip(" ,;"), Condition(subject, op, price, found["unit"])
    return None


@lru_cache(maxsize=8)
def _patterns(dollars: frozenset[str]) -> tuple[tuple[str, Patterns], ...]:
    return frames.conditions("|".join(re.escape(each) for each in sorted(dollars, key=len, reverse=True)))


def _price(found: re.Match[str], vocabulary: Vocabulary, spoken: Heard) -> str | None:
    return number_in(found["value"], vocabulary, spoken)


def number_in(words: str, vocabulary: Vocabulary, spoken: Heard) -> str | None:
    """The one exact number above zero that the words are, as decimal text; None where they are anything else."""
    readings = [each for each in read(words, vocabulary, language=spoken) if each.kind is not Kind.FILLER]
    if len(readings) != 1 or readings[0].kind is not Kind.AMOUNT or not isinstance(readings[0].said.spec, Exact):
        return None
    value = readings[0].said.spec.value
    return value if value.strip("0.") else None


def _is_hour(found: re.Match[str], op: str) -> bool:
    """'At 9' alone may be a time of day: with a dollar sign or a token it is a price."""
    bare = found["unit"] is None and found["dollars"] is None and "subject" not in found.groupdict()
    return not op and bare and re.fullmatch(r"\s*(?:[01]?\d|2[0-4])", found["value"]) is not None


def _is_subject(words: str, vocabulary: Vocabulary) -> bool:
    return not words or frames.IT.fullmatch(words) is not None or symbol_in(words, vocabulary) is not None


def _as_trade(
    rest: str, answers: Sequence[str], condition: Condition | None, vocabulary: Vocabulary, spoken: Heard
) -> tuple[str, Sequence[str]]:
    """What is left, as a sentence about a swap: "put 100 usdc" and "100 usdc into eth" have no such verb. And the
    answers that aren't in it yet.
    """
    code = spoken.code
    rest = re.sub(r"\s+", " ", frames.LEADS.sub("", rest, count=1)).strip(" ,;:.!")
    rest = frames.INVEST.sub("", rest, count=1)
    if frames.BARE_AMOUNT.match(rest):
        rest = f"{frames.SWAP[code]} {rest if code != 'en' else frames.IN_TOKEN.sub(' to ', rest)}"
    rest, answers = _of_dollars(rest, answers, vocabulary, spoken)
    own = frames.WHOLE.match(rest) if condition is not None else None
    if own is not None and vocabulary.symbol(own["token"]) is not None:
        rest = f"{own['verb']} {frames.ALL[code]} {own['token']}{rest[own.end() :]}"
    if condition is not None and condition.unit is not None:
        rest = _with_unit(rest, condition.unit, vocabulary, spoken)
    return rest, answers


def _of_dollars(
    rest: str, answers: Sequence[str], vocabulary: Vocabulary, spoken: Heard
) -> tuple[str, Sequence[str]]:
    """'Buy $100 of ETH with USDC' gives 100 dollars of USDC, 'buy 100 USDC of ETH' gives 100 USDC."""
    found = frames.OF_DOLLARS.fullmatch(rest)
    if found is None:
        return rest, answers
    unit, named = found["unit"] or "", found["given"] or ""
    said, given = vocabulary.symbol(unit), vocabulary.symbol(named)
    if said is not None and said in vocabulary.dollars and given in (None, said) and not (named and given is None):
        return f"swap {found['sum']} {unit} to {found['token']}", answers
    if found["sum"].startswith("$") == (unit.casefold() in frames.DOLLAR_WORDS):
        return rest, answers
    if not named and answers:
        tokens = [each.text for each in read(answers[0], vocabulary, language=spoken) if each.kind is Kind.TOKEN]
        named, answers = (tokens[0], answers[1:]) if len(tokens) == 1 else ("", answers)
        given = vocabulary.symbol(named)
    if given in vocabulary.dollars:
        return f"swap {found['sum']} {unit} {named} to {found['token']}".replace("  ", " "), answers
    return rest, answers


def _with_unit(rest: str, unit: str, vocabulary: Vocabulary, spoken: Heard) -> str:
    """'Sell 1 ETH at 4,000 USDC' is for USDC: the price's token is the other side where none is named."""
    readings = read(rest, vocabulary, language=spoken)
    if len({each.text for each in readings if each.kind is Kind.TOKEN}) != 1:
        return rest
    sells = any(each.kind is Kind.VERB and each.text in ("sell", "dump", "swap") for each in readings)
    return f"{rest} {(frames.FOR if sells else frames.WITH)[spoken.code]} {unit}"
