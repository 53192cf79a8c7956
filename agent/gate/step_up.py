"""Step-up: what is large needs a one-time code, so that a stolen chat alone moves little. The signer asks, too."""

from __future__ import annotations

from agent.errors import Refused
from agent.money import Amount
from agent.plans import Plan
from agent.policy.limits import needs_code
from agent.policy.outputs import at_most
from agent.policy.policy import Policy
from agent.policy.whole import read_step

RULE = "step-up"
ENROL = "At the machine: `moneta wallet totp enroll`."


def needs(policy: Policy, plan: Plan) -> Amount | None:
    """What the whole plan moves of a token, where that is above its threshold; None where it needs no code."""
    return needs_code(policy, [read_step(policy, at_most(step))[1] for step in plan.steps])


def check_code(policy: Policy, moved: Amount, code: str, enrolled: bool) -> None:
    """Raises Refused("step-up") where no code was given, or none can be: nobody enrolled an authenticator."""
    most = Amount(policy.step_up[moved.token.symbol], moved.token)
    needed = f"{moved} at once needs a code: it is above {most}"
    if not enrolled:
        raise Refused(RULE, f"{needed}, and no authenticator is enrolled.", f"{ENROL} Or move {most} or less.")
    if not code:
        raise Refused(RULE, f"{needed}.", "Give the code that your authenticator app shows.")
