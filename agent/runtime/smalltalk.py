"""Help and small talk: answered from the words alone, so also before the chain or anything else is looked at."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from agent.character.character import Character
from agent.intents import Chat, Help, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.replies import talk
from agent.replies.reply import Reply
from agent.runtime.answers import ANSWERS, bare
from agent.voice import voiced
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.vocabulary import Vocabulary
from memory.messages.hearing import Known

LONGEST = 100  # letters of what is looked at as mere talk
_NO_TALK = frozenset({Kind.WORD, Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.ADDRESS})
"""What has such words needn't be looked at twice: should it be talk all the same, it is answered the usual way."""


def is_awaited(known: Known, text: str) -> bool:
    """Whether something of theirs waits, for an answer or for its fate, or the words are an answer by themselves."""
    return known.restless or known.pending is not None or bare(text).lstrip("/") in ANSWERS


def small_talk(known: Known, text: str, vocabulary: Vocabulary, character: Character) -> Reply | None:
    """The answer to help and small talk. None for all else, and while anything of theirs waits: for an answer, or for
    its fate on the chain, which is looked up and told first.
    """
    intent = None if is_awaited(known, text) else _talk_in(text, vocabulary)
    if intent is None:
        return None
    reply = talk.ability() if isinstance(intent, Help) else talk.chat()
    return voiced(replace(reply, intent=as_json(intent)), character, text, text)


@lru_cache(maxsize=256)  # most of it is said by many, in the same few words; it holds nobody's figures
def _talk_in(text: str, vocabulary: Vocabulary) -> Help | Chat | None:
    """The intent of a message that is nothing but talk, whatever the time."""
    if len(text) > LONGEST or any(reading.kind in _NO_TALK for reading in read(text, vocabulary)):
        return None
    intent = interpret(text, Context(), vocabulary).intent
    return intent if isinstance(intent, Help | Chat) else None
