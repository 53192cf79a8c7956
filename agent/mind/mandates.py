"""The grammar of mandates: 'rebalance my usdc automatically, at most 50,000 a venue', 'rebalance now', 'stop'."""

from __future__ import annotations

from collections.abc import Sequence

from agent.intents import Cancel, Explain, Mandate, Origin, Question, Rebalance, Understood, parse
from agent.mind import questions
from agent.words.mandates.limits import ordered
from agent.words.mandates.ordered import DRY_RUN, MANDATE, REVOKE, Unclear
from agent.words.reading.readings import Reading
from agent.words.requests.hours import hours
from agent.words.vocabulary import Vocabulary

FIELDS = tuple(name for name in Mandate.model_fields if name not in ("action", "assets", "venues"))


def read_hours(text: str) -> Understood | None:
    """What a message says about the hours at which the agent speaks, None where it is about something else."""
    found = hours(text)
    return None if found is None else Understood(found, {"action": Origin(0, len(text), text)})


def read(readings: Sequence[Reading], vocabulary: Vocabulary, strict: bool = True) -> Understood | None:
    """What the readings say about a mandate, None where they are about something else; `strict` as in `ordered`."""
    try:
        found = ordered(readings, vocabulary, strict)
    except Unclear as unclear:
        return Understood(None, question=Question(unclear.text))
    if found is None:
        return None
    if found.what == REVOKE:
        return Understood(Cancel(ref=MANDATE), found.origins)
    if found.what == "rebalance":
        return Understood(Rebalance(assets=found.assets or None), found.origins)
    if found.what == DRY_RUN:
        return Understood(Explain(ref=DRY_RUN), found.origins)
    if found.what != MANDATE:
        return Understood(Explain(ref=MANDATE), found.origins)
    if not found.assets:
        return Understood(None, question=questions.WHICH_ASSET)
    limits = {name: found.limits.get(name) for name in FIELDS}
    intent = parse({"action": MANDATE, "assets": found.assets, "venues": found.venues, **limits})
    return Understood(intent if isinstance(intent, Mandate) else None, found.origins)
