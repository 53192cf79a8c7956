"""Simulate: the whole plan runs on the node one block ahead, and the venues are read again behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.abi import Call, encode_call
from agent.chain.contracts import erc20
from agent.chain.lenders import lenders_of, loan_reads, loans_in
from agent.chain.multicall import Answer, aggregate, disaggregate
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.simulate import SECONDS_AHEAD, Simulated, SimulatedCall, changes, simulate
from agent.errors import Refused
from agent.gate.foresee import foresee
from agent.loans import Loan
from agent.money import Address
from agent.plans import Role, Step
from agent.plugin import Block, Venue, VenueState
from agent.policy.effects import Effect

TRANSFER_FROM = "transferFrom(address from,address to,uint256 amount)"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the steps did in the simulation.

    `gas_used` per step that ran (clean-ups don't), `changes` of the account per token address (or 'native', fees
    left out) in base units, `states` of the venues and `loans` of their lenders afterwards. `outputs`: what steps
    gave that later ones take, in base units by their index. `balances`: of the tokens that were counted, None where
    one can't be read. `each`: the `changes` of every step that ran, by itself.
    """

    gas_used: tuple[int, ...]
    changes: Mapping[str, int]
    states: Mapping[str, VenueState]
    outputs: Mapping[int, int] = field(default_factory=dict)
    loans: Mapping[str, Loan] = field(default_factory=dict)
    balances: Mapping[Address, int | None] = field(default_factory=dict)
    each: tuple[Mapping[str, int], ...] = ()


class WouldRevert(Refused):
    """A step fails in the simulation; `venue` is the one that it is about, '' for none."""

    def __init__(self, message: str, venue: str) -> None:
        super().__init__("simulate", message, "Nothing was sent.")
        self.venue = venue


async def rehearse(
    rpc: Rpc,
    registry: Registry,
    account: Address,
    steps: Sequence[Step],
    venues: Sequence[Venue],
    block: Block,
    counted: Sequence[Address] = (),
    read: Callable[[Step], Effect] | None = None,
) -> Rehearsal:
    """Runs `steps` in one simulated block; of the tokens `counted` the balances behind it are read, too. `read` tells
    what a message does: of an order, what is given is taken as whoever fills it does, and its least is what comes.

    Raises WouldRevert naming the step that would fail.
    """
    outputs = await foresee(rpc, account, steps, block)
    running = [step.filled(outputs) for step in steps if step.role is not Role.CLEANUP]
    orders = {place: read(step) for place, step in enumerate(running) if step.typed and read is not None}
    calls = [
        _taking(orders[place], account) if place in orders else (step.to, step.data, step.value, step.gas or None)
        for place, step in enumerate(running)
    ]
    senders = {place: effect.spender for place, effect in orders.items() if effect.spender is not None}
    lenders = lenders_of(venues)
    owed = loan_reads(lenders, account, {})
    reads = [venue.reads(account) for venue in venues] + list(owed.values())
    reads.append(tuple(erc20.BALANCE_OF.at(token, account) for token in counted))
    after = aggregate([call for group in reads for call in group])
    try:
        ending: SimulatedCall = (registry.multicall3, after, 0, None)
        results = await simulate(rpc, account, [*calls, ending], block, senders=senders)
    except RpcError as error:  # the whole request, such as a value that the account doesn't have
        raise Refused(
            "simulate", f"The node would not simulate that: {error.message}.", "Nothing was sent."
        ) from error
    for step, result in zip(running, results[:-1], strict=True):
        if not result.ok:
            what = step.function.partition("(")[0] or "transfer"
            raise WouldRevert(f"{step.contract} would refuse the call of {what}: {result.error}.", step.venue)
    ahead = Block(block.number + 1, block.parent_hash, block.timestamp + SECONDS_AHEAD, block.base_fee)
    answers = _answers(reads, results[-1])
    *answers, held = answers
    moved = changes(results[:-1], account, registry.coin)
    for effect in orders.values():
        _check_taken(effect, moved)
        moved[str((effect.to or effect.token).address)] = effect.least
    return Rehearsal(
        gas_used=tuple(0 if place in orders else result.gas_used for place, result in enumerate(results[:-1])),
        changes=moved,
        states={venue.id: venue.state(own, ahead) for venue, own in zip(venues, answers, strict=False)},
        outputs=outputs,
        loans=loans_in(lenders, dict(zip(owed, answers[len(venues) :], strict=True)), ahead, {}),
        balances={
            token: None if answer is None else int(answer[0]) for token, answer in zip(counted, held, strict=True)
        },
        each=tuple(changes([result], account, registry.coin) for result in results[:-1]),
    )


def _taking(order: Effect, account: Address) -> SimulatedCall:
    """What whoever fills an order does to the account: takes exactly what it gives, by the allowance."""
    if order.token.address is None or order.spender is None:
        raise Refused("simulate", "What the order gives can't be taken by an allowance.", "Nothing was sent.")
    return order.token.address, encode_call(TRANSFER_FROM, (account, order.spender, order.units)), 0, None


def _check_taken(order: Effect, moved: Mapping[str, int]) -> None:
    if moved.get(str(order.token.address), 0) != -order.units:
        raise Refused(
            "simulate", f"The order would take another amount of {order.token.symbol}.", "Nothing was sent."
        )


def _answers(reads: Sequence[Sequence[Call]], result: Simulated) -> list[list[Answer]]:
    """What each group of reads answered behind the plan."""
    if not result.ok:
        raise Refused("simulate", f"The venues can't be read after the plan: {result.error}.", "Try again.")
    answers = disaggregate(result.returned, [call for group in reads for call in group])
    groups: list[list[Answer]] = []
    for group in reads:
        groups.append(list(answers[: len(group)]))
        answers = answers[len(group) :]
    return groups
