"""A snapshot: every venue's state, every balance and price at one block, read in one eth_call.

The block's number, parent hash, time and base fee are read inside the same call, so they can't be of another block.
All is as of that block's own number and time: interest that a protocol has not yet written down is computed up to
it by the venue (Aave and vaults by their own views, Morpho and Venus from the facts that they store). What accrues
between the snapshot and the block that a transaction lands in is not in it; 'pending' asks for one block later.
geth sets the base fee to zero inside an eth_call: fees for signing come from Rpc.fees, not from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from agent.abi import Call
from agent.chain import decimals, l1_costs
from agent.chain import prices as feeds
from agent.chain import sequencer as sequencers
from agent.chain.at_one_block import one, read_at_one_block, word
from agent.chain.contracts import erc20, multicall3
from agent.chain.lenders import lenders_of, loan_reads, loans_in, reason
from agent.chain.multicall import Answer
from agent.chain.positions import Known, Owned, Rounds, calls_of, known_of, managers_of
from agent.chain.registry import Registry
from agent.chain.rewarders import reward_reads, rewarders_of, rewards_in
from agent.chain.rpc import BlockTag, Rpc
from agent.chain.sequencer import Sequencer
from agent.errors import Unavailable
from agent.loans import Loan
from agent.money import ZERO_ADDRESS, Address
from agent.past import Signal
from agent.plugin import Block, Flag, PositionManager, Trader, Venue, VenueState
from agent.ranges import PoolGrowth, Position
from agent.routes import AnyPool

BREATH = 32


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One account's view of the chain at one block.

    `native` in wei; `balances` in base units by symbol; `prices` in USD with 8 decimals by symbol, absent where the
    feed gave none; `venues` by id; `missing` says why a venue, a balance or a price isn't there. `reads` and
    `requests` count the contract reads and the eth_calls that they took. `traders` are the pools of each exchange.
    `untrusted` says why a venue that is there may only be left. `sequencer`: None where the chain has no feed of it,
    or the feed doesn't say.
    `l1`: what a transaction pays for its place on L1. `loans`: what the account owes, by lender, where there is any.
    `rewards`: base units that wait to be claimed, by rewarder and the token's address.
    `signals`: what speaks against the venues, which the runtime adds. `pools`: where liquidity is provided, by
    exchange; `positions`: the account's own there.
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
    traders: Mapping[str, tuple[AnyPool, ...]] = field(default_factory=dict)
    untrusted: Mapping[str, str] = field(default_factory=dict)
    sequencer: Sequencer | None = None
    l1: l1_costs.L1Costs = l1_costs.NONE
    loans: Mapping[str, Loan] = field(default_factory=dict)
    rewards: Mapping[str, Mapping[Address, int]] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    pools: Mapping[str, tuple[PoolGrowth, ...]] = field(default_factory=dict)
    positions: tuple[Position, ...] = ()


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
    batch = await take_all(rpc, registry, venues, [account], tag, traders, untrusted)
    return batch.of(account)


async def take_all(
    rpc: Rpc,
    registry: Registry,
    venues: Mapping[str, Venue],
    accounts: Sequence[Address],
    tag: BlockTag = "latest",
    traders: Mapping[str, Trader] = MappingProxyType({}),
    untrusted: Mapping[str, str] = MappingProxyType({}),
) -> Batch:
    """The same of many accounts at one block: what isn't an account's own is read once. Raises Unavailable."""
    wanted = _Reads()
    pools = {name: wanted.all(trader.reads()) for name, trader in traders.items()}
    managers = managers_of(traders)
    growths = {name: wanted.all(manager.pool_reads()) for name, manager in managers.items()}
    shared = wanted.all(_shared_reads(registry))
    l1_reads = wanted.all(l1_costs.reads(registry))
    own: dict[Address, Own] = {}
    for account in accounts:
        own[account] = _own(registry, venues, managers, account, wanted)
        if len(own) % BREATH == 0:
            await asyncio.sleep(0)  # a thousand take half a second, in which others want to be answered
    answers, block, requests = await read_at_one_block(rpc, registry, wanted.calls, tag)

    def answer(call: Call) -> Answer:
        return answers[wanted.index[call.target, call.data]]

    chain_id = word(answers[shared[0]], "the chain's id")
    if chain_id != registry.chain_id:
        raise Unavailable("node", f"The node is on chain {chain_id}; the chain file is for {registry.chain_id}.")
    prices, missing = feeds.prices(registry, answer, block.timestamp)
    changed = decimals.changed(registry, answer)
    doubts = dict(untrusted) | {
        key: f"its token {venue.asset.symbol} isn't what it was: {changed[venue.asset.symbol]}"
        for key, venue in venues.items()
        if changed and venue.asset.symbol in changed
    }
    missing |= {feeds.key_of(symbol): why for symbol, why in changed.items()}  # of how much would that be the price?
    l1 = l1_costs.costs(registry, [answers[place] for place in l1_reads])
    if l1 is None:
        missing[l1_costs.MISSING] = l1_costs.why_not(registry)
    theirs = {account: each.positions for account, each in own.items()}
    owned = await Rounds(rpc, registry, tag, block).positions(managers, theirs, answer)
    everybodys = Snapshot(
        chain_id=chain_id,
        block=block,
        account=ZERO_ADDRESS,
        native=0,
        balances={},
        prices={symbol: price for symbol, price in prices.items() if symbol not in changed},
        venues={},
        missing=missing,
        reads=len(wanted.calls) + owned.reads,
        requests=requests + owned.requests,
        traders={
            name: traders[name].state([answers[place] for place in places], block) for name, places in pools.items()
        },
        untrusted={key: why for key, why in doubts.items() if key in venues},
        sequencer=sequencers.sequencer(registry, answer),
        l1=l1 or l1_costs.NONE,
        pools={name: managers[name].pools([answers[place] for place in places]) for name, places in growths.items()},
    )
    return Batch(everybodys, venues, own, answers, owned)


@dataclass(frozen=True, slots=True)
class Own:
    """Where the answers of one account are: `balances` by symbol, `venues`, `loans`, `rewards` in the order of
    their reads; `positions`: what was asked of them, by exchange.

    `missing`: why a plug-in didn't say what to read.
    """

    native: int
    balances: Mapping[str, int]
    venues: Mapping[str, tuple[int, ...]]
    loans: Mapping[str, tuple[int, ...]]
    rewards: Mapping[str, tuple[int, ...]]
    positions: Mapping[str, Known]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read of many accounts at one block. `everybodys` is the snapshot of nobody, without venues."""

    everybodys: Snapshot
    _venues: Mapping[str, Venue]
    _own: Mapping[Address, Own]
    _answers: Sequence[Answer]
    _owned: Owned

    def has(self, account: Address) -> bool:
        """Whether it was taken for that account, too."""
        return account in self._own

    def of(self, account: Address) -> Snapshot:
        """The snapshot of one of the accounts that it was taken for. Raises Unavailable where it can't be told."""
        own, answers, shared = self._own[account], self._answers, self.everybodys
        balances = {symbol: one(answers[place]) for symbol, place in own.balances.items()}
        unread = {symbol: "its balance can't be read" for symbol, units in balances.items() if units is None}
        missing = {**own.missing, **unread, **self._owned.missing.get(account, {}), **shared.missing}
        read = {key: [answers[place] for place in places] for key, places in own.venues.items()}
        states = _states(self._venues, read, shared.block, missing)
        owed = {key: [answers[place] for place in places] for key, places in own.loans.items()}
        loans = loans_in(lenders_of(self._venues.values()), owed, shared.block, missing)
        waiting = {key: [answers[place] for place in places] for key, places in own.rewards.items()}
        rewards = rewards_in(rewarders_of(self._venues.values()), waiting, missing)
        doubted = shared.untrusted
        return replace(
            shared,
            account=account,
            native=word(answers[own.native], "the native balance"),
            balances={symbol: units for symbol, units in balances.items() if units is not None},
            venues={key: _flagged(state) if key in doubted else state for key, state in states.items()},
            missing=missing,
            loans={key: loan for key, loan in loans.items() if loan.owes or loan.unlisted},
            rewards=rewards,
            positions=self._owned.positions.get(account, ()),
        )


def _flagged(state: VenueState) -> VenueState:
    return replace(state, flags=state.flags | {Flag.UNTRUSTED})


class _Reads:
    """Reads without duplicates: venues of one protocol, and all accounts, ask for the same facts."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.index: dict[tuple[Address, bytes], int] = {}

    def add(self, call: Call) -> int:
        """Where its answer will be."""
        place = self.index.setdefault((call.target, call.data), len(self.calls))
        if place == len(self.calls):
            self.calls.append(call)
        return place

    def all(self, calls: Iterable[Call]) -> tuple[int, ...]:
        return tuple(self.add(call) for call in calls)


def _shared_reads(registry: Registry) -> list[Call]:
    return [
        multicall3.CHAIN_ID.at(registry.multicall3),
        *feeds.reads(registry),
        *sequencers.reads(registry),
        *decimals.reads(registry),
    ]


def _own(
    registry: Registry,
    venues: Mapping[str, Venue],
    managers: Mapping[str, PositionManager],
    account: Address,
    wanted: _Reads,
) -> Own:
    groups: dict[str, tuple[int, ...]] = {}
    missing: dict[str, str] = {}
    for key, venue in venues.items():
        try:
            groups[key] = wanted.all(venue.reads(account))
        except Exception as error:  # a plug-in's fault costs its own venue, not the snapshot
            missing[key] = reason(error)
    lenders = lenders_of(venues.values()) if account != ZERO_ADDRESS else {}  # nobody owes nothing
    owed = loan_reads(lenders, account, missing)
    rewarders = rewarders_of(venues.values()) if account != ZERO_ADDRESS else {}
    asked = {name: known for name, manager in managers.items() if (known := known_of(manager, account)) is not None}
    for name, known in asked.items():
        wanted.all(calls_of(managers[name], known))
    return Own(
        native=wanted.add(multicall3.ETH_BALANCE.at(registry.multicall3, account)),
        balances={
            symbol: wanted.add(erc20.BALANCE_OF.at(_contract(registry, symbol), account))
            for symbol in registry.tokens
        },
        venues=groups,
        loans={key: wanted.all(calls) for key, calls in owed.items()},
        rewards={key: wanted.all(calls) for key, calls in reward_reads(rewarders, account, missing).items()},
        positions=asked,
        missing=missing,
    )


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
            missing[key] = reason(error)
    return states


def _contract(registry: Registry, symbol: str) -> Address:
    contract = registry.tokens[symbol].address
    if contract is None:
        raise AssertionError(f"{symbol} is listed as a token without a contract")
    return contract
