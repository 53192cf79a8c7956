"""`moneta policy relist NAME`: a contract that changed is shown as it was and is, and listed anew after the wait."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import asdict

from agent.commands.output import json_line, text_line
from agent.commands.policy import code_at_terminal, with_owner
from agent.compose import Instance
from agent.errors import Refused
from agent.harmless import harmless
from agent.place import Where
from agent.replies.reply import Table, table_text
from agent.runtime.operating import Became
from agent.runtime.relisting import RULE, Listing, Relisting
from memory.rows import User

QUESTION = "Type the contract's name to list it as it is now: "


def relist(where: Where, named: str, as_json: bool) -> int:
    """Shows both, asks, and hands it to the signer; 0 where it waits or holds, or nothing has changed."""

    async def asked(instance: Instance, _: User) -> Became | None:
        relisting = Relisting(instance.world)
        listing = await relisting.look(named)
        _show(listing, as_json)
        if listing.same:
            return None
        prove(listing, _typed)
        return await relisting.ask(listing, await code_at_terminal(instance))

    became = asyncio.run(with_owner(where, asked))
    if became is not None and as_json:
        json_line({"event": "policy", **asdict(became)})
    elif not as_json:
        text_line("It is what it was when it was listed." if became is None else became.text)
    return 0


def prove(listing: Listing, ask: Callable[[str], str]) -> None:
    """Raises Refused("relist") unless the contract's name is typed."""
    if ask(QUESTION).strip().casefold() != listing.name.casefold():
        raise Refused(RULE, "That isn't its name, so nothing was asked for.", "Run it again and type the name.")


def _typed(question: str) -> str:
    if not sys.stdin.isatty():
        raise Refused(RULE, "A contract is listed anew only by somebody at a terminal.", "Run it at a terminal.")
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()


def _show(listing: Listing, as_json: bool) -> None:
    if as_json:
        was = None if listing.was is None else asdict(listing.was)
        body = {"address": listing.place, "name": listing.name, "was": was, "is": asdict(listing.now)}
        json_line({"event": "listing", **body, "same": listing.same})
        return
    text_line(harmless(f"{listing.name} at {listing.place}:"))
    text_line(table_text(Table(("what", "when it was listed", "now"), listing.rows())))
