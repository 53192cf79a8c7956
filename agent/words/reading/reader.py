"""The reader: every word of a text with what it is and where it stands. No grammar, no guessing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from agent.intents import All, AllBut, Exact
from agent.money import address
from agent.words.language import Lang, Language
from agent.words.languages import Heard, heard, languages_of
from agent.words.reading.arrange import arranged
from agent.words.reading.clitics import split
from agent.words.reading.figures import Figures
from agent.words.reading.lexemes import Lexeme, lexemes, pieces
from agent.words.reading.quotes import Quote, quotes
from agent.words.reading.readings import Kind, Reading, Said, Value
from agent.words.reading.text import Text, clean, foreign_letter, skeleton
from agent.words.reading.typos import mended
from agent.words.vocabulary import Lexicon, Vocabulary, grammar_of, lexicon

MIND = "mind"
"""The value of a polite request that a gerund follows."""
_LOOSE = frozenset({Kind.WORD, Kind.FILLER, Kind.CHAT, Kind.AFFIRM})
_HARMLESS = frozenset(".,!;:()[]{}…-–—―*_'¿¡•·" + "🙏🚀🙂😀😃😄😊😉😁👍💰💸💵🔥🎉👋✨💪🤞❤♥🤑😎🥳🤝" + "🏻🏼🏽🏾🏿")


def read(
    text: str,
    vocabulary: Vocabulary,
    turn: int = 0,
    language: Language | Heard | None = None,
    hint: Lang | None = None,
) -> tuple[Reading, ...]:
    """The readings of a user's turn, in order, each word of it in exactly one. Spans are of `text` as it came.

    `language`: the one that it is surely in, or that of the sentence that the text is a piece of; without one it is
    heard in the words, `hint` as in `language_of`.
    """
    if isinstance(language, Language):
        return _read(text, vocabulary, turn, Heard(language.code, certain=True), language)
    spoken = language or heard(text, vocabulary, hint)
    return _read(text, vocabulary, turn, spoken, spoken.language)


@lru_cache(maxsize=16)  # one message is read again and again in its turn, by many
def _read(text: str, vocabulary: Vocabulary, turn: int, spoken: Heard, tables: Language) -> tuple[Reading, ...]:
    prepared = clean(text)
    reader = _Reader(prepared, list(_parted(_cut(prepared), tables)), vocabulary, tables, spoken, turn)
    found = mended(
        _with_gerunds(_measured(_with_exceptions(_musing(reader.readings()), text), tables), tables),
        tables,
        vocabulary,
    )
    return tuple(found if tables.code == "en" else arranged(list(found), tables))


def read_turns(said: Sequence[str], vocabulary: Vocabulary, last: int | None = None) -> list[tuple[Reading, ...]]:
    """The readings of the `last` of one user's turns (None: all), oldest first, the last of them turn 0.

    Each is read in its language, for which those before it count (languages.py).
    """
    hints = [None, *(each.code for each in languages_of(said[:-1], vocabulary))]
    first = 0 if last is None else max(len(said) - last, 0)
    return [
        read(said[place], vocabulary, place + 1 - len(said), hint=hints[place]) for place in range(first, len(said))
    ]


def _parted(pieces: Iterable[Lexeme], language: Language) -> Iterator[Lexeme]:
    """With the pronouns that hang on a verb as pieces of their own."""
    for piece in pieces:
        parts = split(piece.key, language) if piece.shape == "word" and language.clitics else None
        if parts is None or (piece.key,) in grammar_of(language):
            yield piece
            continue
        end = piece.end
        hanging: list[Lexeme] = []
        for part in reversed(parts[1:]):
            said = piece.text[end - len(part) - piece.start : end - piece.start]
            shape = "points" if part in language.clitics else "nobody new"
            hanging.insert(0, Lexeme(shape, said, "\0", end - len(part), end))
            end -= len(part)
        yield replace(piece, text=piece.text[: end - piece.start], key=parts[0], end=end)
        yield from hanging


def _cut(text: Text) -> Iterator[Lexeme]:
    found = quotes(text.plain)
    if not found:
        yield from pieces(text.plain)
        return
    place = 0
    for quote in found:
        yield from lexemes(text.plain, place, quote.start)
        yield _quoted(text.plain, quote)
        place = quote.end
    yield from lexemes(text.plain, place)


def _quoted(plain: str, quote: Quote) -> Lexeme:
    shape = "quoted line" if quote.block else "quoted"
    return Lexeme(shape, plain[quote.start : quote.end], "\0", quote.start, quote.end)


class _Reader:
    def __init__(
        self,
        text: Text,
        pieces: list[Lexeme],
        vocabulary: Vocabulary,
        language: Language,
        spoken: Heard,
        turn: int,
    ) -> None:
        self.text = text
        self.pieces = pieces
        self.vocabulary = vocabulary
        self.lexicon: Lexicon = lexicon(language, vocabulary)
        self.figures = Figures(pieces, language, vocabulary, spoken.certain)
        self.code = spoken.code
        self.turn = turn

    def readings(self) -> Iterator[Reading]:
        place = 0
        while place < len(self.pieces):
            kind, value, after = self._at(place)
            start, end = self.text.span(self.pieces[place].start, self.pieces[after - 1].end)
            yield Reading(kind, value, start, end, self.text.original[start:end], self.turn, self.code)
            place = after

    def _at(self, place: int) -> tuple[Kind, Value, int]:
        phrase = self._phrase(place)
        if phrase is not None and phrase[2] > place + 1:
            return phrase
        return self.figures.at(place) or phrase or self._single(place)

    def _phrase(self, place: int) -> tuple[Kind, Value, int] | None:
        """The longest entry of the lexicon that begins here."""
        longest = self.lexicon.longest.get(self.pieces[place].key, 0)
        for length in range(min(longest, len(self.pieces) - place), 0, -1):
            found = self.lexicon.entries.get(tuple(piece.key for piece in self.pieces[place : place + length]))
            if found is not None:
                return self._loud(place) if length == 1 and self._is_loud(place) else (*found, place + length)
        return None

    def _is_loud(self, place: int) -> bool:
        piece = self.pieces[place]
        return piece.key in self.lexicon.loud and piece.text.isupper() and len(piece.text) > 1

    def _loud(self, place: int) -> tuple[Kind, Value, int]:
        """A symbol that is also a common word, in capitals."""
        return Kind.TOKEN, self.vocabulary.symbol(self.pieces[place].key) or "", place + 1

    def _single(self, place: int) -> tuple[Kind, Value, int]:
        piece = self.pieces[place]
        match piece.shape:
            case "quoted":
                return Kind.QUOTED, "", place + 1
            case "quoted line":
                return Kind.QUOTED_LINE, "", place + 1
            case "date":
                return Kind.DATE, piece.text, place + 1
            case "points":
                return Kind.REFERENCE, piece.text.casefold(), place + 1
            case "nobody new":
                return Kind.FILLER, piece.text.casefold(), place + 1
            case "hex":
                return _address(piece.text), piece.text, place + 1
            case "word":
                return *self._word(piece), place + 1
            case _:
                return self._mark(place)

    def _word(self, piece: Lexeme) -> tuple[Kind, Value]:
        foreign = foreign_letter(piece.text)
        if foreign is None and not piece.text.isascii() and self._is_name(skeleton(piece.text)):
            foreign = next(letter for letter in piece.text if not letter.isascii())
        return (Kind.WORD, piece.key) if foreign is None else (Kind.LOOKALIKE, foreign)

    def _is_name(self, word: str) -> bool:
        return (word.casefold(),) in self.lexicon.entries

    def _mark(self, place: int) -> tuple[Kind, Value, int]:
        piece = self.pieces[place]
        if piece.text[0] == "?":
            return Kind.ASKS, "", place + 1
        following = self.pieces[place + 1] if place + 1 < len(self.pieces) else None
        if piece.text == "$" and following is not None and piece.touches(following):
            symbol = self.vocabulary.symbol(following.key)
            return (Kind.TOKEN, symbol, place + 2) if symbol else (Kind.WORD, "$" + following.key, place + 2)
        slash_command = piece.text == "/" and place == 0
        harmless = piece.shape == "newline" or piece.text[0] in _HARMLESS or slash_command
        return (Kind.FILLER if harmless else Kind.SYMBOL), piece.text, place + 1


def _musing(readings: Iterable[Reading]) -> list[Reading]:
    """ "…, shall we" ends a wish; before the verb it asks."""
    found = list(readings)
    last = max((place for place, each in enumerate(found) if each.kind is Kind.VERB), default=-1)
    for place, each in enumerate(found[: last + 1]):
        if each.kind is Kind.FILLER and each.words.casefold().endswith("shall we"):
            found[place] = replace(each, kind=Kind.HYPOTHETICAL, value="musing")
    return found


def _address(text: str) -> Kind:
    try:
        address(text)
    except ValueError:
        return Kind.BAD_ADDRESS
    return Kind.ADDRESS


def _measured(readings: Iterable[Reading], language: Language) -> list[Reading]:
    """'Like 500' is inexact, 'max usdc' is all of it: what a word right before an amount or a token makes of it."""
    found = list(readings)
    if not language.loose and not language.maximum:
        return found
    for place, (reading, following) in enumerate(pairwise(tuple(found))):
        key = reading.words.casefold()
        if key in language.loose and following.kind is Kind.AMOUNT and reading.kind in _LOOSE:
            found[place] = replace(reading, kind=Kind.VAGUE)
        elif key in language.maximum and following.kind is Kind.TOKEN and reading.kind is Kind.VAGUE:
            found[place] = replace(reading, kind=Kind.AMOUNT, value=Said(All()))
    return found


def _with_gerunds(readings: list[Reading], language: Language) -> list[Reading]:
    """'Would you mind sending' orders it: the form of a verb right behind such a request is the verb."""
    if not any(_minds(reading) for reading in readings):
        return readings
    forms = gerunds(language)
    asked, found = False, []
    for reading in readings:
        verb = forms.get(reading.words.casefold()) if asked else None
        found.append(reading if verb is None else replace(reading, kind=Kind.VERB, value=verb))
        asked = _minds(reading) or (asked and reading.kind is Kind.FILLER)
    return found


def _minds(reading: Reading) -> bool:
    return reading.kind is Kind.POLITE and reading.text == MIND


@lru_cache(maxsize=8)
def gerunds(language: Language) -> dict[str, str]:
    """Each form with the value of its verb, those that have one."""
    verbs = language.phrases[Kind.VERB]
    return {
        form.strip(): verb for verb, forms in language.gerunds.items() if verb in verbs for form in forms.split(";")
    }


def _with_exceptions(readings: Iterable[Reading], original: str) -> list[Reading]:
    """Joins 'but' and the amount behind it: 'but 100' is all but 100, and so is 'everything but 100'."""
    joined: list[Reading] = []
    for reading in readings:
        joined.append(reading)
        left = _exact(reading)
        if left is not None and len(joined) > 1 and joined[-2].kind is Kind.EXCEPT:
            begin = -3 if len(joined) > 2 and _is_all(joined[-3]) else -2
            joined[begin:] = [_all_but(joined[begin], reading, left, original)]
    return joined


def _is_all(reading: Reading) -> bool:
    return reading.kind is Kind.AMOUNT and isinstance(reading.said.spec, All)


def _exact(reading: Reading) -> Exact | None:
    spec = reading.said.spec if reading.kind is Kind.AMOUNT else None
    return spec if isinstance(spec, Exact) else None


def _all_but(first: Reading, last: Reading, left: Exact, original: str) -> Reading:
    said = Said(AllBut(value=left.value), last.said.dollars, rest=first.kind is Kind.EXCEPT)
    return Reading(Kind.AMOUNT, said, first.start, last.end, original[first.start : last.end], first.turn)
