"""`moneta books`: what a year brought, and the books as CSV. Beside a running instance, too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.books.lots import Method
from agent.books.report import Sum
from agent.books.shapes import SHAPES, Files, usd
from agent.chat.lines import OWNER, PLATFORM
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.compose import open_instance
from agent.errors import Refused
from agent.hours import zone
from agent.place import Where
from agent.replies import books as replies
from agent.replies.books import Summary
from agent.replies.reply import as_text
from agent.runtime.booking import PLAIN, Booking, Opened, files_of
from agent.runtime.recounting import ALL_TIME, midnight


def run(where: Where, year: int | None, method: str, wanted: Sequence[tuple[str, Path]], as_json: bool) -> int:
    """Prints the books' answer; writes each wanted file anew. Raises Refused("shape"), Refused("file")."""
    for shape, _ in wanted:
        if shape != PLAIN and shape not in SHAPES:
            known = ", ".join((*SHAPES, PLAIN))
            raise Refused("shape", f"I know no shape {shape!r}.", f"Say one of {known}.")
    opened, summary = asyncio.run(_books(where, year, Method(method)))
    first = summary.since or 0
    written = [
        path for shape, file in wanted for path in _written(file, files_of(shape, opened, first, summary.until))
    ]
    if as_json:
        json_line({**_as_json(summary), "files": [str(path) for path in written]})
    else:
        text_line(as_text(replies.told(summary) if opened.moved else replies.nothing()))
        for path in written:
            text_line(f"Written: {path}")
    return 0


async def _books(where: Where, year: int | None, method: Method) -> tuple[Opened, Summary]:
    place = places.place_of(where)
    async with open_instance(place, where.settings, beside=True) as instance:
        user = await instance.owner(PLATFORM, OWNER, "you")
        booking, there = Booking(instance.world), zone(await instance.world.ledger.tz(user.id))
        opened = await booking.opened(user, method)
        since = None if year is None else midnight(f"{year}-01-01", there)
        until = ALL_TIME if year is None else midnight(f"{year + 1}-01-01", there) - 1
        return opened, booking.summary(opened, since, until, there)


def _written(file: Path, texts: Files) -> list[Path]:
    """New files that only their owner can read; what a shape has besides the first gets a longer name."""
    paths = []
    for more, text in texts.items():
        path = file.with_name(f"{file.stem}{more}{file.suffix}")
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(text.encode())
        except OSError as error:
            raise Refused("file", f"{path} can't be written: {error.strerror}.", "Name a new file.") from error
        paths.append(path)
    return paths


def _as_json(it: Summary) -> dict[str, Any]:
    """USD as decimal text; `unknown` are base units by token without a known price or cost."""
    stands = it.standing

    def unknown(part: Sum) -> dict[str, str]:
        return {token: str(units) for token, units in part.unknown.items()}

    period = it.period
    return {
        "since": it.since,
        "until": it.until,
        "tz": str(it.there),
        "method": str(it.method),
        "profit_usd": usd(period.profit),
        "gains_usd": usd(period.gains.usd),
        "assumed_usd": usd(period.assumed),
        "interest_usd": usd(period.interest.usd),
        "rewards_usd": usd(period.rewards.usd),
        "gas_usd": usd(period.gas.usd),
        "gas_wei": str(period.wei),
        "unrealised": None
        if stands is None
        else {"interest_usd": usd(stands.earned.usd), "prices_usd": usd(stands.risen.usd)},
        "unknown": {
            "gains": unknown(period.gains),
            "interest": unknown(period.interest),
            "rewards": unknown(period.rewards),
            "gas": unknown(period.gas),
        },
        "transactions": it.transactions,
        "unread_blocks": it.unread,
    }
