"""A reply in a character's voice: words before or after the exact text, or in the place of a plain hello.

Pure: the same reply, character and seed give the same words. What code computed stays as it is to the letter: the
text of a preview, of a report, of a refusal with its rule, every table and figure. Only phrases of the character's
file are put beside it, and those hold no figures (agent/character/phrases.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agent.character.character import Character
from agent.character.phrases import digests, why_not
from agent.replies import talk
from agent.replies.reply import Reply, Status

INTRODUCTION = "I'm Moneta."
"""How the greeting begins, with the name that a character replaces."""
PLAIN_HELLO = "Hello!"
"""How the answer to small talk begins."""

_BEFORE = {Status.READY: "ready", Status.REFUSED: "refused", Status.ASKED: "asked"}
_THANKS = re.compile(r"\b(thanks|thank you|thank u|thx|ty|cheers|much appreciated)\b", re.IGNORECASE)
_HELLO = re.compile(
    r"(hi|hey|hello|hiya|yo|gm|good (morning|evening|day)|how are you.*)\b[^\w]*.{0,20}", re.IGNORECASE
)


def voiced(reply: Reply, character: Character, rng_seed: str, said: str = "") -> Reply:
    """The reply as the character says it. `said` is the user's text: a thank-you gets another answer than a hello."""
    if reply.intent is None and reply.text.startswith(INTRODUCTION):
        return replace(reply, text=_greeting(reply.text, character, rng_seed))
    if reply.verdict is None:
        is_talk = reply.text == talk.chat().text  # a model's words are its own
        return replace(reply, text=_small_talk(reply.text, character, rng_seed, said)) if is_talk else reply
    if reply.verdict.status is Status.SETTLED:
        return replace(reply, text=_joined(reply.text, _phrase(character, "settled", rng_seed)))
    occasion = _BEFORE.get(reply.verdict.status)  # what is void or half done is told without ornament
    return replace(reply, text=_joined(_phrase(character, occasion, rng_seed), reply.text)) if occasion else reply


def digest(reply: Reply, character: Character, seed: str) -> Reply:
    """A daily summary behind a phrase of the character, or one of its posts where it has none."""
    said = _phrase(character, "digest", seed) or _chosen(digests(character.posts), seed)
    return replace(reply, text=_joined(said, reply.text))


def _greeting(text: str, character: Character, seed: str) -> str:
    phrase = _phrase(character, "greeting", seed)
    return _joined(phrase, f"I'm {character.name}.", text.removeprefix(INTRODUCTION).strip())


def _small_talk(text: str, character: Character, seed: str, said: str) -> str:
    thanked = _THANKS.search(said) is not None
    phrase = _phrase(character, "thanks", seed) if thanked else ""
    if not phrase:
        phrase = _phrase(character, "small_talk", seed) or _chosen(_hellos(character), seed)
    if not phrase:
        return text
    return _joined(phrase, text.removeprefix(PLAIN_HELLO).strip())


def _hellos(character: Character) -> list[str]:
    """For a character without phrases of its own: what its examples answer to a hello, where that could be one."""
    return [
        answer.text.strip()
        for example in character.examples
        for greeted, answer in pairwise(example)
        if not greeted.own and answer.own and _HELLO.fullmatch(greeted.text) and why_not(answer.text.strip()) is None
    ]


def _phrase(character: Character, occasion: str, seed: str) -> str:
    return _chosen(character.phrases.get(occasion, ()), f"{seed}:{occasion}")


def _chosen(phrases: Sequence[str], seed: str) -> str:
    if not phrases:
        return ""
    return phrases[int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % len(phrases)]


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
