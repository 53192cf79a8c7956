"""What the order of words says in Spanish and German, put as the grammar knows it.

"Lege … an" is one verb; "und" before a verb that comes last begins its clause; "de Aave" is from Aave and
"de USDC" of USDC; what "en" or "in" stands before in a swap is what it gives; "si" alone is a yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from agent.intents import All
from agent.words.language import Language
from agent.words.reading.clauses import THEN
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import spellings

_ACTS = frozenset({Kind.VERB, Kind.MENTION, Kind.UNSUPPORTED})
_MARKS = frozenset(".,;:!()\n-–—") | {"...", "…"}
_COURTESY = frozenset({Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.FILLER})
_UNSUPPORTED = frozenset({"repay", "claim", "revoke", "borrow"})
_TRADES = frozenset({"swap", "buy", "sell"})


def arranged(readings: Sequence[Reading], language: Language) -> list[Reading]:
    """The readings of one turn, in another language than English."""
    found = _alone(list(readings), language)
    for place in range(len(found)):
        _separated(found, place, language)
    for place in range(len(found)):
        _preposition(found, place, language)
    _joined(found)
    _doubled(found, language)
    return found


def _alone(readings: list[Reading], language: Language) -> list[Reading]:
    content = [place for place, each in enumerate(readings) if each.kind is not Kind.FILLER]
    if len(content) == 1 and (kind := language.alone.get(readings[content[0]].words.casefold())) is not None:
        readings[content[0]] = replace(readings[content[0]], kind=kind)
    return readings


@lru_cache(maxsize=4)
def _separable(language: Language) -> Mapping[str, Mapping[str, str]]:
    """By every spelling of the verb and of the particle."""
    return {
        verb: {way: action for particle, action in particles.items() for way in spellings(particle, language.code)}
        for said, particles in language.separable.items()
        for verb in spellings(said, language.code)
    }


def _separated(readings: list[Reading], place: int, language: Language) -> None:
    """Joins a verb with the particle that ends its clause."""
    verb = readings[place]
    particles = _separable(language).get(verb.words.casefold()) if verb.kind in _ACTS else None
    if particles is None:
        return
    last = None
    for ahead in range(place + 1, len(readings)):
        said = readings[ahead].words.casefold()
        if said in particles and _ends(readings, ahead + 1):
            last = ahead
            break
        if readings[ahead].kind in _ACTS and said not in particles:
            break
    if last is None:
        return
    action = particles[readings[last].words.casefold()]
    beside = (readings[last - 1], *readings[last + 1 : last + 2])
    if any(particles.get(each.words.casefold(), action) != action for each in beside):  # "zahle 100 USDC ein aus"
        readings[place] = replace(verb, kind=Kind.WORD, value=verb.words.casefold())
        return
    contact = any(each.kind is Kind.PARTICLE and each.text == "contact" for each in readings[place:last])
    action = "contact" if contact and action in ("deposit", "add") else action
    kind = Kind.UNSUPPORTED if action in _UNSUPPORTED else Kind.VERB if action else Kind.WORD
    readings[place] = replace(verb, kind=kind, value=action or verb.words.casefold())
    readings[last] = replace(readings[last], kind=Kind.FILLER)


def _ends(readings: Sequence[Reading], place: int) -> bool:
    """Whether nothing of the same clause stands from `place` on, but courtesy."""
    for each in readings[place:]:
        if each.words in _MARKS or each.kind in (Kind.JOIN, Kind.ASKS):
            return True
        if each.kind not in _COURTESY:
            return False
    return True


def _preposition(readings: list[Reading], place: int, language: Language) -> None:
    each = readings[place]
    if each.kind is not Kind.PREPOSITION:
        return
    before = next((r for r in reversed(readings[:place]) if r.kind is not Kind.FILLER), None)
    behind = next((r for r in readings[place + 1 :] if r.kind is not Kind.FILLER), None)
    verb = next((r for r in reversed(readings[:place]) if r.kind in _ACTS), None) or next(
        (r for r in readings if r.kind in _ACTS), None
    )
    value = each.text
    if behind is None:
        return
    if each.text == "of" and behind.kind is Kind.VENUE:
        value = "from"
    elif (
        each.text == "from" and behind.kind is Kind.TOKEN and before is not None and before.kind is Kind.AMOUNT
    ) or (each.words.casefold() == "vom" and _is_of_a_day(readings, place, behind)):
        value = "of"
    elif _into(each, behind, verb, language) or (each.words.casefold() == "para" and behind.kind is Kind.NAME):
        value = "to"
    readings[place] = replace(each, value=value)


def _is_of_a_day(readings: Sequence[Reading], place: int, behind: Reading) -> bool:
    """Whether "vom" is of a day, and not from one to another."""
    until = any(each.text == "until" or each.words.casefold() == "bis" for each in readings[place:])
    return behind.kind in (Kind.DATE, Kind.AMOUNT, Kind.BAD_AMOUNT) and not until


def _into(each: Reading, behind: Reading, verb: Reading | None, language: Language) -> bool:
    """Whether it stands before what a swap gives: "en DAI"."""
    trades = verb is not None and verb.kind is Kind.VERB and verb.text in _TRADES
    return trades and each.text in language.swap_into and behind.kind in (Kind.TOKEN, Kind.AMOUNT)


def _doubled(readings: list[Reading], language: Language) -> None:
    """In "sácalo todo" the pronoun says nothing that "todo" doesn't, where nothing was spoken of before."""
    for place, each in enumerate(readings[1:-1], start=1):
        first = not any(earlier.kind in _ACTS for earlier in readings[: place - 1])
        whole = readings[place + 1].kind is Kind.AMOUNT and isinstance(readings[place + 1].said.spec, All)
        if each.kind is Kind.REFERENCE and each.words.casefold() in language.clitics and first and whole:
            readings[place] = replace(each, kind=Kind.FILLER)


def _joined(readings: list[Reading]) -> None:
    """Marks the last "and" between two verbs: what stands behind it belongs to the second."""
    acted, joins = False, -1
    for place, each in enumerate(readings):
        if each.kind is Kind.JOIN and each.text == "and":
            joins = place
        elif each.kind in _ACTS:
            if acted and joins >= 0:
                readings[joins] = replace(readings[joins], value=THEN)
            acted, joins = True, -1
