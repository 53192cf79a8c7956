"""Step-up: what is large needs a one-time code, so that a stolen chat alone moves little. The signer asks, too."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.registry import Registry
from agent.errors import Refused
from agent.gate.mandates.mandate import Terms
from agent.money import Amount
from agent.plans import Plan
from agent.policy.limits import needs_code
from agent.policy.mandated import above, covers
from agent.policy.policy import Policy
from agent.policy.whole import effects_of

RULE = "step-up"
ENROL = "At the machine: `moneta wallet totp enroll`."


def needs(policy: Policy, plan: Plan) -> Amount | None:
    """What the whole plan moves of a token, where that is above its threshold; None where it needs no code."""
    return needs_code(policy, effects_of(policy, plan))


def code_note(policy: Policy, plan: Plan) -> str:
    """' It needs a code …' for a preview, '' where the plan needs none."""
    moved = needs(policy, plan)
    if moved is None:
        return ""
    return f" It needs a code: {moved} at once is above {Amount(policy.step_up[moved.token.symbol], moved.token)}."


def above_of(policy: Policy, registry: Registry, terms: Terms) -> Amount | None:
    """What a move under these terms may come to, where that is above its threshold; None where it needs no code."""
    most = {symbol: bounds.most for symbol, bounds in terms.assets.items()}
    most |= {symbol: max(units, most.get(symbol, 0)) for symbol, units in terms.ranges.items()}
    return above(policy, {registry.token(symbol): units for symbol, units in most.items()})


def check_mandate(policy: Policy, moved: Amount, enrolled: bool, code: str = "") -> None:
    """Raises Refused("step-up") where a mandate that moves so much at once has no code, or can have none."""
    most = Amount(policy.step_up[moved.token.symbol], moved.token)
    needed = f"A mandate that moves up to {moved} at once needs a code, once: that is above {most}"
    if not enrolled:
        smaller = f"Or say `at most {most} a move` with it."
        raise Refused(RULE, f"{needed}, and no authenticator is enrolled.", f"{ENROL} {smaller}")
    if not code:
        raise Refused(RULE, f"{needed}.", "Give the code that your authenticator app shows.")


def check_covered(policy: Policy, plan: Plan, most: Mapping[str, int]) -> None:
    """Raises Refused("step-up") for a plan under a mandate that needs a code which the mandate wasn't given with."""
    moved = needs(policy, plan)
    effects = effects_of(policy, plan)
    if moved is not None and not covers(most, plan, effects):
        threshold = Amount(policy.step_up[moved.token.symbol], moved.token)
        raise Refused(
            RULE,
            f"A move of {moved} needs a code, as it is above {threshold}, and your mandate was given without one.",
            "Give the mandate again, and I ask for a code once; or say `rebalance now`.",
        )


def check_code(policy: Policy, moved: Amount, code: str, enrolled: bool) -> None:
    """Raises Refused("step-up") where no code was given, or none can be: nobody enrolled an authenticator."""
    most = Amount(policy.step_up[moved.token.symbol], moved.token)
    needed = f"{moved} at once needs a code: it is above {most}"
    if not enrolled:
        raise Refused(RULE, f"{needed}, and no authenticator is enrolled.", f"{ENROL} Or move {most} or less.")
    if not code:
        raise Refused(RULE, f"{needed}.", "Give the code that your authenticator app shows.")
