"""English as the code says it, told in another language.

What the code says, stores and logs is English to the letter, whoever asked: plans, digests, decisions and the audit
log know no language. Told in another one it is at the edge only, here: the text is laid out with the templates of the
catalogue so that the fewest words stay English, and each is put as the catalogue says it. So a text that was written
into the ledger a year ago, or comes out of a plug-in, is told like one of today.

Pure. What no template meets stays English. A translation that would add, lose or change a digit isn't used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from agent.tongues.book import Book, Entry, book, compiled, first
from agent.tongues.catalogue import LANGUAGES, SENTENCE_ENDS, keep_until_changed
from agent.tongues.figures import digits, figures

LONGEST = 700
"""Letters of a sentence; a longer one isn't laid out, and stays."""
DEEPEST = 3
"""Templates inside each other; what stands deeper stays."""
Step = tuple[int, str | None]
"""Where a step through a text ends, and what is said for it; None where it stays."""
Cost = tuple[int, int, int]
"""Of a way through a text: words that stay English, letters that no template covers, templates."""
VERBATIM = frozenset({"name", "recipient", "address", "code", "digest", "plan_id", "hash"})
"""Values that are told as they are: names that people gave, what is looked up or typed back."""
FEW = 1
"""So many words may stay English in a sentence: a name that looks like one."""
QUOTE = re.compile(r"“[^”]*”|`[^`]*`")
QUOTED = "“`"
"""What opens a quotation: somebody's own words, or a command."""
_RUN = re.compile(r"\w+(?:[:/.'-]\w+)*|\W")
"""A word, or a name with its signs: `aave-v3:core:USDC`."""
_CALL = re.compile(r"\w{3,}\([\w ,\[\]()]*\)(?: \w+)?")
"""How a contract's function is written."""
_ENGLISH = re.compile(r"[a-z']+")
_OPENS = re.compile(r"(?:^|[.;:,!?]\s|[(\n]|\b(?:and|with|to|from|of|in)\s)$")


@dataclass(frozen=True, slots=True)
class Told:
    """`left`: how many words are English still."""

    left: int
    text: str


def in_language(text: str, language: str) -> str:
    """The text in that language, line by line; the same text for English, or a language without a catalogue."""
    if language not in LANGUAGES or not text:
        return text
    return "\n".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: str) -> str:
    said = "".join(part if not part.strip() else _sentence(part, language) for part in SENTENCE_ENDS.split(line))
    return said if digits(said) == digits(line) else line


def _sentence(text: str, language: str) -> str:
    bare = text.strip()
    start = text.index(bare)
    if len(bare) > LONGEST:
        return text
    return text[:start] + _told(bare, language).text + text[start + len(bare) :]


@lru_cache(maxsize=4_096)
def _told(text: str, language: str, depth: int = 0) -> Told:
    """The best way through the text: the fewest words left, then the most covered, then the fewest templates."""
    held = book(language)
    if text in held.whole:
        return Told(0, held.whole[text])
    if _CALL.fullmatch(text):
        return Told(0, text)
    if depth > DEEPEST:
        return Told(_english_words(text), figures(text, language))
    size = len(text)
    best: list[Cost] = [(0, 0, 0)] * (size + 1)
    step: list[Step] = [(0, None)] * (size + 1)
    for at in range(size - 1, -1, -1):
        quote = QUOTE.match(text, at)
        end = (quote or _RUN.match(text, at)).end()  # type: ignore[union-attr]
        english = quote is None and _is_english(text[at:end])
        best[at] = (best[end][0] + english, best[end][1] + end - at, best[end][2])
        step[at] = (end, None)
        for stop, left, said in _starting(text, at, held, partial(_told, language=language, depth=depth + 1)):
            cost = (best[stop][0] + left, best[stop][1], best[stop][2] + 1)
            if cost < best[at]:
                best[at], step[at] = cost, (stop, said)
    left = best[0][0]
    if left > FEW and left * 3 > _english_words(text):
        return Told(left, figures(text, language))  # rather whole in English than half in each
    return Told(left, "".join(_pieces(text, step, language)))


def _pieces(text: str, step: list[Step], language: str) -> Iterator[str]:
    """The text along the way found; what stays English is gathered, so that its figures are whole."""
    at, since = 0, 0
    while at < len(text):
        end, said = step[at]
        if said is not None:
            yield figures(text[since:at], language)
            yield said
            since = end
        at = end
    yield figures(text[since:], language)


def _starting(text: str, at: int, held: Book, inner: Callable[[str], Told]) -> Iterator[tuple[int, int, str]]:
    """The templates that match from there: where each ends, how many words it leaves, what it says."""
    if at and text[at].isalnum() and text[at - 1].isalnum():
        return
    entries = held.beginning.get(first(text, at), ())
    if _OPENS.search(text, max(0, at - 8), at):
        entries = [*entries, *held.open]
    for entry in entries:
        if entry.needs and entry.needs not in text:
            continue
        for pattern in entry.patterns:
            found = compiled(pattern).match(text, at)
            if found is not None and found.end() > at and found.group() != text[:at]:
                yield from _put(found, entry, text, inner)


def _put(
    found: re.Match[str], entry: Entry, text: str, inner: Callable[[str], Told]
) -> Iterator[tuple[int, int, str]]:
    left, values = 0, {}
    for number, (name, value) in enumerate(zip(entry.names, found.groups(), strict=True), 1):
        if value == text:
            return  # a value that is all of it says nothing new
        quoted = text[found.start(number) - 1 : found.start(number)] in QUOTED if found.start(number) else False
        whole = quoted or name in VERBATIM or not value
        told = Told(0 if quoted else _english_words(value), value) if whole else inner(value)
        left, values[name] = left + told.left, told.text
    said = "".join(values[part] if number % 2 else part for number, part in enumerate(entry.parts))
    begun = found.group()[:1]
    if begun != entry.begins and begun.isalpha() and entry.begins:  # as code may begin a sentence anew
        said = (said[:1].lower() if begun.islower() else said[:1].upper()) + said[1:]
    yield found.end(), left, said


def _english_words(text: str) -> int:
    return sum(_is_english(run) for run in _RUN.findall(QUOTE.sub(" ", text)))


def _is_english(run: str) -> bool:
    return len(run) > 1 and _ENGLISH.fullmatch(run) is not None


keep_until_changed(_told.cache_clear)
