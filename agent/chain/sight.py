"""How one block stood for an account: what feeds said of each token, and what it held, in one eth_call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.abi import Call
from agent.chain import prices as feeds
from agent.chain.at_one_block import one, read_at_one_block
from agent.chain.contracts import erc20, multicall3
from agent.chain.contracts.feeds import LATEST_ROUND_DATA
from agent.chain.multicall import Answer
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Header
from agent.errors import Unavailable
from agent.money import Address

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class BlockSight:
    """As of the end of the block `head`. By token, its contract's address or 'native'.

    `prices`: USD with 8 decimals, None where the block tells none, and where that is from, or why there is none.
    `units`: base units; a token whose balance can't be read isn't in it.
    """

    head: Header
    prices: Mapping[str, tuple[int | None, str]]
    units: Mapping[str, int]


async def read_block(rpc: Rpc, registry: Registry, account: Address, number: int, block_hash: str = "") -> BlockSight:
    """Reads a block that the node still has the state of, of that hash where one is given.

    Raises Unavailable where the node has another block there or can't be read, RpcError where it has no state of it.
    """
    balances = {NATIVE: multicall3.ETH_BALANCE.at(registry.multicall3, account)}
    for token in registry.tokens.values():
        if token.address is not None:
            balances[str(token.address)] = erc20.BALANCE_OF.at(token.address, account)
    rounds = {symbol: LATEST_ROUND_DATA.at(registry.feeds[symbol]) for symbol in registry.heartbeats}
    calls = list(dict.fromkeys([*balances.values(), *rounds.values(), *feeds.reads(registry)]))
    answers, block, _ = await read_at_one_block(rpc, registry, calls, number)
    head = await rpc.block(number)
    if block.number != number or head.timestamp != block.timestamp or (block_hash and head.hash != block_hash):
        raise Unavailable("node", f"The node doesn't have block {number} as it was.")
    by_call = dict(zip(calls, answers, strict=True))
    read = {token: one(by_call[call]) for token, call in balances.items()}
    return BlockSight(
        head=head,
        prices=_prices(registry, by_call, rounds, head),
        units={token: units for token, units in read.items() if units is not None},
    )


def _prices(
    registry: Registry, by_call: Mapping[Call, Answer], rounds: Mapping[str, Call], head: Header
) -> dict[str, tuple[int | None, str]]:
    known, missing = feeds.prices(registry, lambda call: by_call[call], head.timestamp)
    found: dict[str, tuple[int | None, str]] = {}
    places = {registry.native.symbol: NATIVE, **{key: str(each.address) for key, each in registry.tokens.items()}}
    for symbol, place in places.items():
        if symbol not in known:
            found[place] = None, f"none: {feeds.why_missing(missing, symbol)}"
            continue
        answer = by_call[rounds[symbol]] if symbol in rounds else None
        told = f", round {answer[0]}" if answer is not None else ""
        found[place] = known[symbol], f"feed {symbol}/USD {registry.feeds[symbol]}{told}, block {head.number}"
    return found
