"""What a correction says of an order's trade: how much, of which token, for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.intents import Exact, Order
from agent.words.amends import frames
from agent.words.amends.outcome import Unfit
from agent.words.languages import Heard
from agent.words.reading.clauses import INEXACT, OR, merged, spec_for
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

_SILENT = frozenset({Kind.FILLER, Kind.POLITE, Kind.REFERENCE, Kind.JOIN})
_GIVES = frozenset({"from", "on"})
_GETS = frozenset({"to", "in"})
_LAST_HOUR, _LAST_DAY = 24, 31
_NOTHING = frozenset({"", "of"})
_PLACES = frozenset({"from", "in", "for"})


@dataclass
class Pieces:
    """The amounts and tokens of a correction; each token with the preposition before it. `of`: the token right
    behind the amount. `strange`: what is none of that.
    """

    amounts: list[Reading] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    of: str | None = None
    inexact: bool = False
    strange: list[str] = field(default_factory=list)


def pieces(said: str, vocabulary: Vocabulary, spoken: Heard) -> Pieces:
    """What stands in the words, each thing in its role."""
    found, way = Pieces(), ""
    before: Reading | None = None
    for reading in read(said, vocabulary, language=spoken):
        if reading.kind in INEXACT or (reading.kind is Kind.JOIN and reading.text == OR):
            found.inexact = True
        elif reading.kind is Kind.AMOUNT:
            found.amounts.append(reading)
            found.strange += [way] if way in _PLACES else []
        elif reading.kind is Kind.TOKEN and before is not None and before.kind is Kind.AMOUNT and way in _NOTHING:
            found.of = reading.text
        elif reading.kind is Kind.TOKEN:
            found.tokens.append((way, reading.text))
        elif reading.kind is Kind.PREPOSITION:
            way = reading.text
            continue
        elif reading.kind not in _SILENT and reading.words.casefold() not in frames.GLUE:
            found.strange.append(reading.words)
            continue
        if reading.kind not in _SILENT:
            before, way = reading, ""
    found.amounts = merged(found.amounts)
    return found


def traded(base: Order, said: str, was: str | None, vocabulary: Vocabulary, spoken: Heard) -> dict[str, Any] | Unfit:
    """The fields of the trade that are said anew. `was`: the token that is no longer meant."""
    named = frames.AMOUNTS.match(said)
    said = said[named.end() :] if named is not None else said
    found = pieces(said, vocabulary, spoken)
    if found.strange:
        return Unfit("words", tuple(found.strange))
    if found.inexact or len(found.amounts) > 1:
        return Unfit("amount")
    if not found.amounts and not found.tokens:
        return {}
    changes: dict[str, Any] = {}
    if found.amounts:
        amount = _amount(base, found.amounts[0], found.of, named is not None, vocabulary)
        if isinstance(amount, Unfit):
            return amount
        changes |= amount
    tokens = _tokens(base, found.tokens, was, vocabulary)
    if isinstance(tokens, Unfit):
        return tokens
    return changes | tokens


def _amount(
    base: Order, reading: Reading, of: str | None, named: bool, vocabulary: Vocabulary
) -> dict[str, Any] | Unfit:
    """The amount in the place of the one that was said: of the same token, and the number may be nothing else."""
    side, token = ("to_amount", base.to_asset) if base.to_amount is not None else ("amount", base.asset)
    if of is not None and of != token:
        return Unfit("side", (str(base.asset), str(base.to_asset)))
    spec = spec_for(reading, str(token), vocabulary)
    if spec is None:
        return Unfit("amount")
    if not isinstance(spec, Exact):
        exact = isinstance(base.amount or base.to_amount, Exact)
        return Unfit("amount") if base.kind == "dca" or exact or side == "to_amount" else {"amount": spec}
    if not named:
        other = _also(base, spec, of, reading.said.dollars, str(token), vocabulary)
        if other:
            return Unfit("which", (f"the amount {spec.value} {token}", *other))
    return {side: spec}


def _also(
    base: Order, spec: Exact, of: str | None, dollars: bool, token: str, vocabulary: Vocabulary
) -> Sequence[str]:
    """What else the number may be, as one would say it."""
    value = spec.value
    if base.kind != "dca":
        priced = of is None or token in vocabulary.dollars
        return (f"the price {value}",) if priced else ()
    if of is not None or dollars or not value.isdecimal():
        return ()
    number, other = int(value), []
    if base.hour is not None and number <= _LAST_HOUR:
        other.append(f"at {value}:00")
    if base.day is not None and number <= _LAST_DAY:
        other.append(f"every month on the {value}th")
    if base.hours is not None:
        other.append(f"every {value} hours")
    ends = {"times": base.count, "days": base.days, "months": base.months}
    other += [
        f"{value} times" if unit == "times" else f"for {value} {unit}"
        for unit, said in ends.items()
        if said is not None
    ]
    return other


def _tokens(
    base: Order, tokens: Sequence[tuple[str, str]], was: str | None, vocabulary: Vocabulary
) -> dict[str, Any] | Unfit:
    """Each token in the place of the one on its side."""
    changes: dict[str, Any] = {}
    for way, token in tokens:
        side = _side(base, way, token, was, vocabulary)
        if side is None or side in changes:
            return Unfit("side", (str(base.asset), str(base.to_asset)))
        changes[side] = token
    given, got = changes.get("asset", base.asset), changes.get("to_asset", base.to_asset)
    if given == got:
        return Unfit("side", (str(base.asset), str(base.to_asset)))
    if given != base.asset and not (
        isinstance(base.amount, Exact) and {str(given), str(base.asset)} <= vocabulary.dollars
    ):
        return Unfit("of", (str(given),))
    if got != base.to_asset and base.to_amount is not None:
        return Unfit("of", (str(got),))
    if base.priced is not None and base.priced not in (given, got):
        return Unfit("price", (str(got if base.priced == base.to_asset else given),))
    return changes


def _side(base: Order, way: str, token: str, was: str | None, vocabulary: Vocabulary) -> str | None:
    """'asset' or 'to_asset'; None where it may be either."""
    if was is not None:
        return {base.asset: "asset", base.to_asset: "to_asset"}.get(was)
    if token in (base.asset, base.to_asset) and not way:
        return None
    if way in _GIVES or way in _GETS:
        return "asset" if way in _GIVES else "to_asset"
    sides = [
        side for side, each in (("asset", base.asset), ("to_asset", base.to_asset)) if each in vocabulary.dollars
    ]
    if way == "for" and token in vocabulary.dollars and len(sides) == 1:
        return sides[0]  # "for dai" says it of the dollars, whichever side they are on
    return None
