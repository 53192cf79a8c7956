"""Signs typed data (EIP-712): a plan's own message, or one in the place of a step, a permit of its approval, an order
of its swap.

The plan's digest covers what the step does, so the signature may do exactly that: the step's message itself, or the
same token, amount and spender, or the same swap at the same price or a better one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_hash.auto import keccak

from agent.errors import Refused
from agent.execution.signer.authority import Authority, counted
from agent.execution.signer.record import NO_NONCE, Signed
from agent.execution.signer.tally import check_tally
from agent.importing import shallow, without_pairings
from agent.plans import Plan, Step
from agent.policy.effects import Effect
from agent.policy.moving import is_mandated
from agent.policy.policy import Policy
from agent.policy.typed import RULE, Typed, check_typed, read_message, read_typed


def sign_typed(
    authority: Authority, plan: Plan, index: int, body: Mapping[str, Any] | None, code: str | None
) -> tuple[bytes, str]:
    """r, s, v and the signed hash. The same data again gives the same; the step is never signed otherwise.

    `body` is None for a step that is a message itself.

    Raises Refused: expired, account, once, typed-data, chain, day-cap, lifetime-cap, step-up, or a rule of a call.
    """
    now = authority.clock()
    effects = authority.check_plan(plan, index, now)
    typed = _typed(authority.policy, plan.steps[index], body)
    check_typed(authority.policy, plan.account, authority.contacts.ripe(now), typed, now)
    if plan.steps[index].outputs or not _does_the_same(typed.effect, effects[index]):
        raise Refused(
            RULE,
            f"The message doesn't do what step {index + 1} of the plan does.",
            "A permit is of its token, amount and spender; an order of its tokens, amount and least.",
        )
    preimage = _preimage(typed.data)
    digest = "0x" + keccak(preimage).hex()
    if not _signed_before(authority, plan, index, digest):
        check_tally(authority.policy, authority.record, plan, effects, index, now)
        coded = authority.take_code(plan, effects, index, code)
        signature = authority.backend.sign(plan.account, preimage)
        ((symbol, units),) = counted(typed.effect)
        row = Signed(
            plan_id=plan.plan_id,
            digest=plan.digest,
            step=index,
            account=plan.account,
            nonce=NO_NONCE,
            gas=0,
            max_fee_per_gas=0,
            max_priority_fee_per_gas=0,
            hash=digest,
            at=now,
            symbol=symbol,
            units=units,
            coded=coded,
            moved=is_mandated(plan),
        )
        authority.record.add(row)
        return signature.bytes, digest
    return authority.backend.sign(plan.account, preimage).bytes, digest


def _typed(policy: Policy, step: Step, body: Mapping[str, Any] | None) -> Typed:
    """What is to be signed. Raises Refused("typed-data") where there is nothing, or another message than the step."""
    if step.typed and body is None:
        return read_message(policy, step)
    if step.typed or body is None:
        raise Refused(
            RULE,
            "A step that is a message is signed as it stands in the plan, another one by data in its place.",
            "Ask for the step that was confirmed.",
        )
    return read_typed(policy, body)


def _signed_before(authority: Authority, plan: Plan, index: int, digest: str) -> bool:
    """Whether exactly this was signed for the step. Raises Refused("once") where something else was."""
    earlier = authority.record.of_plan(plan.plan_id)
    if any(row.digest != plan.digest for row in earlier):
        raise Refused("once", "Another plan with this id was signed before.", "Ask for a new preview.")
    rows = [row for row in earlier if row.step == index]
    if any(row.hash != digest for row in rows):
        raise Refused("once", f"Step {index + 1} of the plan was signed otherwise before.", "Ask for a new preview.")
    return bool(rows)


def _does_the_same(message: Effect, step: Effect) -> bool:
    given = (message.direction, message.token, message.units, message.spender, message.to, message.at_most)
    planned = (step.direction, step.token, step.units, step.spender, step.to, step.at_most)
    return given == planned and message.least >= step.least


def _preimage(data: dict[str, Any]) -> bytes:
    """What the account signs the Keccak-256 of: 0x1901, the domain's hash, the message's hash (EIP-712)."""
    with shallow(), without_pairings():
        from eth_account.messages import encode_typed_data  # 0.4 s, for those who sign such data only

    encoded = encode_typed_data(full_message=data)
    return b"\x19" + bytes(encoded.version) + bytes(encoded.header) + bytes(encoded.body)
