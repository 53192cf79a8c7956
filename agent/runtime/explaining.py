"""What would happen to a sentence, rule by rule: nothing is proposed, signed or stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.gate.binding.bind import bind
from agent.gate.charges import charges_of
from agent.gate.desk import Resolved
from agent.gate.propose import Request
from agent.gate.step_up import check_code, needs
from agent.gate.wanted import moves_of
from agent.intents import Claim, Deposit, Exit, Intent, Repay, Revoke, Sequence, Swap, Transfer, Withdraw, as_json
from agent.mind.context import Context
from agent.mind.mind import Spoken
from agent.money import Address
from agent.plans import Plan
from agent.policy.limits import check_totals, totals
from agent.policy.spending import Cap, Charge, Standing, check_allowed, check_cap
from agent.policy.whole import effects_of
from agent.replies.clock import duration
from agent.replies.limits import Speaker
from agent.runtime.codes import enrolled
from agent.runtime.desk import desk, horizon_of
from agent.runtime.world import World
from memory.rows import User

PASS, REFUSE, ASK, SKIP = "pass", "refuse", "ask", "not reached"
PLANS = (Deposit, Withdraw, Swap, Sequence, Transfer, Revoke, Repay, Claim, Exit)
GATE = {
    "pause": "you didn't pause me, or it only takes money out",
    "chain": "the node is at the head and the sequencer, where there is one, is up; an exit needs neither",
    "state": "the venues, prices and contracts are as they should be at this block",
    "risk": "nothing speaks so strongly against the venue that it may not be entered; an exit may always",
    "policy": "every call is one that the operator's policy lists, within its caps per transaction",
    "price": "what is spent has a price; an exit needs none",
    "simulate": "it runs, simulated at the head",
    "health": "no loan of yours comes nearer to its liquidation than you let it",
    "shares": "what goes in is worth what it was afterwards",
    "honest": "the tokens arrive whole and can be sold again",
    "expected": "balances change as asked and in no other way",
    "gas": "there is native coin for it, and for leaving again",
    "preview": "every step can be said in words, and means the same",
}
"""The rules of the gate in their order, with what it means that one passes."""
BEFORE_LIMITS = ("pause", "chain", "state", "risk", "policy", "price")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer: `verdict` is pass, refuse, ask or not reached; `remedy` would make it pass."""

    rule: str
    verdict: str
    why: str
    remedy: str = ""


def checked(rule: str, why: str, check: Callable[[], object]) -> Finding:
    """What a check says; `why` is said where it passes."""
    try:
        check()
    except Refused as error:
        return Finding(error.rule, REFUSE, error.message, error.remedy)
    return Finding(rule, PASS, why)


@dataclass(frozen=True, slots=True)
class Told:
    """The intent of the sentence, None where it has none, and the rules in order."""

    intent: dict[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """'pass' where nothing refuses or asks."""
        kinds = {finding.verdict for finding in self.findings}
        return REFUSE if REFUSE in kinds else ASK if ASK in kinds else PASS


@dataclass(frozen=True, slots=True)
class Explaining:
    """Every rule that a sentence meets, each with its own answer."""

    world: World

    async def explain(self, user: User, text: str) -> Told:
        """Raises Unavailable where the chain can't be read."""
        intent, findings = await self._meant(user, text)
        if intent is None or any(each.verdict != PASS for each in findings):
            return Told(None if intent is None else as_json(intent), findings)
        if not isinstance(intent, PLANS):
            why = f"`{intent.action}` makes no transaction of its own here; say it in the chat"
            return Told(as_json(intent), (*findings, Finding("plan", PASS, why)))
        return Told(as_json(intent), (*findings, *await self._planned(user, intent)))

    async def _meant(self, user: User, text: str) -> tuple[Intent | None, tuple[Finding, ...]]:
        vocabulary = await self.world.vocabulary(user.id)
        understood = await self.world.mind.understand(text, Context(now=self.world.now()), vocabulary)
        if isinstance(understood, Spoken):
            return None, (Finding("words", PASS, "it is talk: nothing would happen"),)
        if understood.intent is None:
            question = understood.question.text if understood.question else "I didn't understand that."
            return None, (Finding("words", ASK, question, "Say it so that nothing is left to ask."),)
        intent, origins = understood.intent, understood.origins
        read = Finding("words", PASS, f"it is read as `{intent.action}`")
        try:
            bind(intent, origins, (text,), vocabulary)
        except Refused as error:
            return intent, (read, Finding(error.rule, REFUSE, error.message, error.remedy))
        except NeedsAnswer as error:
            return intent, (read, Finding("bind", ASK, error.question, "Say it in the same sentence."))
        return intent, (read, Finding("bind", PASS, "each field of it stands in the words"))

    async def _planned(self, user: User, intent: Intent) -> list[Finding]:
        found = [await self._frozen()]
        standing = await self.world.standing(user.id)
        if isinstance(intent, Transfer):
            found.append(await self._contact(user, intent.recipient))
        try:
            snapshot = await self.world.priced_snapshot(await self.world.account(user))
            resolved = await self._resolved(user, intent, snapshot, standing)
        except Refused as error:
            return [*found, Finding(error.rule, REFUSE, error.message, error.remedy), *_unreached("limits")]
        except NeedsAnswer as error:
            return [*found, Finding("resolve", ASK, error.question, "Say it in the sentence."), *_unreached("limits")]
        why = "token, amount, venue and receiver are known, and the balance is enough"
        found.append(Finding("resolve", PASS, why))
        return [*found, *await self._gated(user, intent, snapshot, resolved, standing)]

    async def _frozen(self) -> Finding:
        if await self.world.ledger.frozen():
            return Finding("freeze", REFUSE, "The operator has frozen everything.", "Ask the operator.")
        return Finding("freeze", PASS, "the operator hasn't frozen anything")

    async def _contact(self, user: User, name: str) -> Finding:
        row = await self.world.ledger.contact(user.id, name)
        if row is None:
            return Finding("contact", REFUSE, f"You have no contact {name}.", f"Say `add 0x… as {name}`.")
        wait = row.ripe_at - self.world.now()
        if wait > 0:
            remedy = f"Wait {duration(wait)}."
            return Finding("contact", REFUSE, f"{name} is new and can't be paid yet.", remedy)
        return Finding("contact", PASS, f"{name} is {row.address} and has waited long enough")

    async def _resolved(self, user: User, intent: Intent, snapshot: Snapshot, standing: Standing) -> Resolved:
        contacts = {row.name: row.address for row in await self.world.ledger.contacts(user.id)}
        horizon = horizon_of(self.world, intent, snapshot, standing)
        return moves_of(intent, desk(self.world, snapshot, standing, contacts, horizon))

    async def _gated(
        self, user: User, intent: Intent, snapshot: Snapshot, resolved: Resolved, standing: Standing
    ) -> list[Finding]:
        """The gate's rules without limits, which are looked at one by one in their place."""
        world, passed = self.world, list[str]()
        drafts: list[Plan] = []
        fresh = await world.ledger.user(user.id)
        contacts = frozenset(Address(row.address) for row in await world.ledger.contacts(user.id))
        request = Request(
            draft=world.draft(user, as_json(intent)),
            seconds=world.settings.plan_seconds,
            contacts=contacts,
            paused=fresh is None or fresh.paused,
            passed=passed.append,
            drafted=drafts.append,
        )
        stopped: MonetaError | None = None
        plan: Plan | None = None
        try:
            gate = world.gate.propose_exit if isinstance(intent, Exit) else world.gate.propose
            plan = (await gate(request, resolved.moves, snapshot)).plan
        except Refused as error:
            stopped = error
        plan = plan or (drafts[-1] if drafts else None)
        before, after = _of_gate(passed, stopped)
        return [*before, *await self._limits(user, plan, snapshot, standing), *after, *await self._signer(plan)]

    async def _limits(self, user: User, plan: Plan | None, snapshot: Snapshot, standing: Standing) -> list[Finding]:
        """Each list and each cap by itself."""
        if plan is None:
            return _unreached("limits")
        try:
            charges = charges_of(self.world.policy, plan, snapshot.prices)
        except Refused:
            return _unreached("limits")  # the price's own finding says why
        rows = await self.world.ledger.contacts(user.id)
        speaker = Speaker(self.world.registry, {row.address: row.name for row in rows})
        return _each_limit(standing, charges, speaker)

    async def _signer(self, plan: Plan | None) -> list[Finding]:
        """What the signer adds of its own: codes, and its count of what it signed."""
        if plan is None:
            return _unreached("step-up", "signer")
        policy = self.world.policy
        effects = effects_of(policy, plan)
        above = needs(policy, plan)
        try:
            code = Finding("step-up", PASS, "the plan as a whole is above no threshold that needs a code")
            if above is not None:
                known = await enrolled(self.world)
                code = checked("step-up", "", partial(check_code, policy, above, "", known))
                code = replace(code, verdict=ASK) if known else code
            moved = await self.world.signer.moved(plan.account)
        except Unavailable as error:
            return [Finding("signer", REFUSE, error.message, "Start the signer.")]
        held = [
            checked("signer", "", partial(check_totals, policy, token, units, moved[token.symbol]))
            for token, units in totals(effects).items()
        ]
        refused = [each for each in held if each.verdict == REFUSE]
        why = "by its own count of what it signed, there is room"
        return [code, *(refused or [Finding("signer", PASS, why)])]


def _of_gate(passed: list[str], stopped: MonetaError | None) -> tuple[list[Finding], list[Finding]]:
    """The gate's rules before the limits and behind them, each passed, refused or not reached."""
    found: list[Finding] = []
    for rule, why in GATE.items():
        if rule in passed:
            found.append(Finding(rule, PASS, why))
        elif isinstance(stopped, Refused) and not any(each.verdict == REFUSE for each in found):
            found.append(Finding(stopped.rule, REFUSE, stopped.message, stopped.remedy))
        else:
            found.append(Finding(rule, SKIP, ""))
    return found[: len(BEFORE_LIMITS)], found[len(BEFORE_LIMITS) :]


def _each_limit(standing: Standing, charges: tuple[Charge, ...], speaker: Speaker) -> list[Finding]:
    if not charges:
        return [Finding("limits", PASS, "it spends nothing: what only takes money out counts in no limit")]
    limits = standing.limits
    if not limits.allowed and not limits.caps:
        return [Finding("limits", PASS, "neither you nor the operator set any")]
    found = [
        checked(
            f"allowed-{allowed.what}",
            f"on the list: {speaker.listed(allowed.what, allowed.names)} ({allowed.by})",
            partial(check_allowed, allowed, charges),
        )
        for allowed in limits.allowed
    ]
    return found + [_of_cap(cap, charges, standing.used.get(cap, 0), speaker) for cap in limits.caps]


def _of_cap(cap: Cap, charges: tuple[Charge, ...], used: int, speaker: Speaker) -> Finding:
    spent = f", {speaker.amount(used, cap.unit)} used" if used else ""
    why = f"{speaker.cap(cap)}: {speaker.amount(cap.most, cap.unit)}{spent} ({cap.by})"
    return checked(f"{cap.period}-cap", why, partial(check_cap, cap, charges, lambda _: used))


def _unreached(*rules: str) -> list[Finding]:
    return [Finding(rule, SKIP, "") for rule in rules]
