"""Limits in words: one that was set, what waits, the list of all that hold, what is told on other channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.chain.registry import Registry
from agent.money import Address, Token
from agent.policy.change import Value, cap_of
from agent.policy.spending import RECIPIENTS, USD, Allowed, By, Cap, Standing, period_text, shown
from agent.replies.clock import day_and_time, duration
from agent.replies.reply import Offer, Reply
from memory.people.limits import Changed, LimitRow
from memory.rows import ContactRow

NOT_YOU = "If that wasn't you, cancel it here."
EXITS = "Taking money out is never limited."


@dataclass(frozen=True, slots=True)
class Speaker:
    """What limits are put into words with: tokens by symbol, and the person's names for addresses."""

    registry: Registry
    names: Mapping[Address, str]

    def value(self, subject: str, value: Value) -> str:
        """'at most 500 USDC a day', 'only these venues: …', 'no limit a day of your own'."""
        cap = cap_of(subject)
        if cap is None:
            if not isinstance(value, frozenset):
                return f"all {subject} that I list"
            return f"only these {subject}: {self.listed(subject, value)}"
        period, kind, unit = cap
        over = period_text(period, kind)
        if not isinstance(value, int):
            return f"no limit of your own in {'dollars' if unit == USD else unit} {over}"
        return f"at most {self.amount(value, unit)} {over}"

    def amount(self, units: int, unit: str) -> str:
        return shown(units, unit, self._token(unit))

    def listed(self, what: str, names: frozenset[str]) -> str:
        """The names on a list; a recipient by its own name, where it has one."""
        said = (self.names.get(Address(name), name) if what == RECIPIENTS else name for name in names)
        return ", ".join(sorted(said)) or "none for now"

    def cap(self, cap: Cap) -> str:
        return f"most {period_text(cap.period, cap.kind)}"

    def _token(self, unit: str) -> Token:
        return self.registry.native if unit == USD else self.registry.token(unit)


def changed(speaker: Speaker, subject: str, became: Changed, now: int) -> Reply:
    """What holds from now on, and what waits."""
    if became.waiting is None:
        before = f" (before: {speaker.value(subject, became.before)})" if became.before != became.now else ""
        return Reply(f"From now on: {speaker.value(subject, became.now)}{before}. {EXITS}", private=True)
    row = became.waiting
    text = (
        f"That loosens a limit, so it waits {duration(row.ripe_at - now)}: from {day_and_time(row.ripe_at)} on "
        f"{speaker.value(subject, row.value)}. Until then {speaker.value(subject, became.now)}. I say so on all your "
        f"channels, and on each it can be cancelled; here with `cancel change {row.id}`."
    )
    return Reply(text, offers=(_cancel(row),), private=True)


def unchanged(speaker: Speaker, subject: str, value: Value) -> Reply:
    return Reply(f"It stays as it is: {speaker.value(subject, value)}.", private=True)


def withdrawn(speaker: Speaker, rows: Sequence[LimitRow], number: str = "") -> Reply:
    """What was taken back; `number` is the change that was named."""
    if not rows:
        which = f"change {number}" if number else "change of a limit"
        return Reply(f"No {which} is waiting. `what are my limits` shows what does.", private=True)
    said = "; ".join(f"{speaker.value(row.subject, row.value)}" for row in rows)
    return Reply(f"Cancelled: {said}. What holds now goes on holding.", private=True)


def asked(speaker: Speaker, row: LimitRow) -> Reply:
    """For the person's other channels: something was asked for and waits."""
    text = (
        f"A limit of yours is to be loosened: from {day_and_time(row.ripe_at)} on "
        f"{speaker.value(row.subject, row.value)}. {NOT_YOU}"
    )
    return Reply(text, offers=(_cancel(row),), private=True)


def ripe(speaker: Speaker, row: LimitRow) -> Reply:
    return Reply(f"From now on: {speaker.value(row.subject, row.value)}, as you asked a while ago.", private=True)


def contact_asked(row: ContactRow, now: int) -> Reply:
    """For the person's other channels: there is a new name in the address book."""
    when = f"can be paid from {day_and_time(row.ripe_at)} on" if row.ripe_at > now else "can be paid now"
    text = f"There is a new contact in your address book: {row.name} is {row.address}, and {when}. {NOT_YOU}"
    return Reply(text, offers=(cancel_contact(row.name),), private=True)


def contact_ripe(row: ContactRow) -> Reply:
    return Reply(f"{row.name} ({row.address}) can be paid from now on.", private=True)


def cancel_contact(name: str) -> Offer:
    return Offer("Cancel it", "say", f"cancel contact {name}")


def _cancel(row: LimitRow) -> Offer:
    return Offer("Cancel it", "say", f"cancel change {row.id}")


def rows(speaker: Speaker, standing: Standing, waiting: Sequence[LimitRow]) -> list[tuple[str, str, str]]:
    """(limit, is, whose) of every cap and list that holds, and of what waits."""
    found = [_cap_row(speaker, cap, standing.used.get(cap, 0)) for cap in standing.limits.caps]
    found += [_list_row(speaker, allowed) for allowed in standing.limits.allowed]
    return found + [_waiting_row(speaker, row) for row in waiting]


def _waiting_row(speaker: Speaker, row: LimitRow) -> tuple[str, str, str]:
    by = By.USER if row.user is not None else By.OPERATOR
    return f"from {day_and_time(row.ripe_at)} (change {row.id})", speaker.value(row.subject, row.value), whose(by)


def _cap_row(speaker: Speaker, cap: Cap, used: int) -> tuple[str, str, str]:
    spent = f", {speaker.amount(used, cap.unit)} used" if used else ""
    return speaker.cap(cap), f"{speaker.amount(cap.most, cap.unit)}{spent}", whose(cap.by)


def _list_row(speaker: Speaker, allowed: Allowed) -> tuple[str, str, str]:
    return f"only these {allowed.what}", speaker.listed(allowed.what, allowed.names), whose(allowed.by)


def whose(by: By) -> str:
    return "you" if by is By.USER else str(by)
