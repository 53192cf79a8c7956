"""A correction of a position that is shown: "no, 500", "range 2,400 to 3,600", "make it ±10 %".

A range stands in the place of the range, an amount in the place of the one amount that was said. Everything else is
asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from agent.intents import Exact, Provide, Range, Reposition
from agent.words.amends import frames
from agent.words.amends.outcome import Unfit
from agent.words.amends.peel import Peeled
from agent.words.amends.sentence import reads_as
from agent.words.amends.trade import Pieces, pieces
from agent.words.languages import Heard
from agent.words.liquidity.asked import range_in, range_of
from agent.words.liquidity.frames import RANGE
from agent.words.reading.clauses import spec_for
from agent.words.vocabulary import Vocabulary

_NEAR = 4
"""A number within so many times the prices of a range may be one of them."""


def corrected(
    base: Provide | Reposition, said: Peeled, vocabulary: Vocabulary, spoken: Heard
) -> Provide | Reposition | Unfit | None:
    """The position with what is said anew in the place of its like; None where that is no correction of it."""
    anew = _changed(base, said.said, said.old, said.marked, vocabulary, spoken)
    if anew is None or isinstance(anew, Unfit):
        return anew
    by_token = not said.old or _token(said.old, vocabulary, spoken) is not None
    if not by_token and _changed(base, said.old, "", True, vocabulary, spoken) != base:
        return Unfit("old", (said.old,))
    if anew == base:
        return Unfit("same")
    if isinstance(anew, Provide) and not reads_as(anew, vocabulary):
        return Unfit("fit")
    return anew


def _changed(
    base: Provide | Reposition, said: str, old: str, marked: bool, vocabulary: Vocabulary, spoken: Heard
) -> Provide | Reposition | Unfit | None:
    if frames.WIDER.match(said) or (isinstance(base, Provide) and frames.POOL.match(said)):
        return Unfit("width" if frames.WIDER.match(said) else "pool")
    ranged, rest = _ranged(said, replace(vocabulary, language=spoken.code))
    if isinstance(ranged, Unfit):
        return ranged if marked or not pieces(rest, vocabulary, spoken).strange else None
    if ranged is None and RANGE.search(said):
        return Unfit("range") if marked else None
    found = pieces(_unnamed(rest), vocabulary, spoken)
    if found.strange or (ranged is None and not marked):
        return Unfit("words", tuple(found.strange)) if found.strange and marked and ranged is not None else None
    money: dict[str, Any] | Unfit = {}
    if found.amounts or found.tokens or found.inexact:
        named = ranged is not None or frames.AMOUNTS.match(rest) is not None
        money = _money(base, found, old, named, vocabulary, spoken) if isinstance(base, Provide) else Unfit("range")
    return money if isinstance(money, Unfit) else _with(base, ({} if ranged is None else {"range": ranged}) | money)


def _with(base: Provide | Reposition, fields: dict[str, Any]) -> Provide | Reposition | Unfit | None:
    if not fields:
        return None
    try:
        return base.__class__.model_validate({**base.model_dump(), **fields})
    except ValidationError:
        return Unfit("fit")


def _unnamed(said: str) -> str:
    named = frames.AMOUNTS.match(said)
    return said if named is None else said[named.end() :]


def _ranged(said: str, vocabulary: Vocabulary) -> tuple[Range | Unfit | None, str]:
    """The range, and the words without it."""
    named = frames.NAMED_RANGE.match(said)
    if named is not None:
        return Range.model_validate({"kind": str(named.lastgroup)}), ""
    words = f"range {said}" if frames.TWO_PRICES.match(said) else said
    kind, found, rest = range_in(words)
    if found is None:
        return None, said
    ranged = range_of(kind, found, vocabulary)
    return (ranged if isinstance(ranged, Range) else Unfit("range")), rest.strip(" ,;")


def _money(
    base: Provide, found: Pieces, old: str, named: bool, vocabulary: Vocabulary, spoken: Heard
) -> dict[str, Any] | Unfit:
    """The amount, or the token, in the place of the one that was said."""
    both = (base.asset, base.to_asset)
    if found.inexact or len(found.amounts) > 1:
        return Unfit("amount")
    if found.tokens:
        return _token_in_place(base, found, old, vocabulary, spoken)
    said = [side for side, each in (("amount", base.amount), ("to_amount", base.to_amount)) if each is not None]
    of = {"amount": base.asset, "to_amount": base.to_asset}
    sides = [side for side in said if found.of in (None, of[side])]
    if len(sides) != 1:
        return Unfit("side" if found.of is not None else "which", both)
    [side] = sides
    spec = spec_for(found.amounts[0], of[side], vocabulary)
    if spec is None:
        return Unfit("amount")
    if not isinstance(spec, Exact):
        return Unfit("amount") if isinstance(getattr(base, side), Exact) else {side: spec}
    if not named and found.of is None and _may_be_price(spec.value, base.range):
        return Unfit("which", (f"{spec.value} {of[side]}", *_ranges(spec.value, base.range)))
    return {side: spec}


def _token_in_place(
    base: Provide, found: Pieces, old: str, vocabulary: Vocabulary, spoken: Heard
) -> dict[str, Any] | Unfit:
    """Another token for the one that is no longer meant; its amount stays where both are worth a dollar."""
    both = (base.asset, base.to_asset)
    was = _token(old, vocabulary, spoken) if old else None
    if was not in both or len(found.tokens) != 1 or found.amounts:
        return Unfit("side", both)
    new, first = found.tokens[0][1], was == base.asset
    if new in both:
        return Unfit("side", both)
    amount = base.amount if first else base.to_amount
    if amount is not None and not (isinstance(amount, Exact) and {new, str(was)} <= vocabulary.dollars):
        return Unfit("of", (new,))
    prices = base.range is not None and base.range.kind == "prices"
    if prices and not {new, str(was)} <= vocabulary.dollars:
        return Unfit("range")
    return {"asset" if first else "to_asset": new}


def _token(words: str, vocabulary: Vocabulary, spoken: Heard) -> str | None:
    found = pieces(words, vocabulary, spoken)
    return found.tokens[0][1] if len(found.tokens) == 1 and not found.amounts and not found.strange else None


def _ranges(value: str, ranged: Range | None) -> Iterator[str]:
    """The ranges that have the number as one end."""
    if ranged is not None and ranged.low is not None and ranged.high is not None:
        if Decimal(value) < Decimal(ranged.high):
            yield f"range {value} to {ranged.high}"
        if Decimal(ranged.low) < Decimal(value):
            yield f"range {ranged.low} to {value}"


def _may_be_price(value: str, ranged: Range | None) -> bool:
    """Whether the number may be one end of the range as well: its like is near."""
    if ranged is None or ranged.low is None or ranged.high is None:
        return False
    number = Decimal(value)
    return Decimal(ranged.low) <= number * _NEAR and number <= Decimal(ranged.high) * _NEAR
