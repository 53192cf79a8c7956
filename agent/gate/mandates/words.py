"""Bound to the user's words: a mandate's tokens, venues and every limit are read again from what the user said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.errors import Refused
from agent.gate.binding.force import SMALL_TALK
from agent.intents import Cancel, Explain, Hours, Intent, Mandate, Rebalance
from agent.words.languages import languages_of
from agent.words.mandates.limits import ordered
from agent.words.mandates.ordered import DRY_RUN, MANDATE, REVOKE, Ordered, Unclear
from agent.words.reading.reader import read_turns
from agent.words.reading.readings import Kind
from agent.words.reading.reported import reported
from agent.words.requests.hours import hours
from agent.words.vocabulary import Vocabulary

RULE = "bind"
MAX_TURNS = 4


def bind_mandate(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the intent is about a mandate and every field of it stands in the user's words `said`.

    False where it is about something else. Raises Refused("bind") where a field isn't the user's. Unsaid limits stay
    null: their defaults are read back.
    """
    if isinstance(intent, Hours):
        if hours(said[-1]) != intent:
            raise Refused(RULE, "Those hours aren't in your words.", "Say `summary at 9`, or `quiet from 22 to 7`.")
        return True
    about = isinstance(intent, Mandate | Rebalance) or (
        isinstance(intent, Cancel | Explain) and intent.ref in (MANDATE, DRY_RUN)
    )
    if not about:
        return False
    problem = f"Your words don't order a {intent.action}."
    for turns in range(1, min(len(said), MAX_TURNS) + 1):
        try:
            found = _ordered(said[-turns:], vocabulary)
        except Unclear as unclear:
            problem = unclear.text
            continue
        if found is not None and _same(intent, found):
            return True
    raise Refused(RULE, problem, "Say it yourself, in one sentence.")


def _ordered(said: Sequence[str], vocabulary: Vocabulary) -> Ordered | None:
    """What the turns order together; all but the first may only answer, not order again.

    Words that aren't known may stand beside it, as beside a deposit; somebody else's words may not.
    """
    readings = read_turns(said, vocabulary)
    somebody = reported([each for turn in readings for each in turn])
    if somebody is not None:
        raise Unclear(f"“{somebody.words}”: those sound like somebody else's words, and I act on yours only.")
    for later in readings[1:]:
        if all(each.kind in SMALL_TALK for each in later):  # what came before is settled
            return None
        if any(each.kind in (Kind.VERB, Kind.NEGATION, Kind.UNSUPPORTED, Kind.MENTION) for each in later):
            return None
    mixed = not all(each.certain for each in languages_of(said, vocabulary))  # their ifs are no chatter
    return ordered([each for turn in readings for each in turn], vocabulary, strict=mixed)


def _same(intent: Intent, found: Ordered) -> bool:
    match intent:
        case Cancel(ref=ref):
            return found.what == REVOKE and ref == MANDATE
        case Explain(ref=ref) if ref == DRY_RUN:
            return found.what == DRY_RUN
        case Explain():
            return found.what not in (REVOKE, DRY_RUN, "rebalance")
        case Rebalance(assets=assets):
            return found.what == "rebalance" and set(assets or ()) == set(found.assets)
        case Mandate():
            limits = {name: value for name in _LIMITS if (value := getattr(intent, name)) is not None}
            same_venues = intent.venues == found.venues or set(intent.venues or ()) == set(found.venues or ())
            return (
                found.what == MANDATE
                and set(intent.assets) == set(found.assets)
                and same_venues
                and _plain(limits) == _plain(found.limits)
            )
    return False


def _plain(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Lists without their order: whoever names two venues names them in any."""
    return {name: frozenset(value) if isinstance(value, tuple) else value for name, value in limits.items()}


_LIMITS = tuple(name for name in Mandate.model_fields if name not in ("action", "assets", "venues"))
