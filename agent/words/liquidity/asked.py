"""'Provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500', 'close position 9': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a number or a token means here what it means everywhere;
anything else in a slot, and there is no such wish. The range is cut out first, wherever it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.intents import (
    AmountSpec,
    Cancel,
    Close,
    Collect,
    Exact,
    Finish,
    Percentage,
    Provide,
    Range,
    Reposition,
)
from agent.words.languages import forms_for, language_of
from agent.words.liquidity import frames
from agent.words.liquidity.stopped import going_on
from agent.words.patterns import may
from agent.words.reading.clauses import spec_for
from agent.words.reading.courtesy import whole
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.vocabulary import Vocabulary

LONGEST = 300
"""Characters: a longer message isn't looked through."""
_DOLLARS = frozenset({"$", "usd", "dollar", "dollars", "dólares", "dolares"})


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something of it isn't clear: the `range`, an `amount` or the `tokens` of liquidity that is to be provided, the
    `prices` that a position is to be moved to, `which` position is to be closed.
    """

    what: str


Wish = Provide | Collect | Close | Reposition | Finish | Cancel


def ranging(text: str, vocabulary: Vocabulary) -> Wish | Unclear | None:
    """What a message wants of liquidity positions; None where it says anything else."""
    spoken, _ = forms_for(text, vocabulary)
    said = whole(text, spoken.language)
    if len(said) > LONGEST:
        return None
    if (resumed := going_on(said, text)) is not None:
        return resumed
    if not may(frames.ABOUT, said):
        return None
    for kind, patterns in ((Collect, frames.COLLECTS), (Close, frames.CLOSES)):
        found = next(filter(None, (each.fullmatch(said) for each in patterns)), None)
        if found is not None:
            return kind(position=_number(found))
    if any(each.fullmatch(said) for each in frames.UNNAMED):
        return Unclear("which")
    moved = _moved(said, text, vocabulary)
    if moved is not None:
        return moved
    named, ranged, rest = range_in(said)
    provides = frames.PROVIDES if ranged is None else (*frames.PROVIDES, *frames.PROVIDES_RANGED)
    found = next(filter(None, (each.fullmatch(rest) for each in provides)), None)
    if found is None:
        return None
    vocabulary = replace(vocabulary, language=language_of(text, vocabulary))  # what stands in a slot may say none
    return _provided(found, None if ranged is None else range_of(named, ranged, vocabulary), rest, vocabulary)


def _moved(said: str, text: str, vocabulary: Vocabulary) -> Reposition | Unclear | None:
    """A position that is to lie elsewhere."""
    found = next(filter(None, (each.fullmatch(said) for each in frames.RECENTRES)), None)
    if found is not None:
        return Reposition(position=_number(found), range=None)
    found = next(filter(None, (each.fullmatch(said) for each in frames.MOVES)), None)
    if found is None:
        return None
    vocabulary = replace(vocabulary, language=language_of(text, vocabulary))  # what stands in a slot may say none
    for words in (f"range {found['range']}", found["range"]):
        named, ranged, rest = range_in(words)
        prices = None if ranged is None or rest.strip(" .,!") else range_of(named, ranged, vocabulary)
        if isinstance(prices, Range):
            return Reposition(position=_number(found), range=prices)
    return None if _number(found) is None else Unclear("prices")  # one of a venue has no number


def _number(found: re.Match[str]) -> str | None:
    number = found.groupdict().get("number")
    return None if number is None else str(int(number))


def _provided(
    found: re.Match[str], ranged: Range | Unclear | None, rest: str, vocabulary: Vocabulary
) -> Provide | Unclear | None:
    pieces = [_piece(each, vocabulary) for each in frames.JOINS.split(found["amounts"])]
    named = found.groupdict().get("pair")
    tokens = [_token(each, vocabulary) for each in frames.JOINS.split(named.replace("-", "/"))] if named else []
    if not pieces or None in pieces or None in tokens or len(tokens) not in (0, 2) or len(pieces) > 2:
        return None  # something else stands there
    amounts = {each[0]: each[1] for each in pieces if each is not None}
    both = list(dict.fromkeys(tokens or [each[0] for each in pieces if each is not None]))
    if len(both) != 2 or not amounts.keys() <= set(both) or len(amounts) != len(pieces):
        return Unclear("tokens")
    if ranged is None and frames.RANGE.search(rest):
        return Unclear("range")
    if isinstance(ranged, Unclear):
        return ranged
    if all(amounts.get(each) is None for each in both if each is not None):
        return Unclear("amount")
    first, second = (str(each) for each in both)
    return Provide(
        asset=first, amount=amounts.get(first), to_asset=second, to_amount=amounts.get(second), range=ranged
    )


def _piece(words: str, vocabulary: Vocabulary) -> tuple[str, AmountSpec | None] | None:
    """A token with its amount, if one is said: '1,000 USDC', 'ETH', 'all my USDC'."""
    readings = [each for each in read(words, vocabulary) if each.kind is not Kind.FILLER]
    kinds = [each.kind for each in readings]
    if kinds == [Kind.TOKEN]:
        return readings[0].text, None
    if kinds != [Kind.AMOUNT, Kind.TOKEN]:
        return None
    spec = spec_for(readings[0], readings[1].text, vocabulary)
    return None if spec is None else (readings[1].text, spec)


def _token(words: str, vocabulary: Vocabulary) -> str | None:
    piece = _piece(words, vocabulary)
    return piece[0] if piece is not None and piece[1] is None else None


def range_in(said: str) -> tuple[str, re.Match[str] | None, str]:
    """The kind of the range that a message names, the words that name it, and the message without them."""
    for kind, patterns in (("prices", frames.PRICES), ("percent", frames.PERCENTS), *frames.NAMED.items()):
        found = next(filter(None, (each.search(said) for each in patterns)), None)
        if found is not None:
            return kind, found, said[: found.start()] + said[found.end() :]
    return "", None, said


def range_of(kind: str, found: re.Match[str], vocabulary: Vocabulary) -> Range | Unclear:
    """The range that words name; Unclear("range") where they name none."""
    if kind == "prices":
        return _prices(found, vocabulary)
    if kind == "percent":
        value = _amount(f"{found['value']} %", vocabulary)
        return Range(kind="percent", value=value.value) if isinstance(value, Percentage) else Unclear("range")
    return Range.model_validate({"kind": kind})


def _prices(found: re.Match[str], vocabulary: Vocabulary) -> Range | Unclear:
    """From the lower to the higher price; a unit behind them is a token or dollars."""
    for named in (found["unit"], found["per"]):
        if named and named.casefold() not in _DOLLARS and vocabulary.symbol(named) is None:
            return Unclear("range")
    if found["per"] and vocabulary.symbol(found["per"]) in vocabulary.dollars and _symbol(found["unit"], vocabulary):
        return Unclear("range")  # the other way round: ETH a USDC
    low, high = (_amount(found[end].replace("$", "").strip(), vocabulary) for end in ("low", "high"))
    if not isinstance(low, Exact) or not isinstance(high, Exact) or _one_in_thousands(found):
        return Unclear("range")
    return Range(kind="prices", low=low.value, high=high.value)


def _symbol(word: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a token that isn't worth a dollar."""
    symbol = vocabulary.symbol(word)
    return symbol is not None and symbol not in vocabulary.dollars


def _one_in_thousands(found: re.Match[str]) -> bool:
    """ "2.5 to 3.5k": from 2.5 or from 2,500?"""
    bare = [found[end].strip("$ ") for end in ("low", "high") if not found[end].strip().casefold().endswith("k")]
    return len(bare) == 1 and len(re.split(r"[.,]", bare[0])[0]) < 3


def _amount(words: str, vocabulary: Vocabulary) -> AmountSpec | None:
    readings = [each for each in read(words, vocabulary) if each.kind is not Kind.FILLER]
    if [each.kind for each in readings] != [Kind.AMOUNT] or readings[0].said.rest or readings[0].said.dollars:
        return None
    return readings[0].said.spec
