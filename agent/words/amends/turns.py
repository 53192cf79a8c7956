"""The order or the position that the user's own turns come to, each correction on the one before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from agent.intents import Cancel, Order, Provide, Reposition
from agent.words.amends import frames, orders, positions
from agent.words.amends.outcome import Unfit
from agent.words.amends.peel import LONGEST, peeled
from agent.words.languages import Heard, heard, languages_of
from agent.words.liquidity.asked import ranging
from agent.words.orders.asked import order
from agent.words.orders.trade import Half
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary

MOST_TURNS = 8
Base = Order | Provide | Reposition
_TALK = frozenset({Kind.FILLER, Kind.CHAT, Kind.AFFIRM, Kind.QUOTED_LINE})
_LOOKS = frozenset({Kind.TOPIC, Kind.QUESTION, Kind.ASKS})


@dataclass(frozen=True, slots=True)
class Amended:
    """`found`: what the last turn comes to; `since`: the place in the turns (the last is 0) of the one that it
    corrects, by its first words.
    """

    found: Base | Unfit
    since: int


def may_correct(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a message may be such a correction, by its form: then the turns before it are looked at."""
    plain = clean(text).plain
    if not plain.strip() or len(plain) > LONGEST or _is_whole(text, vocabulary):
        return False
    said = peeled(text, heard(text, vocabulary))
    return said is not None and (said.marked or frames.HINT.search(said.said) is not None)


def amended(
    said: Sequence[str], vocabulary: Vocabulary, done: Sequence[bool | None] = (), by_words: bool = True
) -> Amended | None:
    """What the last of one user's turns makes of the order or the position before it, the oldest first; None where it
    corrects none. `done`: whether with each of them what was asked for before was carried out; `by_words` where only
    a yes could say it.
    """
    turns = list(said)
    if len(turns) < 2 or _is_whole(turns[-1], vocabulary):
        return None
    known = [*done, *[None] * (len(turns) - len(done))]
    first = max(len(turns) - MOST_TURNS, 0)
    spoken = languages_of(turns, vocabulary)
    thread = _Thread(vocabulary, by_words=by_words)
    for place in range(first, len(turns) - 1):
        thread.hear(turns[place], place, spoken[place], known[place])
    return thread.last(turns[-1], len(turns) - 1, spoken[-1])


@dataclass
class _Thread:
    """What the turns so far come to. `since`: where `base` was asked for; `carried`: it was carried out; `opened`:
    the turns of an order that lacks something; `by_words`: a yes says that it was carried out, as nothing else does.
    """

    vocabulary: Vocabulary
    base: Base | None = None
    since: int = 0
    carried: bool = False
    by_words: bool = True
    opened: list[str] = field(default_factory=list)

    def hear(self, text: str, place: int, spoken: Heard, done: bool | None) -> None:
        """One turn more."""
        anew = self._corrected(text, spoken)
        whole = _whole_of(text, self.opened, self.vocabulary)
        if whole is not None and not isinstance(whole, Half):
            answers = len(self.opened) if isinstance(whole, Order) and order((text,), self.vocabulary) != whole else 0
            self.base, self.since, self.opened, self.carried = whole, place - answers, [], False
        elif isinstance(anew, Base):
            self.base, self.carried = anew, False
        elif isinstance(whole, Half):
            self.opened, self.base = [*self.opened, text], None
        elif anew is None:
            kinds = {reading.kind for reading in read(text, self.vocabulary, language=spoken)}
            self.opened, self.base = [], self.base if _goes_by(kinds) else None
            self.carried = self.carried or (self.by_words and Kind.AFFIRM in kinds)
        if done is not None:
            self.carried = done

    def last(self, text: str, place: int, spoken: Heard) -> Amended | None:
        """What the turn makes of it."""
        anew = self._corrected(text, spoken)
        if anew is None:
            return None
        return Amended(Unfit("done") if self.carried else anew, self.since - place)

    def _corrected(self, text: str, spoken: Heard) -> Base | Unfit | None:
        said = None if self.base is None else peeled(text, spoken)
        if said is None or self.base is None:
            return None
        if isinstance(self.base, Order):
            return orders.corrected(self.base, said, self.vocabulary, spoken)
        return positions.corrected(self.base, said, self.vocabulary, spoken)


def _is_whole(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a message says an order or a position, or takes one away, by itself."""
    return isinstance(order((text,), vocabulary), Order | Cancel) or ranging(text, vocabulary) is not None


def _whole_of(text: str, opened: Sequence[str], vocabulary: Vocabulary) -> Base | Half | None:
    """The order or the position that a turn asks for, whole, with what it answers; Half: of an order that lacks
    something.
    """
    for turns in ((text,), (*opened, text)) if opened else ((text,),):
        found = order(turns, vocabulary)
        if isinstance(found, Half) or (isinstance(found, Order) and not found.is_list):
            return found
    wish = ranging(text, vocabulary)
    return wish if isinstance(wish, Provide | Reposition) else None


def _goes_by(kinds: Collection[Kind]) -> bool:
    """Whether a turn changes nothing of what is shown: small talk, a yes, a question that moves nothing."""
    kinds = frozenset(kinds)
    return kinds <= _TALK or (bool(kinds & _LOOKS) and Kind.VERB not in kinds)
