"""`moneta policy list NAME [--code HASH]`: what isn't on the signer's list is shown, and listed by its code hash."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from agent.commands.output import json_line, text_line
from agent.commands.policy import code_at_terminal, with_owner
from agent.compose import Instance
from agent.harmless import harmless
from agent.place import Where
from agent.replies.reply import Table, table_text
from agent.runtime.enlisting import Candidate, Enlisting
from agent.runtime.operating import Became
from memory.rows import User


def enlist(where: Where, named: str, code_hash: str | None, as_json: bool) -> int:
    """Shows it; with its code hash hands it to the signer, where it waits. 0 where that happened."""

    async def asked(instance: Instance, _: User) -> Became | None:
        enlisting = Enlisting(instance.world)
        candidate = await enlisting.look(named)
        _show(candidate, as_json)
        if code_hash is None:
            return None
        return await enlisting.ask(candidate, code_hash, await code_at_terminal(instance))

    became = asyncio.run(with_owner(where, asked))
    if became is not None and as_json:
        json_line({"event": "policy", **asdict(became)})
    elif became is not None:
        text_line(became.text)
    elif not as_json:
        text_line("Nothing is listed yet. Compare the code hash with its source, then say it with --code.")
    return 0


def _show(of: Candidate, as_json: bool) -> None:
    if as_json:
        rows = [{"what": what, "is": shown} for what, shown in of.rows()]
        body = {"name": of.name, "address": of.contract.address, "code": of.code, "rows": rows}
        json_line({"event": "unlisted", **body})
    else:
        text_line(harmless(f"{of.name}:"))
        text_line(harmless(table_text(Table(("what", "is"), of.rows()))))
