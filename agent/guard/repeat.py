"""Words that point at what was done before: 'repeat my last futures trade', 'use the amount from my last spot buy'.

They resolve only against the calls that the record says were done for the same user, the latest that the words fit.
Whatever the words change is worked out here; what isn't wholly understood gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from agent.guard.bind_call import MOST_SLIPPAGE, number_of
from agent.guard.families import FAMILIES, NUMBERS, Family, Role
from agent.guard.order import AMOUNT, DIRECTIONS, Number, Order
from agent.guard.record import Call
from agent.intents import Exact, Percentage
from agent.words.reading.clauses import Clause, Placed
from agent.words.reading.numbers import canonical
from agent.words.reading.readings import Kind, Reading, Said
from agent.words.vocabulary import Vocabulary

_MORE, _LESS = frozenset({"increase", "raise"}), frozenset({"decrease", "reduce", "lower"})
_TIMES = {"double": Decimal(2), "twice": Decimal(2), "triple": Decimal(3), "halve": Decimal("0.5")}
_SWITCHES = frozenset({"switch the pool order", "swap the pool order", "swap the order", "switch the order"})
_THE_AMOUNT = frozenset({"the amount", "that much", "that amount"})
_SILENT = frozenset({Kind.LAST, Kind.JOIN, Kind.EXCEPT, Kind.REFERENCE, Kind.TOKEN})
_WORDS = frozenset({"instead", "time", "provision"})
_SIZES = (Role.AMOUNT, Role.MARGIN)


def repeated(orders: Sequence[Order], done: Sequence[Call], vocabulary: Vocabulary) -> Call | None:
    """The call that the words order by repeating one, None where they order none, or not clearly."""
    if not orders or orders[0].verb != "repeat":
        return None
    row = _row(orders[0], done, vocabulary.dollars)
    if row is None:
        return None
    args: dict[str, Any] = dict(row.args)
    family = FAMILIES[row.function]
    for order in orders[1:]:
        direction = next((name for name in args if family.role(name) is Role.DIRECTION), None)
        if order.verb not in DIRECTIONS or order.direction is None or direction is None:
            return None
        args[direction] = order.direction
    rest = [placed for order in orders for placed in order.clause.placed if not _is_silent(placed.reading)]
    changed = _changed(args, family, rest)
    return None if changed is None else Call(row.function, changed)


def is_same(call: Call, expected: Call) -> bool:
    """Whether a call is the expected one; what a trade may slip is bounded where nobody said it."""
    if call.function != expected.function:
        return False
    family = FAMILIES[call.function]
    for name in {*call.args, *expected.args}:
        given, wanted = call.args.get(name), expected.args.get(name)
        if wanted is None and family.role(name) is Role.SLIPPAGE:
            number = number_of(given)
            if number is None or number > MOST_SLIPPAGE:
                return False
        elif not _equal(given, wanted, family.role(name)):
            return False
    return True


def reused(orders: Sequence[Order], done: Sequence[Call]) -> list[Order]:
    """The orders, each behind a 'use the amount from my last …' with that amount in it."""
    found: list[Order] = []
    amount: Decimal | None = None
    for order in orders:
        if order.verb == "reuse":
            row = _row(order, done)
            amount = None if row is None else _size(row)
        elif amount is not None and not order.labelled(AMOUNT):
            found.append(_with_amount(order, amount))
            amount = None
        else:
            found.append(order)
    return found


def _row(order: Order, done: Sequence[Call], dollars: frozenset[str] = frozenset()) -> Call | None:
    """The latest that the words fit: its kind of trade, its direction and token where they are said."""
    for call in reversed(done):
        family = FAMILIES.get(call.function)
        if family is None or not family.product or order.products != {family.product}:
            continue
        tokens = {token.text for token in order.tokens} - (frozenset() if family.of_token else dollars)
        directions = {call.args.get("direction"), call.args.get("position")}
        fits = order.direction is None or order.direction in directions
        if fits and tokens <= {call.args.get("token")} and order.clause.of(Kind.LAST):
            return call
    return None


def _size(row: Call) -> Decimal | None:
    family = FAMILIES[row.function]
    sizes = [value for name, value in row.args.items() if name in family.args and family.role(name) in _SIZES]
    return number_of(sizes[0]) if len(sizes) == 1 else None


def _with_amount(order: Order, amount: Decimal) -> Order:
    said = Said(Exact(value=canonical(f"{amount:f}")))
    reading = Reading(Kind.AMOUNT, said, -1, 0, "", -1)
    placed = tuple(each for each in order.clause.placed if each.reading.words.casefold() not in _THE_AMOUNT)
    clause = Clause(order.clause.verb, placed, order.clause.dangling)
    return replace(order, clause=clause, numbers=(*order.numbers, Number(reading, AMOUNT)))


def _is_silent(reading: Reading) -> bool:
    """What only names the row, or joins: 'my last ETH futures trade', 'but'. `_row` has looked at the tokens."""
    named = reading.kind is Kind.PARTICLE and not reading.text.endswith(":")
    return named or reading.kind in _SILENT or (reading.kind is Kind.WORD and reading.text in _WORDS)


def _changed(args: dict[str, Any], family: Family, rest: Sequence[Placed]) -> dict[str, Any] | None:
    """The arguments with what the words change; None where a word is left that changes them in an unknown way."""
    left = iter(rest)
    for placed in left:
        word = placed.reading.words.casefold()
        if word in _SWITCHES and {"pool1", "pool2"} <= args.keys():
            args = {**args, "pool1": args["pool2"], "pool2": args["pool1"]}
        elif word in _TIMES:
            name, now = _sized(args, family)
            if now is None or next(left, placed).reading.words.casefold() not in {*_THE_AMOUNT, word}:
                return None
            args = {**args, name: now * _TIMES[word]}
        elif word in _MORE | _LESS:
            stepped = _stepped(args, family, left, 1 if word in _MORE else -1)
            if stepped is None:
                return None
            args = stepped
        elif not _is_own_label(placed, args, family):
            return None
    return args


def _is_own_label(placed: Placed, args: Mapping[str, Any], family: Family) -> bool:
    """'my last leverage trade': a label that names the trade."""
    return placed.reading.kind is Kind.PARTICLE and placed.reading.text.removesuffix(":") == family.product


def _sized(args: Mapping[str, Any], family: Family) -> tuple[str, Decimal | None]:
    name = next((each for each in args if family.role(each) in _SIZES), "")
    return name, number_of(args.get(name))


def _stepped(args: Mapping[str, Any], family: Family, left: Iterator[Placed], sign: int) -> dict[str, Any] | None:
    """'increase the price by 100', 'decrease leverage to 2x'."""
    what, number = next(left, None), next(left, None)
    if what is None or number is None or number.role not in ("on", "to"):
        return None
    value = _value(number.reading)
    name = _name(what.reading, args, family)
    now = number_of(args.get(name))
    if value is None or now is None:
        return None
    stepped = value if number.role == "to" else now + sign * value
    towards = stepped > now if sign > 0 else stepped < now
    return {**args, name: stepped} if towards and stepped > 0 else None


def _name(reading: Reading, args: Mapping[str, Any], family: Family) -> str:
    if reading.words.casefold() in _THE_AMOUNT:
        return _sized(args, family)[0]
    label = reading.text.removesuffix(":") if reading.kind is Kind.PARTICLE else ""
    return next((name for name in args if family.role(name).value == label), "")


def _value(reading: Reading) -> Decimal | None:
    if reading.kind is Kind.MULTIPLE:
        return Decimal(reading.text)
    spec = reading.said.spec if reading.kind is Kind.AMOUNT else None
    return (
        None if spec is None or isinstance(spec, Percentage) or not isinstance(spec, Exact) else Decimal(spec.value)
    )


def _equal(given: Any, wanted: Any, role: Role) -> bool:
    if role in NUMBERS:
        number = number_of(given)
        return number is not None and number == number_of(wanted)
    return isinstance(given, str) and given == wanted
