"""Conversations for the language tests: what is said turn by turn, what was done meanwhile, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Understood, as_json
from agent.mind.context import Context, Own, Pending
from agent.mind.phrasebook import interpret, pending_after
from agent.words.turns.deeds import Deed
from tests.unit.spoken import NOW, VOCABULARY

DAY = 86_400
CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"
TUESDAY = Deed("plan-tuesday", NOW - 4 * DAY, "withdraw", "USDC", 503_070_012, 6, (CORE,))
WEDNESDAY = Deed(
    "plan-wednesday", NOW - 3 * DAY, "deposit", "DAI", 10**20, 18, ("aave-v3:core:DAI",), "aave-v3:core:DAI"
)
YESTERDAY = Deed("plan-yesterday", NOW - DAY, "withdraw", "USDC", 250_000_001, 6, (VENUS,))
SENT = Deed("plan-sent", NOW - 2 * DAY, "transfer", "USDC", 20_000_000, 6, (), None, "bob")
DONE = (TUESDAY, WEDNESDAY, SENT, YESTERDAY)


@dataclass(frozen=True)
class Came:
    """What came of the last turn, and what the user's own turns were."""

    understood: Understood
    said: tuple[str, ...]
    context: Context

    @property
    def intent(self) -> dict[str, Any] | None:
        return as_json(self.understood.intent) if self.understood.intent is not None else None

    @property
    def question(self) -> str:
        return self.understood.question.text if self.understood.question is not None else ""

    def binds(self, intent: Any = None, deeds: Sequence[Deed] | None = None) -> bool:
        """Whether it, or another intent, is what the user's own turns and the ledger's rows say."""
        record = self.context.record if deeds is None else self.context.model_copy(update={"deeds": deeds}).record
        wanted = self.understood.intent if intent is None else intent
        assert wanted is not None
        try:
            bind(wanted, self.understood.origins, self.said, VOCABULARY, record)
        except (Refused, NeedsAnswer):
            return False
        return True


def talked(*texts: str, deeds: Sequence[Deed] = (), now: int | None = NOW) -> Came:
    """A conversation of the user's own turns, as the runtime hands them in."""
    own: list[str] = []
    pending: Pending | None = None
    came: Came | None = None
    for text in texts:
        context = Context(own=tuple(Own(text=each) for each in own), pending=pending, now=now, deeds=tuple(deeds))
        understood = interpret(text, context, VOCABULARY)
        came = Came(understood, (*own, text), context)
        pending = pending_after(understood, text, context, VOCABULARY)
        own.append(text)
    assert came is not None
    return came
