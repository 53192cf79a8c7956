"""The phrasebook: a text and its context become a typed intent, or a question. A pure function, offline.

It never guesses an amount, a token or a direction, and never acts on a negation, an if, a question or the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from agent.intents import Cancel, Chat, Help, Question, Understood
from agent.mind import (
    alerts,
    allowances,
    amends,
    claims,
    follow,
    links,
    mandates,
    orders,
    questions,
    ranges,
    remembers,
    repays,
    revokes,
    sequences,
    swaps,
    topics,
)
from agent.mind.context import Context, Pending
from agent.mind.grammar import command, unlisted
from agent.words.languages import LANGUAGES
from agent.words.reading.clauses import action_of, clauses
from agent.words.reading.reader import read_turns
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.reported import reported
from agent.words.reading.typos import doubts
from agent.words.requests.keys import asks_for_keys
from agent.words.vocabulary import Vocabulary

MAX_ANSWER = 16  # readings: an answer is short; what is longer is read on its own
MAX_CHAIN = 4  # answers to one request, after which it must be said anew

_SILENT = frozenset({Kind.FILLER, Kind.QUOTED_LINE})
_ASKING = frozenset({Kind.HYPOTHETICAL, Kind.QUESTION})
_STANDS_ALONE = frozenset({Kind.VERB, Kind.MENTION, Kind.UNSUPPORTED, Kind.TOPIC, Kind.NEGATION, *_ASKING})
_LOOKS = frozenset({"yields", "portfolio", "explain", "history", "usage"})
_EARNS = ("deposit", "put", "make", "throw", "dump", "move")
_REPLACED = {
    "asset": frozenset({Kind.TOKEN}),
    "amount": frozenset({Kind.AMOUNT, Kind.BAD_AMOUNT, Kind.VAGUE}),
    "venue": frozenset({Kind.WORD}),
    "recipient": frozenset({Kind.NAME, Kind.WORD}),
    "name": frozenset({Kind.WORD, Kind.NAME}),
    "address": frozenset({Kind.ADDRESS, Kind.BAD_ADDRESS}),
    "seconds": frozenset({Kind.DURATION, Kind.BAD_AMOUNT, Kind.AMOUNT, Kind.VAGUE}),
}


def interpret(text: str, context: Context, vocabulary: Vocabulary) -> Understood:
    """What the user means by `text`: an intent with each field's words, or one question. Never both."""
    if asks_for_keys(text):
        return Understood(None, question=questions.NO_KEYS)
    whole = _whole(text, context, vocabulary)
    if whole is not None:
        return whole
    [readings] = read_turns((*_earlier(context), text), vocabulary, last=1)
    if all(reading.kind in _SILENT for reading in readings):
        return Understood(None, question=questions.EMPTY)
    for reading in readings:
        if reading.kind is Kind.LOOKALIKE:
            return Understood(None, question=questions.look_alike(reading.words, reading.text))
    if context.said or context.deeds:
        across = follow.read(text, context, vocabulary, partial(_fresh, context=context, vocabulary=vocabulary))
        if across is not None:
            return across
    if context.pending is not None and _is_answer(readings, context.pending):
        later = orders.answered(text, context.pending, vocabulary)
        if later is not None:
            return later
        across = _across(text, context.pending, context, vocabulary)
        return across or _answered(readings, context, context.pending, vocabulary)
    return _fresh(readings, context, vocabulary)


def _whole(text: str, context: Context, vocabulary: Vocabulary) -> Understood | None:
    """What a message is read as where it is one of the sentences that are read as a whole, or corrects one."""
    whole = _sentence(text, context, vocabulary)
    if whole is None or whole.intent is None:
        return amends.read(text, context, vocabulary) or whole
    return whole


def _sentence(text: str, context: Context, vocabulary: Vocabulary) -> Understood | None:
    whole = links.read(text) or mandates.read_hours(text) or remembers.read(text)
    whole = whole or allowances.read(text, context, vocabulary) or revokes.read(text, vocabulary)
    whole = whole or repays.read(text, vocabulary) or claims.read(text, vocabulary) or alerts.read(text, vocabulary)
    whole = whole or amends.standing(text, vocabulary)
    whole = whole or orders.read(text, vocabulary) or ranges.read(text, vocabulary)
    return whole or topics.last_time(text, vocabulary)


def _spoken(context: Context) -> tuple[str, ...]:
    """The user's earlier turns that are known: what they speak is what a turn without words is in."""
    return tuple(own.text for own in context.said) if context.own is not None else _of_turns(context)


def _of_turns(context: Context) -> tuple[str, ...]:
    return tuple(own.text for own in context.said)


def _earlier(context: Context) -> tuple[str, ...]:
    return (*_spoken(context), *(context.pending.said if context.pending is not None else ()))


def _across(text: str, pending: Pending, context: Context, vocabulary: Vocabulary) -> Understood | None:
    fresh = partial(_fresh, context=context, vocabulary=vocabulary)
    return follow.answered((*pending.said, text), context, vocabulary, fresh)


def pending_after(understood: Understood, text: str, context: Context, vocabulary: Vocabulary) -> Pending | None:
    """The open question after this turn, to be handed in with the next one; None where nothing is open.

    A look at something else in between doesn't close it.
    """
    question = understood.question
    if understood.intent is not None and understood.intent.action in _LOOKS:
        return context.pending
    if question is None or not question.missing:
        return None
    across = follow.open_after(question.missing, text, context, vocabulary)
    if across is not None and not question.missing.startswith(orders.OPEN):
        return across
    earlier = context.pending
    if (
        earlier is None
        or len(earlier.answers) >= MAX_CHAIN
        or not _is_answer(read_turns((*_earlier(context), text), vocabulary, last=1)[0], earlier)
    ):
        return Pending(text=text, missing=question.missing)
    answers, asked = (*earlier.answers, text), (*earlier.asked, earlier.missing)
    return Pending(text=earlier.text, missing=question.missing, answers=answers, asked=asked)


def _kinds(readings: Iterable[Reading]) -> set[Kind]:
    return {reading.kind for reading in readings}


def _is_answer(readings: Sequence[Reading], pending: Pending) -> bool:
    content = [reading for reading in readings if reading.kind not in _SILENT]
    kinds = _kinds(content)
    if kinds <= {Kind.CHAT, Kind.AFFIRM}:
        return False
    if pending.missing == "action":
        return kinds <= {Kind.VERB, Kind.PARTICLE, Kind.REFERENCE, Kind.POLITE, Kind.CHAT}
    return not kinds & _STANDS_ALONE and len(content) <= MAX_ANSWER


def _answered(readings: Sequence[Reading], context: Context, pending: Pending, vocabulary: Vocabulary) -> Understood:
    """The earlier text with the answer in the place of what was missing."""
    said, asked = pending.said, (*pending.asked, pending.missing)
    together: list[Reading] = []
    whole: list[Reading] = []  # a token in a mandate's rule is no answer to which token it is for
    before = read_turns((*_spoken(context), *said, ""), vocabulary, last=len(said) + 1)[:-1]
    for turn, earlier in enumerate(before, start=-len(said)):
        together += earlier
        whole += earlier
        together = _without(together, asked[turn]) if len(asked) >= -turn else together
    together += readings
    refused = mandates.read([*whole, *readings], vocabulary) or _blocked(together, context, vocabulary)
    return refused if refused is not None else _commanded(together, context, vocabulary, answering=True)


def _without(earlier: Sequence[Reading], missing: str) -> list[Reading]:
    """The earlier readings but for those that the answer replaces."""
    replaced = _REPLACED.get(missing, frozenset())
    kept = [reading for reading in earlier if reading.kind not in replaced]
    if missing == "asset":
        clause = clauses(kept)[0]
        word = unlisted(clause)
        kept = [reading for reading in kept if reading is not word]
    return kept


def _fresh(readings: Sequence[Reading], context: Context, vocabulary: Vocabulary) -> Understood:
    mandate = mandates.read(readings, vocabulary)
    if mandate is not None:
        return mandate
    blocked = _blocked(readings, context, vocabulary)
    if _asks_why(readings):
        about = topics.topic(readings, context, vocabulary)
        if about is not None:
            return about
    if blocked is not None:
        return blocked
    kinds = _kinds(readings)
    if Kind.VERB in kinds:
        return _commanded(readings, context, vocabulary)
    about = topics.topic(readings, context, vocabulary)
    return about if about is not None else _rest(readings, vocabulary)


def _asks_why(readings: Sequence[Reading]) -> bool:
    """Why and how-do-I ask about a verb instead of giving it."""
    return any(reading.kind is Kind.TOPIC and reading.value in ("explain", "help") for reading in readings)


def _blocked(readings: Sequence[Reading], context: Context, vocabulary: Vocabulary) -> Understood | None:
    """Why nothing may be done whatever the rest says: a no, an if, a question, the past, a thing not offered."""
    kinds = _kinds(readings)
    verbs = [reading for reading in readings if reading.kind in (Kind.VERB, Kind.MENTION)]
    no = next((reading for reading in readings if reading.kind is Kind.NEGATION), None)
    if no is not None and verbs:
        return _refused(readings, verbs, no)
    if verbs and (kinds & _ASKING or kinds >= {Kind.ASKS, Kind.TOPIC}):
        return _hypothetical(readings, verbs, context, vocabulary)
    if verbs and Kind.ASKS in kinds and not kinds & {Kind.POLITE, Kind.TOPIC}:
        return Understood(None, question=questions.only_outright(verbs[0].text))
    said = reported(readings) if Kind.VERB in kinds else None
    if said is not None:
        return Understood(None, question=questions.reported(said.words))
    for reading in readings:
        if reading.kind is Kind.UNSUPPORTED:
            return Understood(None, question=questions.unsupported(reading.text))
    if Kind.MENTION in kinds and not kinds & {Kind.TOPIC, Kind.VERB}:
        return Understood(None, question=questions.PAST)
    return None


def _refused(readings: Sequence[Reading], verbs: Sequence[Reading], no: Reading) -> Understood:
    """A no: 'no, cancel it' cancels; 'not into aave' is asked where instead; any other is asked back."""
    content = [reading for reading in readings if reading.kind not in _SILENT]
    if no.text == "no" and content[0] is no and {verb.text for verb in verbs} == {"cancel"} and len(content) <= 3:
        return Understood(Cancel(ref=None), {"action": verbs[0].origin})
    behind = [each for each in content if each.start >= no.end and each.kind is not Kind.PREPOSITION]
    if behind and behind[0].kind is Kind.VENUE and verbs[0].start < no.start and verbs[0].text in _EARNS:
        return Understood(None, question=questions.elsewhere(behind[0].words))
    return Understood(None, question=questions.wont(verbs[0].text, no.words))


def _hypothetical(
    readings: Sequence[Reading], verbs: Sequence[Reading], context: Context, vocabulary: Vocabulary
) -> Understood:
    """A question about a deposit asks what it would earn; any other is asked back. A topic answers for itself."""
    about = {reading.text for reading in readings if reading.kind is Kind.TOPIC}
    if _is_conditional(readings):
        return Understood(None, question=questions.only_outright(verbs[0].text))
    if about - {"yields"}:
        return topics.topic(readings, context, vocabulary) or Understood(None, question=questions.NO_ANSWER)
    if about or all(verb.text in _EARNS for verb in verbs):
        return topics.yields(readings, vocabulary, verbs[0].origin)
    return Understood(None, question=questions.only_outright(verbs[0].text))


def _is_conditional(readings: Sequence[Reading]) -> bool:
    """A command for some other time or case ("when rates rise, deposit …"): not a question about what it earns."""
    asked = {Kind.MENTION, Kind.ASKS} & _kinds(readings)
    if asked or any(reading.kind is Kind.QUESTION and reading.text == "what" for reading in readings):
        return False
    phrase = any(reading.kind is Kind.TOPIC and " " in reading.words for reading in readings)
    conditions = {reading.text for reading in readings if reading.kind is Kind.HYPOTHETICAL}
    return bool(conditions) and conditions <= {"condition", "until"} and not phrase


def _commanded(
    readings: Sequence[Reading], context: Context, vocabulary: Vocabulary, answering: bool = False
) -> Understood:
    mentioned = [reading.words for reading in readings if reading.kind is Kind.MENTION]
    if mentioned:
        return Understood(None, question=questions.not_understood(mentioned))
    found = clauses(readings)
    asks = found[0].has(Kind.TOPIC) and not found[0].of(Kind.AMOUNT, Kind.NAME, Kind.ADDRESS)
    if asks and [action_of(clause) for clause in found] == [None]:
        about = topics.topic(readings, context, vocabulary)  # "get me the rates"
        if about is not None:
            return about
    trade = swaps.read(found, vocabulary, answering)
    trade = trade or sequences.read(found, vocabulary)
    if trade is not None:
        return trade
    if len(found) > 1:
        return Understood(None, question=questions.ONE_AT_A_TIME)
    if found[0].verb is None:
        return _rest(readings, vocabulary)
    for before, then in pairwise(found[0].of(Kind.EXCEPT, Kind.VENUE)):
        if before.kind is Kind.EXCEPT and then.kind is Kind.VENUE and found[0].verb.text in _EARNS:
            return Understood(None, question=questions.elsewhere(then.words))
    return command(found[0], vocabulary, answering)


def _rest(readings: Sequence[Reading], vocabulary: Vocabulary) -> Understood:
    """Neither a command nor a topic: small talk, a yes or no, pieces without a verb, or noise."""
    content = [reading for reading in readings if reading.kind not in _SILENT]
    kinds = _kinds(content)
    first = content[0]
    if kinds == {Kind.ASKS}:
        return Understood(Help(), {"action": first.origin})
    if kinds == {Kind.NEGATION}:
        return Understood(Cancel(ref=None), {"action": first.origin})
    if kinds == {Kind.AFFIRM}:
        return Understood(None, question=questions.NOTHING_WAITS)
    if Kind.CHAT in kinds and kinds <= {Kind.CHAT, Kind.ASKS, Kind.AFFIRM}:
        return Understood(Chat(), {"action": first.origin})
    if Kind.QUOTED in kinds:
        return Understood(None, question=questions.QUOTED)
    for reading in content:
        if reading.kind is Kind.BAD_AMOUNT:
            return Understood(None, question=questions.doubtful(reading.text))
    pieces = [reading for reading in content if reading.kind in (Kind.AMOUNT, Kind.TOKEN, Kind.VENUE)]
    if pieces and kinds <= {Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.NAME, Kind.PREPOSITION}:
        return Understood(None, question=questions.what_to_do(" ".join(piece.words for piece in pieces)))
    return Understood(None, question=_unanswered(content) or _unread(content, vocabulary))


def _unanswered(content: Sequence[Reading]) -> Question | None:
    """A question that no topic answers; None where it is none."""
    kinds = _kinds(content)
    if Kind.TOKEN in kinds and any(reading.words.casefold() in questions.PRICED for reading in content):
        return questions.WHAT_PRICE
    return questions.NO_ANSWER if kinds & _ASKING else None


def _unread(content: Sequence[Reading], vocabulary: Vocabulary) -> Question:
    doubt = doubts(content, LANGUAGES[content[0].code], vocabulary)
    if doubt is not None:
        return questions.near(*doubt)
    words = [reading.words for reading in content if reading.kind in (Kind.WORD, Kind.SYMBOL)]
    return questions.not_understood(words or [content[0].words])
