"""Turns that go on with what was said or done before: "no, 200", "and DAI?", "half of that", "again", "like Tuesday".

The user's own turns and the ledger's rows are all that is looked at. What they come to together is one sentence,
which is read like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.intents import Cancel, Origin, Question, Understood, Yields
from agent.mind.context import Context, Pending
from agent.words.reading.readings import Kind, Reading
from agent.words.turns.deeds import Unresolved
from agent.words.turns.follow import Shape
from agent.words.turns.thread import Thread, fold, goes_on
from agent.words.vocabulary import Vocabulary

MOST_KEPT = 4
Fresh = Callable[[Sequence[Reading]], Understood]
"""Reads the readings of one whole sentence."""


def read(text: str, context: Context, vocabulary: Vocabulary, fresh: Fresh) -> Understood | None:
    """What the turn means together with what came before; None where it stands alone."""
    if not goes_on((text,), vocabulary, _before(context)):
        return None
    try:
        thread = fold([*(own.text for own in context.said), text], vocabulary, context.record)
    except Unresolved as error:
        return Understood(None, question=Question(error.question, error.missing))
    return _meant(thread, text, fresh)


def answered(texts: Sequence[str], context: Context, vocabulary: Vocabulary, fresh: Fresh) -> Understood | None:
    """What an answer completes, where the open question is about a turn that went on with others; else None."""
    if not goes_on(texts, vocabulary):
        return None
    try:
        thread = fold(texts, vocabulary, context.record)
    except Unresolved as error:
        return Understood(None, question=Question(error.question, error.missing))
    return fresh(thread.command) if thread.changed and thread.command else None


def open_after(missing: str, text: str, context: Context, vocabulary: Vocabulary) -> Pending | None:
    """The open question about a turn that goes on with others: it holds those, too. None for any other turn."""
    if not context.said or not goes_on((text,), vocabulary, _before(context)):
        return None
    first, *others = (*(own.text for own in context.said[-MOST_KEPT:]), text)
    return Pending(text=first, missing=missing, answers=tuple(others), asked=("",) * len(others))


def _before(context: Context) -> list[str]:
    return [own.text for own in context.said]


def _meant(thread: Thread, text: str, fresh: Fresh) -> Understood | None:
    if not thread.changed:
        return None
    if thread.shape is Shape.DROP:
        return Understood(Cancel(ref=None), {"action": Origin(0, len(text), text)})
    if thread.asks:
        return _asked(thread, fresh)
    return fresh(thread.command) if thread.command else None


def _asked(thread: Thread, fresh: Fresh) -> Understood | None:
    """The same question about another token; of a request, what its token earns: a question does nothing."""
    if any(reading.kind is not Kind.TOKEN for reading in thread.question):
        return fresh(thread.question)
    tokens = thread.question or tuple(reading for reading in thread.command if reading.kind is Kind.TOKEN)
    if len(tokens) != 1:
        return None
    return Understood(Yields(asset=tokens[0].text), {"action": tokens[0].origin, "asset": tokens[0].origin})
