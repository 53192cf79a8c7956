"""What the signer signs, and on which conditions. The chat process is not trusted with any of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.errors import Refused
from agent.execution.signer.backend import Backend
from agent.execution.signer.contacts import Contacts
from agent.execution.signer.limits import Limits
from agent.execution.signer.mandates import Mandates
from agent.execution.signer.once import Terms, check_once, check_outputs
from agent.execution.signer.record import CANCEL, Record, Signed
from agent.execution.signer.tally import check_tally, code_wanted
from agent.execution.signer.totp import Totp
from agent.execution.signer.transaction import Transaction
from agent.money import Address
from agent.plans import Plan, Role
from agent.policy.effects import Effect
from agent.policy.limits import counts
from agent.policy.mandated import above, covers
from agent.policy.moving import RangeRight, check_move, is_mandated
from agent.policy.older import mended_by
from agent.policy.outputs import fill
from agent.policy.policy import Policy
from agent.policy.whole import check_plan, read_step

SLACK_SECONDS = 600  # for carrying out what was confirmed in time
CANCEL_GAS = 21_000  # a plain transfer (Yellow Paper, G_transaction)
MOST_CANCEL_GAS = 5_000_000  # on Arbitrum L1's part is in the gas


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beside the plan and its step.

    `replaces` is the hash of the transaction whose nonce this one takes. `outputs`: what earlier steps gave, in base
    units by their index, where this step leaves its amount open. `code`: a one-time code, where the plan needs one.
    """

    terms: Terms
    replaces: str | None = None
    outputs: Mapping[int, int] = field(default_factory=dict)
    code: str | None = None


class Authority:
    """Signs steps of plans, replacements and cancellations under one policy, with the keys of one backend."""

    def __init__(
        self,
        backend: Backend,
        limits: Limits,
        contacts: Contacts,
        record: Record,
        totp: Totp,
        mandates: Mandates,
        clock: Callable[[], int],
    ) -> None:
        self.backend = backend
        self.limits = limits
        self.contacts = contacts
        self.record = record
        self.totp = totp
        self.mandates = mandates
        self.clock = clock
        self._coded: set[str] = set()

    @property
    def policy(self) -> Policy:
        return self.limits.policy

    def sign(self, plan: Plan, index: int, wish: Wish) -> tuple[bytes, str]:
        """Raw bytes and hash of a step.

        Raises Refused: expired, account, fees, once, replacement, output, day-cap, lifetime-cap, step-up, or any
        rule of the policy.
        """
        wish.terms.check()
        now = self.clock()
        earlier = self.record.of_plan(plan.plan_id)
        known = check_once(earlier, plan, index, wish.terms, wish.replaces)
        effects = self.check_plan(plan, index, now, again=known or wish.replaces is not None)
        if plan.steps[index].typed:
            raise Refused("typed-data", f"Step {index + 1} is a message, no transaction.", "Ask for its signature.")
        step = fill(plan.steps[index], wish.outputs)
        data, effect = read_step(self.policy, step)
        transaction = Transaction(
            chain_id=plan.chain_id,
            nonce=wish.terms.nonce,
            max_priority_fee_per_gas=wish.terms.max_priority_fee_per_gas,
            max_fee_per_gas=wish.terms.max_fee_per_gas,
            gas=step.gas,
            to=step.to,
            value=step.value,
            data=data,
        )
        filled = {str(source): str(units) for source, units in wish.outputs.items()}
        check_outputs(earlier, filled)
        coded = False
        if not known:
            self._check_fees(earlier, plan, index, wish.terms)
            check_tally(self.policy, self.record, plan, effects, index, now)
            coded = self.take_code(plan, effects, index, wish.code)
        raw, digest = transaction.signed(self.backend.sign(plan.account, transaction.preimage))
        (symbol, units), *along = counted(effect if effect.unit == "token" else effects[index])
        if all(row.hash != digest for row in earlier):  # a remote signer may sign the same another way
            self.record.add(
                Signed(
                    plan_id=plan.plan_id,
                    digest=plan.digest,
                    step=index,
                    account=plan.account,
                    nonce=transaction.nonce,
                    gas=transaction.gas,
                    max_fee_per_gas=transaction.max_fee_per_gas,
                    max_priority_fee_per_gas=transaction.max_priority_fee_per_gas,
                    hash=digest,
                    at=now,
                    outputs=filled,
                    symbol=symbol,
                    units=units,
                    along_symbol=along[0][0] if along else "",
                    along_units=along[0][1] if along else "0",
                    coded=coded,
                    moved=is_mandated(plan),
                )
            )
        return raw, digest

    def check_plan(self, plan: Plan, index: int, now: int, *, again: bool = False) -> Sequence[Effect]:
        """The effects of a plan's steps. Raises Refused where it is late, or not this signer's, or breaks a rule.

        `again`: the step was signed in time and still is the same, at the same nonce. It may be mined whenever it
        likes, so a replacement that only pays more comes at no time too late.
        """
        if now > plan.not_after + SLACK_SECONDS and not again and not _is_cleanup(plan, index):
            raise Refused("expired", "The plan was confirmed too long ago.", "Ask for a new preview.")
        self._check_held(plan.account)
        calls = check_plan(self.policy, plan.account, self.contacts.ripe(now), plan)
        if not 0 <= index < len(plan.steps):
            raise Refused("lists", f"The plan has no step {index + 1}.")
        return [effect for _, effect in calls]

    def take_code(self, plan: Plan, effects: Sequence[Effect], index: int, code: str | None) -> bool:
        """Takes the plan's one-time code where it needs one and hasn't had it. Raises Refused("step-up").

        None is taken for what a mandate covers that was given with one; what moves a position under one is held to
        its right, whatever its size (Refused("mandate")). A code counts for its plan also where the signing fails
        behind it.
        """
        if is_mandated(plan):
            self._check_moved(plan, effects, index)
            return False
        wanted = code_wanted(self.policy, self.record, plan, effects, index)
        if wanted and covers(self.mandates.of(plan.account), plan, effects):
            return False
        if wanted and plan.digest not in self._coded:
            self.totp.verify(code, wanted, plan.account)
            self._coded.add(plan.digest)
        return bool(wanted)

    def give_mandate(
        self, account: Address, most: Mapping[str, int], code: str | None, ranges: RangeRight | None = None
    ) -> None:
        """Lets plans of an account move so much between venues without a code each, and positions of liquidity as the
        right says. Raises Refused: limits, step-up.

        It takes one itself where it gives more than the account has, and more than the threshold.
        """
        tokens = {token.symbol: token for token in self.policy.tokens.values()}
        positions = ranges.most if ranges is not None else {}
        if not {*most, *positions} <= set(tokens):
            raise Refused("limits", "A mandate is over listed tokens.", "Name tokens of the policy.")
        if ranges is not None and not any(
            each.gives for table in self.policy.tables.values() for each in table.functions
        ):
            raise Refused(
                "limits",
                "No call table of the policy says what a position gives at the least, so a move can't be bounded.",
                f"Move positions yourself; the operator brings the table up to date: {self._mended()}.",
            )
        held = self.mandates.of(account)
        more = {tokens[symbol]: units for symbol, units in most.items() if units > held.get(symbol, 0)}
        before = self.mandates.ranges(account)
        known = before.most if before is not None else {}
        wider = {tokens[symbol]: units for symbol, units in positions.items() if units > known.get(symbol, 0)}
        if moved := above(self.policy, more) or above(self.policy, wider):
            self.totp.verify(code, f"for a mandate that moves up to {moved} at once", account)
        self.mandates.set(account, most, ranges)

    def cancel(self, account: Address, terms: Terms, gas: int = CANCEL_GAS) -> tuple[bytes, str]:
        """A transfer of nothing to oneself at a nonce that was signed before. Raises Refused."""
        terms.check()
        if not CANCEL_GAS <= gas <= MOST_CANCEL_GAS:
            raise Refused("fees", f"A cancellation takes {CANCEL_GAS} to {MOST_CANCEL_GAS} gas, not {gas}.")
        self._check_held(account)
        if not self.record.has_nonce(account, terms.nonce):
            raise Refused("nonce", f"Nothing was signed at nonce {terms.nonce}, so there is nothing to cancel.")
        if gas * terms.max_fee_per_gas > self.policy.max_fee_wei:
            raise Refused("fees", "The fee is above the policy's limit for a plan.", "Ask with a lower fee.")
        transaction = Transaction(
            chain_id=self.policy.chain_id,
            nonce=terms.nonce,
            max_priority_fee_per_gas=terms.max_priority_fee_per_gas,
            max_fee_per_gas=terms.max_fee_per_gas,
            gas=gas,
            to=account,
            value=0,
            data=b"",
        )
        raw, digest = transaction.signed(self.backend.sign(account, transaction.preimage))
        self.record.add(
            Signed(
                plan_id="",
                digest="",
                step=CANCEL,
                account=account,
                nonce=transaction.nonce,
                gas=transaction.gas,
                max_fee_per_gas=transaction.max_fee_per_gas,
                max_priority_fee_per_gas=transaction.max_priority_fee_per_gas,
                hash=digest,
                at=self.clock(),
            )
        )
        return raw, digest

    def _mended(self) -> str:
        """What names the tables of positions that don't say what one gives."""
        tables = self.policy.tables.values()
        found = [each.table for each in tables if any(entry.position for entry in each.functions)]
        return " and ".join(map(mended_by, found)) or "a plug-in has to ship one"

    def _check_moved(self, plan: Plan, effects: Sequence[Effect], index: int) -> None:
        """A clean-up, and a step that was signed before, is held to nothing more."""
        signed = any(row.step == index for row in self.record.of_plan(plan.plan_id))
        if not signed and not _is_cleanup(plan, index):
            last = self.record.last_range(plan.account, plan.plan_id)
            check_move(self.mandates.ranges(plan.account), plan, effects, self.clock(), last)

    def _check_held(self, account: Address) -> None:
        if not self.backend.holds(account):
            raise Refused("account", f"{account} is no account of this signer.", "Load its key, or use another one.")

    def _check_fees(self, earlier: Sequence[Signed], plan: Plan, index: int, terms: Terms) -> None:
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


def counted(effect: Effect) -> list[tuple[str, str]]:
    """What the record says of what a call moves: symbol and base units, of a second token as well."""
    return [(part.token.symbol, str(part.units)) for part in effect.sides] if counts(effect) else [("", "0")]


def _is_cleanup(plan: Plan, index: int) -> bool:
    """It only takes an allowance back (the policy checks that), which recovery may come to days later."""
    return 0 <= index < len(plan.steps) and plan.steps[index].role is Role.CLEANUP
