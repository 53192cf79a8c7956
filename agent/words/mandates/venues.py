"""The venues in a mandate's words: those that it never enters, and those with a cap of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.words.mandates.keys import key_of
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import asset_of

_EXCEPT = frozenset({"but", "except", "except for", "minus", "apart from", "save for"})
_NOT = frozenset({"not", "never", "no", "avoid", "without", "don't", "dont", "do not"})
_USES = frozenset({"use", "enter"})
_EXCLUDE = frozenset({"exclude", "excluding", "excluded"})
_STAYS = frozenset({"stay"})
_EACH = frozenset({"each", "every"})
_ARTICLES = frozenset({"the", "a", "any"})
_ENDS = frozenset({",", ";", ".", "!", "\n", ":", "-", "–", "—", ")"})


class Ambiguous(Exception):
    """Venues that can be read in two ways; the message asks."""


def without_excluded(readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """The venues in "anywhere but venus", "not in venus or aave", and the readings with a comma in their place.

    Raises Ambiguous where it isn't plain how far the "not" reaches.
    """
    excluded: list[Reading] = []
    rest: list[Reading] = []
    place = 0
    while place < len(readings):
        first = _lead(readings, place)
        if first is None:
            each = readings[place]
            rest.append(_comma(each, each) if _goes_on(readings, place) else each)
            place += 1
            continue
        named, after = _listed(readings, first)
        _check_end(readings, after)
        excluded += named
        rest.append(_comma(readings[place], readings[after - 1]))
        place = after
    return excluded, rest


def _comma(begin: Reading, end: Reading) -> Reading:
    return Reading(Kind.FILLER, ",", begin.start, end.end, ",", begin.turn)


def _goes_on(readings: Sequence[Reading], place: int) -> bool:
    """A "but" that only joins: "…, but never more than 5,000 in venus", "but stay out of venus"."""
    each, after = readings[place], readings[place + 1] if place + 1 < len(readings) else None
    joins = after is not None and (after.kind in (Kind.NEGATION, Kind.VAGUE) or key_of(after) in _STAYS)
    return each.kind is Kind.EXCEPT and key_of(each) == "but" and joins


def _lead(readings: Sequence[Reading], place: int) -> int | None:
    """Where the list of venues behind an exclusion that begins at `place` begins, None where there is none."""
    each, key = readings[place], key_of(readings[place])
    if each.kind is Kind.EXCEPT and key in _EXCEPT:
        place += 1
        if _is(readings, place, Kind.NEGATION) and key_of(readings[place]) in ("not", "never"):
            place += 1
    elif each.kind is Kind.NEGATION and key in _NOT:
        place += 1
        if _is(readings, place, Kind.WORD) and key_of(readings[place]) in _USES:
            place += 1
    elif each.kind is Kind.WORD and key in _EXCLUDE:
        place += 1
    elif each.kind is Kind.WORD and key in _STAYS and _is(readings, place + 1, Kind.PREPOSITION):
        place += 1
        if readings[place].text != "from":  # "out of"
            return None
    else:
        return None
    if _is(readings, place, Kind.PREPOSITION):
        place += 1
    while _is(readings, place, Kind.FILLER) and key_of(readings[place]) in _ARTICLES:
        place += 1
    return place if _is(readings, place, Kind.VENUE) and readings[place].turn == each.turn else None


def _listed(readings: Sequence[Reading], place: int) -> tuple[list[Reading], int]:
    """The venues from `place` on, with commas, "and" and "or" between them, and where what follows begins."""
    named = [readings[place]]
    place += 1
    while True:
        ahead = place
        while _separates(readings, ahead):
            ahead += 1
        if ahead == place or not _is(readings, ahead, Kind.VENUE):
            return named, place
        named.append(readings[ahead])
        place = ahead + 1


def _check_end(readings: Sequence[Reading], place: int) -> None:
    if place == len(readings) or readings[place].turn != readings[place - 1].turn:
        return
    ahead = place
    while _separates(readings, ahead):
        ahead += 1
    ends = ahead > place or (readings[place].kind is Kind.FILLER and readings[place].words in _ENDS)
    goes_on = _is(readings, ahead, Kind.PREPOSITION) and _is(readings, ahead + 1, Kind.VENUE)
    if goes_on or not ends:
        words = " ".join(each.words for each in readings[place - 1 : place + 3])
        raise Ambiguous(f"How far does the “not” before “{words[:40]}” reach? Say `only in …`, or `not in …`, alone.")


def _separates(readings: Sequence[Reading], place: int) -> bool:
    if place >= len(readings):
        return False
    each = readings[place]
    return (each.kind is Kind.FILLER and each.words == ",") or (each.kind is Kind.JOIN and each.text in ("and", "or"))


def _is(readings: Sequence[Reading], place: int, kind: Kind) -> bool:
    return place < len(readings) and readings[place].kind is kind


def capped(part: Sequence[Reading]) -> Reading | None:
    """The venue in "at most 20,000 in morpho": behind the number and a preposition; None where none is named.

    Raises Ambiguous where one is named elsewhere, or more than one.
    """
    venues = [place for place, each in enumerate(part) if each.kind is Kind.VENUE]
    if not venues:
        return None
    said = " ".join(each.words for each in part)[:40]
    amounts = [place for place, each in enumerate(part) if each.kind is Kind.AMOUNT]
    before = [each for each in part[: venues[0]] if key_of(each) not in _ARTICLES | _EACH | {"of"}]
    placed = bool(before) and before[-1].kind is Kind.PREPOSITION and amounts[:1] < venues[:1]
    if len(venues) > 1 or not amounts or not placed:
        raise Ambiguous(f"I don't understand “{said}” as a limit: say `at most 20,000 in` and one venue.")
    return part[venues[0]]


def is_each(part: Sequence[Reading], venue: Reading) -> bool:
    """Whether the number holds for each venue of that name: "in each morpho", "in each of morpho"."""
    before = [key_of(each) for each in part if each.end <= venue.start and key_of(each) not in _ARTICLES | {"of"}]
    return before[-1:] in (["each"], ["every"])


def fitting(reading: Reading, assets: Sequence[str]) -> tuple[str, ...]:
    """The ids that a name can mean where the mandate is for these tokens."""
    return tuple(venue for venue in reading.ids if asset_of(venue) in assets or not assets)


def lonely(parts: Sequence[Sequence[Reading]], numbered: Sequence[bool]) -> Iterator[Reading]:
    """Venues that begin a piece right behind a piece that caps one: "20,000 in morpho and venus"."""
    for before, part, had_number in zip(parts, parts[1:], numbered, strict=False):
        if had_number and part[0].kind is Kind.VENUE and any(each.kind is Kind.VENUE for each in before):
            yield part[0]
