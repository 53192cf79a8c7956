"""Uniswap v3 at its addresses. The pools come out at theirs: the factory makes them by CREATE2 of the same code."""

from __future__ import annotations

from itertools import combinations
from math import isqrt
from typing import Final

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from devnet.contracts.tokens import Tokens
from devnet.contracts.uniswap import CORE, ETHER, TICK_SPACING, Band, PoolPlan, Uniswap, deploy_exchange
from devnet.contracts.uniswap_v4 import COIN, PoolPlanV4, deploy_uniswap_v4
from devnet.deployer import Deployer
from devnet.errors import DevnetError
from devnet.profiles.profile import Profile
from devnet.profiles.tokens import USD, price

# keccak256 of UniswapV3Pool's creation code: PoolAddress.POOL_INIT_CODE_HASH of @uniswap/v3-periphery 1.4.4
INIT_CODE_HASH: Final = bytes.fromhex("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54")
WIDE_USD, NEAR_USD = 6_000_000, 4_000_000  # of each side
NEAR_TICKS: Final = 2_000  # about 20 %
OBSERVATIONS: Final = 64  # that a pool keeps: a new one keeps one, and forgets its mean price at the first swap
Place = tuple[str, str, int]  # two symbols and the fee


def place_exchange(chain: Deployer, profile: Profile, tokens: Tokens) -> Uniswap | None:
    """The exchange with the pools that the chain file lists between its tokens; None where it lists none.

    Raises DevnetError where a pool comes out elsewhere than the chain file says.
    """
    section = profile.protocol("uniswap-v3")
    if not section:
        return None
    listed = pools(profile)
    plans = [_plan(tokens, *place) for place in listed.values()]
    made = deploy_exchange(chain, tokens, plans, None, (), section)
    for wanted, found in zip(listed, made.pools, strict=True):
        if found.lower() != wanted.lower():
            raise DevnetError(f"the pool {wanted} came out at {found}")
        pool = chain.at(chain.contracts.npm(CORE, "UniswapV3Pool"), found)
        chain.send(pool.functions.increaseObservationCardinalityNext(OBSERVATIONS))
    place_v4(chain, profile, tokens, made)
    return made


def place_v4(chain: Deployer, profile: Profile, tokens: Tokens, v3: Uniswap) -> None:
    """v4 with the pools that the chain file lists; none where it lists none."""
    section = profile.protocol("uniswap-v4")
    if not section:
        return
    plans, minted = [], dict[str, int]()
    for listed in section["pools"]:
        pair, fee, spacing = listed.split()
        first, _, second = pair.partition("/")
        units = (_units(tokens, first, WIDE_USD), _units(tokens, second, WIDE_USD))
        plans.append(PoolPlanV4(first, second, int(fee), int(spacing), units, ((isqrt(units[0] * units[1]), None),)))
        for symbol, each in zip((first, second), units, strict=True):
            minted[symbol] = minted.get(symbol, 0) + 2 * each
    deploy_uniswap_v4(chain, tokens, v3, plans, minted, section)


def pools(profile: Profile) -> dict[str, Place]:
    """What the listed pools are between, by address; one that is between no two tokens of the file is left out."""
    section = profile.protocol("uniswap-v3")
    factory = bytes.fromhex(section["factory"][2:])
    known: dict[str, Place] = {}
    for first, second in combinations(profile.tokens, 2):
        pair = sorted((profile.tokens[first]["address"], profile.tokens[second]["address"]), key=str.lower)
        for fee in TICK_SPACING:
            salt = keccak(encode(["address", "address", "uint24"], [*pair, fee]))
            digest = keccak(b"\xff" + factory + salt + INIT_CODE_HASH)
            known[to_checksum_address(digest[12:])] = (first, second, fee)
    return {place: known[place] for place in section["pools"] if place in known}


def _plan(tokens: Tokens, first: str, second: str, fee: int) -> PoolPlan:
    return PoolPlan(
        first,
        second,
        fee,
        (
            Band(_units(tokens, first, WIDE_USD), _units(tokens, second, WIDE_USD), None),
            Band(_units(tokens, first, NEAR_USD), _units(tokens, second, NEAR_USD), NEAR_TICKS),
        ),
    )


def _units(tokens: Tokens, symbol: str, usd: int) -> int:
    scale: int = ETHER if symbol == COIN else 10 ** tokens.decimals[symbol]
    return usd * USD * scale // price(symbol)
