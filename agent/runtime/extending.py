"""What plug-ins add to a turn: their actions, after everything that is built in, and lines that a model is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from agent.chain.multicall import ask
from agent.errors import MonetaError, Unavailable
from agent.hooks import context
from agent.hooks.phrases import phrase as compared
from agent.intents import Yields
from agent.mind.context import Context
from agent.mind.mind import is_unread
from agent.mind.phrasebook import interpret
from agent.money import ZERO_ADDRESS
from agent.plugin import Action, Ask, Asked, Chain, Moment
from agent.plugin.talking import View
from agent.replies.reply import Offer, Reply, Table, as_text
from agent.runtime.viewing import Viewing
from agent.words.vocabulary import Vocabulary
from memory.rows import User

LONGEST = 200
WORDS = "{words}"
Recalled = Callable[[User, str], Awaitable[Sequence[str]]]
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Looking(Asked):
    """`Asked` for a person, or for nobody in a job."""

    def __init__(self, viewing: Viewing, user: User | None, text: str = "", words: str = "") -> None:
        world = viewing.world
        self._viewing, self._user = viewing, user
        self.text, self.words = text, words
        self.network, self.native = world.registry.network, world.registry.native
        self.options, self.now = NOTHING, world.now()
        registry = world.registry
        self.chain = Chain(
            registry.chain_id, registry.block_seconds, registry.tokens, NOTHING, MappingProxyType(dict(world.venues))
        )

    @property
    def ask(self) -> Ask:
        return ask(self._viewing.world.rpc, self._viewing.world.registry)

    async def look(self) -> Moment:
        world = self._viewing.world
        found = None if self._user is None else await world.ledger.account(self._user.id)
        seen = await world.priced_snapshot(found.address if found else ZERO_ADDRESS)
        return Moment(seen.block, seen.balances, seen.prices, seen.venues)

    async def view(self, of: View) -> str:
        if self._user is None:
            raise Unavailable("view", "a job has no asker to show that to")
        if of == "yields":
            return as_text(await self._viewing.yields(self._user, Yields(asset=None)))
        return as_text(await self._viewing.portfolio(self._user))


@dataclass
class Extending:
    """The actions by their phrases, and the context providers."""

    viewing: Viewing
    _whole: dict[str, Action] = field(default_factory=dict)
    _open: list[tuple[re.Pattern[str], Action]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for action in (each for group in self.viewing.world.hooks.moneta_actions() for each in group):
            for phrase in map(compared, action.phrases):
                before, slot, after = phrase.partition(WORDS)
                if slot:
                    pattern = re.compile(f"{re.escape(before)}(?P<words>.+?){re.escape(after)}")
                    self._open.append((pattern, action))
                else:
                    self._whole.setdefault(phrase, action)

    def action(self, text: str) -> tuple[Action, str] | None:
        """The action that the whole message is a phrase of, with the words in its open place."""
        if len(text) > LONGEST:
            return None
        said = " ".join(text.split()).casefold().rstrip(" .!?¡¿").lstrip("¡¿ ")
        found = self._whole.get(said)
        if found is not None:
            return found, ""
        for pattern, action in self._open:
            match = pattern.fullmatch(said)
            if match:
                return action, match["words"]
        return None

    async def reply(self, user: User, text: str, of: Context, vocabulary: Vocabulary) -> Reply | None:
        """What an action says to its phrase; None where there is none, or the words mean something that is built in.

        Raises MonetaError where it can't answer.
        """
        found = self.action(text)
        if found is None:
            return None
        question = interpret(text, of, vocabulary).question
        if question is None or not is_unread(question, text, vocabulary):
            return None
        from agent.hooks.talking import answer  # late: most conversations have no action in them

        action, words = found
        said = answer(await action.answer(Looking(self.viewing, user, text, words)))
        table = Table(said.columns, said.rows) if said.columns else None
        offers = tuple(Offer(each, "say", each) for each in said.offers)
        return Reply(said.text, table, offers=offers, private=said.private)

    async def facts(self, user: User) -> tuple[str, bool]:
        """What the built-in providers tell of the moment, and whether none of them failed."""
        lines, whole = list[str](), True
        for provider in context.ours(self.viewing.world.hooks, Looking(self.viewing, user)):
            try:
                lines += await provider
            except MonetaError:
                whole = False
        return "\n".join(lines), whole

    async def beside(self, first: Recalled, user: User, text: str) -> Sequence[str]:
        """What is remembered, then what other plug-ins have to tell."""
        return (*await first(user, text), *await self.recalled(user, text))

    async def recalled(self, user: User, text: str) -> Sequence[str]:
        """What other plug-ins have to tell with this message: data, bounded, and the source of no field."""
        theirs = context.theirs(self.viewing.world.hooks, Looking(self.viewing, user, text))
        found = await asyncio.gather(*(_named(name, lines) for name, lines in theirs))
        return [line for group in found for line in group]


async def _named(name: str, lines: Awaitable[Sequence[str]]) -> list[str]:
    try:
        return [f"{name}: {line}" for line in await lines]
    except MonetaError:  # it is disabled, or has nothing to tell
        return []
