"""Number words of Spanish and German: 'dos mil quinientos' and 'zweitausendfünfhundert' are 2500."""

from __future__ import annotations

import re
from collections.abc import Sequence

Spelled = tuple[int, int] | None
"""The number and how many words say it."""


def _words(text: str) -> list[str]:
    return text.split()


_ES_ONES = _words("uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince")
_ES_TEENS = {
    "un": 1, "una": 1, "dieciséis": 16, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19,
    "veinte": 20, "veintiuno": 21, "veintiún": 21, "veintiun": 21, "veintiuna": 21, "veintidós": 22,
    "veintidos": 22, "veintitrés": 23, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25,
    "veintiséis": 26, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
_ES_UNITS: dict[str, int] = {word: value for value, word in enumerate(_ES_ONES, start=1)} | _ES_TEENS
_ES_TENS = {
    word: value * 10
    for value, word in enumerate(_words("treinta cuarenta cincuenta sesenta setenta ochenta noventa"), start=3)
}
_ES_HUNDREDS: dict[str, int] = {
    f"{stem}{gender}s": value
    for stem, value in (
        ("doscient", 200), ("trescient", 300), ("cuatrocient", 400), ("quinient", 500), ("seiscient", 600),
        ("setecient", 700), ("ochocient", 800), ("novecient", 900),
    )
    for gender in "oa"
} | {"cien": 100, "ciento": 100}  # fmt: skip
_ES_SCALES = {"mil": 1000, "millón": 10**6, "millon": 10**6, "millones": 10**6}

_DE_ONES: dict[str, int] = {
    word: value
    for value, word in enumerate(
        _words(
            "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn"
            " siebzehn achtzehn neunzehn"
        ),
        start=1,
    )
} | {"ein": 1, "eine": 1, "einen": 1, "zwo": 2, "einem": 1, "einer": 1}
_DE_TENS: dict[str, int] = {
    word: value * 10
    for value, word in enumerate(_words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"), start=2)
}
_DE_SCALES = {"million": 10**6, "millionen": 10**6, "mio": 10**6, "milliarde": 10**9, "milliarden": 10**9}


def _plain(word: str) -> str:
    """As the tables have it: ss for ß, and umlauts as two letters."""
    word = word.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        word = word.replace(umlaut, letters)
    return word


_DE_SMALL = {_plain(word): value for word, value in (_DE_ONES | _DE_TENS).items()}
_DE_SMALL |= {word.replace("ue", "u").replace("oe", "o"): value for word, value in _DE_SMALL.items()}
_DE_TWO = re.compile(
    rf"(?P<one>{'|'.join(sorted((w for w, v in _DE_SMALL.items() if v < 10), key=len, reverse=True))})und"
    rf"(?P<ten>{'|'.join(sorted((w for w, v in _DE_SMALL.items() if v >= 20), key=len, reverse=True))})"
)


def german_word(word: str) -> int | None:
    """One German number word below a million: 'zweitausendfünfhundert' is 2500; None for any other word."""
    word = _plain(word)
    if "tausend" in word:
        before, _, after = word.partition("tausend")
        many = 1 if not before else _below_thousand(before)
        rest = 0 if not after else _below_thousand(after.removeprefix("und") if after != "und" else after)
        return None if many is None or rest is None else many * 1000 + rest
    return _below_thousand(word)


def _below_thousand(word: str) -> int | None:
    if "hundert" in word:
        before, _, after = word.partition("hundert")
        many = 1 if not before else _below_hundred(before)
        rest = 0 if not after else _below_hundred(after.removeprefix("und") if after != "und" else after)
        return None if many is None or rest is None or many > 19 else many * 100 + rest
    return _below_hundred(word)


def _below_hundred(word: str) -> int | None:
    if word in _DE_SMALL:
        return _DE_SMALL[word]
    two = _DE_TWO.fullmatch(word)
    return None if two is None else _DE_SMALL[two["one"]] + _DE_SMALL[two["ten"]]


def german_number(words: Sequence[str]) -> Spelled:
    """'zwei millionen dreihunderttausend', 'fünf hundert', 'zwanzig'. A scale behind figures isn't read here."""
    total, used, ceiling = 0, 0, 10**12
    while used < len(words):
        value = german_word(words[used])
        if value is None:
            break
        scale = _DE_SCALES.get(words[used + 1]) if used + 1 < len(words) else None
        small = {"hundert": 100, "tausend": 1000}.get(words[used + 1]) if used + 1 < len(words) else None
        if scale is None and small is not None and value < (20 if small == 100 else small):
            value, used = value * small, used + 1
        if scale is not None and scale < ceiling:
            total, ceiling, used = total + value * scale, scale, used + 2
            continue
        if value >= ceiling or (used and total % 1000):
            return None
        total, ceiling, used = total + value, 1000 if value % 1000 == 0 and value else 1, used + 1
        if ceiling == 1:
            break
    return (total, used) if used else None


def spanish_number(words: Sequence[str]) -> Spelled:
    """'dos mil quinientos', 'ciento veinte', 'treinta y cinco', 'un millón', 'mil'."""
    total, group, used, room, ceiling = 0, 0, 0, 1000, 10**12
    while used < len(words):
        word = words[used]
        if word == "y" and _joins(words, used, room):
            used += 1
            continue
        scale = _ES_SCALES.get(word)
        if scale is not None:
            if scale >= ceiling or (group == 0 and (scale != 1000 or (total and used == 0))):
                break
            total, group, room, ceiling, used = total + (group or 1) * scale, 0, 1000, scale, used + 1
            continue
        value, after = _spanish_value(word)
        if value == 0 or value >= room:
            break
        group, room, used = group + value, after, used + 1
    return (total + group, used) if used and total + group else None


def _spanish_value(word: str) -> tuple[int, int]:
    """What a word says, and below what the next one must be."""
    if word in _ES_HUNDREDS:
        return _ES_HUNDREDS[word], 1 if word == "cien" else 100
    if word in _ES_TENS:
        return _ES_TENS[word], 10
    return _ES_UNITS.get(word, 0), 1


def _joins(words: Sequence[str], place: int, room: int) -> bool:
    """The "y" between tens and ones: 'treinta y cinco'."""
    follows = _ES_UNITS.get(words[place + 1], 0) if place + 1 < len(words) else 0
    return place > 0 and words[place - 1] in _ES_TENS and room == 10 and 0 < follows < 10


ES_WORDS = frozenset({*_ES_UNITS, *_ES_TENS, *_ES_HUNDREDS, *_ES_SCALES})
DE_WORDS = frozenset({*_DE_ONES, *_DE_TENS, *_DE_SCALES, "hundert", "tausend"})
