"""What the user's own turns come to together: the request in force, put together as one sentence.

Each reading keeps the turn and the place in which its words were said, or the ledger's row that they point at. A mind
reads this sentence like any other; the gate puts it together anew, from the user's own turns alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.words.alerts.asked import alert
from agent.words.languages import languages_of
from agent.words.limits.allowances import OpenPeriod, allowance
from agent.words.liquidity.asked import ranging
from agent.words.mandates.limits import about
from agent.words.orders.asked import order
from agent.words.reading.clauses import action_of, clauses
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.reported import reported
from agent.words.requests.forgetting import forgetting
from agent.words.requests.remembering import remembering
from agent.words.turns.deeds import Record, Unresolved
from agent.words.turns.follow import Points, Shape, Spoken, spoken
from agent.words.turns.references import resolved
from agent.words.turns.replaced import check_change, check_instead, replaced
from agent.words.vocabulary import Vocabulary

MOST_TURNS = 8
_TALK = frozenset({Kind.FILLER, Kind.CHAT, Kind.AFFIRM, Kind.QUOTED_LINE})
_OTHERWISE = frozenset({Kind.NEGATION, Kind.UNSUPPORTED})  # something else was asked for, or nothing
_UNREAL = frozenset({Kind.HYPOTHETICAL, Kind.REPORTED, Kind.QUOTED, Kind.LOOKALIKE, Kind.MENTION})
_ASKING = frozenset({Kind.TOPIC, Kind.QUESTION})
_NEVER_AGAIN = frozenset({"cancel", "end mandate", "pause", "resume", "exit", "mandate", "contact", "close"})


@dataclass(frozen=True, slots=True)
class Thread:
    """`command` is the request in force, `question` what was asked about last; empty where there is none.

    `asks`: the question came last. `done`: the request was carried out. `shape` is the last turn's;
    `changed`: it went on with what was said or done before.
    """

    command: tuple[Reading, ...] = ()
    question: tuple[Reading, ...] = ()
    asks: bool = False
    done: bool = False
    shape: Shape | None = None
    changed: bool = False

    @property
    def action(self) -> str | None:
        """What the request asks for; None where there is none, or several things."""
        found = clauses(self.command) if self.command else []
        return action_of(found[0]) if len(found) == 1 else None


def fold(said: Sequence[str], vocabulary: Vocabulary, record: Record | None = None) -> Thread:
    """The thread of the user's turns, the oldest first; the last is turn 0.

    Raises Unresolved where the last turn points at nothing, or at more than one thing.
    """
    record = record or Record()
    thread, turns = Thread(), list(said)
    known = [*record.done, *[None] * (len(turns) - len(record.done))]
    times = [*record.times, *[None] * (len(turns) - len(record.times))]
    codes = [heard.code for heard in languages_of(turns, vocabulary)]
    for place, text in list(enumerate(turns))[-MOST_TURNS:]:
        turn = place - len(turns) + 1
        each = spoken(text, vocabulary, turn, codes[place])
        then = record.until(times[place]) if turn else record
        if turn and _is_elsewhere(text, vocabulary):
            thread = Thread()
            continue
        try:
            thread = _after(thread, each, then, vocabulary)
        except Unresolved as error:
            if not turn:
                raise
            thread = replace(thread, command=as_one(error.partial or ()), asks=False, done=False, shape=each.shape)
        if known[place] is not None:
            thread = replace(thread, done=bool(known[place]))
    return thread


def _is_elsewhere(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a whole turn is about something that nothing goes on with: a limit, an alert, an order, a position,
    forgetting.
    """
    try:
        limits = allowance(text, vocabulary) is not None
    except OpenPeriod:
        limits = True
    others = (
        alert(text, vocabulary),
        order((text,), vocabulary),
        ranging(text, vocabulary),
        forgetting(text),
        remembering(text),
    )
    return limits or any(found is not None for found in others)


def as_one(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings as one sentence of the present turn. What wasn't said side by side doesn't stand side by side."""
    laid: list[Reading] = []
    before: Reading | None = None
    for reading in readings:
        start = 0 if before is None else laid[-1].end + _gap(before, reading)
        end = start + max(reading.end - reading.start, 1)
        laid.append(replace(reading, start=start, end=end, turn=0, source=reading.origin))
        before = reading
    return tuple(laid)


def _gap(before: Reading, reading: Reading) -> int:
    first, then = before.origin, reading.origin
    if first.turn == then.turn and not first.row and not then.row and then.start >= first.end:
        return then.start - first.end
    return 2 if Kind.AMOUNT in (before.kind, reading.kind) else 1


def _after(thread: Thread, each: Spoken, record: Record, vocabulary: Vocabulary) -> Thread:
    """The thread with one turn more."""
    thread = replace(thread, shape=each.shape, changed=False)
    kinds = each.kinds()
    if each.shape is Shape.DROP:
        return Thread(shape=Shape.DROP, changed=True)
    if each.shape is Shape.AGAIN:
        return _again(thread, each, record, vocabulary)
    if kinds <= _TALK:
        return replace(thread, done=thread.done or (Kind.AFFIRM in kinds and bool(thread.command)))
    if each.shape is None and (kinds & _OTHERWISE or about(each.readings) is not None):
        return Thread()
    if each.shape is None and kinds & (_UNREAL | _ASKING):
        asked = bool(kinds & _ASKING) and not kinds & _UNREAL
        return replace(thread, question=as_one(each.readings), asks=True) if asked else thread
    if each.shape is None and reported(each.readings) is not None:
        return thread
    if each.shape is Shape.ABOUT or (each.shape in (Shape.SAME, Shape.MORE) and thread.asks):
        return _about(thread, each)
    return _commanded(thread, each, record, vocabulary)


def _again(thread: Thread, each: Spoken, record: Record, vocabulary: Vocabulary) -> Thread:
    if thread.asks and thread.question:
        return replace(thread, changed=True)
    if thread.command:
        never = thread.action in _NEVER_AGAIN
        return Thread(shape=Shape.AGAIN) if never else replace(thread, done=False, changed=True)
    again = resolved(each, thread.command, thread.done, record, vocabulary)
    return Thread(as_one(again), shape=Shape.AGAIN, changed=bool(again))


def _about(thread: Thread, each: Spoken) -> Thread:
    """The question that was asked last, about something else."""
    tokens = [reading for reading in each.readings if reading.kind is Kind.TOKEN]
    if not thread.question:
        return replace(thread, asks=True, question=as_one(tokens), changed=bool(thread.command))
    base = [reading for reading in thread.question if not tokens or reading.kind is not Kind.TOKEN]
    return replace(thread, question=as_one((*base, *tokens)), asks=True, changed=True)


def _commanded(thread: Thread, each: Spoken, record: Record, vocabulary: Vocabulary) -> Thread:
    readings = resolved(each, thread.command, thread.done, record, vocabulary)
    verb = next((reading for reading in readings if reading.kind is Kind.VERB), None)
    if verb is not None and verb.text == "cancel":
        return Thread(shape=each.shape)
    whole = {Kind.AMOUNT, Kind.TOKEN} <= {reading.kind for reading in readings}
    if verb is not None and (whole or not thread.command or each.shape is None):
        changed = readings != each.readings or (each.shape is not None and bool(thread.command))
        return replace(thread, command=as_one(readings), asks=False, done=False, changed=changed)
    if not thread.command:
        return thread
    if thread.done and each.shape is Shape.CORRECT:
        raise Unresolved("That is done already. Say the whole of it anew, and I show you a preview.")
    if each.shape is None and each.has(Kind.WORD, Kind.SYMBOL):
        return thread
    check_instead(thread.command, each.instead_of)
    if each.shape is Shape.CORRECT and not each.instead_of:
        check_change(thread.command, each.readings)
    found = replaced(thread.command, readings, each.shape)
    return replace(thread, command=as_one(found), asks=False, done=thread.done and each.shape is None, changed=True)


def goes_on(said: Sequence[str], vocabulary: Vocabulary, before: Sequence[str] = ()) -> bool:
    """Whether the last of the user's turns may go on with what was said or done before: by its form, by pointing at
    something, or as an answer to such a turn. `before`: turns that tell only which language is spoken.
    """
    if not said:
        return False
    heard = languages_of([*before, *said], vocabulary)[len(before) :]
    *earlier, last = (spoken(text, vocabulary, 0, each.code) for text, each in zip(said, heard, strict=True))
    return _is_open(last) or (not last.has(Kind.VERB) and any(map(_is_open, earlier)))


def _is_open(each: Spoken) -> bool:
    return each.shape is not None or (each.has(Kind.VERB) and each.has(Kind.REFERENCE) and not _points_within(each))


def _points_within(each: Spoken) -> bool:
    """Whether each thing that is pointed at stands in the turn itself: "swap 1 eth to usdc and put it to work"."""
    verbs, money = 0, False
    for reading in each.content:
        if reading.kind is Kind.REFERENCE and (
            verbs < 2 or not money or reading.text.partition(" ")[0] in set(Points)
        ):
            return False
        verbs += reading.kind is Kind.VERB
        money = money or (verbs == 1 and reading.kind in (Kind.AMOUNT, Kind.TOKEN))
    return True
