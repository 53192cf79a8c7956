"""What is kept for L1 while a plan is carried out: looked at again before each signature, as no field of a
transaction bounds that fee.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.l1_costs import MISSING, NONE, L1Costs
from agent.errors import Refused, Unavailable
from agent.execution.costs import ENVELOPE_BYTES, Costs, kept_for_l1, size_of
from agent.execution.fees import CANCEL_GAS
from agent.execution.parts import Parts
from agent.plans import Plan


async def now(parts: Parts) -> L1Costs:
    """What L1 asks for at the head. Where its oracle doesn't tell, nothing is kept: a way out stays open, and an
    entry was refused for it when it was shown and when it was confirmed.
    """
    try:
        return await parts.l1()
    except Unavailable as error:
        if error.dependency != MISSING:
            raise
        return NONE


async def kept(parts: Parts, plan: Plan) -> dict[int, int]:
    """Wei to keep for L1 by the step's index, of every step that can be signed; empty where L1 takes none."""
    l1 = await now(parts)
    paid = [(index, step) for index, step in enumerate(plan.steps) if not step.typed]
    found = {index: kept_for_l1(l1, size_of(step), step.gas) for index, step in paid}
    return {index: wei for index, wei in found.items() if wei}


async def cancelling(parts: Parts, base_fee: int) -> tuple[int, int]:
    """The gas limit of a cancellation, and the wei to keep for L1 beside it."""
    l1 = await now(parts)
    gas = Costs(base_fee, l1).limit(CANCEL_GAS, ENVELOPE_BYTES)
    return gas, kept_for_l1(l1, ENVELOPE_BYTES, gas)


def check(budget: int, index: int, l1: Mapping[int, int]) -> None:
    """Raises Refused("fee") where L1 alone takes more than what was confirmed leaves for the step."""
    if budget <= 0 < l1.get(index, 0):
        raise Refused(
            "fee",
            f"L1 now takes up to {l1[index]} wei for this transaction, more than what was confirmed leaves for it.",
            "Ask again for a new preview.",
        )
