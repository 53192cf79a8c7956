"""What a local profile is made of beside devnet's own parts: fetched and compiled when the first one is built."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devnet.artefacts import ensure, folder_of, missing
from devnet.bytecode import Compiled, compiled_file
from devnet.cache import cache_folder, exclusive
from devnet.compile import compiled
from devnet.lock import LOCK as DEVNETS
from devnet.lock import Artefact, parse
from devnet.progress import Progress

LOCK: Final = Path(__file__).with_name("artefacts.lock")
OWN: Final = Path(__file__).with_name("solidity")
META_MORPHO: Final = "metamorpho/contracts/MetaMorpho.sol"
WANTED: Final = {
    META_MORPHO: "MetaMorpho",
    "own/Feed.sol": "Feed",
    "own/ArbGasInfo.sol": "ArbGasInfo",
    "own/ArbSys.sol": "ArbSys",
    "own/NodeInterface.sol": "NodeInterface",
    "own/SavingsDai.sol": "SavingsDai",
    "own/SavingsUsds.sol": "SavingsUsds",
    "own/Tether.sol": "Tether",
}
_IMPORT = re.compile(r'(?:from|import)\s+"([^"]+)"')


@dataclass(frozen=True)
class Parts:
    """`own` are compiled here, by name; `bedrock` is the unpacked package of the OP stack's contracts."""

    own: dict[str, Any]
    bedrock: Path

    def compiled(self, name: str) -> Compiled:
        """MetaMorpho, or one of this folder's own contracts."""
        return Compiled(self.own[name]["abi"], self.own[name]["bytecode"], {})

    def predeploy(self, name: str) -> Compiled:
        """A predeployed contract of the OP stack, such as GasPriceOracle."""
        return compiled_file(self.bedrock / "forge-artifacts" / f"{name}.sol" / f"{name}.json")


def parts(progress: Progress) -> Parts:
    """Fetches and compiles what is missing.

    Raises FetchFailed, HashMismatch, DevnetError with the compiler's messages.
    """
    known = parse(LOCK.read_text())
    with exclusive(cache_folder() / "setup.lock"):
        if absent := missing(known):
            progress(f"profiles: fetching {len(absent)} parts, about 20 MB in all, once")
            ensure(known, progress)
        return Parts(_compiled(known, progress), _folder(known, "@eth-optimism/contracts-bedrock"))


def _compiled(known: list[Artefact], progress: Progress) -> dict[str, Any]:
    zeppelin = _folder(known, "@openzeppelin/contracts")
    meta = _folder(known, "sphere-mezo-solidity-files") / "domains" / "metamorpho"
    blue = _folder(parse(DEVNETS.read_text()), "@morpho-org/morpho-blue") / "src"
    found = {
        **_tree(zeppelin, "@openzeppelin/contracts"),
        **_tree(meta, "metamorpho"),
        **_tree(blue, "morpho/contracts"),
        **_tree(OWN, "own"),
    }
    # via IR, as Morpho compiles it, takes a WebAssembly solc most of a minute; what it does is the same
    settings = {"optimizer": {"enabled": True, "runs": 200}}
    line = "  compiling MetaMorpho and devnet's stand-ins with solc 0.8.21 (once, a few seconds)"
    return compiled(_needed(found), WANTED, settings, _folder(known, "solc"), line, progress)


def _tree(folder: Path, prefix: str) -> dict[str, str]:
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path.read_text() for path in folder.rglob("*.sol")}


def _needed(sources: dict[str, str]) -> dict[str, str]:
    """The wanted sources, and what they import."""
    found: dict[str, str] = {}
    waiting = list(WANTED)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = sources[path]
        for named in _IMPORT.findall(sources[path]):
            relative = named.startswith(".")
            waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), named)) if relative else named)
    return found


def _folder(known: list[Artefact], name: str) -> Path:
    return folder_of(next(artefact for artefact in known if artefact.name == name))
