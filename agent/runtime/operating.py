"""The operator's limits: in tokens by the signer's operation, in dollars and lists in the ledger. For everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.chain.registry import Registry
from agent.errors import Refused
from agent.intents import Limit
from agent.money import Amount, units_from_text
from agent.policy.change import Value, subject_of, tightest
from agent.policy.changes import parse, split
from agent.policy.spending import RECIPIENTS, USD, VENUES, Kind, Period
from agent.replies.clock import day_and_time
from agent.replies.limits import Speaker
from agent.runtime.codes import take_code
from agent.runtime.world import World
from agent.words.limits.thresholds import Threshold

RULE = "limits"
SECTIONS = {Period.TRANSACTION: "caps", Period.DAY: "day_caps", Period.LIFETIME: "lifetime_caps"}


def said(changes: Mapping[str, Any], registry: Registry) -> str:
    """A change of the signer's policy in words: 'day caps of USDC: 5,000 USDC'."""
    parts = []
    for section, value in changes.items():
        if isinstance(value, dict):
            parts += [_said(section, str(key), each, registry) for key, each in value.items()]
        else:
            parts.append(f"{section.replace('_', ' ')}: {value}")
    return "; ".join(parts)


def _said(section: str, key: str, value: Any, registry: Registry) -> str:
    if section == "codes":
        behind = f" with the implementation {value['implementation']}" if value.get("implementation") else ""
        return f"{key} is listed as it is now, code {value['code'][:18]}…{behind}"
    if section == "contracts" and isinstance(value, dict):
        return f"{value.get('name')} at {key} is listed: money may go in"
    if section in ("tables", "typed_tables"):
        return f"its call table is {key}"
    capped = section in (*SECTIONS.values(), "step_up")
    token = registry.find(key) if capped else None
    shown = str(value) if token is None or value is None else str(Amount(int(value), token))
    if section == "step_up":
        return f"no code for {key}" if value is None else f"a code above {shown} in one plan"
    return f"{section.replace('_', ' ')} of {key}: {'none' if value is None else shown}"


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a wish: who holds it, the limit, and from when on (Unix seconds; 0 for at once)."""

    source: str
    text: str
    ripe_at: int


@dataclass(frozen=True, slots=True)
class Operating:
    """Tighter at once, looser after the policy's wait; both hold for everybody here."""

    world: World

    async def loosens(self, wish: Limit | Threshold) -> bool:
        """Whether it has to wait. Raises Refused."""
        if isinstance(wish, Threshold) or self._at_signer(wish):
            return bool(split(self.world.policy, parse(self._changes(wish)))[1])
        subject, value = self._of_ledger(wish)
        before = await self.world.ledger.limit_of(None, subject)
        return tightest(before, value) != value

    async def set(self, wish: Limit | Threshold, code: str) -> Became:
        """Raises Refused: limits, amount, step-up."""
        if isinstance(wish, Threshold) or self._at_signer(wish):
            return await self._set_at_signer(wish, code)
        subject, value = self._of_ledger(wish)
        if await self.loosens(wish):
            await take_code(self.world, code, "limit")
        became = await self.world.ledger.set_limit(None, subject, value, self.world.policy.loosen_delay_seconds)
        text = self._speaker.value(subject, value)
        if became.waiting is None:
            return Became("operator", f"From now on, for everybody: {text}.", 0)
        ripe = became.waiting.ripe_at
        return Became("operator", f"It waits: from {day_and_time(ripe)} on, for everybody: {text}.", ripe)

    async def withdraw(self) -> list[Became]:
        """Takes back all that waits, in the ledger and at the signer."""
        rows = await self.world.ledger.withdraw_limits(None)
        found = [Became("operator", f"Cancelled: {self._speaker.value(row.subject, row.value)}.", 0) for row in rows]
        for each in await self.world.signer.pending():
            await self.world.signer.withdraw(str(each["id"]))
            found.append(Became("signer", f"Cancelled: {said(each['changes'], self.world.registry)}.", 0))
        return found

    async def _set_at_signer(self, wish: Limit | Threshold, code: str) -> Became:
        answer = await self.world.signer.limits(self._changes(wish), code or None)
        await self.world.refresh()
        text = said(self._changes(wish), self.world.registry)
        if answer["waits"] is None:
            return Became("signer", f"From now on: {text}. The signer holds it.", 0)
        ripe = int(answer["waits"]["ripe_at"])
        return Became("signer", f"It waits: from {day_and_time(ripe)} on, {text}. The signer holds it.", ripe)

    def _at_signer(self, wish: Limit) -> bool:
        """A cap in a token, of all kinds of moves, is one that the signer can hold by itself."""
        return wish.what == "cap" and wish.kind is None and wish.unit not in (None, USD)

    def _place(self, wish: Limit) -> tuple[str, str, int | None]:
        token = self.world.registry.token(wish.unit or "")
        section = SECTIONS[Period(wish.period or "")]
        if wish.value is None and section == "caps":
            remedy = "Name a higher one; a cap of 0 closes the token to all but exits."
            raise Refused(RULE, "Without a cap a transaction nothing may move.", remedy)
        return section, token.symbol, None if wish.value is None else self._units(wish.value, token.symbol)

    def _changes(self, wish: Limit | Threshold) -> dict[str, dict[str, str | None]]:
        if isinstance(wish, Threshold):
            units = None if wish.value is None else str(self._units(wish.value, wish.symbol))
            return {"step_up": {wish.symbol: units}}
        section, symbol, value = self._place(wish)
        return {section: {symbol: None if value is None else str(value)}}

    def _of_ledger(self, wish: Limit) -> tuple[str, Value]:
        if wish.what == RECIPIENTS:
            raise Refused(RULE, "Who may be paid is each person's own list.", "Set caps on transfers instead.")
        if wish.what != "cap":
            return wish.what, None if wish.names is None else frozenset(self._listed(wish.what, wish.names))
        if wish.unit is None:
            raise Refused(RULE, "In which token, or in dollars?", "Say it like `at most 500 USDC a day` or `… $500`.")
        kind = None if wish.kind is None else Kind(wish.kind)
        unit = USD if wish.unit == USD else self.world.registry.token(wish.unit).symbol
        value = None if wish.value is None else self._units(wish.value, unit)
        return subject_of(Period(wish.period or ""), kind, unit), value

    def _listed(self, what: str, names: tuple[str, ...]) -> list[str]:
        known = (
            set(self.world.venues) if what == VENUES else {self.world.registry.token(name).symbol for name in names}
        )
        unknown = sorted(set(names) - known)
        if unknown:
            raise Refused(RULE, f"There is no {unknown[0]} here.", f"There is: {', '.join(sorted(known))}.")
        return list(names)

    def _units(self, value: str, unit: str) -> int:
        try:
            return units_from_text(value, 8 if unit == USD else self.world.registry.token(unit).decimals)
        except ValueError as error:
            raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error

    @property
    def _speaker(self) -> Speaker:
        return Speaker(self.world.registry, {})
