"""The mind: the phrasebook first, and a model, where there is one, for what the phrasebook can't read.

A model is never asked about what the phrasebook stops at on purpose: a no, an if, quoted words, a look-alike letter,
a doubtful amount, something missing. What it proposes is the user's own words (agent/mind/tools.py), and the gate
binds it like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from agent.character.character import Character
from agent.character.files import default
from agent.intents import Question, Understood
from agent.mind import prompt, questions, spoken, tools
from agent.mind.context import Context
from agent.mind.model import Answer, Model, ModelDown, Prepares
from agent.mind.models import Alone, Asking, Book, Models, NoBudget
from agent.mind.phrasebook import interpret
from agent.mind.purpose import purpose_of
from agent.model_cost import Payer
from agent.words.mandates.limits import about
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.reported import reported
from agent.words.vocabulary import Vocabulary

DOWN = "My language model doesn't answer, so I go by plain commands."
PLAINLY = ", so I go by plain commands."
ROUNDS = 2  # the answer, and one repair
TURN_SECONDS = 30.0  # for all that a model is asked about one message
Facts = Callable[[], Awaitable[str]]
"""What code computed for the user at this moment, as lines of text; asked for only when a model is."""
Recalled = Callable[[str], Awaitable[Sequence[str]]]
"""What is remembered that fits a message, the most fitting first, a line each; asked for only when a model is.
It binds nothing and is no source of a field: it may come from anywhere.
"""
NOBODY = Payer("")

_NOT_UNDERSTOOD = questions.not_understood(["\0"]).text.partition("\0")[0]
_NEVER = frozenset({
    Kind.LOOKALIKE, Kind.QUOTED, Kind.BAD_AMOUNT, Kind.BAD_ADDRESS, Kind.VAGUE, Kind.UNSUPPORTED,
})  # fmt: skip
_ONLY_TALK = frozenset({Kind.NEGATION, Kind.HYPOTHETICAL, Kind.QUESTION, Kind.ASKS, Kind.MENTION})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A model's own words: talk, which moves nothing and promises nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a model is told besides the conversation."""

    facts: str = ""
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mind:
    """What a message means. Without a model it is the phrasebook alone."""

    character: Character = field(default_factory=default)
    model: Model | Models | None = None
    seconds: float = TURN_SECONDS

    async def understand(
        self,
        text: str,
        context: Context,
        vocabulary: Vocabulary,
        facts: Facts | None = None,
        recalled: Recalled | None = None,
        payer: Payer = NOBODY,
    ) -> Understood | Spoken:
        """An intent with its origins, a question, or talk. `payer` is whose budget a model's answer comes out of."""
        understood = interpret(text, context, vocabulary)
        question = understood.question
        if self.model is None or question is None or not is_unread(question, text, vocabulary):
            return understood
        try:
            known = Known(await facts() if facts else "", tuple(await recalled(text)) if recalled else ())
            if isinstance(self.model, Prepares):
                await self.model.prepare()
            async with asyncio.timeout(self.seconds):
                found = await self.by_model(text, context, vocabulary, known, payer)
        except NoBudget as why:
            return Understood(None, question=replace(question, text=f"{why}{PLAINLY} {question.text}"))
        except (ModelDown, TimeoutError):
            return Understood(None, question=replace(question, text=f"{DOWN} {question.text}"))
        return found or understood

    def kept_by(self, book: Book) -> None:
        """Budgets and usage are kept there from now on."""
        if isinstance(self.model, Models):
            self.model.book = book

    async def close(self) -> None:
        """Ends the model's connections."""
        if self.model is not None:
            await self.model.close()

    async def by_model(
        self, text: str, context: Context, vocabulary: Vocabulary, known: Known, payer: Payer = NOBODY
    ) -> Understood | Spoken | None:
        """What the model makes of it, None where nothing comes of it after one repair. Raises ModelDown."""
        model = self.model
        if model is None:
            raise ModelDown("there is none")
        readings = read(text, vocabulary)
        acts, _ = _orders(text, vocabulary)
        binding = (*(context.pending.said if context.pending else ()), text)
        orderable = tools.orderable(acts, binding, vocabulary)
        offered = tools.schemas(orderable)
        purpose = purpose_of(text, readings, acts)
        asking: Asking | Alone = model.asking(purpose, payer) if isinstance(model, Models) else Alone(model)
        size = tools.letters(orderable)
        said = prompt.messages(self.character, text, context, known.facts, known.recalled, purpose, size)
        figures = "\n".join((known.facts, *known.recalled, *(turn.text for turn in context.turns), text))
        for _ in range(ROUNDS):
            answer = await asking.ask(said, offered)
            try:
                return self._read(answer, acts, text, context, vocabulary, figures)
            except tools.NotProposed as error:
                asking.refuse(
                    broken=not (answer.calls or answer.text) or any(c.arguments is None for c in answer.calls)
                )
                said = [*said[:-1], ("user", prompt.repair(str(error), text))]
        return None

    def _read(
        self, answer: Answer, acts: Collection[str], text: str, context: Context, vocabulary: Vocabulary, known: str
    ) -> Understood | Spoken:
        if not answer.calls:
            return _said(answer.text, known)
        if len(answer.calls) > 1:
            raise tools.NotProposed("Call one tool, not several.")
        call = answer.calls[0]
        if call.arguments is None:
            raise tools.NotProposed("The arguments are no JSON object.")
        if call.name == tools.SAY:
            words = call.arguments.get("text")
            return _said(words if isinstance(words, str) else "", known)
        if call.name in tools.ACTS and call.name not in acts:
            raise tools.NotProposed(f"The message doesn't order {call.name[:40]}.")
        return tools.understood(call.name, call.arguments, text, context, vocabulary)


def _said(words: str, known: str) -> Spoken:
    shown = spoken.plain(words)
    why = spoken.why_not(shown, known)
    if why is not None:
        raise tools.NotProposed(f"Say it otherwise: {why}.")
    return Spoken(shown)


@lru_cache(maxsize=16)  # as `read`
def _orders(text: str, vocabulary: Vocabulary) -> tuple[Collection[str], bool]:
    """What may be proposed on a message, and whether it is about what Moneta may do unasked."""
    readings = read(text, vocabulary)
    keeps = about(readings) in tools.KEEPING
    return _acts(readings, keeps), keeps


def _acts(readings: Sequence[Reading], keeps: bool | None = None) -> Collection[str]:
    """What may be proposed: nothing on somebody else's words, nor on a no, an if or a question; limits have them."""
    if reported(readings) is not None:
        return ()
    if about(readings) in tools.KEEPING if keeps is None else keeps:
        return tools.KEEPING
    talk = {reading.kind for reading in readings} & _ONLY_TALK
    return () if talk else tools.ACTS.keys() - set(tools.KEEPING)


def is_unread(question: Question, text: str, vocabulary: Vocabulary) -> bool:
    """Whether the phrasebook asks because it can't read the words, and for no better reason."""
    unread = question in (questions.NO_ANSWER, questions.PAST) or question.text.startswith(_NOT_UNDERSTOOD)
    if not unread or len(text) > prompt.LONGEST_MESSAGE:
        return False
    readings = read(text, vocabulary)
    # "at most" is a limit's side there; and what a question is about is no amount
    acts, keeps = _orders(text, vocabulary)
    never = _NEVER - {Kind.VAGUE} if keeps or not acts else _NEVER
    return not {reading.kind for reading in readings} & never
