"""What a user's turn orders: one Order a clause, each with its verb, its kind of trade, numbers, tokens and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.guard.language import LABELS, PRODUCTS
from agent.intents import Exact, Percentage
from agent.words.reading.clauses import BARE, Clause, Placed, clauses
from agent.words.reading.readings import Kind, Reading

AMOUNT = "amount"
DIRECTIONS = ("buy", "sell")
OPTIONS = ("call", "put")

_ARTICLES = frozenset({"a", "an", "the", "my", "one"})
_ORDER_NOUNS = frozenset({"order", "position", "trade"})
_ATTRIBUTE, _CONTRAST = "direction:", "not:"
_POOL = "pool"
_NAMES = (Kind.WORD, Kind.NAME, Kind.ADDRESS, Kind.BAD_ADDRESS)
_LABELLED_BY = frozenset({BARE, "of", "at", "to", "in"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the sentence: `label` is what it is (an amount, a price, …), `token` the one right behind it."""

    reading: Reading
    label: str
    token: Reading | None = None

    @property
    def text(self) -> str | None:
        """Decimal text; of a percentage, of what it is as a fraction's hundredfold; None where it isn't a number."""
        if self.reading.kind is Kind.MULTIPLE:
            return self.reading.text
        spec = self.reading.said.spec
        return spec.value if isinstance(spec, Exact | Percentage) else None

    @property
    def percent(self) -> bool:
        return self.reading.kind is Kind.AMOUNT and isinstance(self.reading.said.spec, Percentage)

    @property
    def dollars(self) -> bool:
        return self.reading.kind is Kind.AMOUNT and self.reading.said.dollars


@dataclass(frozen=True, slots=True)
class Order:
    """One clause that has a verb. `direction` is None where the words say none, or more than one."""

    verb: str
    clause: Clause
    direction: str | None
    products: frozenset[str]
    options: frozenset[str]
    numbers: tuple[Number, ...]

    def labelled(self, label: str) -> list[Number]:
        return [number for number in self.numbers if number.label == label]

    @property
    def tokens(self) -> list[Reading]:
        return self.clause.of(Kind.TOKEN)

    @property
    def names(self) -> list[Placed]:
        return self.clause.roles(*_NAMES)

    @property
    def texts(self) -> list[Reading]:
        return self.clause.of(Kind.QUOTED)


def orders(readings: Sequence[Reading]) -> list[Order]:
    """The orders of a turn, in order."""
    return [_order(clause, clause.verb) for clause in clauses(_attributes(readings)) if clause.verb is not None]


def looks_like_a_name(reading: Reading) -> bool:
    """An address, or a word that nobody says by chance: 'fiatAccount_abc', 'pool7'. A file's name isn't one."""
    if reading.kind in (Kind.ADDRESS, Kind.BAD_ADDRESS):
        return True
    odd = any(letter.isdigit() or letter == "_" for letter in reading.words)
    return reading.kind in (Kind.WORD, Kind.NAME) and odd and not is_file(reading)


def is_file(reading: Reading) -> bool:
    return reading.kind is Kind.WORD and "." in reading.words.strip(".")


def _attributes(readings: Sequence[Reading]) -> list[Reading]:
    """In 'place a buy limit order' the direction is an attribute; the verb is 'place'."""
    found: list[Reading] = []
    acted = False
    for place, reading in enumerate(readings):
        if acted and _is_attribute(reading, readings[max(0, place - 2) : place]):
            found.append(replace(reading, kind=Kind.PARTICLE, value=_ATTRIBUTE + reading.text))
            continue
        acted = acted or reading.kind is Kind.VERB
        found.append(reading)
    return found


def _is_attribute(reading: Reading, before: Sequence[Reading]) -> bool:
    """'a buy limit order', 'a limit buy', 'a limit order to buy'."""
    if reading.kind is not Kind.VERB or reading.text not in DIRECTIONS or not before:
        return False
    last = before[-1]
    if _is_product(last) or last.kind is Kind.VERB:
        return True
    if last.kind is Kind.PREPOSITION and last.text == "to":
        return _is_noun(before[0])
    return last.kind is Kind.FILLER and last.text in _ARTICLES


def _is_noun(reading: Reading) -> bool:
    return _is_product(reading) or (reading.kind is Kind.FILLER and reading.text in _ORDER_NOUNS)


def _is_product(reading: Reading) -> bool:
    return reading.kind is Kind.PARTICLE and reading.text.removesuffix(":") in PRODUCTS | {*OPTIONS, _POOL}


def _order(clause: Clause, verb: Reading) -> Order:
    particles = [reading.text for reading in clause.of(Kind.PARTICLE)]
    options = frozenset(particles) & frozenset(OPTIONS)
    return Order(
        verb.text,
        clause,
        _direction(verb.text, particles),
        _products(clause, particles, bool(options)),
        options,
        tuple(_numbers(clause.placed)),
    )


def _direction(verb: str, particles: Sequence[str]) -> str | None:
    """'Buy a sell call option' acquires an option of the side sell; 'sell a buy …' says both, so neither."""
    attributes = {text.removeprefix(_ATTRIBUTE) for text in particles if text.startswith(_ATTRIBUTE)}
    if not attributes or verb == "sell":
        attributes |= {verb} & {*DIRECTIONS}
    excluded = {text.removeprefix(_CONTRAST) for text in particles if text.startswith(_CONTRAST)}
    return attributes.pop() if len(attributes) == 1 and not attributes & excluded else None


def _products(clause: Clause, particles: Sequence[str], option: bool) -> frozenset[str]:
    """The kinds of trade that the words name. A pool is a DEX's, unless it is there for liquidity or arbitrage."""
    found = frozenset(particles) & PRODUCTS
    found |= {"option"} if option else set()
    found |= {"leverage"} if clause.of(Kind.MULTIPLE) else set()
    found |= {"leverage"} if "margin:" in particles or "leverage:" in particles else set()
    found |= {"fiat"} if any("account" in name.words.casefold() for name in clause.of(*_NAMES)) else set()
    pooled = _POOL in particles and not found & {"liquidity", "arbitrage"}
    return found | ({"dex"} if pooled else set())


def _numbers(items: Sequence[Placed]) -> list[Number]:
    found = []
    for place, item in enumerate(items):
        if item.reading.kind is Kind.MULTIPLE:
            found.append(Number(item.reading, "leverage"))
        elif item.reading.kind is Kind.AMOUNT:
            after = items[place + 1] if place + 1 < len(items) else None
            token = after.reading if after is not None and _is_unit(after) else None
            label = _label_before(items, place) or _label_after(items, place + 1 + (token is not None))
            label = label or ("price" if item.role == "at" else AMOUNT)
            found.append(Number(item.reading, label, token))
    return found


def _is_unit(item: Placed) -> bool:
    return item.reading.kind is Kind.TOKEN and item.role == BARE


def _label(item: Placed) -> str:
    name = item.reading.text.removesuffix(":") if item.reading.kind is Kind.PARTICLE else ""
    return name if name in LABELS and item.reading.text.endswith(":") else ""


def _label_before(items: Sequence[Placed], place: int) -> str:
    """'a strike of 1850', 'price 1750'."""
    return _label(items[place - 1]) if place and items[place].role in _LABELLED_BY else ""


def _label_after(items: Sequence[Placed], place: int) -> str:
    """'500 margin', '500 USDC margin'; not the label of a number that stands behind it."""
    if place >= len(items) or items[place].role not in (BARE, "of", "as"):
        return ""
    following = items[place + 1] if place + 1 < len(items) else None
    taken = following is not None and following.reading.kind is Kind.AMOUNT and following.role in _LABELLED_BY
    return "" if taken else _label(items[place])
