"""Uniswap v2: its factory, and pairs with liquidity of one provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web3.contract import Contract

from devnet.accounts import ADMIN
from devnet.contracts.tokens import Tokens
from devnet.deployer import Deployer

CORE = "@uniswap/v2-core"
USDC, ETHER = 10**6, 10**18


@dataclass(frozen=True)
class PairPlan:
    """A pair and what is put into it, in base units; the two set its price."""

    first: str
    second: str
    units: tuple[int, int]


PAIRS = (PairPlan("WETH", "USDC", (1_000 * ETHER, 3_000_000 * USDC)),)


def deploy_factory(chain: Deployer, place: str | None = None) -> Contract:
    """No fee to the protocol, as on the networks for most of their years; the admin could set one."""
    return chain.deploy(chain.contracts.npm(CORE, "UniswapV2Factory"), chain.admin, place=place)


def fill_pairs(chain: Deployer, tokens: Tokens, factory: Contract, plans: Sequence[PairPlan]) -> tuple[str, ...]:
    """Creates the pairs; their addresses."""
    return tuple(_fill(chain, tokens, factory, plan) for plan in plans)


def _fill(chain: Deployer, tokens: Tokens, factory: Contract, plan: PairPlan) -> str:
    held = [tokens.token[symbol] for symbol in (plan.first, plan.second)]
    ends = [token.address for token in held]
    chain.send(factory.functions.createPair(*ends))
    pair = chain.at(chain.contracts.npm(CORE, "UniswapV2Pair"), str(factory.functions.getPair(*ends).call()))
    for symbol, token, units in zip((plan.first, plan.second), held, plan.units, strict=True):
        tokens.mint(chain, symbol, units, ADMIN)
        chain.send(token.functions.transfer(pair.address, units))
    chain.send(pair.functions.mint(chain.admin))
    return str(pair.address)
