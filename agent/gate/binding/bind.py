"""Bound to the user's words: each field of an intent must be what the user's own turns say, in the role it has there.

It holds for any mind's intent. The origins that a mind gives only say where to look; the words there are read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.follow import check_rows, request_across
from agent.gate.binding.force import SMALL_TALK, UNREAL, check_in_force
from agent.gate.binding.limits import bind_limit
from agent.gate.binding.money import bind_money, bind_venue, is_for_another, require, within
from agent.gate.binding.order import bind_order, is_amended
from agent.gate.binding.question import bind_question
from agent.gate.binding.swap import bind_trade
from agent.gate.mandates.words import bind_mandate
from agent.intents import (
    Advance,
    Alert,
    All,
    Amend,
    Cancel,
    Claim,
    Close,
    Collect,
    Contact,
    Deposit,
    Exit,
    Explain,
    Finish,
    Forget,
    Intent,
    Origin,
    Provide,
    Remember,
    Repay,
    Reposition,
    Revoke,
    Swap,
    Transfer,
    Withdraw,
)
from agent.intents import Sequence as Sequence_
from agent.words.alerts.asked import alert, is_alert
from agent.words.amends.standing import amendment
from agent.words.language import Language
from agent.words.liquidity.asked import ranging
from agent.words.liquidity.stopped import MOVE
from agent.words.reading.clauses import (
    INEXACT,
    Clause,
    action_of,
    clauses,
    is_receiver,
)
from agent.words.reading.reader import read, read_turns
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.trades import VERBS as TRADES
from agent.words.requests.claims import claiming
from agent.words.requests.forgetting import forgetting
from agent.words.requests.remembering import EXPORT, MEMORY, asks_of_memory
from agent.words.requests.repays import repayment
from agent.words.requests.revokes import revocation
from agent.words.turns.deeds import NOTHING_DONE, Record
from agent.words.vocabulary import Vocabulary

RULE = "bind"
MAX_TURNS = 6

_BARE = frozenset({"exit", "pause", "resume", "cancel"})
_READ_ONLY = frozenset({"yields", "portfolio", "explain", "history", "usage", "help", "chat"})
_BREAKS = frozenset({Kind.MENTION, Kind.TOPIC, Kind.UNSUPPORTED})
_FREE = frozenset({Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.QUOTED_LINE, Kind.PARTICLE, Kind.REFERENCE, Kind.AFFIRM})


def bind(
    intent: Intent,
    origins: Mapping[str, Origin],
    said: Sequence[str],
    vocabulary: Vocabulary,
    record: Record = NOTHING_DONE,
) -> None:
    """Passes when every field of `intent` is in the user's own words `said` (oldest first, the last is turn 0), or in
    the row of `record`, the user's own deeds, that those words point at.

    Raises Refused("bind", …) that names the field which isn't, NeedsAnswer where an amount, an asset or a recipient
    must be asked for. A request stands in the present turn, or in an earlier one that only answers have followed;
    turns before the last settled or cancelled request are not to be handed in.
    """
    _check_origins(origins, said)
    if _bound_whole(intent, origins, said, vocabulary, record):
        return
    if intent.action in _READ_ONLY:
        bind_question(intent, said[-MAX_TURNS:], vocabulary)
        return
    across = request_across(said, vocabulary, record)
    request = request_in(intent.action, said, vocabulary) if across is None else across
    check_rows(origins, request)
    if isinstance(intent, Cancel):
        _bind_cancel(intent, request)
        return
    check_in_force(intent.action, request)
    if isinstance(intent, Swap | Sequence_):
        bind_trade(intent, clauses(request), vocabulary)
        return
    clause = _clause(intent.action, request, origins)
    match intent:
        case Deposit() | Withdraw():
            require(not is_for_another(clause), "account: it is your own, and you named another")
            bind_money(intent, clause, origins, vocabulary)
            bind_venue(intent, clause)
        case Transfer():
            require(not clause.of(Kind.VENUE), "source: it is your wallet, and you named a venue")
            bind_money(intent, clause, origins, vocabulary)
            _bind_recipient(intent, clause)
        case Contact():
            _bind_contact(intent, clause)
        case Exit():
            partly = [r for r in clause.of(Kind.AMOUNT) if not isinstance(r.said.spec, All)]
            require(not partly and not clause.of(Kind.TOKEN, Kind.VENUE), "exit of everything")
            require(not is_for_another(clause), "account: it is your own, and you named another")
        case Advance():
            seconds = sum(r.value for r in clause.of(Kind.DURATION) if isinstance(r.value, int))
            require(seconds == intent.seconds, "seconds")


def _bound_whole(
    intent: Intent, origins: Mapping[str, Origin], said: Sequence[str], vocabulary: Vocabulary, record: Record
) -> bool:
    """Whether it is one of the intents whose sentence is read as a whole, and is what the user says."""
    return (
        bind_mandate(intent, said, vocabulary)
        or bind_limit(intent, origins, said, vocabulary)
        or _bind_forget(intent, said)
        or _bind_memory(intent, origins, said)
        or _bind_revoke(intent, said, vocabulary)
        or _bind_repay(intent, said, vocabulary)
        or _bind_claim(intent, said, vocabulary)
        or _bind_alert(intent, said, vocabulary)
        or _bind_amend(intent, said, vocabulary)
        or bind_order(intent, origins, said, vocabulary, record)
        or _bind_range(intent, said, vocabulary, record)
    )


def _bind_forget(intent: Intent, said: Sequence[str]) -> bool:
    """Whether it is a wish to forget; that is the whole message, or isn't one."""
    if not isinstance(intent, Forget):
        return False
    heard = forgetting(said[-1]) if said else None
    require(heard is not None and heard.scope == intent.scope, "scope")
    return True


def _bind_memory(intent: Intent, origins: Mapping[str, Origin], said: Sequence[str]) -> bool:
    """Whether it is about what is remembered: a note is words of this very turn, a question the whole message."""
    if isinstance(intent, Remember):
        place = origins.get("text")
        require(place is not None and place.turn == 0 and place.words == intent.text and bool(said), "note")
        return True
    if isinstance(intent, Explain) and intent.ref is not None and intent.ref.partition(" ")[0] in (MEMORY, EXPORT):
        require(bool(said) and asks_of_memory(said[-1]) == intent.ref, "ref")
        return True
    return False


def _bind_revoke(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether it takes an allowance back; that is the whole message, or isn't one."""
    if not isinstance(intent, Revoke):
        return False
    require(bool(said) and revocation(said[-1], vocabulary) == intent, "allowance")
    return True


def _bind_repay(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether it pays a debt; that is the whole message, or isn't one."""
    if not isinstance(intent, Repay):
        return False
    require(bool(said) and repayment(said[-1], vocabulary) == intent, "debt")
    return True


def _bind_claim(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether it claims rewards; that is the whole message, or isn't one."""
    if not isinstance(intent, Claim):
        return False
    require(bool(said) and claiming(said[-1], vocabulary) == intent, "claim")
    return True


def _bind_alert(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether it sets an alert, lists them or takes one away; that is the whole message, or isn't one."""
    if not isinstance(intent, Alert) and not (isinstance(intent, Cancel) and is_alert(intent.ref)):
        return False
    require(bool(said) and alert(said[-1], vocabulary) == intent, "alert")
    return True


def _bind_amend(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether it changes an order that stands; that is the whole message, or isn't one."""
    if not isinstance(intent, Amend):
        return False
    require(bool(said) and amendment(said[-1], vocabulary) == intent, "order")
    return True


def _bind_range(intent: Intent, said: Sequence[str], vocabulary: Vocabulary, record: Record) -> bool:
    """Whether it is about liquidity positions; that is the whole message, or what it makes of the one before it."""
    wanted = isinstance(intent, Provide | Collect | Close | Reposition | Finish)
    if not wanted and not (isinstance(intent, Cancel) and (intent.ref or "").partition(":")[0] == MOVE):
        return False
    whole = bool(said) and ranging(said[-1], vocabulary) == intent
    shown = isinstance(intent, Provide | Reposition) and is_amended(intent, said, vocabulary, record)
    require(whole or shown, "position")
    return True


def _check_origins(origins: Mapping[str, Origin], said: Sequence[str]) -> None:
    for field, origin in origins.items():
        place = len(said) - 1 + origin.turn
        held = 0 <= place < len(said) and origin.turn <= 0 and 0 <= origin.start < origin.end
        require(held and said[place][origin.start : origin.end] == origin.words, field)


def request_in(
    action: str, said: Sequence[str], vocabulary: Vocabulary, language: Language | None = None
) -> list[Reading]:
    """The readings of the request in force: from the present turn back over mere answers to the one with its verb."""
    turns: list[tuple[Reading, ...]] = []
    for readings in reversed(_all_read(said[-MAX_TURNS:], vocabulary, language)):
        picked_up = any(_has_verb(later) for later in turns) and not _has_verb(turns[0])
        if picked_up or (turns and not _goes_on(turns[0], readings, action)):
            break
        turns.insert(0, readings)
    if not any(_has_verb(readings) for readings in turns):
        turns = turns[-1:]
    return [reading for readings in turns for reading in _latest(readings, turns)]


def _all_read(
    said: Sequence[str], vocabulary: Vocabulary, language: Language | None
) -> Sequence[tuple[Reading, ...]]:
    if language is None:
        return read_turns(said, vocabulary)
    return [read(text, vocabulary, place + 1 - len(said), language) for place, text in enumerate(said)]


def _has_verb(readings: Sequence[Reading]) -> bool:
    return any(reading.kind is Kind.VERB for reading in readings)


def _goes_on(later: Sequence[Reading], earlier: Sequence[Reading], action: str) -> bool:
    """Whether `later` goes on with what `earlier` said: an answer to it, or a bare verb for its pieces."""
    kinds, before = {reading.kind for reading in later}, {reading.kind for reading in earlier}
    if kinds <= SMALL_TALK or kinds & _BREAKS or before <= SMALL_TALK:  # what came before is settled
        return False
    if before & (_BREAKS | UNREAL | {Kind.NEGATION}):
        return False
    if Kind.VERB not in kinds:
        return True
    picks_up = action not in _BARE and kinds <= _FREE | {Kind.VERB}
    return picks_up and not before & {Kind.VERB, Kind.ASKS}


def _latest(readings: Sequence[Reading], turns: Sequence[Sequence[Reading]]) -> Iterable[Reading]:
    """The readings of a turn that no later turn says anew. A swap has two tokens: a later one stands beside it."""
    trades = any(reading.kind is Kind.VERB and reading.text in TRADES for turn in turns for reading in turn)
    anew = {Kind.AMOUNT, Kind.TOKEN, Kind.NAME, Kind.ADDRESS} - ({Kind.TOKEN} if trades else set())
    later = {kind for kind in anew if _said_after(kind, readings, turns)}
    later |= INEXACT if Kind.AMOUNT in later else frozenset()
    return [reading for reading in readings if reading.kind not in later]


def _said_after(kind: Kind, readings: Sequence[Reading], turns: Sequence[Sequence[Reading]]) -> bool:
    place = next(place for place, turn in enumerate(turns) if turn is readings)
    return any(reading.kind is kind for turn in turns[place + 1 :] for reading in turn)


def _clause(action: str, request: Sequence[Reading], origins: Mapping[str, Origin]) -> Clause:
    """The clause that orders the action; with several, the one at the action's origin."""
    ordered = [clause for clause in clauses(request) if action_of(clause) == action]
    origin = origins.get("action")
    if origin is not None:
        ordered = [clause for clause in ordered if clause.verb is not None and within(clause.verb, origin)]
    if not ordered:
        raise Refused(RULE, f"Your words don't order a {action}.", "Say it yourself, in one sentence.")
    if len(ordered) > 1:
        raise Refused(RULE, f"Your words order more than one {action}.", "Say one at a time.")
    return ordered[0]


def _bind_recipient(intent: Transfer, clause: Clause) -> None:
    names = clause.roles(Kind.NAME)
    one = {placed.reading.text for placed in names} == {intent.recipient}
    if clause.of(Kind.ADDRESS, Kind.BAD_ADDRESS) or not one or not any(is_receiver(each, clause) for each in names):
        raise NeedsAnswer("To whom? Say a name from your address book.", "recipient")


def _bind_contact(intent: Contact, clause: Clause) -> None:
    require([reading.text for reading in clause.of(Kind.ADDRESS)] == [intent.address], "address")
    names = [reading.text for reading in clause.of(Kind.WORD, Kind.NAME)]
    require(names == [intent.name], "name")


def _bind_cancel(intent: Cancel, request: Sequence[Reading]) -> None:
    """A cancellation is harmless: a no is enough."""
    require(intent.ref is None or any(reading.text == intent.ref for reading in request), "ref")
    present = [reading for reading in request if reading.origin.turn == 0]
    require(any(r.kind is Kind.NEGATION or (r.kind is Kind.VERB and r.text == "cancel") for r in present), "action")
