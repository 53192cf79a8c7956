"""`moneta interpret`: JSON Lines in, JSON Lines out, one object a line whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.intents import Understood, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret, pending_after
from agent.words.turns.thread import MOST_TURNS
from agent.words.vocabulary import Vocabulary


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Any = None
    text: str
    context: Context | None = None
    contacts: tuple[str, ...] | None = None


def interpret_lines(lines: Iterable[str], vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """For each line `{"id", "text", "context"}` the object `{"id", "intent", "question"}`.

    A line that can't be read gives `{"line", "error"}` with its number from 1, and the next one is read. A line may
    bring `contacts`, the names of its user's address book.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _interpreted(number, line, vocabulary)


def _interpreted(number: int, line: str, vocabulary: Vocabulary) -> dict[str, Any]:
    try:
        asked = _Line.model_validate_json(line)  # pydantic's parser bounds the nesting; json's may overrun the stack
    except ValidationError as error:
        return {"line": number, "error": _first_problem(error)}
    if asked.contacts is not None:
        vocabulary = replace(vocabulary, contacts=asked.contacts)
    understood = interpret(asked.text, _opened(asked.context or Context(), vocabulary), vocabulary)
    return {"id": asked.id, **shown(understood)}


def _opened(context: Context, vocabulary: Vocabulary) -> Context:
    """With the question that the user's own turns leave open, where the context doesn't say which one is."""
    if context.pending is not None or not context.said:
        return context
    own, pending = context.said[-MOST_TURNS:], None
    for place, turn in enumerate(own):
        before = context.model_copy(update={"own": own[:place], "turns": (), "pending": pending})
        pending = pending_after(interpret(turn.text, before, vocabulary), turn.text, before, vocabulary)
    return context.model_copy(update={"pending": pending})


def shown(understood: Understood) -> dict[str, Any]:
    """The intent and the question as JSON data, null where there is none."""
    return {
        "intent": as_json(understood.intent) if understood.intent is not None else None,
        "question": understood.question.text if understood.question is not None else None,
    }


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the line"
    return f"{place}: {first['msg']}"
