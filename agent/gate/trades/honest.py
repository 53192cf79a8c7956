"""Token safety: what a swap buys must be there in full, stay what it is, and be sold again in the next block.

A token can pass every list and still take a part of each transfer, change balances by itself, or let nobody sell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.abi import Call
from agent.chain.contracts import erc20
from agent.chain.multicall import aggregate, disaggregate
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.simulate import Simulated, SimulatedCall, changes, simulate
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.approvals import approve
from agent.gate.build import granted
from agent.gate.moves import Swap
from agent.gate.rehearse import Rehearsal
from agent.gate.trades.wrapping import held_as
from agent.money import Address, Amount, Token
from agent.plans import Role, Step
from agent.plugin import Block, Trader
from agent.routes import FEE_SCALE, Route, Trade

KEPT_PERCENT = 95
"""What must come back of a sale at once, fees apart: two price impacts within the limit of a swap, and a margin."""
RULE = "token-safety"
SALE_SECONDS = 3_600


async def check_honest(
    rpc: Rpc,
    registry: Registry,
    account: Address,
    steps: Sequence[Step],
    move: Swap,
    got: int,
    held: int,
    block: Block,
    elsewhere: tuple[Trader, Trade] | None = None,
) -> None:
    """Runs `steps` up to and with the swap again, and a block later sells the `got` base units that it gave in the
    rehearsal: some let nobody sell who bought in an earlier block, or shrink from one to the next.

    `held`: base units of that token before. `elsewhere` sells as much of it for another token than it was bought
    with: where the way back fails, it may be that one's fault. Raises Refused("token-safety") for a token that takes
    a fee of transfers, moves balances by itself or can't be sold for about what it cost.
    """
    buying, selling = _until(steps, move), _sale(move, got, account, block.timestamp + SALE_SECONDS)
    balance = erc20.BALANCE_OF.at(_place(move.gets), account)
    results, left = await _run(rpc, registry, account, buying, selling, block, balance)
    sale = results[len(buying) :]
    if elsewhere is not None and not all(each.ok for each in sale):
        trader, trade = elsewhere
        selling = _sold_by(trader, trade, move.gets, got, account, block.timestamp + SALE_SECONDS)
        again, left = await _run(rpc, registry, account, buying, selling, block, balance)
        if not all(each.ok for each in again):
            _check_sold(registry, move, sale, got, account)
    else:
        _check_sold(registry, move, sale, got, account)
    if left != held:
        shown = "nothing that can be read" if left is None else str(Amount(left, move.gets))
        raise Refused(
            RULE,
            f"After buying {Amount(got, move.gets)} and selling all of it, {shown} would be left where "
            f"{Amount(held, move.gets)} was: its balances change by themselves, or transfers cost a part.",
            "Choose another token.",
        )


def check_arrived(tokens: Sequence[Token], snapshot: Snapshot, rehearsal: Rehearsal) -> None:
    """Raises Refused("token-safety") where a balance doesn't change as its token's own events say."""
    for token in tokens:
        before = snapshot.balances.get(token.symbol)
        if token.address is None or before is None:
            continue
        after, said = rehearsal.balances.get(token.address), rehearsal.changes.get(token.address, 0)
        if after is None or after - before != said:
            shown = "nothing that can be read" if after is None else str(Amount(after - before, token))
            raise Refused(
                RULE,
                f"{token.symbol} says that {Amount(said, token)} would arrive, and {shown} would.",
                "Choose another token.",
            )


def elsewhere(
    registry: Registry, traders: Mapping[str, Trader], snapshot: Snapshot, move: Swap, units: int
) -> tuple[Trader, Trade] | None:
    """A sale of what the move gives in pools that hold nothing of what it takes, for any other token."""
    taken, given = (held_as(registry, token) for token in move.trade.tokens)
    forms = {taken.place, registry.native.place} if taken.symbol == registry.wrapped else {taken.place}
    for name, trader in traders.items():
        pools = snapshot.traders.get(name, ())
        apart = [pool for pool in pools if forms.isdisjoint((pool.token0, pool.token1))]
        for token in registry.tokens.values():
            route = None if token in (taken, given) else trader.quote(apart, given, token, units)
            if route is not None:
                return trader, Trade((route,))
    return None


def _check_sold(registry: Registry, move: Swap, sale: Sequence[Simulated], got: int, account: Address) -> None:
    failed = next((result for result in sale if not result.ok), None)
    if failed is not None:
        raise Refused(
            RULE, f"{move.gets.symbol} can be bought but not sold again: {failed.error}.", "Choose another token."
        )
    start = held_as(registry, (move.back[1] if move.back else move.trade).tokens[0])
    back = changes(sale, account).get(str(start.address), 0)
    fee = (move.back[1] if move.back else move.trade).fee
    least = move.trade.units_in * (FEE_SCALE - fee) ** 2 // FEE_SCALE**2 * KEPT_PERCENT // 100
    if back < least:
        raise Refused(
            RULE,
            f"{Amount(got, move.gets)} could be sold again for only {Amount(back, start)}, "
            f"after {Amount(move.trade.units_in, start)} was given for it.",
            "Choose another token.",
        )


def last_of(steps: Sequence[Step], move: Swap) -> int:
    """The place of the swap's last step among those that run, which clean-ups don't."""
    running = [step for step in steps if step.role is not Role.CLEANUP]
    place = move.trader.contract.address
    trades = [step.role is Role.ACTION and (step.venue, step.to) == (move.trader.name, place) for step in running]
    return max(index for index, trade in enumerate(trades) if trade)


def _until(steps: Sequence[Step], move: Swap) -> list[Step]:
    """The steps up to the swap, it among them. The steps of a plan before a swap have fixed amounts."""
    return [step for step in steps if step.role is not Role.CLEANUP][: last_of(steps, move) + 1]


def _sale(move: Swap, units: int, account: Address, deadline: int) -> list[Step]:
    """The way back: each part backwards, for its share of what came."""
    trader, trade = move.back or (move.trader, move.trade)
    whole, left, parts = trade.units_out, units, []
    for part in trade.parts[::-1]:
        share = left if part is trade.parts[0] else units * part.units_out // whole
        left -= share
        parts.append(_backwards(part, share))
    back = Trade(tuple(part for part in parts if part.units_in))
    return _sold_by(trader, back, move.gets, units, account, deadline)


def _sold_by(trader: Trader, trade: Trade, token: Token, units: int, account: Address, deadline: int) -> list[Step]:
    limits = tuple(part.units_in if trade.exact_out else 1 for part in trade.parts)
    allow = [approve(token, trader.spender, each, Role.APPROVAL) for each in (0, units)]
    steps = trader.swap(trade, account, limits, (False, False), deadline)
    return [*allow, *granted(trader, token, units, deadline, steps)]


def bought_by(registry: Registry, trader: Trader, trade: Trade, account: Address, block: Block) -> list[Step]:
    """The steps that carry a trade out, whatever may be approved now."""
    given, until = held_as(registry, trade.tokens[0]), block.timestamp + SALE_SECONDS
    steps = _sold_by(trader, trade, given, trade.units_in, account, until)
    return [replace(step, venue=trader.name) for step in steps]


def _backwards(route: Route, units: int) -> Route:
    return replace(
        route,
        tokens=route.tokens[::-1],
        fees=route.fees[::-1],
        pools=route.pools[::-1],
        units_in=units,
        units_out=1,
        exact_out=False,
        impact_bps=0,
    )


async def _run(
    rpc: Rpc,
    registry: Registry,
    account: Address,
    steps: Sequence[Step],
    later: Sequence[Step],
    block: Block,
    balance: Call,
) -> tuple[list[Simulated], int | None]:
    """What the steps did, those of the block behind them too, and the balance then (None where it can't be read)."""
    read: SimulatedCall = (registry.multicall3, aggregate([balance]), 0, None)
    try:
        results = await simulate(rpc, account, _calls(steps), block, later=[*_calls(later), read])
    except RpcError as error:
        raise Refused("simulate", f"The node would not simulate that: {error.message}.", "Try again.") from error
    if not results[-1].ok:
        return results[:-1], None
    (answer,) = disaggregate(results[-1].returned, [balance])
    return results[:-1], None if answer is None else int(answer[0])


def _calls(steps: Sequence[Step]) -> list[SimulatedCall]:
    return [(step.to, step.data, step.value, None) for step in steps]


def _place(token: Token) -> Address:
    if token.address is None:
        raise TypeError("pools hold tokens, not the native coin")
    return token.address
