"""A request with something else in the place of what it said: "no, 200", "I meant dai", "into morpho instead".

Only what was said is replaced, each thing by its like; where it isn't sure what it stands for, nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent.intents import Exact, Percentage
from agent.words.reading.clauses import action_of, clauses, merged
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.trades import VERBS as TRADES
from agent.words.turns.deeds import Unresolved, placed
from agent.words.turns.follow import Shape
from agent.words.vocabulary import asset_of

_AMOUNTS = frozenset({Kind.AMOUNT, Kind.BAD_AMOUNT, Kind.VAGUE})
_LIKE = {Kind.ADDRESS: frozenset({Kind.ADDRESS, Kind.BAD_ADDRESS}), Kind.DURATION: frozenset({Kind.DURATION})}
_PREPOSITION = {"deposit": "to", "withdraw": "from"}
_GIVES = frozenset({"from", "on"})  # "with eth": what is given for it
_GETS = frozenset({"to", "for"})
_DROPPED = frozenset({Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.QUOTED_LINE, Kind.JOIN})


@dataclass
class _Sentence:
    """The readings of the request while they are changed. `told`: how a preposition before a piece was said."""

    readings: list[Reading]
    added: list[Reading] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Reading]:
        return [reading for reading in self.readings if reading.kind in kinds]

    def put(self, old: Reading, new: Reading) -> None:
        self.readings[self.readings.index(old)] = new

    def drop(self, reading: Reading) -> None:
        """Without it and the preposition before it."""
        place = self.readings.index(reading)
        del self.readings[place]
        if place and self.readings[place - 1].kind is Kind.PREPOSITION:
            del self.readings[place - 1]

    def behind_verb(self, reading: Reading) -> None:
        verbs = self.of(Kind.VERB)
        self.readings.insert(self.readings.index(verbs[0]) + 1 if verbs else 0, reading)

    def before(self, reading: Reading) -> Reading | None:
        place = self.readings.index(reading)
        found = self.readings[place - 1] if place else None
        return found if found is not None and found.kind is Kind.PREPOSITION else None


def replaced(command: Sequence[Reading], pieces: Sequence[Reading], shape: Shape | None) -> tuple[Reading, ...]:
    """The request with those pieces in the place of their like.

    Without a shape the turn is a mere answer: a venue narrows the one that was named. Raises Unresolved.
    """
    sentence = _Sentence(list(command))
    trades = any(reading.text in TRADES for reading in sentence.of(Kind.VERB))
    action = action_of(clauses(command)[0])
    pieces = _inexact(pieces)
    _check_one_each(pieces)
    _check_more(sentence, pieces, shape)
    if shape is None:
        _answer(sentence, pieces)
    for piece, way in _placed(pieces):
        match piece.kind:
            case Kind.VERB:
                _verb(sentence, piece)
            case Kind.AMOUNT | Kind.BAD_AMOUNT | Kind.VAGUE:
                _amount(sentence, piece, pieces, trades)
            case Kind.TOKEN if trades:
                _traded(sentence, piece, way, pieces, shape)
            case Kind.TOKEN:
                _token(sentence, piece)
            case Kind.VENUE:
                _venue(sentence, piece, way, action, shape)
            case _:
                _other(sentence, piece, way)
    return (*sentence.readings, *sentence.added)


def _other(sentence: _Sentence, piece: Reading, way: Reading | None) -> None:
    """A name, an address, a length of time in the place of the old one; what isn't known stands beside, and is asked
    about.
    """
    if piece.kind is Kind.NAME:
        _name(sentence, piece, way)
    elif piece.kind in _LIKE:
        for old in sentence.of(*_LIKE[piece.kind]):
            sentence.drop(old)
        sentence.added.append(piece)
    elif piece.kind not in _DROPPED:
        sentence.added += [piece] if way is None else [way, piece]


def _inexact(pieces: Sequence[Reading]) -> Sequence[Reading]:
    """ "no, at most 200" is no 200: how much it shall be is asked about."""
    if not any(piece.kind is Kind.VAGUE for piece in pieces):
        return pieces
    return [piece for piece in pieces if piece.kind is not Kind.AMOUNT]


def check_change(command: Sequence[Reading], pieces: Sequence[Reading]) -> None:
    """Passes where something is said anew: "no venus" after "… in venus" is no wish for venus. Raises Unresolved."""
    said = [(reading.kind, reading.value) for reading in command]
    anew = [piece for piece in pieces if piece.kind not in _DROPPED and piece.kind is not Kind.PREPOSITION]
    if anew and all((piece.kind, piece.value) in said for piece in anew):
        raise Unresolved("Nothing is different there: say the whole of it anew.")


def check_instead(command: Sequence[Reading], old: Sequence[Reading]) -> None:
    """Passes where what is no longer meant was said: the 100 of "200, not 100". Raises Unresolved."""
    said = [(reading.kind, reading.value) for reading in command]
    for reading in old:
        if reading.kind not in _DROPPED and (reading.kind, reading.value) not in said:
            raise Unresolved(f"“{reading.words[:24]}” wasn't part of it. Say the whole of it anew.")


def _placed(pieces: Sequence[Reading]) -> Iterator[tuple[Reading, Reading | None]]:
    """Each piece with the preposition before it."""
    way: Reading | None = None
    for piece in pieces:
        if piece.kind is Kind.PREPOSITION:
            way = piece
            continue
        if piece.kind is Kind.FILLER:
            continue
        yield piece, way
        way = None


def _check_more(sentence: _Sentence, pieces: Sequence[Reading], shape: Shape | None) -> None:
    """ "and DAI" says no amount, and that of another token isn't meant; "no, half" may be half of either."""
    kinds = {piece.kind for piece in pieces}
    tokens = [piece.text for piece in pieces if piece.kind is Kind.TOKEN]
    if shape is Shape.MORE and not kinds & _AMOUNTS:
        of = f" {tokens[0]}" if tokens else ""
        open_ = _without_amount(sentence)
        partial = replaced(open_, [piece for piece in pieces if piece.kind is not Kind.ASKS], None)
        raise Unresolved(f"How much{of}: an amount, half, or all of it?", "amount", partial)
    amounts = [piece for piece in pieces if piece.kind is Kind.AMOUNT]
    said = sentence.of(Kind.AMOUNT)
    if shape is Shape.CORRECT and len(amounts) == 1 and len(said) == 1 and not amounts[0].origin.row:
        part = isinstance(amounts[0].said.spec, Percentage) and amounts[0].said.part
        if part and isinstance(said[0].said.spec, Exact) and not tokens and amounts[0].source is None:
            whole, half = said[0].words, amounts[0].words
            question = f"{half.capitalize()} of the {whole}, or {half} of all that there is?"
            raise Unresolved(question, "amount", _without_amount(sentence))


def _without_amount(sentence: _Sentence) -> list[Reading]:
    return [reading for reading in sentence.readings if reading.kind not in _AMOUNTS]


def _check_one_each(pieces: Sequence[Reading]) -> None:
    """ "50 usdc and 50 dai", "aave or venus": which of them stands in the place of what was said isn't sure."""
    amounts = merged([piece for piece in pieces if piece.kind is Kind.AMOUNT])
    others = [[piece for piece in pieces if piece.kind is kind] for kind in (Kind.TOKEN, Kind.VENUE, Kind.NAME)]
    for several in (amounts, *others):
        if len({str(piece.value) for piece in several}) > 1 or len(amounts) > 1:
            raise Unresolved("One thing at a time, please: which one?")


def _answer(sentence: _Sentence, pieces: Sequence[Reading]) -> None:
    """An answer names what one unknown word stood for."""
    unknown = sentence.of(Kind.WORD)
    if len(unknown) == 1 and any(piece.kind in (Kind.TOKEN, Kind.VENUE, Kind.NAME) for piece in pieces):
        sentence.drop(unknown[0])


def _verb(sentence: _Sentence, piece: Reading) -> None:
    for old in sentence.of(Kind.VERB)[:1]:
        sentence.put(old, piece)
        for particle in sentence.of(Kind.PARTICLE):
            sentence.readings.remove(particle)
    way = _PREPOSITION.get(piece.text)
    for venue in sentence.of(Kind.VENUE):
        before = sentence.before(venue)
        if way is not None and before is not None and before.text in ("to", "from"):
            sentence.put(before, placed(before, Kind.PREPOSITION, way))


def _amount(sentence: _Sentence, piece: Reading, pieces: Sequence[Reading], trades: bool) -> None:
    olds = sentence.of(*_AMOUNTS)
    tokens = [each.text for each in pieces if each.kind is Kind.TOKEN]
    if trades and tokens and not _stands_beside(sentence, olds, tokens[0]):
        raise Unresolved("Which way: say the whole swap, with one amount.")
    if len(olds) > 1 and any(old.kind is Kind.AMOUNT and old.said.rest for old in olds[1:]):
        sentence.readings.remove(olds.pop())  # "all … but 100" is one amount
    if not olds:
        sentence.behind_verb(piece)
        return
    sentence.put(olds[0], piece)
    for old in olds[1:]:
        sentence.readings.remove(old)


def _stands_beside(sentence: _Sentence, amounts: Sequence[Reading], token: str) -> bool:
    """Whether the one amount of a swap is of that token."""
    if len(amounts) != 1:
        return False
    row = [reading for reading in sentence.readings if reading.kind in _AMOUNTS | {Kind.TOKEN}]
    place = row.index(amounts[0])
    return place + 1 < len(row) and row[place + 1].kind is Kind.TOKEN and row[place + 1].text == token


def _token(sentence: _Sentence, piece: Reading) -> None:
    olds = sentence.of(Kind.TOKEN)
    for old in olds[1:]:
        sentence.readings.remove(old)
    for venue in sentence.of(Kind.VENUE):  # where a row was isn't where the user wants another token
        if venue.origin.row and not any(asset_of(each) == piece.text for each in venue.ids):
            sentence.drop(venue)
    if olds:
        sentence.put(olds[0], piece)
        return
    amounts = sentence.of(*_AMOUNTS)
    if amounts:
        sentence.readings.insert(sentence.readings.index(amounts[-1]) + 1, piece)
    else:
        sentence.behind_verb(piece)


def _traded(
    sentence: _Sentence, piece: Reading, way: Reading | None, pieces: Sequence[Reading], shape: Shape | None
) -> None:
    """A token of a swap: the preposition says which side, or the amount beside it is of the same one."""
    olds = sentence.of(Kind.TOKEN)
    if any(old.text == piece.text for old in olds) and any(each.kind in _AMOUNTS for each in pieces):
        return
    buys = any(verb.text == "buy" for verb in sentence.of(Kind.VERB))
    ways = {old.text: (sentence.before(old) or old) for old in olds}
    side = way.text if way is not None else ""
    if shape is None and len(olds) == 1 and ways[olds[0].text] is olds[0] and olds[0].text != piece.text:
        other = placed(piece, Kind.PREPOSITION, "on" if buys else "to")  # the answer to which token is missing
        if way is None or way.text in (_GIVES if buys else _GETS):
            sentence.added += [way or other, piece]
            return
    either = shape is Shape.SAME and side == "for"  # "same for weth": instead of which of the two?
    if len(olds) != 2 or either or side not in _GIVES | _GETS:
        raise Unresolved("Which way: say the whole swap, with both tokens.")
    gives = side in _GIVES or (buys and side == "for")
    behind = [old for old in olds if ways[old.text].kind is Kind.PREPOSITION]
    bare = [old for old in olds if ways[old.text].kind is not Kind.PREPOSITION]
    if len(behind) != 1 or len(bare) != 1:
        raise Unresolved("Which way: say the whole swap, with both tokens.")
    old = behind[0] if gives == buys else bare[0]
    sentence.put(old, piece)


def _venue(sentence: _Sentence, piece: Reading, way: Reading | None, action: str | None, shape: Shape | None) -> None:
    olds = sentence.of(Kind.VENUE)
    if shape is None and olds:  # an answer: which of those that were named
        sentence.added.append(piece)
        return
    if len({old.value for old in olds}) > 1:
        raise Unresolved("Which venue in which step: say the whole of it anew.")
    before = sentence.before(olds[-1]) if olds else None
    role = (
        way.text if way is not None else before.text if before is not None else _PREPOSITION.get(action or "", "to")
    )
    for old in olds:
        sentence.drop(old)
    sentence.added += [placed(piece, Kind.PREPOSITION, role), piece]


def _name(sentence: _Sentence, piece: Reading, way: Reading | None) -> None:
    olds = sentence.of(Kind.NAME)
    for old in olds[1:]:
        sentence.drop(old)
    if olds:
        sentence.put(olds[0], piece)
    else:
        sentence.added += [way or placed(piece, Kind.PREPOSITION, "to"), piece]
