"""Uniswap v2: pairs that its factory vouches for, their reserves, and what a swap through one gives or takes.

@uniswap/v2-periphery, contracts/libraries/UniswapV2Library.sol: getAmountOut, getAmountIn; SwapRouter02 has the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from moneta import FEE_SCALE, Address, Ask, Chain, PairState, address
from plugins.uniswap import views

MOST_RESERVE = 2**112 - 1
"""UniswapV2Pair keeps reserves as uint112, and reverts with OVERFLOW beyond."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What never changes of a pair."""

    place: Address
    token0: Address
    token1: Address


def swap_pair(state: PairState, zero_for_one: bool, units: int, exact_out: bool = False) -> int | None:
    """What comes out of `units` in, or with `exact_out` what must go in for `units` out; None where it can't."""
    held, other = (state.reserve0, state.reserve1) if zero_for_one else (state.reserve1, state.reserve0)
    if units <= 0 or not held or not other:
        return None
    if exact_out:
        if units >= other:
            return None
        taken = held * units * FEE_SCALE // ((other - units) * (FEE_SCALE - state.fee)) + 1
        return taken if held + taken <= MOST_RESERVE else None
    kept = units * (FEE_SCALE - state.fee)
    given = kept * other // (held * FEE_SCALE + kept)
    return given if given and held + units <= MOST_RESERVE else None


def moved_pair(
    state: PairState, zero_for_one: bool, units: int, exact_out: bool = False
) -> tuple[int, PairState] | None:
    """The side that isn't said, and the pair as the swap leaves it; the fee stays in it.

    The router gives all that the input is worth, so an exact output's input may take a little more out of the pair
    (@uniswap/swap-router-contracts, V2SwapRouter.sol, _swap).
    """
    taken = swap_pair(state, zero_for_one, units, exact_out=True) if exact_out else units
    given = None if taken is None else swap_pair(state, zero_for_one, taken)
    if taken is None or given is None:
        return None
    first, second = (taken, -given) if zero_for_one else (-given, taken)
    after = replace(state, reserve0=state.reserve0 + first, reserve1=state.reserve1 + second)
    return taken if exact_out else given, after


async def find_pairs(router_v2: Address, chain: Chain, ask: Ask) -> list[Pair]:
    """The chain file's pairs between pinned tokens; what isn't the factory's own is left out and doubted.

    `router_v2` is the factory whose pairs the router goes through: another one's can't be traded.
    """
    factory, places = chain.section.get("factory_v2"), [address(each) for each in chain.section.get("pairs", ())]
    if factory is None or not places:
        return []
    if address(factory) != router_v2:
        chain.doubts["uniswap-v2"] = f"its router trades pairs of {router_v2}, not of {factory}"
        return []
    answers = await ask([getter.at(place) for place in places for getter in (views.TOKEN0, views.TOKEN1)])
    pairs: list[Pair] = []
    for place, first, second in zip(places, answers[::2], answers[1::2], strict=True):
        if first is None or second is None:
            chain.doubts[f"uniswap-v2:{place}"] = "there is no Uniswap v2 pair"
        else:
            pairs.append(Pair(place, address(first[0]), address(second[0])))
    made = await ask([views.GET_PAIR.at(address(factory), pair.token0, pair.token1) for pair in pairs])
    pinned, known = {token.address for token in chain.tokens.values()}, []
    for pair, answer in zip(pairs, made, strict=True):
        if answer is None or address(answer[0]) != pair.place:
            chain.doubts[f"uniswap-v2:{pair.place}"] = f"it isn't a pair of the factory {factory}"
        elif pair.token0 in pinned and pair.token1 in pinned:
            known.append(pair)
    return known


def states(pairs: Sequence[Pair], answers: Sequence[tuple[Any, ...] | None]) -> list[PairState]:
    """The pairs whose reserves were read, by their order."""
    return [
        PairState(pair.place, pair.token0, pair.token1, answer[0], answer[1])
        for pair, answer in zip(pairs, answers, strict=True)
        if answer is not None
    ]
