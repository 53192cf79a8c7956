"""References of a turn put in words: each amount that is pointed at becomes the amount and the token it stands for.

"half of that", "double it", "put it back", "the rest", "what I took out yesterday", "like Tuesday". What is pointed
at is the user's own request before, or a row of the ledger; nothing else can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.intents import All, AllBut, AmountSpec, Exact, Percentage
from agent.words.reading.clauses import action_of, clauses
from agent.words.reading.readings import Kind, Reading, Said
from agent.words.reading.trades import VERBS as TRADES
from agent.words.turns.deeds import (
    MOVES,
    TO_WALLET,
    Deed,
    Record,
    Unresolved,
    last,
    on,
    placed,
    said_by,
    scaled,
    the_one,
)
from agent.words.turns.follow import Points, Shape, Spoken
from agent.words.vocabulary import Vocabulary, asset_of

_DID = {
    "withdraw": "you took money out",
    "deposit": "you put money in",
    "transfer": "you sent money",
    "swap": "you swapped",
}
_DIRECTION = {"deposit": "to", "withdraw": "from"}
_PUTS = ("put", "deposit", "add", "move")


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn that points at something, and what stands around it."""

    said: Spoken
    command: Sequence[Reading]
    done: bool
    record: Record
    vocabulary: Vocabulary

    def first(self, *kinds: Kind) -> Reading | None:
        return next((reading for reading in self.said.readings if reading.kind in kinds), None)

    @property
    def verb(self) -> str:
        """The action that the turn itself orders, '' where it orders none, or doesn't say which."""
        verb = self.first(Kind.VERB)
        if verb is None:
            return ""
        found = action_of(clauses(self.said.readings)[0])
        return found or ("deposit" if verb.text in _PUTS else "withdraw")

    @property
    def asset(self) -> str | None:
        """The token that the turn names for what it points at; a swap's is what it wants for it."""
        verb = self.first(Kind.VERB)
        if verb is not None and verb.text in TRADES:
            return None
        token = self.first(Kind.TOKEN)
        return None if token is None else token.text


def resolved(
    said: Spoken, command: Sequence[Reading], done: bool, record: Record, vocabulary: Vocabulary
) -> tuple[Reading, ...]:
    """The turn's readings with what they point at in its place; as they are where they point at nothing.

    `command` is the user's own request before, `done` whether it was carried out. Raises Unresolved.
    """
    turn = _Turn(said, command, done, record, vocabulary)
    if said.shape is Shape.AGAIN:
        return tuple(_like(turn, said.readings[0], None)) if record.deeds and said.readings else ()
    points = [reading for reading in said.readings if reading.kind is Kind.REFERENCE]
    if not points or said.has(Kind.TOPIC, Kind.QUESTION, Kind.HYPOTHETICAL, Kind.NEGATION, Kind.QUOTED):
        return said.readings
    if len(points) > 1:
        points = [point for point in points if point.text.partition(" ")[0] in set(Points)] or points
    try:
        return tuple(_pointed(turn, points[0]))
    except Unresolved as error:
        if error.missing == "amount" and turn.verb and error.partial is None:
            error.partial = _in_place(turn, points[0], turn.first(Kind.AMOUNT), [])
        raise


def _pointed(turn: _Turn, point: Reading) -> list[Reading]:
    what, _, detail = point.text.partition(" ")
    match what:
        case Points.REST:
            return _rest(turn, point)
        case Points.DEED:
            day = turn.first(Kind.DATE)
            found = on(turn.record, day, (detail,), turn.asset)
            deed = the_one(found if day is not None else last(found), _words(point, day))
            return _with(turn, point, deed, 1)
        case Points.LIKE if turn.first(Kind.DATE) is None:
            raise Unresolved("I don't know that day. Say the amount itself.", "amount")
        case Points.LIKE:
            return _like(turn, point, turn.first(Kind.DATE))
        case Points.TIMES:
            return _spoken_of(turn, point, int(detail))
        case _:
            return _spoken_of(turn, point, 1)


def _words(point: Reading, day: Reading | None) -> str:
    return point.words if day is None else f"{point.words}, {day.words}"


def _part(turn: _Turn) -> tuple[str | None, Reading | None]:
    """The part of it that is said, in percent, with its reading. None: all of it. Raises Unresolved for another."""
    amount = turn.first(Kind.AMOUNT, Kind.BAD_AMOUNT)
    if amount is None or amount.kind is Kind.BAD_AMOUNT:
        return None, None
    match amount.said.spec:
        case Percentage(value=value):
            return value, amount
        case All():
            return None, amount
        case AllBut():
            raise Unresolved("All but how much of which amount: say the amount itself.", "amount")
    return None, None


def _spoken_of(turn: _Turn, point: Reading, times: int) -> list[Reading]:
    """ "it", "half of that", "that much": the own request before, or what was done last."""
    amount = turn.first(Kind.AMOUNT)
    if amount is not None and isinstance(amount.said.spec, Exact):
        return list(turn.said.readings)  # the amount is said; which token "it" is, the grammar asks
    action, deeds = turn.verb, turn.record.deeds
    if turn.command and not (turn.done and deeds):
        return _of_command(turn, point, times)
    if not deeds or (not action and turn.said.shape is None):
        return list(turn.said.readings)
    found = last(deeds)
    fits = {"withdraw": ("deposit",), "deposit": TO_WALLET, "transfer": TO_WALLET, "swap": TO_WALLET}
    alike = point.text == Points.ALIKE or not action
    if any(deed.action not in (MOVES if alike else fits.get(action, ())) for deed in found):
        raise Unresolved(f"“{point.words}”: {_DID[found[-1].action]} last. Which token, and how much?", "amount")
    return _with(turn, point, the_one(found, point.words), times)


def _of_command(turn: _Turn, point: Reading, times: int) -> list[Reading]:
    """The amount that the user's own words said before, or a part of it."""
    amounts = [reading for reading in turn.command if reading.kind is Kind.AMOUNT]
    tokens = [reading for reading in turn.command if reading.kind is Kind.TOKEN]
    part, instead = _part(turn)
    if not amounts and instead is not None and not turn.verb:
        return _in_place(turn, point, None, [])  # "all of it", where it was asked how much
    if len(amounts) != 1 or len(tokens) != 1:
        if not turn.verb and turn.said.shape is None:
            return list(turn.said.readings)
        raise Unresolved(f"I can't tell how much “{point.words}” is. How much?", "amount")
    if turn.done and not turn.verb and (times > 1 or part is not None) and turn.said.shape is Shape.CORRECT:
        raise Unresolved("That is done already. How much shall it be now?", "amount")
    before = action_of(clauses(turn.command)[0])
    spec: AmountSpec | None = amounts[0].said.spec
    if turn.verb not in ("", before) and not isinstance(spec, Exact):
        raise Unresolved(f"I can't tell how much “{point.words}” comes to before it is done. How much?", "amount")
    spec = None if spec is None else scaled(spec, part, times)
    if spec is None:
        raise Unresolved(f"“{point.words}” is more than there is, or no exact amount. How much?", "amount")
    said = Said(spec, amounts[0].said.dollars)
    here = amounts[0] if times == 1 and part is None else (instead or point)
    amount = placed(here, Kind.AMOUNT, said)
    token = [] if turn.asset is not None or (not turn.verb and turn.said.shape) else [tokens[0]]
    named = [reading for reading in turn.command if reading.kind is Kind.VENUE]
    back = _back(turn, named[-1], named[-1].ids) if named else []
    return _in_place(turn, point, instead, [amount, *token, *back])


def _with(turn: _Turn, point: Reading, deed: Deed, times: int) -> list[Reading]:
    """A row's amount and token in the place of the words for it."""
    part, instead = _part(turn)
    if instead is not None and part is None and turn.verb == "withdraw" and not point.text.startswith(Points.DEED):
        token = placed(point, Kind.TOKEN, deed.asset, deed.plan)  # all of it: the whole position
        return [*(reading for reading in turn.said.readings if reading is not point), token]
    found = said_by(deed, point, part, times)
    if turn.asset is not None or (not turn.verb and turn.said.shape and turn.command):
        found = found[:1]
    return _in_place(turn, point, instead, [*found, *_back(turn, point, deed.venues, deed.plan)])


def _back(turn: _Turn, at: Reading, venues: Sequence[str], row: str = "") -> list[Reading]:
    """ "put it back" goes where it came from."""
    back = any(reading.kind is Kind.PARTICLE and reading.text == "back" for reading in turn.said.readings)
    if not back or turn.verb != "deposit" or turn.first(Kind.VENUE) is not None or not venues:
        return []
    known = tuple(venue for venue in venues if venue in turn.vocabulary.venues)
    if len(known) != len(venues) or (row and len(known) > 1):
        raise Unresolved(f"It came from {' and '.join(venues)}. Into which venue?", "venue")
    return [placed(at, Kind.PREPOSITION, "to", row), placed(at, Kind.VENUE, known, row)]


def _in_place(turn: _Turn, point: Reading, instead: Reading | None, found: Sequence[Reading]) -> list[Reading]:
    """The turn with `found` where `point` stands, without the part that it was made with and the day of it."""
    readings: list[Reading] = []
    for reading in turn.said.readings:
        if reading is point:
            readings += found
        elif reading is not instead and not _belongs(reading, point):
            readings.append(reading)
    last = next((reading for reading in reversed(readings) if reading.kind is not Kind.FILLER), None)
    if last is not None and last.kind is Kind.PREPOSITION and any(each.kind is Kind.VENUE for each in found):
        readings.remove(last)  # "put that back in"
    return readings


def _belongs(reading: Reading, point: Reading) -> bool:
    """Words that only say more about the reference: its day, a second "that", a preposition before them."""
    return reading.kind in (Kind.DATE, Kind.REFERENCE) or (
        reading.kind is Kind.PREPOSITION and reading.text in ("of", "on") and reading.turn == point.turn
    )


def _rest(turn: _Turn, point: Reading) -> list[Reading]:
    """All that is left where the request before took a part from: of the wallet, or of the position."""
    before = action_of(clauses(turn.command)[0]) if turn.command else None
    if turn.command and turn.verb in ("", before):
        everything = placed(point, Kind.AMOUNT, Said(All()))
        tokens = [reading for reading in turn.command if reading.kind is Kind.TOKEN]
        named = turn.asset is not None or not turn.verb
        return _in_place(turn, point, None, [everything, *([] if named or len(tokens) != 1 else tokens)])
    if not turn.command and turn.record.deeds and turn.verb and turn.record.deeds[-1].action == turn.verb:
        deed = the_one(last(turn.record.deeds), point.words)
        amount = placed(point, Kind.AMOUNT, Said(All()), deed.plan)
        token = [] if turn.asset is not None else [placed(point, Kind.TOKEN, deed.asset, deed.plan)]
        return _in_place(turn, point, None, [amount, *token])
    if not turn.command and not turn.verb:
        return list(turn.said.readings)
    raise Unresolved(f"“{point.words}” of what: which token, and how much?", "amount")


def _like(turn: _Turn, point: Reading, day: Reading | None) -> list[Reading]:
    """The deed of a day (or the last one) again: what, how much of which token, where or to whom."""
    actions = (turn.verb,) if turn.verb in MOVES else MOVES
    found = on(turn.record, day, actions, turn.asset)
    deed = the_one(last(found) if day is None else found, _words(point, day))
    if deed.action == "swap":
        raise Unresolved("Say the swap anew: both tokens, and one amount.")
    part, instead = _part(turn)
    amount = turn.first(Kind.AMOUNT)
    own = amount is not None and instead is None  # "deposit 50 like Tuesday" says its own amount
    said = said_by(deed, point, part, 1)
    pieces = [] if own else said[:1]
    pieces += [] if turn.asset is not None else said[1:]
    if turn.first(Kind.VERB) is None:
        pieces = [placed(point, Kind.VERB, deed.action, deed.plan), *pieces]
    pieces += _where_like(turn, point, deed)
    return pieces if day is None else _in_place(turn, point, instead, pieces)


def _where_like(turn: _Turn, point: Reading, deed: Deed) -> list[Reading]:
    """The venue that was named then, or whom it was sent to, where the turn names none itself."""
    pieces: list[Reading] = []
    named = deed.venue is not None and turn.first(Kind.VENUE) is None
    if deed.venue is not None and named and deed.venue in turn.vocabulary.venues:
        if turn.asset not in (None, asset_of(deed.venue)):
            raise Unresolved(f"That was in {deed.venue}. Into which venue?", "venue")
        way = placed(point, Kind.PREPOSITION, _DIRECTION[deed.action], deed.plan)
        pieces += [way, placed(point, Kind.VENUE, (deed.venue,), deed.plan)]
    if deed.action == "transfer" and turn.first(Kind.NAME) is None:
        if deed.recipient not in turn.vocabulary.contacts:
            raise Unresolved("To whom? Say a name from your address book.", "recipient")
        way = placed(point, Kind.PREPOSITION, "to", deed.plan)
        pieces += [way, placed(point, Kind.NAME, str(deed.recipient), deed.plan)]
    return pieces
