"""Turns about memory: what is to be remembered, what is remembered, what is to be forgotten.

Nothing of it binds anything. What a model is told of it are quoted lines, and what it notices itself is offered to
the user in their own words, never kept unasked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.errors import Refused, Unavailable
from agent.intents import Forget, Remember, Understood
from agent.mind.mind import Spoken, is_unread
from agent.replies import remembered
from agent.replies.reply import Offer, Picture, Reply, Status, Verdict
from agent.runtime.contacting import Contacting
from agent.runtime.mandating import Mandating
from agent.runtime.world import World
from agent.secret_shapes import is_key, shape
from agent.words.requests.forgetting import about_of
from agent.words.requests.remembering import kind_of, remembering
from agent.words.vocabulary import Vocabulary
from memory.ledger import Ledger
from memory.memory import Memory
from memory.rows import User
from memory.talk.knowledge import Found
from memory.talk.recalling import Recalled
from memory.talk.wording import distinct

RECALLED, RECALLED_FIRST = 6, 3
"""Lines of what was said, noted or done, at the most; and how many of them come before what was read."""
PASSAGES = 2
LINE = 220
LEAST_WORD, LEAST_SHARED = 4, 2
DUST = 100
"""Base units: what rounding may leave of a position that was left."""
MOST_OFFERED = 5
MOST_BYTES = 5_000_000
"""Discord takes 10 MB, and the outbox holds it in base64."""
EXPORT_NAME = "moneta-export.json"
_INNER = str.maketrans({"“": "'", "”": "'", '"': "'", "„": "'", "«": "'", "»": "'"})
_WHO = {
    "said": "they said",
    "fact": "they noted",
    "preference": "they noted",
    "episode": "summary",
    "answered": "you said",
}


@dataclass(frozen=True, slots=True)
class Remembering:
    world: World

    @property
    def memory(self) -> Memory:
        return self.world.memory

    async def do(self, user: User, channel: str, text: str, intent: Remember | Forget) -> Reply:
        """Keeps or erases, as the intent of a message says."""
        if isinstance(intent, Remember):
            return await self.keep(user, channel, text, intent)
        return await self.forget(user, channel, intent)

    async def keep(self, user: User, channel: str, text: str, intent: Remember) -> Reply:
        """Keeps a note where the message orders it; otherwise, where a model noticed it, asks. Raises Refused."""
        if shape(intent.text) is not None or any(is_key(word) for word in intent.text.split()):
            raise Refused("secret", "That looks like a secret, and I keep none.", "Keep it where nobody can read it.")
        ordered = remembering(text)
        if ordered is None or ordered.text != intent.text:
            question = remembered.shall_i(intent.text)
            offer = Offer(remembered.KEEP, "say", f"remember that {intent.text}")
            return Reply(question, verdict=Verdict(Status.ASKED), offers=(offer,), private=True)
        note = await self.memory.note(user.id, channel, kind_of(intent.text), intent.text)
        if note is None:
            raise Refused("memory", "I have as many notes of yours as I keep.", "Say `forget note 1` for one, first.")
        return Reply(remembered.kept(note), private=True)

    async def show(self, user: User, about: str) -> Reply:
        """What is remembered of the user, or what of it is about something."""
        notes = await self.memory.notes(user.id)
        if not about:
            return remembered.listed(notes)
        found = await self.memory.recalled(user.id, about, RECALLED)
        return remembered.found(about, found)

    async def export(self, user: User) -> Reply:
        """Everything about the user, as a file of JSON."""
        data = dumped(await handed_out(self.world.ledger, self.memory, user.id, self.world.now()))
        if len(data) > MOST_BYTES:
            raise Refused("export", "It is too large for a message.", "The operator has it from `moneta export`.")
        return Reply(remembered.EXPORTED, pictures=(Picture(EXPORT_NAME, remembered.EXPORT_IS, data),), private=True)

    async def forget(self, user: User, channel: str, intent: Forget) -> Reply:
        """Erases what the scope says. Raises Refused: open-positions, live-plan, note."""
        if about_of(intent.scope):
            return await self._forget_about(user, about_of(intent.scope))
        if intent.scope.startswith("note "):
            return await self._forget_note(user, int(intent.scope.split()[1]))
        match intent.scope:
            case "conversation":
                await self.memory.forget(user.id, channel)
                return Reply(remembered.FORGOT_HERE)
            case "that":
                await self.world.ledger.cancel_previews(user.id, channel, "forgotten")
                gone = await self.memory.forget_last(user.id, channel)
                return Reply(remembered.FORGOT_THAT if gone else remembered.NOTHING_HERE)
            case "me":
                return await self._forget_person(user)
        await self.memory.forget(user.id)
        await self.world.ledger.forget_words(user.id)
        return Reply(remembered.FORGOT_WORDS)

    async def _forget_note(self, user: User, number: int) -> Reply:
        note = await self.memory.forget_note(user.id, number)
        if note is None:
            raise Refused("note", f"You have no note {number}.", "`what do you remember about me?` lists them.")
        return Reply(remembered.FORGOT_NOTE, private=True)

    async def _forget_about(self, user: User, about: str) -> Reply:
        """The note that says just that, or the only one with all its words; several are offered to choose from."""
        notes = [note for note in await self.memory.notes(user.id) if note.kind != "episode"]
        same = [note for note in notes if note.text.casefold() == about.casefold()]
        asked = set(distinct(about))
        fitting = same or [note for note in notes if asked and asked <= set(distinct(note.text))]
        if len(fitting) == 1:
            return await self._forget_note(user, fitting[0].number)
        near = fitting or [note for note in notes if asked & set(distinct(note.text))]
        if not near:
            return Reply(remembered.nothing_about(about), private=True)
        near = near[-MOST_OFFERED:]
        offers = tuple(Offer(remembered.forget_label(note), "say", f"forget note {note.number}") for note in near)
        return Reply(remembered.which(near), verdict=Verdict(Status.ASKED), offers=offers, private=True)

    async def _forget_person(self, user: User) -> Reply:
        """All that can go with a person. Raises Refused: open-positions, live-plan."""
        await self._check_nothing_open(user)
        ledger = self.world.ledger
        if await ledger.mandate(user.id) is not None:
            await Mandating(self.world).revoke(user)
        for contact in await ledger.contacts(user.id):
            await Contacting(self.world).remove(user, contact.name)
        await self.memory.forget(user.id)
        await ledger.forget_words(user.id)
        await ledger.forget_person(user.id)
        return Reply(remembered.FORGOT_PERSON)

    async def _check_nothing_open(self, user: User) -> None:
        """Raises Refused: open-positions, live-plan; Unavailable where it can't be known."""
        ledger = self.world.ledger
        if any(row.user == user.id for row in await ledger.unsettled()):
            raise Refused(
                "live-plan", "A plan of yours is under way, and I must know whose it is.", "Wait until it has ended."
            )
        account = await ledger.account(user.id)
        if account is None:
            return
        snapshot = await self.world.snapshot(account.address)
        held = sorted(venue for venue, state in snapshot.venues.items() if state.position > DUST)
        owed = sorted(lender for lender, loan in snapshot.loans.items() if loan.owes)
        if held or owed:
            raise Refused(
                "open-positions",
                f"You have money at work or owed: {', '.join((*held, *owed))}. I can't forget whose it is.",
                "Repay what you owe and say `get me out of everything`; then `forget me` again. `forget everything` "
                "erases what was said, at any time.",
            )

    async def recalled(self, user: User, text: str) -> Sequence[str]:
        """What was said, noted or done that the text is about, as lines for a prompt; none where memory is away."""
        try:
            found = [line(each) for each in await self.memory.recalled(user.id, text, RECALLED)]
            read = [quoted(each, text) for each in await self.memory.known(text, PASSAGES)]
        except Unavailable:
            return ()
        return [*found[:RECALLED_FIRST], *read, *found[RECALLED_FIRST:]]

    async def read_in(self, text: str, meant: Understood | Spoken, vocabulary: Vocabulary) -> Understood | Spoken:
        """What a message means, with what documents say: a model's answer names those that it goes back to, and words
        that nothing else reads are looked up in them.
        """
        question = meant.question if isinstance(meant, Understood) else None
        if question is None and not isinstance(meant, Spoken):
            return meant
        if question is not None and not is_unread(question, text, vocabulary):
            return meant
        try:
            found = await self.memory.known(text, PASSAGES)
        except Unavailable:
            return meant
        if isinstance(meant, Spoken):
            used = [each.citation for each in found if goes_back_to(meant.text, text, each.text)]
            return Spoken(f"{meant.text} ({'; '.join(dict.fromkeys(used))})") if used else meant
        return Spoken(remembered.read_in(found[0].citation, excerpt(found[0].text, text))) if found else meant


def quoted(found: Found, question: str) -> str:
    """One line of data from a document, with its place."""
    return f"from {found.citation}: “{excerpt(found.text, question).translate(_INNER)}”"


def excerpt(text: str, question: str) -> str:
    """The sentences around the one that has most of the question's words, at most LINE characters."""
    asked = {word[:5] for word in distinct(question)}
    sentences = list(pieces_of(text))
    best = max(range(len(sentences)), key=lambda at: len(asked & {word[:5] for word in distinct(sentences[at])}))
    said = sentences[best]
    for after in sentences[best + 1 :]:
        if len(said) + len(after) >= LINE:
            break
        said = f"{said} {after}"
    said = " ".join(said.split())
    return said if len(said) <= LINE else said[: LINE - 1].rstrip() + "…"


def pieces_of(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=[.!?])\s+", text) if each] or [text]


def goes_back_to(answer: str, question: str, text: str) -> bool:
    """Whether an answer has two words of a passage that the question hadn't."""
    own = {word for word in distinct(answer) if len(word) >= LEAST_WORD or word.isdigit()} - set(distinct(question))
    return len(own & set(distinct(text))) >= LEAST_SHARED


async def handed_out(ledger: Ledger, memory: Memory, user: str, now: int) -> dict[str, Any]:
    """Everything about a user, from both files, as JSON data."""
    try:
        remembers = await memory.everything_of(user)
    except Unavailable as error:
        remembers = {"unavailable": [{"why": error.message}]}
    return {"user": user, "at": now, "ledger": await ledger.everything_of(user), "memory": remembers}


def dumped(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=1, ensure_ascii=False).encode("utf-8", "replace")


def line(found: Recalled) -> str:
    """One line of data: who, when, and the words in quotation marks that nothing within them can close."""
    day = datetime.fromtimestamp(found.at, UTC).date().isoformat()
    words = " ".join(found.told.text.translate(_INNER).split())
    words = words if len(words) <= LINE else words[: LINE - 1].rstrip() + "…"
    return f"{day}, {_WHO[found.kind]}: “{words}”"
