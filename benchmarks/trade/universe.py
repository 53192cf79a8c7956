"""Hundreds of real pools and pairs on a devnet, of random liquidity at random ticks, and a chain file's view of them.

A world is five tokens of its own, each worth something, with pools of all four fees and a pair between any two of
them, at prices apart by no more than their fees, as those who trade against them leave them. All is from one seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import combinations
from math import isqrt
from typing import Any

from web3 import HTTPProvider, Web3
from web3.contract import Contract

from agent.chain.registry import Registry
from agent.money import Address, Token, address
from agent.routes import FEE_SCALE
from devnet import Node
from devnet.bytecode import Contracts
from devnet.contracts.tokens import AAVE
from devnet.contracts.uniswap import CORE, DEADLINE, MAX_TICK, PERIPHERY, TICK_SPACING
from devnet.contracts.uniswap_v2 import CORE as CORE_V2
from devnet.deployer import UNLIMITED, Deployer
from devnet.lock import LOCK, needed, parse, this_platform
from devnet.progress import Progress
from plugins.uniswap.ticks import tick_at

TOKENS = 5
PLENTY = 2**120
PAIR_FEE = 3_000
APART = 0.9
"""Of a pool's own fee: how far its price may be from what the tokens are worth. Nothing is left to arbitrage."""
SEED = 8


@dataclass(frozen=True)
class World:
    """Tokens with what one of them is worth in USD; all of the world's pools and pairs."""

    tokens: tuple[Token, ...]
    worth: tuple[float, ...]
    pools: tuple[Address, ...]
    pairs: tuple[Address, ...]

    def units(self, usd: float, token: int) -> int:
        return max(int(usd / self.worth[token] * 10 ** self.tokens[token].decimals), 1)


@dataclass(frozen=True)
class Universe:
    """`registry` is the devnet's, its tokens and its exchange those of the worlds."""

    worlds: tuple[World, ...]
    registry: Registry
    account: Address
    rpc_url: str


def universe(node: Node, worlds: int, progress: Progress) -> Universe:
    """Deploys it; some seconds a world."""
    chain = Deployer(
        Web3(HTTPProvider(node.rpc_url)), Contracts(needed(parse(LOCK.read_text()), this_platform()), progress)
    )
    devnets = Registry.load(node.chain_file)
    made = tuple(_Making(chain, devnets, number).world() for number in range(worlds))
    section = dict(devnets.protocols["uniswap-v3"])
    section["pools"] = [place for world in made for place in world.pools]
    section["pairs"] = [place for world in made for place in world.pairs]
    tokens = {token.symbol: token for world in made for token in world.tokens}
    registry = replace(devnets, tokens=tokens, protocols={"uniswap-v3": section}, feeds={})
    return Universe(made, registry, address(chain.admin), node.rpc_url)


class _Making:
    def __init__(self, chain: Deployer, devnets: Registry, number: int) -> None:
        self.chain, self.number = chain, number
        self.dice = random.Random(SEED * 1_000 + number)  # noqa: S311
        section, npm = devnets.protocols["uniswap-v3"], chain.contracts.npm
        self.manager = chain.at(npm(PERIPHERY, "NonfungiblePositionManager"), section["position_manager"])
        self.factory = chain.at(npm(CORE, "UniswapV3Factory"), section["factory"])
        self.factory_v2 = chain.at(npm(CORE_V2, "UniswapV2Factory"), section["factory_v2"])
        self.router: str = section["router"]
        self.multicall3 = devnets.multicall3
        self.contracts: list[Contract] = []
        self.tokens: list[Token] = []
        self.worth: list[float] = []

    def world(self) -> World:
        for place in range(TOKENS):
            self._token(place)
        pools: list[Address] = []
        pairs: list[Address] = []
        for one, other in combinations(range(TOKENS), 2):
            pools += [self._pool(one, other, fee) for fee in TICK_SPACING]
            pairs.append(self._pair(one, other))
        return World(tuple(self.tokens), tuple(self.worth), tuple(pools), tuple(pairs))

    def _token(self, place: int) -> None:
        symbol, decimals = f"W{self.number}T{place}", self.dice.choice((6, 8, 18))
        made = self.chain.deploy(self.chain.contracts.npm(AAVE, "MintableERC20"), symbol, symbol, decimals)
        mint = made.get_function_by_signature("mint(address,uint256)")
        for holder in (self.chain.admin, self.multicall3):
            self.chain.send(mint(holder, PLENTY))
        for spender in (self.manager.address, self.router):
            self.chain.send(made.functions.approve(spender, UNLIMITED))
        self.contracts.append(made)
        self.tokens.append(Token(31_337, symbol, address(made.address), decimals))
        self.worth.append(10 ** self.dice.uniform(-4, 4))

    def _ordered(self, one: int, other: int) -> tuple[int, int]:
        return (one, other) if int(self.contracts[one].address, 16) < int(self.contracts[other].address, 16) else (
            other,
            one,
        )  # fmt: skip

    def _held(self, one: int, other: int, fee: int) -> tuple[int, int]:
        """Base units of two tokens worth the same but for the pool's fee: what sets its price and size."""
        usd, off = 10 ** self.dice.uniform(4, 7.5), 1 + self.dice.uniform(-APART, APART) * fee / FEE_SCALE
        return self._units(usd * off, one), self._units(usd, other)

    def _units(self, usd: float, token: int) -> int:
        return int(usd / self.worth[token] * 10 ** self.tokens[token].decimals) + 1_000

    def _pair(self, one: int, other: int) -> Address:
        ends = [self.contracts[each] for each in (one, other)]
        self.chain.send(self.factory_v2.functions.createPair(*(end.address for end in ends)))
        place = str(self.factory_v2.functions.getPair(*(end.address for end in ends)).call())
        pair = self.chain.at(self.chain.contracts.npm(CORE_V2, "UniswapV2Pair"), place)
        for end, units in zip(ends, self._held(one, other, PAIR_FEE), strict=True):
            self.chain.send(end.functions.transfer(place, units))
        self.chain.send(pair.functions.mint(self.chain.admin))
        return address(place)

    def _pool(self, one: int, other: int, fee: int) -> Address:
        """The whole range, and up to five bands around the price or aside of it."""
        one, other = self._ordered(one, other)
        ends = [self.contracts[each].address for each in (one, other)]
        held = self._held(one, other, fee)
        price = isqrt((held[1] << 192) // held[0])
        self.chain.send(self.manager.functions.createAndInitializePoolIfNecessary(*ends, fee, price))
        spacing = TICK_SPACING[fee]
        edge = MAX_TICK // spacing * spacing
        self._mint(ends, fee, (-edge, edge), held)
        centre = tick_at(price) // spacing
        for _ in range(self.dice.randint(0, 5)):
            wide = int(10 ** self.dice.uniform(0, 2.3))
            off = self.dice.randint(-wide, wide) if self.dice.random() < 0.5 else 0
            low, high = ((centre + off + side) * spacing for side in (-wide, wide + 1))
            share = self.dice.uniform(0.001, 0.4)
            if -edge <= low < high <= edge:
                self._mint(ends, fee, (low, high), (int(held[0] * share) + 1_000, int(held[1] * share) + 1_000))
        return address(str(self.factory.functions.getPool(*ends, fee).call()))

    def _mint(self, ends: list[Any], fee: int, band: tuple[int, int], units: tuple[int, int]) -> None:
        position = (*ends, fee, *band, *units, 0, 0, self.chain.admin, DEADLINE)
        self.chain.send(self.manager.functions.mint(position))
