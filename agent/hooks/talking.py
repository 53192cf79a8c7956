"""A plug-in's actions, lines, jobs, models and chats behind a time-out; what they say does nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from agent.errors import MonetaError
from agent.hooks import shapes
from agent.hooks.phrases import phrase
from agent.hooks.plugin import Plugin
from agent.hooks.worker import bridged
from agent.plugin import (
    Action,
    Adapter,
    Answer,
    Ask,
    Asked,
    Chat,
    InboxRow,
    Job,
    LanguageModel,
    ModelAnswer,
    Moment,
    Notice,
    OutboxRow,
    Provider,
    RetryLater,
    Setup,
    ToolCall,
)

MOST_TEXT, MOST_CELL, MOST_ROWS, MOST_OFFERS, LONGEST_OFFER = 1_500, 80, 40, 4, 60
NO_OFFERS = frozenset({"yes", "y", "no", "n", "confirm", "cancel", "acknowledge"})
LEAST_EVERY, MOST_EVERY = 300, 90 * 86_400


class Elsewhere(Asked):
    """`Asked` for a plug-in whose code runs in a loop of its own."""

    def __init__(self, inner: Asked) -> None:
        self.text, self.words, self.network, self.native = inner.text, inner.words, inner.network, inner.native
        self.chain, self.options, self.now = inner.chain, inner.options, inner.now
        self._ask, self._look, self._view = bridged(inner.ask), bridged(inner.look), bridged(inner.view)

    @property
    def ask(self) -> Ask:
        return self._ask

    async def look(self) -> Moment:
        moment: Moment = await self._look()
        return moment

    async def view(self, of: Any) -> str:
        return str(await self._view(of))


def actions(found: object, plugin: Plugin) -> list[Action]:
    """Actions whose answers are waited for in the plug-in's own loop."""
    return [_action(each, plugin) for each in shapes.listed(found, Action, "its actions", 50)]


def _action(action: Action, plugin: Plugin) -> Action:
    async def answered(asked: Asked) -> Answer:
        elsewhere = Elsewhere(asked)
        what = f"the action {action.name}"
        return await plugin.wait(what, lambda: action.answer(elsewhere), answer, plugin.patience.asked)

    phrases = tuple(phrase(each) for each in shapes.listed(action.phrases, str, "its phrases", 50))
    about = shapes.line(action.about, "what it is about", 120)
    return Action(shapes.name(action.name, "an action's name"), about, phrases, answered)


def answer(found: object) -> Answer:
    """An answer as it may be shown."""
    one = shapes.of_type(found, Answer, "an answer")
    columns = tuple(
        shapes.line(each, "a column", MOST_CELL) for each in shapes.listed(one.columns, str, "columns", 8)
    )
    rows = [shapes.listed(row, str, "a row", 8) for row in shapes.listed(one.rows, tuple, "its rows", 1_000)]
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("a row has another number of cells than there are columns")
    cells = tuple(tuple(shapes.line(cell, "a cell", MOST_CELL) for cell in row) for row in rows[:MOST_ROWS])
    return Answer(
        shapes.plain(one.text, "its text", MOST_TEXT) or "Nothing to say.",
        columns,
        cells,
        offers(one.offers),
        shapes.of_type(one.private, bool, "private"),
    )


def offers(found: object) -> tuple[str, ...]:
    """Sentences that stand on their buttons as they are said; none of them is the yes to something else."""
    kept = []
    for each in shapes.listed(found, str, "its offers", MOST_OFFERS):
        said = shapes.line(each, "an offer", 1_000)
        bare = said.casefold().strip(" .!")
        if said != each or not 0 < len(said) <= LONGEST_OFFER or bare in NO_OFFERS:
            raise ValueError(
                f"the offer {said[:LONGEST_OFFER]!r} is no plain sentence of at most {LONGEST_OFFER} letters"
            )
        kept.append(said)
    return tuple(kept)


def jobs(found: object, plugin: Plugin) -> list[Job]:
    """Jobs that run in the plug-in's own loop."""
    return [_job(each, plugin) for each in shapes.listed(found, Job, "its jobs", 20)]


def _job(job: Job, plugin: Plugin) -> Job:
    async def ran(asked: Asked) -> Sequence[Notice]:
        elsewhere, what = Elsewhere(asked), f"the job {job.name}"
        return await plugin.wait(what, lambda: job.run(elsewhere), notices, plugin.patience.worked)

    every = shapes.whole(job.every, "every", LEAST_EVERY, MOST_EVERY)
    after = shapes.whole(job.after, "after", 0, every - 1)
    name, about = shapes.name(job.name, "a job's name"), shapes.line(job.about, "what it is about", 120)
    return Job(name, about, every, ran, after)


def notices(found: object) -> list[Notice]:
    """What a job has said: at most five of them."""
    kept = []
    for each in shapes.listed([] if found is None else found, Notice, "its notices", 5):
        if each.to not in ("owners", "everybody"):
            raise ValueError("a notice is to owners or to everybody")
        text = shapes.plain(each.text, "a notice", MOST_TEXT)
        if not text:
            raise ValueError("a notice says nothing")
        kept.append(Notice(text, offers(each.offers), each.to))
    return kept


def providers(found: object, plugin: Plugin, own: Setup) -> list[Provider]:
    """Providers whose models are asked in the plug-in's own loop."""
    return [_provider(each, plugin, own) for each in shapes.listed(found, Provider, "its models", 20)]


def _provider(provider: Provider, plugin: Plugin, own: Setup) -> Provider:
    def make(model: str, setup: Setup) -> LanguageModel:
        what = f"the model {provider.name}:{model}"
        return plugin.call(
            what,
            lambda: provider.make(model, Setup({**own.options, **setup.options}, setup.settings or own.settings)),
            lambda made: _Model(plugin, what, made),
        )

    return Provider(shapes.name(provider.name, "a provider's name"), make)


class _Model:
    """A plug-in's model. What it answers is read as any model's: its tools' fields must be the user's own words."""

    def __init__(self, plugin: Plugin, what: str, inner: Any) -> None:
        if not callable(getattr(inner, "ask", None)) or not callable(getattr(inner, "close", None)):
            raise TypeError("a model has ask and close")
        self._plugin, self._what, self._inner = plugin, what, inner

    async def ask(self, messages: Sequence[tuple[str, str]], tools: Sequence[Mapping[str, Any]]) -> ModelAnswer:
        return await self._plugin.wait(
            self._what, lambda: self._inner.ask(messages, tools), model_answer, self._plugin.patience.answered
        )

    async def close(self) -> None:
        try:
            await self._plugin.wait(self._what, self._inner.close, lambda _: None, self._plugin.patience.told)
        except MonetaError:
            return


def model_answer(found: object) -> ModelAnswer:
    """Text, calls and counts."""
    one = shapes.of_type(found, ModelAnswer, "an answer")
    calls = tuple(
        ToolCall(
            shapes.of_type(each.name, str, "a tool's name")[:100],
            None if each.arguments is None else dict(shapes.mapping(each.arguments, "arguments")),
        )
        for each in shapes.listed(one.calls, ToolCall, "its calls", 20)
    )
    counts = [None if each is None else shapes.whole(each, "tokens") for each in (one.tokens_in, one.tokens_out)]
    return ModelAnswer(shapes.of_type(one.text, str, "its text")[:10_000], calls, *counts)


def chats(found: object, plugin: Plugin) -> list[Chat]:
    """Platforms whose adapters are held to a time. They run in Moneta's own loop, which hands them the service."""
    return [_chat(each, plugin) for each in shapes.listed(found, Chat, "its chats", 10)]


def _chat(chat: Chat, plugin: Plugin) -> Chat:
    platform = shapes.of_type(chat.platform, str, "a platform")
    if not platform.isascii() or not platform.isalpha() or not platform.islower():
        raise ValueError(f"the platform {platform[:40]!r} isn't a name of small letters")

    def make(service: Any) -> Adapter:
        try:
            return _Adapter(plugin, platform, chat.make(service))
        except MonetaError:
            raise
        except Exception as error:
            raise plugin.disable(f"the chat {platform} raised {type(error).__name__}: {error}") from None

    return Chat(platform, make)


class _Adapter:
    """A plug-in's adapter: a delivery that hangs is tried again, one that fails otherwise disables the plug-in."""

    def __init__(self, plugin: Plugin, platform: str, inner: Adapter) -> None:
        for needed in ("run", "close", "deliver", "progress"):
            if not callable(getattr(inner, needed, None)):
                raise TypeError(f"an adapter has {needed}")
        self.platform, self.connected = platform, shapes.of_type(inner.connected, asyncio.Event, "connected")
        self._plugin, self._inner = plugin, inner

    async def run(self, stop: asyncio.Event) -> None:
        try:
            await self._inner.run(stop)
        except MonetaError:
            raise
        except Exception as error:
            self._plugin.disable(f"the chat {self.platform} raised {type(error).__name__}: {error}")
            self.connected.set()  # the others don't wait for it
            await stop.wait()

    async def close(self) -> None:
        async with asyncio.timeout(self._plugin.patience.told):
            await self._inner.close()

    async def deliver(self, row: OutboxRow) -> None:
        if self._plugin.why:
            raise RetryLater(None, self._plugin.why)
        try:
            async with asyncio.timeout(self._plugin.patience.delivered):
                await self._inner.deliver(row)
        except MonetaError:
            raise
        except Exception as error:
            self._plugin.disable(f"the chat {self.platform}: deliver raised {type(error).__name__}: {error}")
            raise RetryLater(None, type(error).__name__) from None

    async def progress(self, row: InboxRow, text: str) -> None:
        try:
            async with asyncio.timeout(self._plugin.patience.told):
                await self._inner.progress(row, text)
        except Exception:  # a plan doesn't stop for what is only shown
            return
