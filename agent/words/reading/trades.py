"""What a clause about a swap says: the token that is given, the one that is wanted, and the amount beside each.

The direction is in the prepositions and in the verb, never in the order alone: "swap usdc eth" says none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from agent.intents import All
from agent.words.reading.clauses import BARE, Clause, merged
from agent.words.reading.readings import Kind, Reading

VERBS = frozenset({"swap", "buy", "sell", "dump", "spend", "wrap", "unwrap"})
MOST_SLIPPAGE_BPS = 30
"""A swap never gives less than this under its price (agent/gate/trades/trading.py): a wider wish is kept, too."""
_GIVEN = {
    "swap": (BARE, "from"),
    "sell": (BARE,),
    "dump": (BARE,),
    "buy": ("on", "for", "from"),
    "get": ("on", "for"),
    "spend": (BARE,),
    "wrap": (BARE,),
    "unwrap": (BARE,),
}
_WANTED = {
    "swap": ("to", "for"),
    "sell": ("to", "for"),
    "dump": ("to", "for"),
    "buy": (BARE,),
    "get": (BARE,),
    "spend": ("on",),
    "wrap": ("to", "in"),
    "unwrap": ("to", "in"),
}
_INEXACT = (Kind.VAGUE, Kind.BAD_AMOUNT)  # asked about by the mind, but the preposition before one begins a side
_STRANGE = (Kind.NAME, Kind.ADDRESS, Kind.BAD_ADDRESS, Kind.BAD_AMOUNT, Kind.VAGUE)
_OTHERS = frozenset({"the rest", "the same"})  # what these point at isn't what the swap gives


@dataclass(frozen=True, slots=True)
class Trade:
    """The two sides of a swap, each with what was said of it. `unclear`: the words don't say which is which."""

    given: Reading | None = None
    given_amount: Reading | None = None
    wanted: Reading | None = None
    wanted_amount: Reading | None = None
    unclear: bool = False


@dataclass
class _Side:
    """An amount and a token that stand together behind one preposition."""

    role: str
    turn: int
    amount: Reading | None = None
    token: Reading | None = None
    backwards: bool = field(default=False)  # the token stands before the amount
    of: bool = field(default=False)  # "$50 of dai": the token says what the dollars are of

    def takes(self, reading: Reading, role: str) -> bool:
        free = self.token is None if reading.kind is Kind.TOKEN else self.amount is None
        return free and role in (BARE, "of") and reading.turn == self.turn

    def add(self, reading: Reading) -> None:
        if reading.kind is Kind.AMOUNT:
            self.backwards = self.token is not None
            self.amount = reading
        elif reading.kind is Kind.TOKEN:
            self.token = reading


def read_trade(clause: Clause) -> Trade:
    """The trade in a clause whose verb is one of VERBS; what isn't said is None."""
    verb = clause.verb
    if verb is None or verb.text not in _GIVEN:
        return Trade(unclear=True)
    trade = Trade()
    for side in _sides(clause):
        trade = _with(trade, side, verb)
    return _wrapped(trade, verb) if verb.text in ("wrap", "unwrap") else trade


def _wrapped(trade: Trade, verb: Reading) -> Trade:
    """What the verb alone says: ETH is wrapped to WETH, and WETH unwrapped to ETH; nothing else is."""
    if trade.given is None:
        return trade
    symbol, wraps = trade.given.text, verb.text == "wrap"
    other = f"W{symbol}" if wraps else symbol[1:]
    if symbol.startswith("W") == wraps or (trade.wanted is not None and trade.wanted.text != other):
        return replace(trade, unclear=True)
    return replace(trade, wanted=trade.wanted or replace(trade.given, value=other))


def takes_all(clause: Clause, symbol: str) -> bool:
    """Whether a later clause acts on all that a swap into `symbol` gives: "it", "that", "the usdc"; not on a part."""
    tokens = {reading.text for reading in clause.of(Kind.TOKEN)}
    pointing = {reading.text for reading in clause.of(Kind.REFERENCE)}
    whole = all(isinstance(amount.said.spec, All) for amount in clause.of(Kind.AMOUNT))
    strange = clause.of(*_STRANGE)
    return whole and not strange and not pointing & _OTHERS and tokens <= {symbol} and bool(tokens or pointing)


def passes_on(clause: Clause, symbol: str) -> Reading | None:
    """The token that a later clause swaps all of an earlier one's `symbol` to ("swap it to usdc"), or None."""
    trade = read_trade(clause)
    pointing = {reading.text for reading in clause.of(Kind.REFERENCE)}
    given = symbol if trade.given is None and pointing else trade.given.text if trade.given is not None else ""
    whole = all(isinstance(amount.said.spec, All) for amount in clause.of(Kind.AMOUNT))
    strange = clause.of(*_STRANGE, Kind.VENUE)
    if trade.unclear or trade.wanted is None or trade.wanted_amount is not None or pointing & _OTHERS:
        return None
    return trade.wanted if whole and not strange and given == symbol != trade.wanted.text else None


def _sides(clause: Clause) -> list[_Side]:
    sides: list[_Side] = []
    for placed in clause.roles(Kind.AMOUNT, Kind.TOKEN, *_INEXACT):
        if not sides or not sides[-1].takes(placed.reading, placed.role):
            sides.append(_Side(BARE if placed.role == "of" else placed.role, placed.reading.turn))
        sides[-1].add(placed.reading)
        sides[-1].of = sides[-1].of or placed.role == "of"
    said = [side for side in sides if side.amount is not None or side.token is not None]
    return _with_exceptions(_without_route(said))


def _without_route(sides: Sequence[_Side]) -> Iterator[_Side]:
    """The sides but for the tokens in between: "usdc → weth → dai", "by way of weth and usdt". Code finds the way."""
    route = False
    for side, following in zip(sides, (*sides[1:], None), strict=False):
        route = side.amount is None and (side.role == "via" or (route and side.role == BARE))
        passed = side.role == "arrow" and following is not None and following.role == "arrow"
        if not route and not (passed and side.amount is None):
            yield replace(side, role="to") if side.role == "arrow" else side


def doubtful_part(amount: Reading, token: Reading) -> bool:
    """Whether it is half of what there is, or half of one: "half eth", "1/2 eth"; not "half of my eth"."""
    beside = amount.turn == token.turn and token.start - amount.end == 1
    said_of = amount.words.casefold().endswith((" of", " de", " von", " my", " mi", " mein"))
    return amount.said.part and not isinstance(amount.said.spec, All) and beside and not said_of


def slips(clause: Clause) -> Reading | None:
    """A wish that the price may slip less than it might: nothing here can promise that."""
    for reading in clause.of(Kind.SLIPPAGE):
        whole, _, fraction = reading.text.partition(".")
        if int(f"{whole}{fraction:0<2.2}") < MOST_SLIPPAGE_BPS:
            return reading
    return None


def _with_exceptions(sides: Iterable[_Side]) -> list[_Side]:
    """'all my eth' and 'but 0.1' are one amount of one side."""
    joined: list[_Side] = []
    for side in sides:
        before = joined[-1] if joined else None
        if before is not None and before.amount is not None and side.amount is not None and side.token is None:
            both = merged([before.amount, side.amount])
            if len(both) == 1:
                before.amount = both[0]
                continue
        joined.append(side)
    return joined


def _with(trade: Trade, side: _Side, verb: Reading) -> Trade:
    if side.turn > verb.turn and side.role == BARE:
        return _answered(trade, side)
    priced = side.amount is not None and side.amount.said.dollars and side.token is not None and not side.of
    if priced and verb.text == "buy" and side.role in ("for", "on") and trade == Trade():
        return replace(trade, wanted=side.token, given_amount=side.amount)  # "kaufe für 50 Dollar DAI"
    if side.role in _GIVEN[verb.text] and trade.given is None and trade.given_amount is None:
        doubtful = side.backwards and verb.text == "buy"
        return replace(trade, given=side.token, given_amount=side.amount, unclear=trade.unclear or doubtful)
    if side.role in _WANTED[verb.text] and trade.wanted is None and trade.wanted_amount is None:
        unclear = trade.unclear or side.backwards
        return replace(trade, wanted=side.token, wanted_amount=side.amount, unclear=unclear)
    return replace(trade, unclear=True)


def _answered(trade: Trade, side: _Side) -> Trade:
    """What a later turn adds: the token that was missing, or the amount; of what is given where it names no token."""
    token, amount = side.token, side.amount
    if token is not None and trade.given is None and trade.wanted is not None:
        trade = replace(trade, given=token)
    elif token is not None and trade.wanted is None and trade.given is not None:
        trade = replace(trade, wanted=token)
    elif token is not None and token.text not in {each.text for each in (trade.given, trade.wanted) if each}:
        return replace(trade, unclear=True)  # a third token, or one of which nothing says the side
    if amount is None:
        return trade
    if token is None and trade.given is None and trade.wanted is not None:
        return replace(trade, unclear=True)  # "buy eth", "1": one of which?
    if token is None or (trade.given is not None and token.text == trade.given.text):
        return replace(trade, given_amount=amount, unclear=trade.unclear or trade.given_amount is not None)
    if trade.wanted is not None and token.text == trade.wanted.text:
        return replace(trade, wanted_amount=amount, unclear=trade.unclear or trade.wanted_amount is not None)
    return replace(trade, unclear=True)
