"""A signal is told once: anew where it grew worse, or after a day without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.past import Effect, Signal
from memory.ledger import Ledger
from memory.standing.risk_news import OVER
from tests.unit.memory_parts import opened

pytestmark = pytest.mark.unit
AT = 1_000_000


def signal(effect: Effect, words: str = "97 % is lent out") -> Signal:
    return Signal("a", "utilisation", effect, words)


async def hears(ledger: Ledger, user: str, effect: Effect, now: int) -> list[str]:
    """What is told after a look that saw this."""
    await ledger.note_risks(user, [signal(effect, f"{effect} at {now}")], now)
    found = await ledger.untold_risks(now)
    for each in found:
        await ledger.told_risk(each.id, now)
    return [each.signal.words for each in found]


async def test_it_is_told_once_until_it_grows_worse_or_was_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = (await ledger.ensure_user("terminal", "me", "me")).id
        assert await hears(ledger, user, Effect.CLOSED, AT) == [f"closed at {AT}"]
        assert await hears(ledger, user, Effect.CLOSED, AT + 300) == []
        assert await hears(ledger, user, Effect.ALERT, AT + 600) == []
        assert await hears(ledger, user, Effect.LEAVE, AT + 900) == [f"leave at {AT + 900}"]
        assert await hears(ledger, user, Effect.CLOSED, AT + 1_200) == []
        assert await hears(ledger, user, Effect.LEAVE, AT + 1_500) == []
        later = AT + 1_500 + OVER
        assert await hears(ledger, user, Effect.ALERT, later) == [f"alert at {later}"]


async def test_what_waits_is_said_as_it_was_seen_last_or_not_at_all_once_it_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = (await ledger.ensure_user("terminal", "me", "me")).id
        await ledger.note_risks(user, [signal(Effect.CLOSED, "96 %")], AT)
        await ledger.note_risks(user, [signal(Effect.CLOSED, "97 %")], AT + 300)
        assert [each.signal.words for each in await ledger.untold_risks(AT + 300)] == ["97 %"]
        await ledger.note_risks(user, [signal(Effect.LEAVE, "99 %")], AT + 600)
        assert [each.signal.words for each in await ledger.untold_risks(AT + 600)] == ["99 %"]
        assert await ledger.untold_risks(AT + 600 + OVER) == []
