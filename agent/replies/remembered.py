"""What is said about memory: notes kept, listed and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from agent.replies.reply import Offer, Reply, Table
from memory.talk.notes import Note
from memory.talk.recalling import Recalled

MOST_LISTED = 40
LONGEST = 160
KEEP = "Remember it"

STAYS = "What was done stays in the ledger: plans, transactions, your address book."
FORGOT_HERE = (
    "Forgotten: I recall nothing of what we said here. The ledger still holds the messages themselves; "
    f"`forget everything` erases those, too. {STAYS}"
)
FORGOT_WORDS = f"Forgotten: what you said to me, what I answered and noted, everywhere. {STAYS}"
FORGOT_THAT = (
    "Forgotten: what you said last here, my answer, and what I noted of it. A preview that waited is taken back. The "
    "ledger still holds the message itself; `forget everything` erases that, too."
)
FORGOT_NOTE = "Forgotten."
FORGOT_PERSON = (
    "Forgotten: all that we said, your notes, your name, your address book, your hours, alerts, orders and mandate. "
    "What stays is what was done on the chain (plans and transactions), the limits that you set, and which account "
    "is yours: without that nobody could reach what comes there."
)
EXPORTED = "Everything that I keep of you: what was said, noted and done."
EXPORT_IS = "JSON"
NOTHING_HERE = "I recall nothing of what we said here."


def shall_i(text: str) -> str:
    """A model noticed something that the user said of themselves."""
    return f"Shall I remember this: “{text}”? It binds nothing; say `remember that …` in your own words if I should."


def kept(note: Note) -> str:
    return (
        f"I'll remember (note {note.number}): “{note.text}”. It is a note: it limits nothing and moves nothing. "
        f"`forget note {note.number}` erases it."
    )


def listed(notes: Sequence[Note]) -> Reply:
    """All that is remembered: the newest notes and episodes, with how to be rid of them."""
    own = [note for note in notes if note.kind != "episode"]
    episodes = [note for note in notes if note.kind == "episode"]
    if not notes:
        return Reply(
            "I have noted nothing about you. Say `remember that …`. I recall what we said lately; "
            "`forget this conversation` ends that.",
            private=True,
        )
    shown = [*own[-MOST_LISTED:], *episodes[-max(MOST_LISTED - len(own), 5) :]]
    text = f"{_count(len(own), 'note')} and {_count(len(episodes), 'summary', 'summaries')} of earlier talk."
    text += f" The latest {len(shown)} of them:" if len(shown) < len(notes) else ""
    text += " `forget note N` erases one, `forget me` all, `export my data` gives you everything."
    rows = tuple((str(note.number), _day(note.at), note.kind, _cut(note.text)) for note in shown)
    offers = (Offer("Export my data", "say", "export my data"),)
    return Reply(text, Table(("note", "day", "kind", "what"), rows, frozenset({0})), offers=offers, private=True)


def found(about: str, recalled: Sequence[Recalled]) -> Reply:
    """What is remembered about something."""
    if not recalled:
        return Reply(nothing_about(about), private=True)
    rows = tuple((_day(each.at), each.kind, _cut(each.told.text)) for each in recalled)
    return Reply(f"What I recall of “{_cut(about)}”:", Table(("day", "kind", "what"), rows), private=True)


def nothing_about(about: str) -> str:
    return f"I have nothing noted about “{_cut(about)}”."


def which(notes: Sequence[Note]) -> str:
    told = " · ".join(f"note {note.number}: “{_cut(note.text)}”" for note in notes)
    return f"Which one shall I forget? {told}. Say `forget note {notes[0].number}`, for instance."


def forget_label(note: Note) -> str:
    return f"Forget note {note.number}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def read_in(citation: str, words: str) -> str:
    """What a document says, with its place."""
    return f"“{words}” ({citation})"
