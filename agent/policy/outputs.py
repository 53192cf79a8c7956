"""Output steps: an amount that only a receipt will tell keeps to its bounds, and is what an earlier step gives.

The rules read such a step at its upper bound, so caps hold for whatever is filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent.errors import Refused
from agent.plans import Output, Role, Step
from agent.policy.effects import Effect

RULE = "output"


def at_most(step: Step) -> Step:
    """The step with its outputs at their upper bounds."""
    return step.filled({output.step: output.max for output in step.outputs})


def at_least(step: Step) -> Step:
    """The step with its outputs at their lower bounds."""
    return step.filled({output.step: output.min for output in step.outputs})


def fill(step: Step, outputs: Mapping[int, int]) -> Step:
    """The step with base units by step index filled in. Raises Refused("output") for one too many, missing or off."""
    wanted = {output.step for output in step.outputs}
    if set(outputs) != wanted:
        raise Refused(
            RULE,
            f"The step needs the outputs of the steps {sorted(wanted)}, not of {sorted(outputs)}.",
            "Ask for a new preview.",
        )
    for output in step.outputs:
        check_bounds(output, outputs[output.step])
    return step.filled(outputs)


def check_bounds(output: Output, units: int) -> None:
    """Raises Refused("output") unless `units` are within what was confirmed."""
    if not output.min <= units <= output.max:
        raise Refused(
            RULE,
            f"Step {output.step + 1} gave {units} base units; {output.min} to {output.max} were confirmed.",
            "Ask for the rest anew: there is a new preview for it.",
        )


def check_outputs(steps: Sequence[Step], effects: Sequence[Effect], read: Callable[[Step], Effect]) -> None:
    """Raises Refused("output") unless every output is the amount of its step, and an earlier step gives that token.

    `effects` are of the steps at their upper bounds; `read` gives the effect of a step.
    """
    for index, step in enumerate(steps):
        if not step.outputs:
            continue
        if len(step.outputs) > 1 or step.value:
            raise Refused(RULE, f"Step {index + 1} has more than its amount left open.", "One output a step.")
        (output,) = step.outputs
        _check_source(steps, effects, index, output)
        low, high = read(at_least(step)), effects[index]
        if (low.units, high.units) != (output.min, output.max) or high.token.address != output.token:
            raise Refused(
                RULE, f"The output in step {index + 1} isn't the amount of its own token.", "Ask for a new preview."
            )


def _check_source(steps: Sequence[Step], effects: Sequence[Effect], index: int, output: Output) -> None:
    if not 0 < output.min <= output.max:
        raise Refused(
            RULE,
            f"The bounds of the output in step {index + 1} are {output.min} to {output.max}.",
            "Ask for a new preview.",
        )
    if not 0 <= output.step < index or steps[output.step].role is not Role.ACTION:
        raise Refused(
            RULE, f"Step {index + 1} takes the output of a step that isn't done before it.", "Ask for a new preview."
        )
    if steps[output.step].typed:
        raise Refused(RULE, "Nothing waits for what an order gives: it may come late.", "Ask for a new preview.")
    source = effects[output.step]
    given = {"swap": source.to, "leave": source.token}.get(source.direction)
    if given is None or given.address != output.token:
        raise Refused(
            RULE,
            f"Step {output.step + 1} doesn't give the token that step {index + 1} takes.",
            "Ask for a new preview.",
        )
