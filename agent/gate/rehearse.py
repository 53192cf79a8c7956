"""Simulate: the whole plan runs on the node one block ahead, and the venues are read again behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.abi import Call
from agent.chain.contracts import erc20
from agent.chain.lenders import lenders_of, loan_reads, loans_in
from agent.chain.multicall import Answer, aggregate, disaggregate
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.simulate import SECONDS_AHEAD, Simulated, changes, simulate
from agent.errors import Refused
from agent.gate.foresee import foresee
from agent.loans import Loan
from agent.money import Address
from agent.plans import Role, Step
from agent.plugin import Block, Venue, VenueState


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
) -> Rehearsal:
    """Runs `steps` in one simulated block; of the tokens `counted` the balances behind it are read, too.

    Raises WouldRevert naming the step that would fail.
    """
    outputs = await foresee(rpc, account, steps, block)
    running = [step.filled(outputs) for step in steps if step.role is not Role.CLEANUP]
    calls = [(step.to, step.data, step.value, step.gas or None) for step in running]
    lenders = lenders_of(venues)
    owed = loan_reads(lenders, account, {})
    reads = [venue.reads(account) for venue in venues] + list(owed.values())
    reads.append(tuple(erc20.BALANCE_OF.at(token, account) for token in counted))
    after = aggregate([call for group in reads for call in group])
    try:
        results = await simulate(rpc, account, [*calls, (registry.multicall3, after, 0, None)], block)
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
    return Rehearsal(
        gas_used=tuple(result.gas_used for result in results[:-1]),
        changes=changes(results[:-1], account, registry.coin),
        states={venue.id: venue.state(own, ahead) for venue, own in zip(venues, answers, strict=False)},
        outputs=outputs,
        loans=loans_in(lenders, dict(zip(owed, answers[len(venues) :], strict=True)), ahead, {}),
        balances={
            token: None if answer is None else int(answer[0]) for token, answer in zip(counted, held, strict=True)
        },
        each=tuple(changes([result], account, registry.coin) for result in results[:-1]),
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
