"""A recorded call bound to an order of the user's: each argument must be what the words say in its role, and what the
words say of value must be in the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from agent.errors import Refused
from agent.guard.families import NAMES, NUMBERS, Family, Role
from agent.guard.order import AMOUNT, Number, Order, looks_like_a_name
from agent.guard.record import Call
from agent.words.reading.clauses import Placed
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

RULE = "bind"
MOST_SLIPPAGE = Decimal("0.01")  # what a trade may slip where the user said nothing: 1 %

_INEXACT = (
    Kind.BAD_AMOUNT,
    Kind.VAGUE,
    Kind.LAST,
    Kind.REFERENCE,
    Kind.EXCEPT,
    Kind.DATE,
    Kind.DURATION,
)
_PUTS_IN = MappingProxyType({"provide": "buy", "remove": "sell"})
_STAKES = MappingProxyType(
    {"stake": "deposit", "deposit": "deposit", "unstake": "withdraw", "remove": "withdraw", "claim": "claim"}
)


def bind_call(call: Call, family: Family, order: Order, vocabulary: Vocabulary) -> None:
    """Raises Refused("bind") with the argument that the order doesn't say."""
    _Binder(call, family, order, vocabulary).bind()


def number_of(value: Any) -> Decimal | None:
    """A finite number above zero or zero, from JSON's numbers or decimal text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


class _Binder:
    def __init__(self, call: Call, family: Family, order: Order, vocabulary: Vocabulary) -> None:
        self.call, self.family, self.order, self.vocabulary = call, family, order, vocabulary
        self.said: list[Reading] = []  # what the arguments have accounted for

    def bind(self) -> None:
        self._require(self.order.verb in self.family.verbs, "function")
        if self.family.product:
            self._require(self.order.products == {self.family.product}, "function")
        inexact = self.order.clause.of(*_INEXACT)
        self._require(not inexact, f"value behind “{inexact[0].words}”" if inexact else "")
        for argument, value in self.call.args.items():
            self._bind(argument, self.family.role(argument), value)
        missing = [name for name in self.family.args if name not in self.call.args]
        self._require(not missing, f"argument {missing[0]}, which the call leaves open," if missing else "")
        self._check_nothing_left()

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise Refused(
                RULE,
                f"The {what} of {self.call.function} isn't in the user's own words.",
                "The user says it, in one sentence.",
            )

    def _bind(self, argument: str, role: Role, value: Any) -> None:
        if role in NUMBERS:
            self._number(argument, role, value)
        elif role in NAMES:
            self._name(argument, role, value)
        else:
            check = self._checks()[role]
            self._require(isinstance(value, str) and check(value), argument)

    def _checks(self) -> Mapping[Role, Callable[[str], bool]]:
        return {
            Role.TOKEN: self._token,
            Role.DIRECTION: self._direction,
            Role.OPTION: lambda value: self.order.options == {value},
            Role.ACTION: lambda value: _STAKES.get(self.order.verb) == value,
            Role.TEXT: self._text,
        }

    def _direction(self, value: str) -> bool:
        return (self.order.direction or _PUTS_IN.get(self.order.verb)) == value

    def _text(self, value: str) -> bool:
        """Free text is what the user put in quotation marks, to the letter."""
        quoted = [reading for reading in self.order.texts if reading.words[1:-1] == value and value]
        self.said += quoted[:1]
        return bool(quoted)

    def _number(self, argument: str, role: Role, value: Any) -> None:
        given = number_of(value)
        said = self.order.labelled(AMOUNT if role is Role.AMOUNT else role.value)
        if role is Role.SLIPPAGE and not said:
            self._require(given is not None and given <= MOST_SLIPPAGE, argument)
            return
        self._require(given is not None and given > 0 and len(said) == 1, argument)
        self._require(_worth(said[0], percent=role is Role.SLIPPAGE) == given, argument)
        self.said.append(said[0].reading)
        if role is Role.AMOUNT:
            self._require(self._in_units(said[0]), f"unit of the {argument}")
        elif said[0].token is not None:
            self.said.append(said[0].token)

    def _in_units(self, number: Number) -> bool:
        """What the function counts in: the token itself, or dollars, too, where its trades are priced in them."""
        if not self.family.of_token:
            return number.token is None or number.token.text in {self._traded(), *self.vocabulary.dollars}
        return not number.dollars and (number.token is None or number.token.text == self._traded())

    def _traded(self) -> str | None:
        """The token that the trade is of: the one that no number counts in, or else the one of the amount."""
        counted = [number.token for number in self.order.numbers if number.token is not None]
        free = {token.text for token in self.order.tokens if token not in counted}
        amounts = {number.token.text for number in self.order.labelled(AMOUNT) if number.token is not None}
        found = free or amounts
        return next(iter(found)) if len(found) == 1 else None

    def _token(self, value: str) -> bool:
        traded = self._traded()
        units = [number.token for number in self.order.labelled(AMOUNT) if number.token is not None]
        self.said += [token for token in self.order.tokens if token.text == traded or token in units]
        return traded is not None and value.isascii() and self.vocabulary.symbol(value) == traded

    def _name(self, argument: str, role: Role, value: Any) -> None:
        places = [placed for placed in self.order.names if placed.reading.words == value]
        self._require(isinstance(value, str) and len(places) == 1, argument)
        self._require(places[0].role in NAMES[role] and self._in_turn(role, places[0]), argument)
        self.said.append(places[0].reading)

    def _in_turn(self, role: Role, place: Placed) -> bool:
        """Of two pools the first said is the first; 'into A from B' would say otherwise, so that isn't one."""
        odd = [placed for placed in self.order.names if looks_like_a_name(placed.reading)]
        if role is Role.FIRST_POOL:
            return len(odd) == 2 and odd[0] == place
        return role is not Role.SECOND_POOL or (len(odd) == 2 and odd[1] == place)

    def _check_nothing_left(self) -> None:
        """A number, a token or a name that the call has no place for changes what the sentence orders."""
        money = [number.reading for number in self.order.numbers] + self.order.tokens
        named = [placed.reading for placed in self.order.names]
        strict = not self.family.product
        left = [reading for reading in named if strict or looks_like_a_name(reading)]
        for reading in (*money, *left):
            if reading not in self.said:
                raise Refused(
                    RULE,
                    f"The user also says “{reading.words[:40]}”, and {self.call.function} leaves it out.",
                    "The call takes all that the user said.",
                )


def _worth(number: Number, *, percent: bool) -> Decimal | None:
    """The number as an argument would have it; a percentage is one only where percentages are said."""
    if number.text is None or (number.percent and not percent):
        return None
    return Decimal(number.text) / 100 if number.percent else Decimal(number.text)
