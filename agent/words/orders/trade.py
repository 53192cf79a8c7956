"""The trade in an order's words: what is given, what is got, how much of which, and whose price is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.intents import AmountSpec, Exact, Order
from agent.words.orders import frames
from agent.words.reading.clauses import INEXACT, OR, Clause, spec_for
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.trades import Trade, doubtful_part, read_trade, slips
from agent.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Half:
    """An order is wanted, and something of it isn't said or isn't clear.

    `missing`: 'asset', 'to_asset', 'amount' (an answer fills it in); 'given' (what is given has to have the amount),
    'priced', 'times', 'end', 'protection', 'trade', 'way'; 'which' (order is to go).
    `words`: what isn't understood; `asset`: the token that an amount is missing of.
    """

    missing: str
    words: tuple[str, ...] = ()
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    subject: str
    op: str
    price: str
    unit: str | None


def made(clause: Clause, condition: Condition | None, fields: dict[str, Any], vocabulary: Vocabulary) -> Order | Half:
    """The order of a clause's trade, with its price, or its times in `fields`."""
    sides = _sides(clause, vocabulary)
    if isinstance(sides, Half):
        return sides
    if "to_amount" in sides and (condition is None or sides["asset"] not in vocabulary.dollars):
        return Half("given", asset=sides["asset"])
    if condition is None:
        return Order.model_validate({**sides, **fields, "kind": "dca"})
    if "count" in fields:
        return Half("trade", ("times",))
    priced = _priced(condition.subject, clause, sides, vocabulary)
    if priced is None:
        return Half("priced")
    better = "above" if priced == sides["asset"] else "below"
    op = condition.op or better
    if op != better and "to_amount" in sides:
        return Half("given", asset=sides["asset"])
    kind = {"kind": "limit" if op == better else "stop", "priced": priced, "op": op, "price": condition.price}
    return Order.model_validate({**sides, **fields, **kind})


def _sides(clause: Clause, vocabulary: Vocabulary) -> dict[str, Any] | Half:
    """Both tokens and the one amount."""
    trade = read_trade(clause)
    strange = [each.words for each in _strays(clause)]
    if strange:
        return Half("trade", tuple(strange))
    inexact = clause.of(*INEXACT)
    if inexact:  # beside an amount it is something else: a time that can't be read
        return Half("trade", tuple(each.words for each in inexact)) if clause.amounts else Half("amount")
    if trade.unclear and len(clause.amounts) > 1 and len(clause.of(Kind.TOKEN)) < 3:
        return Half("trade", tuple(each.words for each in clause.amounts[1:]))
    if trade.unclear or (trade.given is None and trade.wanted is None):
        return Half("way")
    if trade.given is None or trade.wanted is None:
        return Half("asset" if trade.given is None else "to_asset")
    if trade.given.text == trade.wanted.text:
        return Half("way")
    amounts = _amounts(trade, trade.given, trade.wanted, vocabulary)
    return (
        amounts
        if isinstance(amounts, Half)
        else {"asset": trade.given.text, "to_asset": trade.wanted.text, **amounts}
    )


def _strays(clause: Clause) -> list[Reading]:
    """What stands for nothing in a trade."""
    found: list[Reading] = []
    for placed in clause.placed:
        reading = placed.reading
        wallet = reading.kind is Kind.WALLET and reading.text == "from"
        trader = reading.kind is Kind.TRADER and placed.role in ("on", "in", "via")
        either = reading.kind is Kind.JOIN and reading.text == OR
        if either or not (wallet or trader or reading.kind in (Kind.AMOUNT, Kind.TOKEN, *INEXACT)):
            found.append(reading)
    tight = slips(clause)
    return found + ([tight] if tight is not None else [])


def _amounts(
    trade: Trade, given: Reading, wanted: Reading, vocabulary: Vocabulary
) -> dict[str, AmountSpec | None] | Half:
    if trade.given_amount is not None and trade.wanted_amount is not None:
        return Half("way")
    said, token = (trade.wanted_amount, wanted) if trade.wanted_amount is not None else (trade.given_amount, given)
    spec = spec_for(said, token.text, vocabulary) if said is not None else None
    if said is None or spec is None:
        return Half("amount", asset=token.text)
    if token is wanted:
        return {"to_amount": spec} if isinstance(spec, Exact) else Half("amount", asset=wanted.text)
    if doubtful_part(said, token):
        return Half("amount", asset=token.text)
    return {"amount": spec}


def _priced(subject: str, clause: Clause, sides: dict[str, Any], vocabulary: Vocabulary) -> str | None:
    """The token whose price is meant: the one that is named, or the one that isn't worth a dollar anyway; of two
    such the one that is bought or sold.
    """
    named = symbol_in(subject, vocabulary) if subject and frames.IT.fullmatch(subject) is None else None
    both = (sides["asset"], sides["to_asset"])
    if named is not None:
        return named if named in both else _wrapped(named, both)
    moving = [each for each in both if each not in vocabulary.dollars]
    if len(moving) == 1:
        return str(moving[0])
    verb = clause.verb.text if clause.verb is not None else ""
    return {"buy": sides["to_asset"], "sell": sides["asset"], "dump": sides["asset"]}.get(verb)


def _wrapped(named: str, both: tuple[str, str]) -> str | None:
    """ETH says the price of WETH, and the other way round: they are one to one."""
    return next((each for each in both if each in (f"W{named}", named.removeprefix("W"))), None)


def symbol_in(words: str, vocabulary: Vocabulary) -> str | None:
    return vocabulary.symbol(frames.OF_PRICE.sub(" ", f" {words} ").strip())
