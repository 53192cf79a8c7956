"""Moves under a mandate that was given with a code: out of one listed venue, into another, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.money import Amount, Token
from agent.plans import Output, Plan
from agent.policy.effects import Effect
from agent.policy.limits import totals
from agent.policy.policy import Policy


def covers(most: Mapping[str, int], plan: Plan, effects: Sequence[Effect]) -> bool:
    """Whether a code was given beforehand for what the plan does: `most` are base units of a plan by symbol.

    Every entry takes what a withdrawal of the same plan gave, so nothing comes out of the wallet. A swap, a
    transfer or a debt that is paid is no such move; nor is an entry of two tokens, of which the wallet gives one.
    """
    for step, effect in zip(plan.steps, effects, strict=True):
        if effect.direction in ("swap", "transfer", "repay"):
            return False
        if effect.direction == "enter" and (effect.along is not None or not _is_moved(step.outputs, effects)):
            return False
    return all(units <= most.get(token.symbol, 0) for token, units in totals(effects).items())


def _is_moved(outputs: Sequence[Output], effects: Sequence[Effect]) -> bool:
    sources = [effects[output.step] for output in outputs]
    return bool(sources) and all(source.direction == "leave" for source in sources)


def above(policy: Policy, most: Mapping[Token, int]) -> Amount | None:
    """The first of these bounds of a plan that is above its step-up threshold, None where none is."""
    for token, units in most.items():
        threshold = policy.step_up.get(token.symbol)
        if threshold is not None and units > threshold:
            return Amount(units, token)
    return None
