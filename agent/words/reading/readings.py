"""What the reader finds in a text: readings, each with its kind, its value and its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from agent.intents import All, AllBut, Exact, Origin, Percentage

Lang = Literal["en", "es", "de"]


class Kind(StrEnum):
    """What a word or phrase is, before any grammar. Every word of a text is in exactly one reading."""

    AMOUNT = "amount"  # value: Said
    BAD_AMOUNT = "bad amount"  # value: what is wrong with it
    VAGUE = "vague amount"
    SLIPPAGE = "slippage"  # value: decimal text, percent
    TRADER = "exchange"  # value: its name
    MULTIPLE = "multiple"  # value: decimal text, the 5 of "5x"
    TOKEN = "token"  # noqa: S105 - value: the registry's symbol
    VENUE = "venue"  # value: the ids that the words can mean
    NAME = "name"  # value: a name of the user's address book
    ADDRESS = "address"
    BAD_ADDRESS = "bad address"
    VERB = "verb"  # value: the action, in a form that can command
    MENTION = "mention"  # value: the action, in a form that can't: "deposited", "sending"
    UNSUPPORTED = "unsupported"
    REPORTED = "reported"  # a verb of saying with somebody else's words: "says", "told me"
    PARTICLE = "particle"
    PREPOSITION = "preposition"
    DURATION = "duration"  # value: seconds
    DATE = "date"
    LAST = "last"
    NEGATION = "negation"
    HYPOTHETICAL = "hypothetical"
    QUESTION = "question word"
    ASKS = "question mark"
    POLITE = "polite request"
    FILLER = "filler"
    CHAT = "chat"
    AFFIRM = "affirmation"
    REFERENCE = "reference"
    OWN = "own position"
    WALLET = "wallet"
    TOPIC = "topic"  # value: what a question is about
    JOIN = "join"
    EXCEPT = "except"
    LOOKALIKE = "look-alike"  # value: the foreign letter
    QUOTED = "quoted"
    QUOTED_LINE = "quoted line"
    SYMBOL = "symbol"
    WORD = "word"  # not understood


@dataclass(frozen=True, slots=True)
class Said:
    """An amount as it was said.

    `dollars`: of US dollars, which is a token's amount only for a dollar stable. `rest`: "but 100" alone, which means
    something only after an "all". `part`: a fraction's word, doubtful with a token right behind it ("half eth").
    """

    spec: Exact | Percentage | All | AllBut
    dollars: bool = False
    rest: bool = False
    part: bool = False


Value = str | int | tuple[str, ...] | Said


@dataclass(frozen=True, slots=True)
class Reading:
    """`words` is `text[start:end]` of the original text of the user's turn `turn` (0: the present one).

    `code` is the language that the turn is read in.
    Where a sentence was put together of several turns (agent/words/turns/thread.py), places are in that sentence, and
    `source` is where the words were really said.
    """

    kind: Kind
    value: Value
    start: int
    end: int
    words: str
    turn: int = 0
    code: Lang = "en"
    source: Origin | None = None

    @property
    def text(self) -> str:
        """The value of a kind whose value is text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The value of a VENUE."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def said(self) -> Said:
        """The value of an AMOUNT."""
        if not isinstance(self.value, Said):
            raise TypeError(f"a reading of kind {self.kind} has no amount")
        return self.value

    @property
    def origin(self) -> Origin:
        return self.source or Origin(self.start, self.end, self.words, self.turn)
