"""Where an amount or a duration stands in a text: figures or number words with all that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.intents import Exact, Percentage
from agent.words.language import Language, Spelled
from agent.words.reading import numbers
from agent.words.reading.lexemes import Lexeme, key_of
from agent.words.reading.readings import Kind, Said, Value
from agent.words.vocabulary import Vocabulary, spellings

Found = tuple[Kind, Value, int]
"""A kind, its value, and the index of the first lexeme that doesn't belong to it."""

_SMALL = 2  # digits
_LONGEST = 12  # words of a number
_OTHER_MONEY = "€£¥₿₽₹"
_ONE = "1"


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads numbers in the lexemes of one text."""

    lexemes: Sequence[Lexeme]
    language: Language
    vocabulary: Vocabulary
    certain: bool = True

    def at(self, place: int) -> Found | None:
        """The amount or duration that begins at `place`, doubtful ones included."""
        lexeme = self.lexemes[place]
        if lexeme.shape == "mark":
            return self._marked(place)
        if lexeme.shape == "number":
            return self._literal(place)
        if lexeme.shape == "word" and self.language.spelled is not None:
            return self._fraction(place) or self._spelled(place, self.language.spelled)
        if lexeme.shape == "word":
            return self._half(place) or self._words(place)
        return None

    def _key(self, place: int) -> str:
        return self.lexemes[place].key if place < len(self.lexemes) else ""

    def _is_number(self, place: int) -> bool:
        return place < len(self.lexemes) and self.lexemes[place].shape == "number"

    def _marked(self, place: int) -> Found | None:
        mark = self._key(place)
        if mark == "$" and self._key(place + 1) in ("-", "+") and self._is_number(place + 2):
            return Kind.BAD_AMOUNT, "An amount has no sign: say a number above zero.", place + 3
        if not self._is_number(place + 1):
            return None
        touching = self.lexemes[place].touches(self.lexemes[place + 1])
        if mark == "," and touching and not self._hangs_on_word(place):
            said = f",{self._key(place + 1)[:40]}"
            return Kind.BAD_AMOUNT, f"`{said}` can be a part of one or a whole number: write 0.5 or 5.", place + 2
        if mark[0] in "-+" or (mark[0] in "—―" and touching):
            return (
                Kind.BAD_AMOUNT,
                f"An amount has no sign: “{mark[0]}{self._key(place + 1)[:40]}” isn't one.",
                place + 2,
            )
        if mark in _OTHER_MONEY:
            return Kind.BAD_AMOUNT, f"I don't count in {mark}: say an amount of a token.", place + 2
        return self._literal(place + 1, dollars=True) if mark == "$" else None

    def _hangs_on_word(self, place: int) -> bool:
        """Whether the mark stands right behind a word: "bob,75" names bob, and then 75."""
        return (
            place > 0
            and self.lexemes[place - 1].shape == "word"
            and self.lexemes[place - 1].touches(self.lexemes[place])
        )

    def _literal(self, place: int, dollars: bool = False) -> Found:
        lexeme = self.lexemes[place]
        if self._key(place + 1) == "/" and self._is_number(place + 2):
            said = f"{lexeme.text[:20]}/{self._key(place + 2)[:20]}"
            return Kind.BAD_AMOUNT, f"I can't write {said} exactly: say a percentage or an amount.", place + 3
        try:
            value = numbers.figures(lexeme.text, self.language.decimal, self.certain)
            value, after = self._glued(value, place)
        except numbers.Doubtful as doubt:
            return Kind.BAD_AMOUNT, str(doubt), self._end_of_glued(place)
        return self._finished(*self._and_part(value, after), place, dollars)

    def _glued(self, value: str, place: int) -> tuple[str, int]:
        """A multiplier or a known unit right behind the figures: '1k', '30d', '100usdc'. Raises Doubtful."""
        after = place + 1
        if after >= len(self.lexemes) or not self.lexemes[place].touches(self.lexemes[after]):
            return value, after
        unit = self.lexemes[after]
        if unit.shape == "mark" or unit.shape == "newline":
            return value, after
        if unit.key in self.language.suffixes:
            return numbers.shifted(value, self.language.suffixes[unit.key]), after + 1
        if self._is_unit(unit.key):
            return value, after
        raise numbers.Doubtful(f"I can't read “{(self.lexemes[place].text + unit.text)[:40]}”: write all the digits.")

    def _end_of_glued(self, place: int) -> int:
        after = place + 1
        glued = after < len(self.lexemes) and self.lexemes[place].touches(self.lexemes[after])
        return after + 1 if glued and self.lexemes[after].shape == "word" else after

    def _is_unit(self, word: str) -> bool:
        language = self.language
        known = word in language.durations or word in language.percent or word in language.dollars
        return known or word in language.multiples or self.vocabulary.symbol(word) is not None

    def _words(self, place: int) -> Found | None:
        first, following = self._key(place), self._key(place + 1)
        scales, units = self.language.scales, self.language.units
        if first in self.language.articles:
            if following in self.language.durations:
                return self._finished(_ONE, place + 1, place, dollars=False)
            if following not in scales:
                return None
            words, after = [next(word for word, value in units.items() if value == 1)], place + 1
        elif first in units:
            words, after = [], place
        else:
            return None
        after = self._collect(words, after)
        lone = words == [first] and first in self.language.pronoun_one
        if lone and not self._counts_something(after) and self._and_part(_ONE, after)[1] == after:
            return Kind.FILLER, first, after
        value = numbers.counted(words, units, scales)
        if value is None:
            said = " ".join(lexeme.text for lexeme in self.lexemes[place : min(after, place + 6)])
            return Kind.BAD_AMOUNT, f"I can't read “{said}” as a number: write it in figures.", after
        return self._finished(*self._and_part(str(value), after), place, dollars=False)

    def _and_part(self, value: str, after: int) -> tuple[str, int]:
        """'One and a half', '2 and three quarters': below a hundred, where it can't be half of what was counted."""
        if self._key(after) not in self.language.number_joins or len(value) > _SMALL or not value.isdecimal():
            return value, after
        longest, fractions = _fractions(self.language)
        for length in range(longest, 0, -1):
            part = fractions.get(tuple(self._key(place) for place in range(after + 1, after + 1 + length)))
            if part is not None:
                return numbers.canonical(f"{value}.{part:0>2}"), after + 1 + length
        return value, after

    def _spelled(self, place: int, spelled: Spelled) -> Found | None:
        """Number words of another language than English: 'zweitausendfünfhundert', 'dos mil quinientos'."""
        keys = [self._key(each) for each in range(place, min(place + _LONGEST, len(self.lexemes)))]
        found = spelled(keys)
        if found is None:
            return None
        value, after = str(found[0]), place + found[1]
        lone = found == (1, 1) and keys[0] in self.language.pronoun_one
        if lone and not self._counts_something(after) and self._and_half(value, after)[1] == after:
            return Kind.FILLER, keys[0], after
        if not self.certain and keys[found[1] - 1] in numbers.DOUBTFUL_SCALES:
            return Kind.BAD_AMOUNT, f"“{keys[found[1] - 1]}” has two meanings: write the number in figures.", after
        return self._finished(*self._and_half(value, after), place, dollars=False)

    def _and_half(self, value: str, after: int) -> tuple[str, int]:
        """'Dos y medio'."""
        joined = self._key(after) in self.language.number_joins and len(value) <= _SMALL and value.isdecimal()
        if joined and self.language.fractions.get(self._key(after + 1)) == "0.5":
            return f"{value}.5", after + 2
        return self._and_part(value, after)

    def _fraction(self, place: int) -> Found | None:
        """'Medio ETH', 'einen halben ETH', 'anderthalb Millionen': before what can be counted."""
        for length in (3, 2, 1):
            phrase = " ".join(self._key(each) for each in range(place, place + length))
            value = _spelled_fractions(self.language).get(phrase)
            after = place + length
            if value is not None and (self._counts_something(after) or self._key(after) in self.language.scales):
                return self._finished(value, after, place, dollars=False)
        return None

    def _collect(self, words: list[str], after: int) -> int:
        """Appends the number words from `after` on; 'and' only between two of them."""
        while True:
            word = self._key(after)
            if word in self.language.units or (word in self.language.scales and words):
                words.append(word)
            elif not (word in self.language.number_joins and words and self._continues(words[-1], after + 1)):
                return after
            after += 1

    def _continues(self, before: str, place: int) -> bool:
        return before in self.language.scales and self._key(place) in self.language.units

    def _counts_something(self, after: int) -> bool:
        """'one' followed by a unit is a number; otherwise it stands for a thing ("the core one")."""
        return self._is_unit(self._key(after)) or self._key(after) in self.language.doubtful_durations

    def _half(self, place: int) -> Found | None:
        """'half a million', 'half an hour', 'half an ETH': half of one of them, not half of what there is."""
        if self._key(place) not in self.language.half or self._key(place + 1) not in self.language.articles:
            return None
        unit = self._key(place + 2)
        if unit in self.language.scales:
            return self._finished(numbers.shifted("0.5", self.language.scales[unit]), place + 3, place, dollars=False)
        if unit in self.language.durations or self.vocabulary.symbol(unit) is not None:
            return self._finished("0.5", place + 2, place, dollars=False)
        return None

    def _finished(self, value: str, after: int, start: int, dollars: bool) -> Found:
        """What the words behind a number make of it: a scale, percent, a duration, dollars, or an amount."""
        language = self.language
        if not self.certain and self._key(after) in numbers.DOUBTFUL_SCALES:
            return Kind.BAD_AMOUNT, f"“{self._key(after)}” has two meanings: write the number in figures.", after + 1
        if self._key(after) in language.scales:
            value, after = numbers.shifted(value, language.scales[self._key(after)]), after + 1
        if f"{self._key(after)} {self._key(after + 1)}" in language.percent:
            return self._percent(value, after + 2)
        unit = self._key(after)
        if unit in language.percent:
            return self._percent(value, after + 1)
        if unit in language.multiples and self.lexemes[after - 1].touches(self.lexemes[after]):
            return Kind.MULTIPLE, value, after + 1
        if unit in language.durations:
            return _duration(value, language.durations[unit], after + 1)
        if unit in language.doubtful_durations:
            return Kind.BAD_AMOUNT, f"“{unit}” isn't a fixed time: say it in days or weeks.", after + 1
        if unit == "$" and self.lexemes[after - 1].touches(self.lexemes[after]):
            return _exact(value, after + 1, dollars=True)
        if unit in language.dollars and self.vocabulary.symbol(unit) is None:
            return _exact(value, after + 1, dollars=True)
        return _exact(value, after, dollars)

    def _percent(self, value: str, after: int) -> Found:
        whole, _, fraction = value.partition(".")
        if value == "0" or int(whole) > 100 or (whole == "100" and fraction) or len(value) > 20:
            return (
                Kind.BAD_AMOUNT,
                f"{value[:24]} % isn't a part of anything: say more than 0 and at most 100.",
                after,
            )
        for length in (3, 2, 1):
            if " ".join(self._key(place) for place in range(after, after + length)) in self.language.slippage:
                return Kind.SLIPPAGE, value, after + length
        return Kind.AMOUNT, Said(Percentage(value=value)), after


@lru_cache(maxsize=8)
def _spelled_fractions(language: Language) -> dict[str, str]:
    return {
        spelling: value
        for phrase, value in language.fractions.items()
        for spelling in spellings(phrase, language.code)
    }


@lru_cache(maxsize=8)
def _fractions(language: Language) -> tuple[int, dict[tuple[str, ...], str]]:
    """The phrases for a part that may follow "and", with their hundredths, and the length of the longest."""
    found = {
        key_of(phrase): part
        for part, phrases in language.parts.items()
        if part != "all"
        for phrase in phrases.split(";")
        if not phrase.endswith(language.of) and not phrase.strip()[0].isdigit()
    }
    return max(map(len, found), default=0), found


def _exact(value: str, after: int, dollars: bool) -> Found:
    if value == "0":
        return Kind.BAD_AMOUNT, "Zero moves nothing: say an amount above zero.", after
    if len(value.replace(".", "")) > numbers.MAX_DIGITS:
        return Kind.BAD_AMOUNT, f"An amount has at most {numbers.MAX_DIGITS} digits.", after
    return Kind.AMOUNT, Said(Exact(value=value), dollars), after


def _duration(value: str, seconds: int, after: int) -> Found:
    total = numbers.product(value, seconds)
    if not total.isdecimal() or total == "0" or len(total) > 12:
        return Kind.BAD_AMOUNT, "That isn't a time that I can let pass: say whole seconds, at most ten years.", after
    return Kind.DURATION, int(total), after
