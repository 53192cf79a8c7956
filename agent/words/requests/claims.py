"""'Claim my rewards', 'collect the rewards at aave': a whole message, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import Claim
from agent.words.forms import match
from agent.words.languages import forms_for
from agent.words.reading.courtesy import whole
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.vocabulary import Vocabulary

LONGEST = 200
"""Characters: a longer message isn't looked through."""
_VERB = r"(?:claim|collect|harvest|grab|get|take|pull|redeem|withdraw|cash\s+in|pick\s+up)"
_OF = r"(?:\s+(?:all|any|every|of|my|the|your|our|those|these))*"
_WHICH = (
    r"(?:\s+(?:pending|accumulated|accrued|unclaimed|outstanding|waiting|available|earned|farming|farm|staking|lending"
    r"|supply|incentive|bonus))*"
)
_REWARDS = r"(?:rewards?|incentives?|bonus(?:es)?)"
_EARNED = r"\s+(?:everything|all|what(?:ever)?)(?:\s+(?:that\s+)?i(?:'ve|\s+have)?\s+earned)?\s+in\s+rewards?"
_EVERYWHERE = (
    r"(?:the\s+|any\s+|all\s+(?:the\s+|my\s+)?)?(?:farming|staking|lending|reward)?\s*(?:pools?|farms?|venues?|markets?)"
    r"|everywhere|wherever\s+(?:some|any)\s+wait|all\s+of\s+them"
)
_FRAME = re.compile(
    rf"\s*/?(?:(?:claim|harvest)(?:\s+(?:all|everything|it\s+all))?|{_VERB}(?:{_OF}(?:\s+(?P<token>[\w.]+))??{_WHICH}\s+{_REWARDS}|{_EARNED}))"
    r"(?:\s+(?:that\s+(?:are\s+)?(?:waiting|wait)|without\s+(?:unstaking|withdrawing|leaving)))?"
    rf"(?:\s+(?:at|from|of|in|on)\s+(?:(?P<everywhere>{_EVERYWHERE})|(?P<venue>\S.*?)))?[\s.!]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Rewards are to be claimed, and where isn't one place: `fitting` are the venues that may be meant."""

    words: str
    fitting: tuple[str, ...] = ()


def claiming(text: str, vocabulary: Vocabulary) -> Claim | Elsewhere | None:
    """The rewards that a message claims; None where it says anything else.

    Venues of one market earn at the same place: any of them stands for it. A token that they are paid in may be
    named: what else waits there comes with it.
    """
    spoken, other = forms_for(text, vocabulary)
    said = whole(text, spoken.language)
    frames = _FRAME.fullmatch(said) if other is None else match(said, *other.claim)
    found = frames if len(said) <= LONGEST else None
    token = found.groupdict().get("token") if found is not None else None
    if found is None or (token and vocabulary.symbol(token) is None):
        return None
    if not found["venue"]:
        return Claim(venue=None)
    readings = [each for each in read(found["venue"], vocabulary, language=spoken) if each.kind is not Kind.FILLER]
    if len(readings) != 1 or readings[0].kind is not Kind.VENUE:
        return Elsewhere(found["venue"])
    ids = sorted(readings[0].ids)
    markets = {each.rpartition(":")[0] for each in ids}
    return Claim(venue=ids[0]) if len(markets) == 1 else Elsewhere(found["venue"], tuple(ids))
