"""Where an instance lives: what a command must know of it before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.runtime.world import Advance


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance lives and what it talks to. `caps` are base units per transaction by symbol.

    With `signer_socket` the signer is somebody else's to start, and its folder isn't touched.
    """

    folder: Path
    rpc_url: str
    chain_file: Path
    password: str
    caps: Mapping[str, int]
    contact_delay_seconds: int
    advance: Advance | None = None
    throw_away: bool = False
    signer_socket: Path | None = None

    @property
    def signer_folder(self) -> Path:
        return self.folder / "signer"
