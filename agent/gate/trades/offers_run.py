"""Offers from outside run in a simulation: what one gives is what its call gives on our own node, for what gas."""

from __future__ import annotations

from dataclasses import replace

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.simulate import changes, simulate
from agent.errors import Refused
from agent.gate.approvals import approve
from agent.gate.expect import key_of
from agent.gate.trades.offers import OTHER, Tried
from agent.money import BASIS_POINTS, Address, Amount
from agent.plans import Role
from agent.plugin import Block


async def run(rpc: Rpc, account: Address, offer: Tried, block: Block, slippage_bps: int) -> Tried:
    """The offer with what it gave and used. Raises Refused: quote-simulated, quote-inflated; Unavailable."""
    allowed = () if offer.gives.is_native else (0, offer.units)
    steps = [approve(offer.gives, offer.contract.address, units, Role.APPROVAL) for units in allowed]
    calls = [(step.to, step.data, step.value, None) for step in (*steps, offer.step())]
    try:
        results = await simulate(rpc, account, calls, block)
    except RpcError as error:
        raise Refused("quote-simulated", f"The node would not simulate it: {error.message}.", OTHER) from error
    failed = next((result for result in results if not result.ok), None)
    if failed is not None:
        raise Refused("quote-simulated", f"Its call would be refused: {failed.error}.", OTHER)
    moved = changes(results, account)
    given, got = -moved.pop(key_of(offer.gives), 0), moved.pop(key_of(offer.gets), 0)
    if moved:
        raise Refused("quote-simulated", f"Its call would also change your balance of {min(moved)}.", OTHER)
    if not 0 < given <= offer.units or got < offer.least or (given != offer.units and not offer.exact_out):
        raise Refused(
            "quote-simulated",
            f"Its call would give {Amount(max(got, 0), offer.gets)} for {Amount(max(given, 0), offer.gives)}.",
            OTHER,
        )
    beyond = given * BASIS_POINTS > offer.said * (BASIS_POINTS + slippage_bps)
    if offer.exact_out and (beyond or given == offer.units > offer.said):  # or keeps all that it may
        said, taken = Amount(offer.said, offer.gives), Amount(given, offer.gives)
        raise Refused("quote-inflated", f"It says {said}, and its call takes {taken}.", OTHER)
    if not offer.exact_out and got * BASIS_POINTS < offer.said * (BASIS_POINTS - slippage_bps):
        raise Refused(
            "quote-inflated",
            f"It says {Amount(offer.said, offer.gets)}, and its call gives {Amount(got, offer.gets)}.",
            OTHER,
        )
    return replace(offer, got=got, given=given if offer.exact_out else 0, gas=results[-1].gas_used)
