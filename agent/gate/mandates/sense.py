"""A mandate against how things are: limits under which nothing could happen, or something would at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.chain.registry import Registry
from agent.errors import Refused
from agent.gate.mandates.mandate import RULE, Terms
from agent.gate.mandates.rules import own_signals
from agent.money import Amount, Rate, Token
from agent.plugin import Flag, Venue, VenueState
from agent.usd import cents, dollars

States = Mapping[str, VenueState]


def check_possible(
    terms: Terms, registry: Registry, venues: Mapping[str, Venue], states: States, prices: Mapping[str, int]
) -> None:
    """Raises Refused("mandate") where not even the largest move to the highest rate earns the least gain."""
    reach = {symbol: _reach(terms, registry.token(symbol), venues, states, prices) for symbol in terms.assets}
    known = {symbol: usd for symbol, usd in reach.items() if usd}  # a market without borrowers tells nothing
    if len(known) < len(reach) or any(usd > terms.min_gain for usd in known.values()):
        return
    raise Refused(
        RULE,
        f"No move can gain {_usd(terms.min_gain)}: even the largest that you allow, at the highest rate of now, "
        f"earns {_usd(max(known.values()))} in {terms.horizon_days} days.",
        "Say a smaller least gain, larger moves, or more days ahead.",
    )


def notes(
    terms: Terms,
    registry: Registry,
    venues: Mapping[str, Venue],
    states: States,
    prices: Mapping[str, int],
    gas: int | None,
) -> list[str]:
    """What these limits come to today, in sentences. `gas`: what a move costs now, USD with 8 decimals."""
    return [
        *_at_once(terms, venues, states, prices),
        *_nowhere(terms, venues),
        *_small(terms, registry, venues, states, prices),
        *_dear(terms, gas),
    ]


def _at_once(terms: Terms, venues: Mapping[str, Venue], states: States, prices: Mapping[str, int]) -> Iterator[str]:
    for signal in own_signals(terms, venues, states, prices):
        held = Amount(states[signal.venue].position, venues[signal.venue].asset)
        if held.units:
            yield f"With these rules your {held} in {signal.venue} leave at once: {signal.words}."


def _nowhere(terms: Terms, venues: Mapping[str, Venue]) -> Iterator[str]:
    for symbol in terms.assets:
        open_to = [key for key, venue in venues.items() if venue.asset.symbol == symbol and terms.enters(key)]
        if len(open_to) == 1:
            yield f"For {symbol} that leaves {open_to[0]} alone, so there is nowhere to move it for a better rate."


def _small(
    terms: Terms, registry: Registry, venues: Mapping[str, Venue], states: States, prices: Mapping[str, int]
) -> Iterator[str]:
    """What is at work may be too little for the least gain."""
    for symbol in terms.assets:
        token = registry.token(symbol)
        held = sum(state.position for key, state in states.items() if key in venues and venues[key].asset == token)
        best = _best(terms, token, venues, states)
        if not held or symbol not in prices or best is None:
            continue
        gains = _worth(best[1].income(held, terms.seconds), prices[symbol], token)
        if gains <= terms.min_gain:
            yield (
                f"All of your {Amount(held, token)} at the highest rate of now ({best[0]}) earns {_usd(gains)} in "
                f"{terms.horizon_days} days, no more than your least gain of {_usd(terms.min_gain)}: nothing would "
                "move. Say a smaller gain, or more days ahead."
            )


def _dear(terms: Terms, gas: int | None) -> Iterator[str]:
    if gas is not None and gas > terms.gas_budget:
        yield (
            f"A move costs about {_usd(gas)} of gas now, more than your budget of {_usd(terms.gas_budget)}: until "
            "gas is cheaper nothing would move. Say a larger budget, as in `at most $50 gas`."
        )


def _reach(
    terms: Terms, token: Token, venues: Mapping[str, Venue], states: States, prices: Mapping[str, int]
) -> int | None:
    """USD (8 decimals) that the largest move earns at the highest rate; None where that can't be told."""
    best = _best(terms, token, venues, states)
    if best is None or token.symbol not in prices:
        return None
    return _worth(best[1].income(terms.assets[token.symbol].most, terms.seconds), prices[token.symbol], token)


def _best(terms: Terms, token: Token, venues: Mapping[str, Venue], states: States) -> tuple[str, Rate] | None:
    rates = [
        (state.rate, key)
        for key, state in states.items()
        if key in venues and venues[key].asset == token and terms.enters(key) and Flag.UNRATED not in state.flags
    ]
    if not rates:
        return None
    rate, key = max(rates, key=lambda each: (each[0].ray, each[1]))
    return key, rate


def _worth(units: int, price: int, token: Token) -> int:
    scale: int = 10**token.decimals
    return units * price // scale


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))
