"""`moneta export`: everything that is kept of one person, as JSON. Beside a running instance, too."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from agent.chat.lines import OWNER, PLATFORM
from agent.errors import Refused
from agent.runtime.remembering import dumped, handed_out
from memory import ledger as ledgers
from memory.ledger import Ledger
from memory.memory import Memory


def run(folder: Path, who: str | None, out: Path | None) -> int:
    """Prints it, or writes it into a file that only its owner can read. Raises Refused("export")."""
    data = asyncio.run(_data(folder, who or f"{PLATFORM}:{OWNER}"))
    if out is None:
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.flush()
        return 0
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data + b"\n")
    except OSError as error:
        raise Refused("export", f"{out} can't be written: {error.strerror}.", "Name a new file.") from error
    return 0


async def _data(folder: Path, who: str) -> bytes:
    if not (folder / ledgers.FILE).exists():
        raise Refused("export", f"There is no ledger in {folder}.", "Name an instance's folder.")
    ledger = await Ledger.open(folder, _now)
    try:
        user = await ledger.user_of(who)
        if user is None:
            raise Refused("export", f"Nobody is known as {who}.", "Say platform and id, such as discord:123.")
        memory = await Memory.open(folder, _now)
        try:
            return dumped(await handed_out(ledger, memory, user.id, _now()))
        finally:
            await memory.close()
    finally:
        await ledger.close()


def _now() -> int:
    return int(time.time())
