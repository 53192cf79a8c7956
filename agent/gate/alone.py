"""Alone: exits on a node without eth_simulateV1. Each step is tried by an eth_call of its own, its gas estimated.

What the steps do to balances can't be seen there; it follows from what is left: so much of the asset, so many shares.
Steps that hang on each other can't be tried like that, so entries aren't.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agent.chain.reverts import words
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError, quantity
from agent.errors import Refused
from agent.gate.expect import key_of
from agent.gate.liquidity.provided import Close, Gather
from agent.gate.moves import Leave, Move, TakeBack, Wrap
from agent.gate.rehearse import Rehearsal, WouldRevert
from agent.money import Address
from agent.plans import Role, Step
from agent.plugin import VenueState

LATER_GAS = 300_000
"""Of a step that can't be tried alone: the dearest of them, collecting two tokens, takes some 200,000."""
NOTE = "This node can't simulate (it has no eth_simulateV1): each step was tried alone."


def no_entry() -> Refused:
    """What is said of anything but an exit there."""
    return Refused(
        "simulate",
        "This node has no eth_simulateV1, so nothing that goes in can be tried before it is sent.",
        "The operator connects a node that has it (`moneta doctor` tells); taking money out works.",
    )


def takes_out(move: Move) -> bool:
    """Whether a move can be tried here: it takes out, or makes the coin of what a withdrawal gave."""
    return isinstance(move, Leave | TakeBack | Gather | Close) or (isinstance(move, Wrap) and move.source is not None)


async def tried(rpc: Rpc, account: Address, steps: Sequence[Step]) -> tuple[int, ...]:
    """The gas of each step that runs at the head. Raises WouldRevert naming the one that would fail."""
    used: list[int] = []
    running = [step for step in steps if step.role is not Role.CLEANUP]
    for before, step in zip([None, *running], running, strict=False):
        if step.outputs or (before is not None and _goes_on(before, step)):  # a withdrawal is unwrapped after it
            used.append(LATER_GAS)
            continue
        call = {"from": account, "to": step.to, "data": "0x" + step.data.hex(), "value": hex(step.value)}
        try:
            await rpc.call(step.to, step.data, sender=account)
            used.append(quantity(await rpc.request("eth_estimateGas", call)))
        except RpcError as error:
            what, why = step.function.partition("(")[0], words(error.data or b"", error.message)
            raise WouldRevert(f"{step.contract} would refuse the call of {what}: {why}.", step.venue) from error
    return tuple(used)


def _goes_on(before: Step, step: Step) -> bool:
    """Whether a step of an exchange's goes on with the one before it, so that alone it says nothing: what a position
    owes is there once its liquidity was taken out. Venues' steps (with a colon in their id) stand by themselves.
    """
    return bool(step.venue) and ":" not in step.venue and (before.venue, before.to) == (step.venue, step.to)


def left(moves: Iterable[Move], states: Mapping[str, VenueState], gas_used: tuple[int, ...]) -> Rehearsal:
    """What leaving comes to: the asset by what was asked for, the receipts by their share of the position."""
    changes: dict[str, int] = {}
    after = dict(states)
    for move in moves:
        if isinstance(move, Gather | Close):
            for token, units in zip(move.tokens, move.now, strict=True):
                changes[key_of(token)] = changes.get(key_of(token), 0) + units
        if isinstance(move, Wrap):
            for token, units in ((move.token, -move.units), (move.coin, move.units)):
                changes[key_of(token)] = changes.get(key_of(token), 0) + units
        if not isinstance(move, Leave):
            continue
        state, venue = after[move.venue.id], move.venue
        units = state.position if move.units is None else move.units
        shares = state.shares if units == state.position else -(-units * state.shares // max(state.position, 1))
        changes[key_of(venue.asset)] = changes.get(key_of(venue.asset), 0) + units
        if venue.receipt is not None:
            changes[key_of(venue.receipt)] = changes.get(key_of(venue.receipt), 0) - shares
        after[venue.id] = replace(state, position=state.position - units, shares=state.shares - shares)
    places = [move.venue.id for move in moves if isinstance(move, Leave)]
    return Rehearsal(gas_used, changes, {place: after[place] for place in places})
