"""Bound to the user's words: they order something now. A no, an if, a question or a look-alike letter order none.

One source of truth for whatever binds to words: Moneta's own intents, and the recorded calls of `moneta guard`.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.errors import Refused
from agent.words.language import Language
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.reported import reported

RULE = "bind"
SMALL_TALK = frozenset({Kind.FILLER, Kind.CHAT, Kind.AFFIRM, Kind.QUOTED_LINE})
UNREAL = frozenset({Kind.HYPOTHETICAL, Kind.QUESTION})


def check_in_force(action: str, request: Sequence[Reading], language: Language | None = None) -> None:
    """Passes when nothing in the request says that it isn't one. `language`: None, or the one that it was read in.

    Raises Refused("bind").
    """
    kinds = {reading.kind for reading in request}
    for reading in request:
        if reading.kind is Kind.LOOKALIKE:
            raise Refused(RULE, f"“{reading.words}” has a letter that isn't Latin.", "Type the word again.")
    said = reported(request, language)
    if said is not None:
        raise Refused(
            RULE,
            f"“{said.words}”: those sound like somebody else's words, and I act on yours only.",
            "Say it outright, as your own wish.",
        )
    if action == "resume" and kinds & {Kind.WORD, Kind.SYMBOL, Kind.NAME}:
        # it is done without a preview, so nothing may stand beside it
        raise Refused(RULE, "The wish to resume, alone, isn't in your words.", "Say it yourself, in one sentence.")
    if Kind.UNSUPPORTED in kinds:  # tomorrow isn't now
        raise Refused(RULE, "Your words ask for something that I can't do.", "Say what I can do, alone.")
    if Kind.NEGATION in kinds:
        raise Refused(RULE, f"Your words say not to {action}.", "Say so without “not” if you want it.")
    if kinds & UNREAL or (Kind.ASKS in kinds and Kind.POLITE not in kinds):
        raise Refused(
            RULE, f"Your words ask about a {action}; they don't order it.", "Say it outright if you want it."
        )
