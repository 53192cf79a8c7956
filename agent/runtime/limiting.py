"""Turns about a person's own limits: set, loosened after a wait, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors import NeedsAnswer, Refused, Unavailable
from agent.intents import Limit
from agent.money import Amount, units_from_text
from agent.policy.change import Value, cap_of, subject_of, tightest
from agent.policy.spending import RECIPIENTS, TOKENS, USD, VENUES, By, Kind, Period, limit_text
from agent.replies import limits, policy
from agent.replies.clock import day_and_time, duration
from agent.replies.limits import Speaker
from agent.replies.reply import Reply
from agent.runtime.codes import take_code
from agent.runtime.operating import said
from agent.runtime.world import World
from agent.usd import PRICE_DECIMALS
from memory.rows import User

RULE = "limits"


@dataclass(frozen=True, slots=True)
class Limiting:
    """The person may only narrow what the operator allows. Tighter holds at once; looser waits, and needs a code."""

    world: World

    async def set(self, user: User, channel: str, intent: Limit, code: str = "") -> Reply:
        """Raises NeedsAnswer for a unit that isn't said, Refused: limits, amount, step-up."""
        await self.world.refresh()
        subject = await self._subject(user, intent)
        value = await self._value(user, subject, intent)
        await self._check_operator(user, subject, value)
        before = await self.world.ledger.limit_of(user.id, subject)
        speaker, delay = await self.speaker(user), self.world.policy.loosen_delay_seconds
        if value is None and before is None:
            became = await self.world.ledger.set_limit(user.id, subject, None, delay, channel)
            if became.before is None:  # what waits is taken back, too
                return limits.unchanged(speaker, subject, before)
            return limits.changed(speaker, subject, became, self.world.now())  # it was set meanwhile, elsewhere
        if tightest(before, value) != value:
            await take_code(self.world, code, "limit", user.id)
        became = await self.world.ledger.set_limit(user.id, subject, value, delay, channel)
        return limits.changed(speaker, subject, became, self.world.now())

    async def show(self, user: User) -> Reply:
        """Every limit that holds, whose it is, what is used of it, what waits; and who may be paid."""
        await self.world.refresh()
        ledger, now = self.world.ledger, self.world.now()
        book = await ledger.contacts(user.id)
        names = [
            each.name + ("" if each.ripe_at <= now else f" (in {duration(each.ripe_at - now)})") for each in book
        ]
        waiting = [*await ledger.waiting_limits(user.id), *await ledger.waiting_limits(None)]
        rows = limits.rows(await self.speaker(user), await self.world.standing(user.id), waiting)
        return policy.policy(self.world.policy, names, user.paused, [*rows, *await self._at_signer()])

    async def _at_signer(self) -> list[policy.Row]:
        """What waits at the signer; nothing where it can't be reached."""
        try:
            pending = await self.world.signer.pending()
        except Unavailable:
            return []
        return [
            (
                f"from {day_and_time(each['ripe_at'])} (signer change {each['id']})",
                said(each["changes"], self.world.registry),
                policy.SIGNER,
            )
            for each in pending
        ]

    async def cancel(self, user: User, ref: str) -> Reply:
        """Takes back what waits: all of it, or the change of that number. Always possible, from every channel."""
        number = ref.partition(":")[2]
        rows = await self.world.ledger.withdraw_limits(user.id, int(number) if number else None)
        return limits.withdrawn(await self.speaker(user), rows, number)

    async def speaker(self, user: User) -> Speaker:
        """What puts this person's limits into words."""
        rows = await self.world.ledger.contacts(user.id)
        return Speaker(self.world.registry, {row.address: row.name for row in rows})

    async def _subject(self, user: User, intent: Limit) -> str:
        if intent.what != "cap" or intent.period is None:
            return intent.what
        period, kind = Period(intent.period), None if intent.kind is None else Kind(intent.kind)
        if intent.unit is not None:
            unit = USD if intent.unit == USD else self.world.registry.token(intent.unit).symbol
            return subject_of(period, kind, unit)
        held = await self.world.ledger.limit_subjects(user.id)
        units = {cap[2] for subject in held if (cap := cap_of(subject)) is not None and cap[:2] == (period, kind)}
        if len(units) != 1:
            raise NeedsAnswer("In which token, or in dollars? Say it like `my daily limit is 500 USDC` or `… $500`.")
        return subject_of(period, kind, units.pop())

    async def _value(self, user: User, subject: str, intent: Limit) -> Value:
        cap = cap_of(subject)
        if cap is None:
            return None if intent.names is None else frozenset(await self._names(user, intent.what, intent.names))
        if intent.value is None:
            return None
        try:
            if cap[2] == USD:
                return units_from_text(intent.value, PRICE_DECIMALS)
            return Amount.parse(intent.value, self.world.registry.token(cap[2])).units
        except ValueError as error:
            raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error

    async def _names(self, user: User, what: str, names: tuple[str, ...]) -> list[str]:
        """Symbols and venues as they are listed, contacts by the address that they lead to."""
        if what == TOKENS:
            return [self.world.registry.token(name).symbol for name in names]
        if what == VENUES:
            known = self.world.venues
            unknown = [name for name in names if name not in known]
            if unknown:
                raise NeedsAnswer(f"I know no venue {unknown[0]}. There is: {', '.join(sorted(known))}. Which ones?")
            return list(names)
        contacts = {row.name: row.address for row in await self.world.ledger.contacts(user.id)}
        unknown = [name for name in names if name not in contacts]
        if unknown:
            raise NeedsAnswer(f"You have no contact {unknown[0]}. Say `add 0x… as {unknown[0]}` first.")
        return [contacts[name] for name in names]

    async def _check_operator(self, user: User, subject: str, value: Value) -> None:
        """Raises Refused("limits") where it would be wider than what the operator set."""
        standing = await self.world.standing(user.id)
        cap = cap_of(subject)
        for each in standing.limits.caps:
            same = cap == (each.period, each.kind, each.unit) and each.by is not By.USER
            if same and isinstance(value, int) and value > each.most:
                token = self.world.registry.native if each.unit == USD else self.world.registry.token(each.unit)
                most = limit_text(each, token)
                raise Refused(
                    RULE, f"The operator's limit is {most}; yours can only be lower.", f"Say {most} or less."
                )
        for allowed in standing.limits.allowed:
            beyond = sorted(value - allowed.names) if isinstance(value, frozenset) else []
            if allowed.what == subject and allowed.by is By.OPERATOR and beyond and subject != RECIPIENTS:
                known = ", ".join(sorted(allowed.names))
                raise Refused(RULE, f"The operator doesn't allow {beyond[0]}.", f"Choose among {known}.")
