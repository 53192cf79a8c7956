"""What open amounts come to in the simulation: the plan runs up to each step whose output a later one takes."""

from __future__ import annotations

from collections.abc import Sequence

from agent.chain.rpc import Rpc
from agent.chain.simulate import changes, simulate
from agent.errors import Refused
from agent.money import Address
from agent.plans import Output, Role, Step
from agent.plugin import Block
from agent.policy.outputs import RULE


async def foresee(rpc: Rpc, account: Address, steps: Sequence[Step], block: Block) -> dict[int, int]:
    """Base units by step index that the steps would give in the block after `block`; {} without open amounts.

    Raises Refused("simulate") where a step before would fail, or would give something outside of the bounds.
    """
    found: dict[int, int] = {}
    for output in sorted({each for step in steps for each in step.outputs}, key=lambda each: each.step):
        before = [step.filled(found) for step in steps[: output.step + 1] if step.role is not Role.CLEANUP]
        calls = [(step.to, step.data, step.value, step.gas or None) for step in before]
        results = await simulate(rpc, account, calls, block)
        for step, result in zip(before, results, strict=True):
            if not result.ok:
                what = step.function.partition("(")[0] or "transfer"
                raise Refused(
                    "simulate",
                    f"{step.contract} would refuse the call of {what}: {result.error}.",
                    "Nothing was sent; ask for less, or for another venue.",
                )
        found[output.step] = _within(output, changes(results[-1:], account).get(output.token, 0))
    return found


def _within(output: Output, units: int) -> int:
    if not output.min <= units <= output.max:
        bounds = f"{output.min} to {output.max}"
        raise Refused(
            "simulate",
            f"Step {output.step + 1} would give {units} base units, not {bounds} ({RULE}).",
            "Ask again: the price has moved.",
        )
    return units
