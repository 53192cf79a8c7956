"""What the signer signs, and on which conditions. The chat process is not trusted with any of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from coincurve import PrivateKey

from agent.errors import Refused
from agent.execution.signer.contacts import Contacts
from agent.execution.signer.record import CANCEL, Record, Signed
from agent.execution.signer.transaction import Transaction
from agent.money import Address
from agent.plans import Plan, Role
from agent.policy.outputs import fill
from agent.policy.policy import Policy
from agent.policy.whole import check_plan, read_step

SLACK_SECONDS = 600  # for carrying out what was confirmed in time
CANCEL_GAS = 21_000  # a plain transfer (Yellow Paper, G_transaction)
MAX_NONCE = 2**64 - 2  # EIP-2681


@dataclass(frozen=True, slots=True)
class Terms:
    """What moves outside of the digest: the nonce, and the fees in wei per gas."""

    nonce: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int

    def check(self) -> None:
        if not 0 <= self.nonce <= MAX_NONCE:
            raise Refused("nonce", f"{self.nonce} is no nonce (EIP-2681).")
        if not 0 <= self.max_priority_fee_per_gas <= self.max_fee_per_gas:
            raise Refused("fees", "The priority fee is more than the whole fee.", "Ask with other fees.")


class Authority:
    """Signs steps of plans, replacements and cancellations under one policy, with the keys that it is handed."""

    def __init__(self, policy: Policy, contacts: Contacts, record: Record, clock: Callable[[], int]) -> None:
        self.policy = policy
        self.contacts = contacts
        self._record = record
        self._clock = clock

    def sign(
        self,
        keys: Mapping[Address, PrivateKey],
        plan: Plan,
        index: int,
        terms: Terms,
        replaces: str | None = None,
        outputs: Mapping[int, int] | None = None,
    ) -> tuple[bytes, str]:
        """Raw bytes and hash of a step. `replaces` is the hash of the transaction that this one takes the nonce of.

        `outputs`: what earlier steps gave, in base units by their index, where this step leaves its amount open.
        Raises Refused: expired, account, fees, once, replacement, output, or any rule of the policy.
        """
        terms.check()
        now = self._clock()
        if now > plan.not_after + SLACK_SECONDS and not _is_cleanup(plan, index):
            raise Refused("expired", "The plan was confirmed too long ago.", "Ask for a new preview.")
        key = _key(keys, plan.account)
        check_plan(self.policy, plan.account, self.contacts.ripe(now), plan)
        if not 0 <= index < len(plan.steps):
            raise Refused("lists", f"The plan has no step {index + 1}.")
        step = fill(plan.steps[index], outputs or {})
        transaction = Transaction(
            chain_id=plan.chain_id,
            nonce=terms.nonce,
            max_priority_fee_per_gas=terms.max_priority_fee_per_gas,
            max_fee_per_gas=terms.max_fee_per_gas,
            gas=step.gas,
            to=step.to,
            value=step.value,
            data=read_step(self.policy, step)[0],
        )
        earlier = self._record.of_plan(plan.plan_id)
        known = _check_once(earlier, plan, index, terms, replaces)
        filled = {str(source): str(units) for source, units in (outputs or {}).items()}
        _check_outputs(earlier, filled)
        if not known:
            self._check_fees(earlier, plan, index, terms)
        raw, digest = transaction.sign(key)
        if not known:
            row = _row(plan.plan_id, plan.digest, index, plan.account, transaction, digest, now)
            self._record.add(replace(row, outputs=filled))
        return raw, digest

    def cancel(self, keys: Mapping[Address, PrivateKey], account: Address, terms: Terms) -> tuple[bytes, str]:
        """A transfer of nothing to oneself at a nonce that was signed before. Raises Refused."""
        terms.check()
        key = _key(keys, account)
        if not self._record.has_nonce(account, terms.nonce):
            raise Refused("nonce", f"Nothing was signed at nonce {terms.nonce}, so there is nothing to cancel.")
        if CANCEL_GAS * terms.max_fee_per_gas > self.policy.max_fee_wei:
            raise Refused("fees", "The fee is above the policy's limit for a plan.", "Ask with a lower fee.")
        transaction = Transaction(
            chain_id=self.policy.chain_id,
            nonce=terms.nonce,
            max_priority_fee_per_gas=terms.max_priority_fee_per_gas,
            max_fee_per_gas=terms.max_fee_per_gas,
            gas=CANCEL_GAS,
            to=account,
            value=0,
            data=b"",
        )
        raw, digest = transaction.sign(key)
        self._record.add(_row("", "", CANCEL, account, transaction, digest, self._clock()))
        return raw, digest

    def _check_fees(self, earlier: list[Signed], plan: Plan, index: int, terms: Terms) -> None:
        if plan.max_total_fee_wei > self.policy.max_fee_wei:
            raise Refused("fees", "The plan's fees are above the policy's limit.", "Ask when gas is cheaper.")
        if plan.steps[index].gas <= 0:
            raise Refused("fees", "The step names no gas limit.")
        worst = {row.step: 0 for row in earlier}  # of the transactions at one nonce only one can be mined
        for row in earlier:
            worst[row.step] = max(worst[row.step], row.gas * row.max_fee_per_gas)
        worst[index] = max(worst.get(index, 0), plan.steps[index].gas * terms.max_fee_per_gas)
        if sum(worst.values()) > plan.max_total_fee_wei:
            raise Refused(
                "fees",
                f"The plan's fees could reach {sum(worst.values())} wei; {plan.max_total_fee_wei} were confirmed.",
                "Wait for gas to get cheaper, or ask for a new preview.",
            )


def _is_cleanup(plan: Plan, index: int) -> bool:
    """It only takes an allowance back (the policy checks that), which recovery may come to days later."""
    return 0 <= index < len(plan.steps) and plan.steps[index].role is Role.CLEANUP


def _key(keys: Mapping[Address, PrivateKey], account: Address) -> PrivateKey:
    if account not in keys:
        raise Refused("account", f"{account} is no account of this signer.")
    return keys[account]


def _check_once(earlier: list[Signed], plan: Plan, index: int, terms: Terms, replaces: str | None) -> bool:
    """Whether exactly this was signed before. Raises Refused where something else was, and it isn't replaced."""
    if any(row.digest != plan.digest for row in earlier):
        raise Refused("once", "Another plan with this id was signed before.", "Ask for a new preview.")
    rows = [row for row in earlier if row.step == index]
    if any(row.terms == (terms.nonce, terms.max_fee_per_gas, terms.max_priority_fee_per_gas) for row in rows):
        return True
    if replaces is not None:
        _check_replacement(rows, terms, replaces)
    elif rows:
        raise Refused(
            "once",
            f"Step {index + 1} of the plan was signed before, at nonce {rows[0].nonce} and other fees.",
            "Ask for a replacement at the same nonce, or for a new preview.",
        )
    return False


def _check_outputs(earlier: list[Signed], filled: Mapping[str, str]) -> None:
    """One step gave one amount: what was filled in for it once is what it is, in every step and replacement."""
    for row in earlier:
        for source, units in row.outputs.items():
            if filled.get(source, units) != units:
                raise Refused(
                    "output",
                    f"The output of step {int(source) + 1} was signed as {units} base units before.",
                    "Ask for a new preview.",
                )


def _check_replacement(rows: list[Signed], terms: Terms, replaces: str) -> None:
    """The same nonce and a tenth more of both fees: what nodes ask of a replacement (geth's txpool.pricebump)."""
    old = next((row for row in rows if row.hash == replaces), None)
    if old is None:
        raise Refused("replacement", f"{replaces} was not signed for this step, so it can't be replaced.")
    if old.nonce != terms.nonce:
        raise Refused("replacement", f"A replacement of {replaces} has its nonce {old.nonce}.")
    fees = (
        (terms.max_fee_per_gas, old.max_fee_per_gas),
        (terms.max_priority_fee_per_gas, old.max_priority_fee_per_gas),
    )
    if any(new * 10 < before * 11 for new, before in fees):
        raise Refused("replacement", "A replacement pays at least 10 % more of both fees.", "Raise both fees.")


def _row(
    plan_id: str, digest: str, index: int, account: Address, transaction: Transaction, transaction_hash: str, now: int
) -> Signed:
    return Signed(
        plan_id=plan_id,
        digest=digest,
        step=index,
        account=account,
        nonce=transaction.nonce,
        gas=transaction.gas,
        max_fee_per_gas=transaction.max_fee_per_gas,
        max_priority_fee_per_gas=transaction.max_priority_fee_per_gas,
        hash=transaction_hash,
        at=now,
    )
