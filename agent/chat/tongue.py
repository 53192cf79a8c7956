"""What each person is spoken to in: the language of what they say; the last one heard where they say nothing in any.

`auf Deutsch bitte`, `en español`, `speak English` set it, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent.intents import Chat, as_json
from agent.replies.reply import Reply
from agent.words.languages import language_of

if TYPE_CHECKING:
    from agent.runtime.world import World
    from agent.words.vocabulary import Vocabulary
    from memory.messages.hearing import Known
    from memory.rows import InboxRow

MENU = "menu"
"""In the meta of a message that a slash command of Telegram made: its words are the program's."""
_NAMED: Mapping[str, str] = MappingProxyType(
    {
        "en": r"english|englisch|ingl[eé]s",
        "es": r"spanish|spanisch|espa[nñ]ol|castellano",
        "de": r"german|deutsch|alem[aá]n",
    }
)
_LANGUAGE = re.compile("|".join(_NAMED.values()), re.IGNORECASE)
_ASKS = (
    r"(?:(?:can|could|would) you )?(?:please )?(?:(?:speak|talk|answer|reply|write|switch|go on)"
    r"(?: to)?(?: me)? ?)?(?:in )?",
    r"(?:(?:kannst|k[oö]nntest) du )?(?:bitte )?(?:(?:sprich|rede|antworte|schreibe?)(?: mir| mit mir)?(?: bitte)? )?"
    r"(?:auf )?",
    r"(?:(?:puedes|podr[ií]as) )?(?:por favor,? )?(?:(?:habla|responde|contesta|escribe)(?:r|me|rme)?(?: conmigo)? )?"
    r"(?:en )?",
)
_PLEASE = r"(?:,? (?:please|bitte|por favor|sprechen|antworten|reden|schreiben)){0,2}[.!?]*"
_WISHES = tuple(
    (language, re.compile(f"¿?{ask}(?:{names}){_PLEASE}", re.IGNORECASE))
    for language, names in _NAMED.items()
    for ask in _ASKS
)


@lru_cache(maxsize=512)
def wished(text: str) -> str | None:
    """The language that a message asks for, where that is all it asks for."""
    if _LANGUAGE.search(text) is None:
        return None
    said = " ".join(text.split())
    return next((language for language, wish in _WISHES if wish.fullmatch(said)), None)


def language_said(text: str, vocabulary: Vocabulary) -> str:
    """The language that a message asks for, else the one that it is in."""
    return wished(text) or language_of(text, vocabulary)


def spoken_from_now_on() -> Reply:
    """The answer to such a wish."""
    return Reply("I answer in English from now on.", intent=as_json(Chat()))


@dataclass(frozen=True, slots=True)
class Tongue:
    """Keeps each person's language in the ledger."""

    world: World

    def of(self, known: Known, row: InboxRow) -> str:
        """What to answer in: the words of a button or a menu are nobody's language."""
        menu = MENU in row.meta or row.meta.get("interaction") is not None  # a Telegram and a Discord command
        if row.kind != "text" or menu or row.text.startswith("/"):
            return known.user.speaks
        return language_said(row.text, self.world.words(known.contacts, known.user.language))

    def is_settled(self, known: Known, row: InboxRow) -> bool:
        """Whether nothing is to be written for this message: its language is the one that is known."""
        return wished(row.text) is None and self.of(known, row) == known.user.speaks

    async def settle(self, known: Known, row: InboxRow) -> Known:
        """The person with the language of this message, which is theirs from now on."""
        language = self.of(known, row)
        if language == known.user.speaks:
            return known
        await self.world.ledger.set_language(known.user.id, language)
        return replace(known, user=replace(known.user, language=language))
