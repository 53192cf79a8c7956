"""The USD feed of each token: Chainlink's own where one is published, else the price source that Aave asks."""

from __future__ import annotations

import re
from typing import Any

from agent.money import Address
from scripts.chains.aave import reserve_of
from scripts.chains.books import Book
from scripts.chains.reading import checked, solidity

LONGEST_SECONDS = 86_400
"""A Chainlink price feed answers at least once a day (data.chain.link gives each one's heartbeat; a day is the usual
longest for USD). It stands where nothing closer is published."""
MEASURED = "alchem_link/feeds.py"
_MEASURED = re.compile(r'Feed\(\s*"[^"]+",\s*"(0x[0-9a-fA-F]{40})", 8, (\d+),?\s*(False)?')


def add_feeds(books: dict[str, Book], pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> None:
    """Gives every token that has one its feed, heartbeat and their source."""
    aave = books["@aave-dao/aave-address-book"]
    file = f"src/Chainlink{pick['book']}.sol"
    published = solidity(aave.text(file), f"Chainlink{pick['book']}")
    folded = {name.upper(): name for name in published}
    measured = _heartbeats(books["alchem-link"]) if pick["heartbeats"] == "measured" else {}
    for symbol, token in tokens.items():
        entry = folded.get(f"{pick['feeds'].get(symbol, symbol)}__USD".upper())
        if entry is not None:
            token["feed"] = checked(published[entry])
            token["heartbeat"] = measured.get(token["feed"], LONGEST_SECONDS)
            by = books["alchem-link"].source(MEASURED) if token["feed"] in measured else "a day, Chainlink's longest"
            token["feed_source"] = f"{aave.source(file, entry)}; heartbeat: {by}"
            continue
        reserve = reserve_of(aave, pick, token["address"])
        if reserve is not None:
            token["feed"] = checked(reserve.constants[f"{reserve.key}_ORACLE"])
            token["dated_by"] = pick["dated_by"][symbol]
            token["feed_source"] = (
                f"{aave.source(reserve.file, f'{reserve.key}_ORACLE')}: no feed of Chainlink's in USD is published; "
                "this is the adapter that Aave prices it by, in USD with 8 decimals, undated"
            )


def _heartbeats(book: Book) -> dict[Address, int]:
    """Seconds by feed where that book observed the heartbeat itself and not only a bound of it."""
    rows = _MEASURED.findall(book.text(MEASURED))
    return {checked(place): int(seconds) for place, seconds, bound in rows if not bound}
