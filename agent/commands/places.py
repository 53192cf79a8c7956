"""Where a command's instance lives: a demo's own devnet, the devnet that runs in a folder, or a real chain."""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import shlex
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import chains
import devnet
from agent.chain.endpoints import endpoints
from agent.commands.output import complain
from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.execution.signer.paths import KEYSTORE, MIN_PASSWORD
from agent.place import Endpoint, Place, Where, read_secret
from agent.policy.files import sync_folder
from agent.replies.clock import duration

if TYPE_CHECKING:
    from agent.runtime.world import Advance

TO_START_WITH = {"ETH": 100 * 10**18, "USDC": 10_000_000 * 10**6, "DAI": 100_000 * 10**18}
"""What devnet's faucet gives a new account, in base units."""

CAPS = {"USDC": 20_000_000 * 10**6, "DAI": 20_000_000 * 10**18, "WETH": 10_000 * 10**18, "ETH": 1_000 * 10**18}
"""The caps per transaction of a devnet's policy, in base units. Nothing there is anybody's money."""

DAY_SECONDS = 86_400

PASSWORD = "devnet-password"  # noqa: S105  (the name of a file)
PASSWORD_FILE = "MONETA_PASSWORD_FILE"  # noqa: S105  (the name of a variable)


def of_devnet(
    folder: Path, rpc_url: str, chain_file: Path, *, throw_away: bool, password: str | None = None
) -> Place:
    """A place on a devnet. Without `password` the keystore's lies beside it, which only play money forgives."""
    return Place(
        folder=folder,
        rpc_url=rpc_url,
        chain_file=chain_file,
        password=devnet_password(folder) if password is None else password,
        caps=CAPS,
        contact_delay_seconds=0,
        advance=advancing(rpc_url, chain_file),
        throw_away=throw_away,
    )


def place_of(where: Where) -> Place:
    """The place of a command: on the chain that the settings name, else on the devnet that runs in its folder.

    Raises Unavailable where no devnet runs; Refused: chain, endpoints, secret.
    """
    chain = endpoint_of(where)  # what is wrong with it is said before a password is asked for
    apart = where.settings.signer_socket is not None  # whoever started the signer unlocked it
    if where.settings.chain:
        place = Place(
            folder=where.folder,
            rpc_url=chain.rpc_url,
            chain_file=chain.chain_file,
            password="" if apart else _password(where.folder),
            caps=None,
            contact_delay_seconds=DAY_SECONDS,
        )
    else:
        named = os.environ.get(PASSWORD_FILE)
        password = "" if apart else _named_password(Path(named)) if named else None
        place = of_devnet(where.folder, chain.rpc_url, chain.chain_file, throw_away=not named, password=password)
    return replace(place, signer_socket=where.settings.signer_socket)


def endpoint_of(where: Where) -> Endpoint:
    """The chain alone, which wants no password. Raises as `place_of` does."""
    settings = where.settings
    if settings.chain:
        file = chain_file(settings.chain, where.folder)
        return Endpoint(first_endpoint(settings), file)
    if settings.rpc_url is not None:
        listed = ", ".join(chains.names())
        raise Refused("chain", "A node is named, and not of which chain.", f"Say --chain: {listed}, or a chain file.")
    chain = settings.devnet or where.folder
    running = devnet.status(chain).running
    if running is None:
        raise Unavailable(
            "node",
            f"No devnet runs in {chain}: start one with `moneta devnet up --dir {chain}`. A real chain is named with "
            "--chain, or as `chain` in moneta.toml.",
        )
    return Endpoint(running.rpc_url, chain / "chain.toml")


def chain_file(named: str, folder: Path) -> Path:
    """The file of a chain that comes with Moneta, or a path, from `folder` first. Raises Refused("chain")."""
    known = chains.path(named)
    if known is not None:
        return known
    if named.endswith(".toml"):
        beside = folder / named
        return beside if beside.is_file() else Path(named)
    listed = ", ".join(chains.names())
    raise Refused("chain", f"I know no chain {named[:40]!r}.", f"Say one of {listed}, or the path of a chain file.")


def first_endpoint(settings: Settings) -> str:
    """Where a real chain is asked first. Raises Refused("endpoints") where none is named."""
    if settings.rpc_url is not None:
        return settings.rpc_url
    file = settings.rpc_file
    named = endpoints(read_secret(file, "It holds a node's URL a line.")) if file else ()
    if not named:
        raise Refused(
            "endpoints",
            f"No endpoint of {settings.chain} is named.",
            "Put its URL into a file, a line each, and name it as `rpc_file` in moneta.toml, or say --rpc URL.",
        )
    return named[0]


def _password(folder: Path) -> str:
    """The keystore's: from the named file, else typed at the terminal, twice where it is a new one."""
    named = os.environ.get(PASSWORD_FILE)
    if named:
        return _named_password(Path(named))
    if not sys.stdin.isatty():
        raise Refused(
            "secret",
            "The keystore's password is needed.",
            f"Put it into a file of mode 0600 and name it in {PASSWORD_FILE}, or run this at a terminal.",
        )
    if (folder / "signer" / KEYSTORE).exists():
        return getpass.getpass("password of the keystore: ")
    typed = getpass.getpass(f"a password for the new keystore ({MIN_PASSWORD} characters or more): ")
    if typed != getpass.getpass("once more: "):
        raise Refused("secret", "The two aren't the same.", "Start again.")
    return typed


def advancing(rpc_url: str, chain_file: Path, between: Callable[[], None] | None = None) -> Advance:
    """Lets a devnet's time pass, in a thread; `between` is called there about once a day of it."""

    async def advance(seconds: int) -> str:
        try:
            passed = await asyncio.to_thread(devnet.advance, rpc_url, seconds, chain_file=chain_file, between=between)
        except devnet.DevnetError as error:
            raise Unavailable("node", f"Time could not be moved: {error}") from error
        moves = len(passed.actions)
        return (
            f"{duration(passed.seconds)} passed on devnet, {passed.blocks:,} blocks. Its borrowers, which are a "
            f"script and no people, borrowed and repaid {moves} times, so the rates have moved."
        )

    return advance


async def fund(place: Place, account: str) -> None:
    """Gives a new account its play money; on a real chain there is none to give."""
    if place.advance is None:
        return
    try:
        await asyncio.to_thread(devnet.fund, place.rpc_url, account, TO_START_WITH, chain_file=place.chain_file)
    except devnet.DevnetError as error:
        raise Unavailable("node", f"The account could not be funded: {error}") from error


def _named_password(path: Path) -> str:
    password = read_secret(path, "It holds the keystore's password, one line.").strip()
    if path.stat().st_mode & stat.S_IROTH:
        complain(f"{path} can be read by everybody on this machine: chmod 600 {shlex.quote(str(path))}")
    return password


def devnet_password(folder: Path) -> str:
    """The password that lies in a devnet's folder; made where there is none."""
    path = folder / PASSWORD
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(file.fileno())  # the keystore that it opens will be on the disk, too
        sync_folder(folder)
    return path.read_text()
