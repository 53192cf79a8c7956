"""A sentence about limits cut into pieces with one number each at the most, and which limit each piece speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent.intents import All
from agent.words.mandates.conditions import SAYING
from agent.words.mandates.keys import key_of
from agent.words.reading.clauses import THEN
from agent.words.reading.readings import Kind, Reading

SEPARATORS = frozenset({",", ";", ".", ":", "\n", "-", "–", "—"})
CUES = {
    "gas_budget_usd": frozenset({"gas", "fees", "fee"}),
    "min_gain_usd": frozenset({"gain", "gains", "gained", "profit", "profits", "benefit", "improvement"}),
    "cap_per_venue": frozenset({"venue", "venues", "market", "markets", "protocol", "pool", "vault", "place"}),
    "max_move": frozenset({"move", "moves", "once", "at once", "time"}),
    "horizon_days": frozenset({"ahead", "look", "looking", "horizon", "over", "forward"}),
}
OPENS = CUES["gas_budget_usd"] | CUES["min_gain_usd"] | CUES["horizon_days"] | {"cap", "limit", "budget"}
"""Words that may stand before the number of their limit."""
GLUE = frozenset({"per", "each", "every", "single", "cap", "limit", "limits", "budget", "min", "it", "that", "one"})
PUTS = frozenset({"put", "have", "hold", "keep", "leave", "place", "invest"})
"""Words between a no and its bound: "never put more than 20,000 in venus"."""
FREE = frozenset(
    {Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.PREPOSITION, Kind.JOIN, Kind.QUOTED_LINE, Kind.ASKS}
)


def pieces(readings: Sequence[Reading], order: Reading) -> Iterator[list[Reading]]:
    """The sentence in pieces with one number each at the most, its words around it."""
    part: list[Reading] = []
    for each in readings:
        if separates(each) or (part and part[-1].turn != each.turn):
            if part:
                yield part
            part = [] if separates(each) else [each]
            continue
        if part and each is not order and _begins(each, part):
            yield part
            part = []
        part.append(each)
    if part:
        yield part


def with_late_bounds(parts: Iterable[list[Reading]]) -> list[list[Reading]]:
    """With a bound that stands behind its number beside it: "$20 gas at the most"."""
    joined: list[list[Reading]] = []
    for part in parts:
        if joined and numbers_of(joined[-1]) and all(each.kind is Kind.VAGUE or each.kind in FREE for each in part):
            joined[-1] = [*joined[-1], *part]
        else:
            joined.append(part)
    return joined


def separates(reading: Reading) -> bool:
    return (reading.kind is Kind.FILLER and reading.words in SEPARATORS) or (
        reading.kind is Kind.JOIN and reading.text in ("and", THEN)
    )


def _begins(reading: Reading, part: Sequence[Reading]) -> bool:
    """Whether a new limit begins: a bound, a number or a word that opens one, where the last one is whole."""
    numeric = reading.kind in (Kind.VAGUE, Kind.AMOUNT, Kind.DURATION)
    if not (numeric or key_of(reading) in OPENS) or _is_lead(part):
        return False
    if not numbers_of(part):
        return not any(each.kind is Kind.VAGUE or key_of(each) in OPENS for each in part)
    cue = cue_of(part)
    return cue is not None and key_of(reading) not in CUES[cue]  # "$20 gas fees" is one limit


def _is_lead(part: Sequence[Reading]) -> bool:
    """Only words that lead to a limit: "only if it", "for", "never"."""
    turned = any(each.kind is Kind.NEGATION for each in part)
    return all(
        each.kind in FREE | {Kind.NEGATION, Kind.HYPOTHETICAL, Kind.REFERENCE}
        or key_of(each) in GLUE
        or (turned and key_of(each) in PUTS)
        for each in part
    )


def numbers_of(part: Iterable[Reading]) -> list[Reading]:
    return [each for each in part if each.kind is Kind.DURATION or (each.kind is Kind.AMOUNT and not is_all(each))]


def is_all(reading: Reading) -> bool:
    """ "All my usdc" says what is meant anyway: a mandate is for all that is at work."""
    return reading.kind is Kind.AMOUNT and isinstance(reading.said.spec, All)


def cue_of(part: Sequence[Reading]) -> str | None:
    """Which limit the part speaks of; a length of time alone is the horizon."""
    keys = keys_of(part)
    found = [name for name, cues in CUES.items() if keys & cues]
    numbers = numbers_of(part)
    if numbers and numbers[0].kind is Kind.DURATION:
        found = ["horizon_days"] if not set(found) - {"horizon_days"} else found
    return found[0] if len(found) == 1 else None


def keys_of(part: Iterable[Reading]) -> set[str]:
    """The words of a piece, phrases whole and in words, but for its numbers."""
    return {word for each in part if each.kind is not Kind.AMOUNT for word in (key_of(each), *key_of(each).split())}


def without_chatter(readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings but for words in pieces without a number that name nothing: a place would stand behind a
    preposition, a token in capitals or beside another one.
    """
    if not any(each.kind is Kind.TOKEN for each in readings):
        yield from readings
        return
    for place, each in enumerate(readings):
        before = readings[place - 1].kind if place else None
        named = before in (Kind.PREPOSITION, Kind.JOIN, Kind.SYMBOL, Kind.AMOUNT) or each.words.isupper()
        piece = _piece(readings, place)
        named = named or key_of(each) in SAYING
        if each.kind is not Kind.WORD or named or numbers_of(piece) or cue_of(piece) is not None:
            yield each


def _piece(readings: Sequence[Reading], place: int) -> list[Reading]:
    """The readings around a place up to the next mark or "and" on either side."""
    start = next((at for at in range(place, 0, -1) if separates(readings[at - 1])), 0)
    end = next((at for at in range(place, len(readings)) if separates(readings[at])), len(readings))
    return list(readings[start:end])
