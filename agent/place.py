"""Where an instance lives: what a command must know of it before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.config import Settings
from agent.secret_file import read_secret as read_secret

if TYPE_CHECKING:
    from agent.runtime.world import Advance


@dataclass(frozen=True, slots=True)
class Where:
    """What a command is told of an instance: its folder, and its settings with what was said on the command line."""

    folder: Path
    settings: Settings

    @classmethod
    def of(cls, folder: Path, **said: str | None) -> Where:
        """Raises Refused("settings") where one is wrong."""
        return cls(folder, Settings.of(folder, **{name: each for name, each in said.items() if each is not None}))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A chain that can be asked: where its node is, and the file that says what is pinned of it."""

    rpc_url: str
    chain_file: Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance lives and what it talks to. `caps` are base units per transaction by symbol.

    Without them the first policy's caps are `Settings.first_cap_usd` at the chain's own prices. With `signer_socket`
    the signer is somebody else's to start, and its folder isn't touched.
    """

    folder: Path
    rpc_url: str
    chain_file: Path
    password: str
    caps: Mapping[str, int] | None
    contact_delay_seconds: int
    advance: Advance | None = None
    throw_away: bool = False
    signer_socket: Path | None = None

    @property
    def signer_folder(self) -> Path:
        return self.folder / "signer"
