"""A snapshot: every venue's state, every balance and price at one block, read in one eth_call.

The block's number, parent hash, time and base fee are read inside the same call, so they can't be of another block.
All is as of that block's own number and time: interest that a protocol has not yet written down is computed up to
it by the venue (Aave and vaults by their own views, Morpho and Venus from the facts that they store). What accrues
between the snapshot and the block that a transaction lands in is not in it; 'pending' asks for one block later.
geth sets the base fee to zero inside an eth_call: fees for signing come from Rpc.fees, not from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from agent.abi import Call
from agent.chain import decimals, l1_costs
from agent.chain import prices as feeds
from agent.chain import sequencer as sequencers
from agent.chain.at_one_block import one, read_at_one_block, word
from agent.chain.contracts import erc20, multicall3
from agent.chain.multicall import Answer
from agent.chain.registry import Registry
from agent.chain.rpc import BlockTag, Rpc
from agent.chain.sequencer import Sequencer
from agent.errors import Unavailable
from agent.money import Address
from agent.plugin import Block, Flag, Trader, Venue, VenueState
from agent.routes import PoolState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One account's view of the chain at one block.

    `native` in wei; `balances` in base units by symbol; `prices` in USD with 8 decimals by symbol, absent where the
    feed gave none; `venues` by id; `missing` says why a venue, a balance or a price isn't there. `reads` and
    `requests` count the contract reads and the eth_calls that they took. `traders` are the pools of each exchange.
    `untrusted` says why a venue that is there may only be left. `sequencer`: None where the chain has no feed of it,
    or the feed doesn't say.
    `l1`: what a transaction pays for its place on L1.
    """

    chain_id: int
    block: Block
    account: Address
    native: int
    balances: Mapping[str, int]
    prices: Mapping[str, int]
    venues: Mapping[str, VenueState]
    missing: Mapping[str, str] = field(default_factory=dict)
    reads: int = 0
    requests: int = 1
    traders: Mapping[str, tuple[PoolState, ...]] = field(default_factory=dict)
    untrusted: Mapping[str, str] = field(default_factory=dict)
    sequencer: Sequencer | None = None
    l1: l1_costs.L1Costs = l1_costs.NONE


async def take(
    rpc: Rpc,
    registry: Registry,
    venues: Mapping[str, Venue],
    account: Address,
    tag: BlockTag = "latest",
    traders: Mapping[str, Trader] = MappingProxyType({}),
    untrusted: Mapping[str, str] = MappingProxyType({}),
) -> Snapshot:
    """The snapshot of `account` at the block `tag`. Raises Unavailable where the node or Multicall3 can't be read.

    A venue whose reads fail is left out with its reason in `missing`; the others go on. One that is `untrusted`, by
    its id with the reason, has that flag.
    """
    missing: dict[str, str] = {}
    groups = _venue_reads(venues, account, missing)
    pools = {name: trader.reads() for name, trader in traders.items()}
    wanted = _Reads(registry.multicall3)
    grouped = (call for group in (*groups.values(), *pools.values()) for call in group)
    l1_reads = l1_costs.reads(registry)
    for call in [*_wallet_reads(registry, account), *l1_reads, *grouped]:
        wanted.add(call)
    answers, block, requests = await read_at_one_block(rpc, registry, wanted.calls, tag)

    def answer(call: Call) -> Answer:
        return answers[wanted.index[call.target, call.data]]

    chain_id = word(answer(multicall3.CHAIN_ID.at(registry.multicall3)), "the chain's id")
    if chain_id != registry.chain_id:
        raise Unavailable("node", f"The node is on chain {chain_id}; the chain file is for {registry.chain_id}.")
    balances = {
        symbol: one(answer(erc20.BALANCE_OF.at(_contract(registry, symbol), account))) for symbol in registry.tokens
    }
    missing |= {symbol: "its balance can't be read" for symbol, units in balances.items() if units is None}
    prices, unpriced = feeds.prices(registry, answer, block.timestamp)
    missing |= unpriced
    changed = decimals.changed(registry, answer)
    doubts = dict(untrusted) | {
        key: f"its token {venue.asset.symbol} isn't what it was: {changed[venue.asset.symbol]}"
        for key, venue in venues.items()
        if changed and venue.asset.symbol in changed
    }
    missing |= {feeds.key_of(symbol): why for symbol, why in changed.items()}  # of how much would that be the price?
    states = _states(venues, {key: [answer(call) for call in group] for key, group in groups.items()}, block, missing)
    l1 = l1_costs.costs(registry, [answer(call) for call in l1_reads])
    if l1 is None:
        missing[l1_costs.MISSING] = l1_costs.why_not(registry)
    return Snapshot(
        chain_id=chain_id,
        block=block,
        account=account,
        native=word(answer(multicall3.ETH_BALANCE.at(registry.multicall3, account)), "the native balance"),
        balances={symbol: units for symbol, units in balances.items() if units is not None},
        prices={symbol: price for symbol, price in prices.items() if symbol not in changed},
        venues={key: _flagged(state) if key in doubts else state for key, state in states.items()},
        missing=missing,
        reads=len(wanted.calls),
        requests=requests,
        traders={name: traders[name].state([answer(call) for call in calls], block) for name, calls in pools.items()},
        untrusted={key: why for key, why in doubts.items() if key in venues},
        sequencer=sequencers.sequencer(registry, answer),
        l1=l1 or l1_costs.NONE,
    )


def _flagged(state: VenueState) -> VenueState:
    return replace(state, flags=state.flags | {Flag.UNTRUSTED})


class _Reads:
    """Reads without duplicates: venues of one protocol ask for the same facts."""

    def __init__(self, multicall: Address) -> None:
        self.calls: list[Call] = []
        self.index: dict[tuple[Address, bytes], int] = {}

    def add(self, call: Call) -> None:
        if (call.target, call.data) not in self.index:
            self.index[call.target, call.data] = len(self.calls)
            self.calls.append(call)


def _wallet_reads(registry: Registry, account: Address) -> list[Call]:
    return [
        multicall3.CHAIN_ID.at(registry.multicall3),
        multicall3.ETH_BALANCE.at(registry.multicall3, account),
        *(erc20.BALANCE_OF.at(_contract(registry, symbol), account) for symbol in registry.tokens),
        *feeds.reads(registry),
        *sequencers.reads(registry),
        *decimals.reads(registry),
    ]


def _venue_reads(
    venues: Mapping[str, Venue], account: Address, missing: dict[str, str]
) -> dict[str, tuple[Call, ...]]:
    groups: dict[str, tuple[Call, ...]] = {}
    for key, venue in venues.items():
        try:
            groups[key] = venue.reads(account)
        except Exception as error:  # a plug-in's fault costs its own venue, not the snapshot
            missing[key] = _reason(error)
    return groups


def _states(
    venues: Mapping[str, Venue],
    answers: Mapping[str, Sequence[Answer]],
    block: Block,
    missing: dict[str, str],
) -> dict[str, VenueState]:
    states: dict[str, VenueState] = {}
    for key, own in answers.items():
        try:
            states[key] = venues[key].state(own, block)
        except Exception as error:  # as above
            missing[key] = _reason(error)
    return states


def _contract(registry: Registry, symbol: str) -> Address:
    contract = registry.tokens[symbol].address
    if contract is None:
        raise AssertionError(f"{symbol} is listed as a token without a contract")
    return contract


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
