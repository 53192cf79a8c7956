"""`moneta yields` and `moneta run --watch` with nothing but a node: no key, no password, no policy, no file is made.

There is no signer here: what isn't opened can't sign.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from agent.commands import places
from agent.commands.looks import looks
from agent.commands.output import json_line, text_line
from agent.commands.screens import JsonLines, LiveTable, PlainLines, Screen, is_terminal
from agent.errors import MonetaError, Refused
from agent.execution.signer.paths import KEYSTORE, POLICY
from agent.intents import Yields
from agent.money import ZERO_ADDRESS, Address, address
from agent.opening import open_market
from agent.place import Where
from agent.replies.reply import Status, of_error
from agent.runtime import rates

EVERY_SECONDS = 12
"""How often it looks, unless the chain's blocks are further apart or somebody says otherwise."""


def has_instance(where: Where) -> bool:
    """Whether somebody's keys or ledger are in the folder, or the settings name a signer."""
    from memory.ledger import FILE  # half a second that a look without a folder does without

    signer = where.folder / "signer"
    made = any(path.exists() for path in (signer / KEYSTORE, signer / POLICY, where.folder / FILE))
    return made or where.settings.signer_socket is not None


def yields(where: Where, asset: str | None, as_json: bool, cache: Path | None = None) -> int:
    """The venues and their rates. `cache` is where the answers of services outside are kept, if any is named."""
    return asyncio.run(_yields(where, asset, as_json, cache))


async def _yields(where: Where, asset: str | None, as_json: bool, cache: Path | None) -> int:
    endpoint = places.endpoint_of(where)
    try:
        async with open_market(endpoint, where.settings, cache) as market:
            symbol = None if asset is None else market.registry.token(asset).symbol
            reply = await rates.yields(market, ZERO_ADDRESS, Yields(asset=symbol))
    except MonetaError as error:
        reply = of_error(error)
    if as_json:
        json_line(reply.as_json())
    else:
        text_line(str(reply.as_json()["reply"]))
    return 1 if reply.verdict is not None and reply.verdict.status in (Status.REFUSED, Status.ASKED) else 0


def watch(where: Where, account: str | None, every: int | None, as_json: bool) -> int:
    """Looks until SIGTERM or Ctrl-C. Raises Refused("account") for what is no address."""
    try:
        watched = None if account is None else address(account)
    except ValueError as error:
        raise Refused("account", f"{error}.", "Say --account 0x… as its wallet shows it.") from None
    screen = JsonLines() if as_json else LiveTable() if is_terminal() else PlainLines()
    asyncio.run(_watch(where, watched, every, screen))
    return 0


async def _watch(where: Where, account: Address | None, every: int | None, screen: Screen) -> None:
    stop = asyncio.Event()
    async with open_market(places.endpoint_of(where), where.settings) as market:
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        pause = every or max(EVERY_SECONDS, market.registry.block_seconds)
        with screen:
            async for seen in looks(market, account, pause, stop):
                if isinstance(seen, MonetaError):
                    screen.trouble(str(seen))
                else:
                    screen.show(*seen)
