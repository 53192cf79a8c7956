"""Snapshots as JSON data, exact both ways: integers are text, so that no reader makes doubles of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.chain import l1_costs
from agent.chain.sequencer import Sequencer
from agent.chain.snapshot import Snapshot
from agent.loans import Loan
from agent.money import Address, Rate
from agent.past import Effect, Signal
from agent.plugin import Block, Flag, VenueState
from agent.ranges import PoolGrowth, Position
from agent.routes import AnyPool, PairState, PoolState

VERSION = "1"
_LOAN_NUMBERS = ("health", "threshold", "collateral_usd", "debt_usd")
_POOL_NUMBERS = frozenset({"fee", "spacing", "sqrt_price", "tick", "liquidity", "low", "high", "version"})


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """JSON data, ready for json.dumps."""
    block = snapshot.block
    return {
        "v": VERSION,
        "chain_id": str(snapshot.chain_id),
        "block": {
            "number": str(block.number),
            "parent_hash": block.parent_hash,
            "timestamp": str(block.timestamp),
            "base_fee": str(block.base_fee),
        },
        "account": snapshot.account,
        "native": str(snapshot.native),
        "balances": _texts(snapshot.balances),
        "prices": _texts(snapshot.prices),
        "venues": {key: _venue(state) for key, state in snapshot.venues.items()},
        "missing": dict(snapshot.missing),
        "reads": str(snapshot.reads),
        "requests": str(snapshot.requests),
        "traders": {name: [_pool(pool) for pool in pools] for name, pools in snapshot.traders.items()},
        "untrusted": dict(snapshot.untrusted),
        "sequencer": _sequencer(snapshot.sequencer),
        "l1": l1_costs.to_json(snapshot.l1),
        "loans": {key: _loan(loan) for key, loan in snapshot.loans.items()},
        "rewards": {key: _texts(earned) for key, earned in snapshot.rewards.items()},
        "signals": [_signal(each) for each in snapshot.signals],
        "pools": {name: [_figures(pool) for pool in pools] for name, pools in snapshot.pools.items()},
        "positions": [_figures(each) for each in snapshot.positions],
    }


def from_json(data: Mapping[str, Any]) -> Snapshot:
    """The snapshot that `to_json` wrote. Raises ValueError for another version."""
    if data["v"] != VERSION:
        raise ValueError(f"a snapshot of version {data['v']}; this program reads version {VERSION}")
    block = data["block"]
    return Snapshot(
        chain_id=int(data["chain_id"]),
        block=Block(int(block["number"]), block["parent_hash"], int(block["timestamp"]), int(block["base_fee"])),
        account=Address(data["account"]),
        native=int(data["native"]),
        balances=_integers(data["balances"]),
        prices=_integers(data["prices"]),
        venues={key: _state(body) for key, body in data["venues"].items()},
        missing=dict(data["missing"]),
        reads=int(data["reads"]),
        requests=int(data["requests"]),
        traders={name: tuple(_pool_state(body) for body in pools) for name, pools in data.get("traders", {}).items()},
        untrusted=dict(data.get("untrusted", {})),
        sequencer=_sequencer_seen(data.get("sequencer")),
        l1=l1_costs.from_json(data.get("l1")),
        loans={key: _loan_seen(body) for key, body in data.get("loans", {}).items()},
        rewards={
            key: {Address(token): int(units) for token, units in earned.items()}
            for key, earned in data.get("rewards", {}).items()
        },
        signals=tuple(_signal_seen(body) for body in data.get("signals", ())),
        pools={
            name: tuple(PoolGrowth(**_numbers(body)) for body in pools)
            for name, pools in data.get("pools", {}).items()
        },
        positions=tuple(Position(**_numbers(body)) for body in data.get("positions", ())),
    )


def _signal(each: Signal) -> dict[str, Any]:
    return {
        "venue": each.venue,
        "name": each.name,
        "effect": str(each.effect),
        "words": each.words,
        "numbers": _texts(each.numbers),
        "most": None if each.most is None else str(each.most),
    }


def _signal_seen(body: Mapping[str, Any]) -> Signal:
    most = None if body["most"] is None else int(body["most"])
    return Signal(
        body["venue"], body["name"], Effect(body["effect"]), body["words"], _integers(body["numbers"]), most
    )


def _sequencer(seen: Sequencer | None) -> dict[str, Any] | None:
    return None if seen is None else {"up": seen.up, "since": str(seen.since)}


def _sequencer_seen(body: Mapping[str, Any] | None) -> Sequencer | None:
    return None if body is None else Sequencer(bool(body["up"]), int(body["since"]))


def _loan(loan: Loan) -> dict[str, Any]:
    numbers = {name: getattr(loan, name) for name in _LOAN_NUMBERS}
    return {
        "lender": loan.lender,
        "debts": _texts(loan.debts),
        "shares": _texts(loan.shares),
        "pledged": _texts(loan.pledged),
        "unlisted": str(loan.unlisted),
        **{name: None if value is None else str(value) for name, value in numbers.items()},
    }


def _loan_seen(body: Mapping[str, Any]) -> Loan:
    numbers = {name: None if body[name] is None else int(body[name]) for name in _LOAN_NUMBERS}
    return Loan(
        lender=body["lender"],
        debts=_integers(body["debts"]),
        shares=_integers(body["shares"]),
        pledged=_integers(body["pledged"]),
        unlisted=int(body.get("unlisted", "0")),
        **numbers,
    )


def _venue(state: VenueState) -> dict[str, Any]:
    return {
        "venue": state.venue,
        "rate": str(state.rate.ray),
        "position": str(state.position),
        "shares": str(state.shares),
        "liquidity": str(state.liquidity),
        "room": None if state.room is None else str(state.room),
        "flags": sorted(state.flags),
        "facts": _texts(state.facts),
    }


def _state(body: Mapping[str, Any]) -> VenueState:
    return VenueState(
        venue=body["venue"],
        rate=Rate(int(body["rate"])),
        position=int(body["position"]),
        shares=int(body["shares"]),
        liquidity=int(body["liquidity"]),
        room=None if body["room"] is None else int(body["room"]),
        flags=frozenset(Flag(flag) for flag in body["flags"]),
        facts=_integers(body["facts"]),
    )


def _pool(pool: AnyPool) -> dict[str, Any]:
    body = asdict(pool)
    if isinstance(pool, PoolState):
        body["ticks"] = [[str(tick), str(net)] for tick, net in pool.ticks]
    return {key: str(value) if isinstance(value, int) else value for key, value in body.items()}


def _pool_state(body: Mapping[str, Any]) -> AnyPool:
    kept: dict[str, Any] = {key: int(value) for key, value in body.items() if key in _POOL_NUMBERS}
    addresses: dict[str, Any] = {key: Address(body[key]) for key in ("pool", "token0", "token1")}
    if "reserve0" in body:
        reserves: dict[str, Any] = {key: int(body[key]) for key in ("reserve0", "reserve1", "fee")}
        return PairState(**addresses, **reserves)
    mean = body.get("mean_sqrt_price")  # absent of snapshots from before it was read
    kept["mean_sqrt_price"] = None if mean is None else int(mean)
    up = body.get("fee_up")
    kept["fee_up"] = None if up is None else int(up)
    return PoolState(**kept, **addresses, ticks=tuple((int(tick), int(net)) for tick, net in body["ticks"]))


def _figures(each: PoolGrowth | Position) -> dict[str, str]:
    return {key: str(value) for key, value in asdict(each).items()}


def _numbers(body: Mapping[str, str]) -> dict[str, Any]:
    """What `_figures` wrote: names and addresses stay text."""
    places = ("pool", "token0", "token1")
    return {
        key: Address(text) if key in places else text if key == "manager" else int(text) for key, text in body.items()
    }


def _texts(values: Mapping[str, int] | Mapping[Address, int]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


def _integers(values: Mapping[str, str]) -> dict[str, int]:
    return {key: int(value) for key, value in values.items()}
