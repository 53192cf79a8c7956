"""Pronouns that hang on a Spanish verb: 'sácalo' is 'saca' and 'lo', 'enviarle' is 'enviar' and 'le'."""

from __future__ import annotations

from functools import lru_cache

from agent.words.language import Language
from agent.words.reading.readings import Kind
from agent.words.vocabulary import grammar_of, spellings

_ORDERS = frozenset({Kind.VERB, Kind.UNSUPPORTED})


@lru_cache(maxsize=1024)
def split(word: str, language: Language) -> tuple[str, ...] | None:
    """The verb as the tables have it and the pronouns behind it; None where the word isn't made so. Case-folded."""
    if not language.clitics or len(word) < 4:
        return None
    bare = spellings(word, language.code)[-1]
    for indirect in ("", *language.indirect):
        for direct in ("", *language.clitics):
            hanging = indirect + direct
            if hanging and bare.endswith(hanging) and _orders(bare.removesuffix(hanging), language):
                return bare.removesuffix(hanging), *(part for part in (indirect, direct) if part)
    return None


def _orders(stem: str, language: Language) -> bool:
    found = grammar_of(language).get((stem,))
    return found is not None and found[0] in _ORDERS
