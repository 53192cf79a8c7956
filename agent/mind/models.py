"""Language models by purpose: the route's models in turn, each within its budget, the next where one fails.

Whoever asks doesn't learn of it: an answer comes, or ModelDown says why none did.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.errors import MonetaError
from agent.mind.breaker import Breaker, Clock
from agent.mind.choice import Candidate, Need, ordered
from agent.mind.model import Answer, Model, ModelDown, Prepares
from agent.mind.prompt import Messages
from agent.mind.purpose import Purpose
from agent.model_cost import Payer, Price, shown
from memory.people.model_book import Budget, Left, Measure, Spent, UsageRow

FRAME_TOKENS = 200
"""What an endpoint may add around the messages and tools, at the most."""
MOST_TOKENS = 1_000_000
"""No prompt of ours has so many bytes, and no answer is so long: an endpoint that reports more reports nothing."""
REFRESH_SECONDS = 600.0
LATENCY_DAYS = 7
NO_MODEL = "no model can be asked now"

logger = logging.getLogger(__name__)


class Book(Protocol):
    """Where budgets are kept: the ledger (memory/people/model_book.py)."""

    async def reserve_model(self, payer: Payer, nano: int, budgets: Sequence[Budget]) -> int | Left: ...

    def settle_model_soon(self, payer: Payer, spent: Spent, reserved: int | None = None) -> Awaitable[None]: ...

    async def model_usage(self, since: int, user: str | None = None) -> list[UsageRow]: ...

    async def measures(self) -> dict[str, Measure]: ...


class NoBudget(ModelDown):
    """Nothing may be spent: the sentence tells the user why."""


@dataclass(slots=True, eq=False)
class Entry:
    """A model that may be asked. `most_tokens` bounds its answer, None where only the endpoint does."""

    name: str
    model: Model
    breaker: Breaker
    price: Price | None = None
    most_tokens: int | None = None
    accuracy: int | None = None
    ms: int | None = None

    def candidate(self) -> Candidate:
        return Candidate(self.name, self.price, self.accuracy, self.ms)


@dataclass(frozen=True, slots=True)
class Route:
    """The models of a purpose, in the operator's order, and what it needs of them."""

    names: tuple[str, ...]
    need: Need = field(default_factory=Need)


@dataclass
class Models:
    """Every model and route of an instance. `now` gives Unix seconds, `clock` seconds that never go back."""

    entries: Mapping[str, Entry]
    routes: Mapping[Purpose, Route]
    clock: Clock
    now: Clock
    budgets: Sequence[Budget] = ()
    book: Book | None = None
    _refreshed: float | None = field(default=None, init=False)

    def asking(self, purpose: Purpose, payer: Payer) -> Asking:
        """What asks for one message."""
        return Asking(self, purpose, payer)

    async def prepare(self) -> None:
        """Makes those ready that are asked first, outside the time that they have for an answer."""
        for name in {name for route in self.routes.values() for name in route.names[:1]}:
            entry = self.entries[name]
            if isinstance(entry.model, Prepares) and entry.breaker.state == "closed":
                with suppress(ModelDown):  # asked, it says so itself
                    await entry.model.prepare()

    async def close(self) -> None:
        """Ends all connections."""
        for entry in self.entries.values():
            await entry.model.close()

    async def order(self, purpose: Purpose) -> list[Entry]:
        """The models of a purpose as they are asked now."""
        await self._refresh()
        route = self.routes[purpose]
        names = ordered([self.entries[name].candidate() for name in route.names], route.need)
        return [self.entries[name] for name in names]

    async def _refresh(self) -> None:
        """Takes over what was measured, now and then; without it the operator's order holds."""
        if self.book is None or (self._refreshed is not None and self.clock() - self._refreshed < REFRESH_SECONDS):
            return
        self._refreshed = self.clock()
        with suppress(MonetaError):
            measures = await self.book.measures()
            used = await self.book.model_usage(int(self.now()) - LATENCY_DAYS * 86_400)
            for entry in self.entries.values():
                measure = measures.get(entry.name)
                answered = [row for row in used if row.model == entry.name and row.latency is not None]
                calls = sum(row.calls - row.faults for row in answered)
                entry.accuracy = None if measure is None else measure.accuracy
                entry.ms = sum(row.ms for row in answered) // calls if calls else (measure.ms if measure else None)


class Asking:
    """The requests of one message. A model whose answer was refused is asked again only where there is no other."""

    def __init__(self, models: Models, purpose: Purpose, payer: Payer) -> None:
        self._models = models
        self._purpose = purpose
        self._payer = payer
        self._refused: list[Entry] = []
        self._latest: Entry | None = None

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """The first answer of a model of the route. Raises ModelDown, NoBudget where only money is missing."""
        why: ModelDown | None = None
        order = await self._models.order(self._purpose)
        for entry in sorted(order, key=self._refused.count):
            if not entry.breaker.take():
                continue
            try:
                return await self._ask(entry, messages, tools)
            except NoBudget as down:
                why = why or down
            except ModelDown as down:
                why = down if why is None or isinstance(why, NoBudget) else why
        raise why or ModelDown(NO_MODEL)

    def refuse(self, *, broken: bool) -> None:
        """The latest answer is of no use; `broken`: it is the model's fault alone, such as broken arguments."""
        if self._latest is not None:
            self._refused.append(self._latest)
            if broken:
                self._latest.breaker.failed()

    async def _ask(self, entry: Entry, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        asked = False
        try:
            most = _most(entry, messages, tools)
            reserved = await self._reserve(entry, most)
            began, asked = self._models.clock(), True
        finally:
            if not asked:
                entry.breaker.spare()
        try:
            answer = await entry.model.ask(messages, tools)
        except ModelDown as down:
            entry.breaker.failed(down.wait)
            self._settle(entry, None, most if down.charged else 0, began, reserved)
            raise
        except BaseException:  # nobody waits for it any more, but it may be charged
            entry.breaker.failed()
            self._settle(entry, None, most, began, reserved)
            raise
        entry.breaker.worked()
        self._latest = entry
        self._settle(entry, answer, most, began, reserved)
        return answer

    async def _reserve(self, entry: Entry, most: int | None) -> int | None:
        """Money for the dearest answer that the request can have. Raises NoBudget."""
        models = self._models
        if not models.budgets:
            return None
        if most is None:
            raise NoBudget(f"There is a budget for language models, and {entry.name} has no price")
        if models.book is None:
            raise NoBudget("There is a budget for language models, and no ledger to keep it in")
        try:
            reserved = await models.book.reserve_model(self._payer, most, models.budgets)
        except MonetaError as error:
            raise NoBudget("The budget for language models can't be looked up now") from error
        if isinstance(reserved, Left):
            logger.info(
                "no budget is left for the language model: %s, %s", reserved.budget.scope, reserved.budget.period
            )
            raise NoBudget(spent_up(reserved))
        return reserved

    def _settle(
        self, entry: Entry, answer: Answer | None, most: int | None, began: float, reserved: int | None
    ) -> None:
        models = self._models
        if models.book is None:
            return
        ms = round((models.clock() - began) * 1_000)
        usage = answer.usage if answer is not None else None
        if usage is not None and max(usage.prompt_tokens, usage.answer_tokens) > MOST_TOKENS:
            usage = None
        nano = most
        if usage is not None:
            nano = entry.price.cost(usage.prompt_tokens, usage.answer_tokens) if entry.price else None
        prompt, told = (usage.prompt_tokens, usage.answer_tokens) if usage else (0, 0)
        spent = Spent(self._purpose, entry.name, prompt, told, nano, ms, fault=answer is None)
        with suppress(MonetaError):  # a reservation that isn't settled stays counted
            _quiet(models.book.settle_model_soon(self._payer, spent, reserved))


class Alone:
    """The same for one model by itself, without a budget."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        return await self._model.ask(messages, tools)

    def refuse(self, *, broken: bool) -> None:
        """There is no other to ask."""


def spent_up(left: Left) -> str:
    """The sentence for a budget without room."""
    budget = left.budget
    whose = {"user": "Your", "server": "This server's", "instance": "The"}[budget.scope]
    return f"{whose} budget of {shown(budget.nano)} a {budget.period} for language models is used up"


def _most(entry: Entry, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> int | None:
    """Nano-USD of the dearest answer, None without a price or a bound. A token has at least one byte (byte-level BPE:
    Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", 2.2).
    """
    if entry.price is None or entry.most_tokens is None:
        return None
    size = sum(len(text.encode()) for _, text in messages) + len(json.dumps(list(tools)).encode())
    return entry.price.cost(size + FRAME_TOKENS, entry.most_tokens)


def _quiet(settled: Awaitable[None]) -> None:
    """A write that nobody waits for; what keeps it from being written is logged."""
    if hasattr(settled, "add_done_callback"):
        settled.add_done_callback(_logged)


def _logged(done: Any) -> None:
    if not done.cancelled() and done.exception() is not None:
        logger.warning("what a language model cost could not be written down: %s", type(done.exception()).__name__)
