"""The rules of a whole plan: every step by itself, and how approvals, entries and clean-ups belong together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from agent.abi import decode_call
from agent.errors import Refused
from agent.money import Address
from agent.plans import Plan, Role, Step, plain
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.limits import bounded
from agent.policy.outputs import at_most, check_outputs
from agent.policy.policy import Policy
from agent.policy.rules import check_step, name_of
from agent.policy.typed import read_message

MAX_STEPS = 64
SPENDERS = ("enter", "swap", "repay")


def check_plan(
    policy: Policy, account: Address, recipients: Collection[Address], plan: Plan
) -> tuple[tuple[bytes, Effect], ...]:
    """The calldata and effect of every step, in order, at the most that it can come to: with an output, at its upper
    bound; of a debt that is paid in shares, as much as its approval lets it take.

    Raises Refused where a step or the whole breaks a rule.
    """
    if plan.chain_id != policy.chain_id:
        raise Refused(
            "chain",
            f"The plan is for chain {plan.chain_id}; the policy is for {policy.chain_id}.",
            "Use the instance of that chain.",
        )
    if plan.account != account:
        raise Refused(
            "account", f"The plan is for the account {plan.account}, not for {account}.", "Ask from your own account."
        )
    if not 0 < len(plan.steps) <= MAX_STEPS:
        raise Refused(
            "lists", f"A plan has 1 to {MAX_STEPS} steps; this one has {len(plan.steps)}.", "Ask for less at a time."
        )
    calls = tuple(read_step(policy, at_most(step)) for step in plan.steps)
    effects = [effect for _, effect in calls]
    check_outputs(plan.steps, effects, lambda step: read_step(policy, step)[1])
    for effect in effects:
        check_step(policy, account, recipients, effect)
    for step, effect in zip(plan.steps, effects, strict=True):
        _check_role(step, effect)
    _check_approvals_used(plan.steps, effects)
    return tuple((data, effect) for (data, _), effect in zip(calls, bounded(effects), strict=True))


def effects_of(policy: Policy, plan: Plan) -> list[Effect]:
    """What a plan's steps do at their most, in order. Raises Refused for one that can't be read."""
    return bounded([read_step(policy, at_most(step))[1] for step in plan.steps])


def read_step(policy: Policy, step: Step) -> tuple[bytes, Effect]:
    """A step's calldata (b'' of a message) and what it does.

    Raises Refused("lists") where its arguments don't encode or decode, Refused("typed-data") for a message.
    """
    if step.typed:
        return b"", read_message(policy, step).effect
    if step.value < 0:
        raise Refused(
            "lists",
            "A step's value is 0 or more.",
            "Ask for a new preview; a plug-in that builds such steps has a fault.",
        )
    try:
        data = step.data
        sent = plain(decode_call(step.function, data)) if step.function else []
    except Exception:  # a signature that somebody made up fails in eth_abi in too many ways to name
        raise Refused(
            "lists",
            f"The arguments of {step.function or step.to} don't fit its signature.",
            "Ask for a new preview; a plug-in that builds such steps has a fault.",
        ) from None
    effect = decode(policy, step.to, data, step.value)
    if _folded(sent) != _folded(plain(step.args)):
        raise Refused(
            "lists",
            f"The arguments of {step.function} are not written as they will be sent.",
            "Ask for a new preview; a plug-in that builds such steps has a fault.",
        )
    return data, effect


def _folded(value: object) -> object:
    """Text in lower case: an address may be written with or without its checksum."""
    if isinstance(value, list):
        return [_folded(item) for item in value]
    return value.lower() if isinstance(value, str) else value


def _check_role(step: Step, effect: Effect) -> None:
    if step.typed and step.role is not Role.ACTION:
        raise Refused("typed-data", "A message is signed as an action of its plan.", "Ask for a new preview.")
    if step.role is Role.APPROVAL and effect.direction != "approve":
        raise Refused(
            "approvals",
            f"A step called an approval is {name_of(effect)}.",
            "Ask for a new preview; a plug-in that builds such steps has a fault.",
        )
    if step.role is Role.CLEANUP and (effect.direction != "approve" or effect.units):
        raise Refused(
            "approvals",
            "A clean-up step may only take an allowance back.",
            "Ask for a new preview; a plug-in that builds such steps has a fault.",
        )


def _check_approvals_used(steps: Sequence[Step], effects: Sequence[Effect]) -> None:
    """Each approval is spent by a later step of its own, in full: no allowance is left lying about."""
    free = [
        (index, part)
        for index, effect in enumerate(effects)
        if effect.direction in SPENDERS or (effect.hands_on and effect.units)
        for part in effect.sides
    ]
    spent: dict[int, tuple[int, Effect]] = {}
    for index, effect in enumerate(effects):
        if effect.direction != "approve" or effect.units == 0:
            continue
        same = [each for each in free if steps[each[0]].outputs == steps[index].outputs]
        user = next((each for each in same if each[0] > index and _spends(each[1], effect)), None)
        if user is None:
            raise Refused(
                "approvals",
                f"No later step spends the {effect.token.symbol} that step {index + 1} approves to {effect.spender}.",
                "An approval is signed together with the step that spends it, over the same amount.",
            )
        free.remove(user)
        spent[index] = user
    for index in spent:
        _check_expiry(index, effects[index], spent[index][1])
        _check_taken_back(steps, effects, effects[index], *_last(spent, index))


def _last(spent: Mapping[int, tuple[int, Effect]], index: int) -> tuple[int, Effect]:
    """The step that spends an approval in the end: what one contract hands on, another one spends."""
    found = spent[index]
    while found[1].hands_on:
        found = spent[found[0]]
    return found


def _check_expiry(index: int, approval: Effect, spent: Effect) -> None:
    """What is handed on ends with the call that it is for."""
    if approval.expires is not None and (spent.deadline is None or approval.expires > spent.deadline):
        raise Refused(
            "approvals",
            f"What step {index + 1} lets {approval.spender} take would stand for longer than the call that takes it.",
            "It ends with that call's deadline.",
        )


def _check_taken_back(
    steps: Sequence[Step], effects: Sequence[Effect], approval: Effect, user: int, spent: Effect
) -> None:
    """Where less than the approval can be spent, the rest is taken back whatever happens."""
    if spent.contract is None or not spent.at_most:
        return
    for step, effect in list(zip(steps, effects, strict=True))[user + 1 :]:
        back = effect.direction == "approve" and effect.units == 0 and step.role is not Role.CLEANUP
        same = (effect.contract, effect.token, effect.spender) == (
            approval.contract,
            approval.token,
            approval.spender,
        )
        if back and same:
            return
    raise Refused(
        "approvals",
        f"{spent.contract.name} may spend less than step {user + 1} lets it, and nothing takes the rest back.",
        "Such a plan ends with an approval of zero.",
    )


def _spends(entry: Effect, approval: Effect) -> bool:
    called = entry.contract.address if entry.contract else None
    taker = called if entry.hands_on else entry.spender or called  # a signed order names who takes what it gives
    same_place = taker is not None and taker == approval.spender
    whole = entry.is_all or entry.unit == "shares" or entry.units == approval.units
    return same_place and entry.token == approval.token and whole
