"""Charges: what a plan spends, read from the calldata that will be signed. An exit spends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent.gate.price import price_of
from agent.plans import Plan, Step
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.spending import By, Cap, Charge, Kind, Period, Spending, worth
from agent.policy.whole import effects_of

KINDS = {"enter": Kind.DEPOSIT, "swap": Kind.SWAP, "transfer": Kind.TRANSFER, "repay": Kind.REPAY}


def charges_of(policy: Policy, plan: Plan, prices: Mapping[str, int]) -> tuple[Charge, ...]:
    """What each step that spends takes. Raises Refused: price, or lists for a step that can't be read."""
    effects = effects_of(policy, plan)
    found = []
    for index, (step, effect) in enumerate(zip(plan.steps, effects, strict=True)):
        kind = KINDS.get(effect.direction)
        if kind is not None:
            swapped = any(effects[output.step].direction == "swap" for output in step.outputs)
            charges = [_charge(index, kind, step, part, prices, swapped) for part in effect.sides if part.units]
            found += [replace(charge, wraps=_wraps(policy, charge)) for charge in charges]
    return tuple(found)


def _wraps(policy: Policy, charge: Charge) -> tuple[tuple[str, str], ...]:
    wrapped = {policy.tokens[each.wrapped].symbol for each in policy.contracts.values() if each.wrapped}
    return tuple((name, policy.native.symbol) for name in (charge.token.symbol, charge.gets) if name in wrapped)


def _charge(index: int, kind: Kind, step: Step, effect: Effect, prices: Mapping[str, int], swapped: bool) -> Charge:
    price = price_of(effect.token, prices)
    return Charge(
        step=index,
        kind=kind,
        token=effect.token,
        units=effect.units,
        usd=worth(effect.units, effect.token, price),
        gets=effect.to.symbol if effect.to is not None else "",
        venue=step.venue if kind is Kind.DEPOSIT else "",
        recipient=effect.recipient if kind is Kind.TRANSFER else None,
        again=swapped,
    )


def spending_of(policy: Policy, plan: Plan, prices: Mapping[str, int]) -> Spending:
    """What the plan's confirmation counts, at these prices. Raises Refused: price, lists."""
    return Spending(charges_of(policy, plan, prices), policy_caps(policy))


def policy_caps(policy: Policy) -> tuple[Cap, ...]:
    """The caps over time that the signer applies, too: said before a preview rather than at its signature."""
    caps = {Period.DAY: policy.day_caps, Period.LIFETIME: policy.lifetime_caps}
    return tuple(
        Cap(By.SIGNER, period, None, symbol, most) for period, known in caps.items() for symbol, most in known.items()
    )
