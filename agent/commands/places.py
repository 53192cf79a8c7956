"""Where a command's instance lives: a demo's own devnet, or the devnet that runs in a folder."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import devnet
from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.place import Place
from agent.policy.files import sync_folder
from agent.replies.clock import duration

if TYPE_CHECKING:
    from agent.runtime.world import Advance

TO_START_WITH = {"ETH": 100 * 10**18, "USDC": 10_000_000 * 10**6, "DAI": 100_000 * 10**18}
"""What devnet's faucet gives a new account, in base units."""

CAPS = {"USDC": 20_000_000 * 10**6, "DAI": 20_000_000 * 10**18, "WETH": 10_000 * 10**18, "ETH": 1_000 * 10**18}
"""The caps per transaction of a devnet's policy, in base units. Nothing there is anybody's money."""

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


def running_devnet(folder: Path) -> Place:
    """The place of `folder` on the devnet that runs there, or in the folder that the settings name for it.

    Raises Unavailable where none runs.
    """
    settings = Settings.of(folder)
    chain = settings.devnet or folder
    running = devnet.status(chain).running
    if running is None:
        raise Unavailable("node", f"No devnet runs in {chain}: start one with `moneta devnet up --dir {chain}`.")
    named = os.environ.get(PASSWORD_FILE)
    password = _named_password(Path(named)) if named else None
    if settings.signer_socket is not None:
        password = ""  # whoever started the signer unlocked it
    place = of_devnet(folder, running.rpc_url, chain / "chain.toml", throw_away=not named, password=password)
    return replace(place, signer_socket=settings.signer_socket)


def advancing(rpc_url: str, chain_file: Path) -> Advance:
    """Lets a devnet's time pass, in a thread."""

    async def advance(seconds: int) -> str:
        try:
            passed = await asyncio.to_thread(devnet.advance, rpc_url, seconds, chain_file=chain_file)
        except devnet.DevnetError as error:
            raise Unavailable("node", f"Time could not be moved: {error}") from error
        moves = len(passed.actions)
        return (
            f"{duration(passed.seconds)} passed on devnet, {passed.blocks:,} blocks. Its borrowers, which are a "
            f"script and no people, borrowed and repaid {moves} times, so the rates have moved."
        )

    return advance


async def fund(place: Place, account: str) -> None:
    """Gives a new account its play money."""
    try:
        await asyncio.to_thread(devnet.fund, place.rpc_url, account, TO_START_WITH, chain_file=place.chain_file)
    except devnet.DevnetError as error:
        raise Unavailable("node", f"The account could not be funded: {error}") from error


def _named_password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(
            "secret", f"{path} can't be read: {error.strerror}.", "It holds the keystore's password, one line."
        ) from error


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
