"""What a script says first is answered before the chain is open, where words are all that it takes.

To import what a chain needs takes most of a start. Help and small talk need the phrasebook and the ledger alone: a
line that waits already is taken in, answered and written down, as ever; then the rest is opened. Whatever isn't
surely talk, and all where something waits to be told or looked up, comes to the instance as if nobody had been here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from agent.character.character import Character
from agent.character.files import load as load_character
from agent.chat.lines import CHANNEL, OWNER, PLATFORM, Lines, Pipe, piped_lines, said
from agent.chat.tongue import language_said, wished
from agent.commands.output import json_line, text_line
from agent.config import Settings
from agent.errors import MonetaError
from agent.execution.signer.guard import check_environment
from agent.execution.signer.paths import KEYSTORE
from agent.held import Held
from agent.place import Place
from agent.replies.body import body_of
from agent.replies.reply import Reply
from agent.replies.spoken import spoken
from agent.runtime.smalltalk import small_talk
from agent.words.languages import CODES
from agent.words.vocabulary import Vocabulary
from memory.ledger import FILE, Ledger
from memory.messages.hearing import Known
from memory.rows import Inbound, OutboxRow

Told = tuple[str, str, str]
"""A user, their line and its answer, which memory.db doesn't have yet."""


@dataclass
class Early:
    """What a session begins with: the lines that aren't answered yet, what was, and the folder where it is held."""

    lines: Lines
    told: list[Told] = field(default_factory=list)
    held: Held | None = None


class _Script:
    """A pipe's lines, of which the last one read may be put back."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.unread: str | None = None
        self._rest = piped_lines(pipe.readline)

    async def __call__(self, prompt: str) -> str | None:
        first, self.unread = self.unread, None
        return await self._rest(prompt) if first is None else first


@contextlib.asynccontextmanager
async def early(place: Place, settings: Settings, pipe: Pipe, as_json: bool) -> AsyncIterator[Early]:
    """Answers the lines that wait in the pipe, up to the first that takes more. Raises nothing of its own: what is
    wrong with the folder is for `open_instance` to say. What is held, and nobody has taken, is let go at the end.
    """
    script = _Script(pipe)
    found = Early(script)
    try:
        if pipe.has_line() and is_set_up(place):
            await _answer(found, script, place, settings, as_json)
        yield found
    finally:
        if found.held is not None:
            await found.held.close()


def pipe_of(script: str) -> Pipe | None:
    """Where the lines of a script come from; None where that can't be read, which `open_instance`'s caller says."""
    try:
        return Pipe(sys.stdin.fileno() if script == "-" else os.open(script, os.O_RDONLY | os.O_CLOEXEC))
    except (OSError, ValueError):
        return None


def is_set_up(place: Place) -> bool:
    """Whether there is a ledger and a keystore: a new folder has nobody who could be answered."""
    has_keys = place.signer_socket is not None or (place.signer_folder / KEYSTORE).exists()
    return has_keys and (place.folder / FILE).exists()


async def _answer(found: Early, script: _Script, place: Place, settings: Settings, as_json: bool) -> None:
    with contextlib.suppress(MonetaError):
        check_environment(os.environ)
        character = load_character(settings.character)
        found.held = await Held.of(place.folder, lambda: int(time.time()))
        ledger = found.held.ledger
        user = await _owner(ledger)
        while user is not None and script.pipe.has_line():
            began, line = time.perf_counter(), said(script.pipe.readline())
            script.unread = line
            reply = None if line is None else _talk(await ledger.known(user, CHANNEL), line, character)
            if line is None or reply is None:
                return
            queued = await _kept(ledger, user, line, reply)
            script.unread = None
            found.told.append((user, line, reply.text))
            _show(len(found.told), line, reply, (time.perf_counter() - began) * 1000, as_json)
            await ledger.sent(queued.id)


async def _owner(ledger: Ledger) -> str | None:
    """The user who speaks here; None where they have no account yet, or something waits for somebody."""
    if ledger.broken or await ledger.unfinished() or await ledger.unsent() or await ledger.unsettled():
        return None
    user = await ledger.user_of(f"{PLATFORM}:{OWNER}")
    return None if user is None or await ledger.account(user.id) is None else user.id


async def _kept(ledger: Ledger, user: str, line: str, reply: Reply) -> OutboxRow:
    """Takes the line in and writes its reply down, as the service does. Raises Unavailable."""
    row = await ledger.accept(Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, user, line))
    if row is None:
        raise AssertionError("a fresh id was seen before")
    ledger.nothing_pending(user, CHANNEL)
    return await ledger.finish(row.id, reply.as_json(), body_of(reply).as_json())


def _show(turn: int, line: str, reply: Reply, milliseconds: float, as_json: bool) -> None:
    """As the session shows it."""
    if as_json:
        json_line({"turn": turn, "user": line, **reply.as_json(), "ms": round(milliseconds, 1)})
    else:
        text_line(f"you> {line}\n{reply.as_json()['reply']}\n")


def _talk(known: Known, line: str, character: Character) -> Reply | None:
    """The answer to help and small talk in the language that is known to be theirs; None for everything else."""
    words = Vocabulary(
        tokens=(),  # what is named here is no talk, whichever names there are
        contacts=known.contacts,
        called=tuple(name for name in (character.name, character.username) if name),
        language=next((code for code in CODES if code == known.user.language), None),
    )
    if known.news or wished(line) is not None or language_said(line, words) != known.user.speaks:
        return None
    reply = small_talk(known, line, words, character)
    return None if reply is None else spoken(reply, known.user.speaks)
