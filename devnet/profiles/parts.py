"""What a local profile is made of beside devnet's own parts: fetched and compiled when the first one is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devnet.artefacts import ensure, folder_of, missing
from devnet.bytecode import Compiled, compiled_file
from devnet.cache import cache_folder, exclusive
from devnet.compile import compiled
from devnet.lock import LOCK as DEVNETS
from devnet.lock import Artefact, parse
from devnet.profiles.sources import needed, tree
from devnet.progress import Progress

LOCK: Final = Path(__file__).with_name("artefacts.lock")
OWN: Final = Path(__file__).with_name("solidity")
STANDING: Final = {
    "metamorpho/contracts/MetaMorpho.sol": "MetaMorpho",
    "own/Feed.sol": "Feed",
    "own/ArbGasInfo.sol": "ArbGasInfo",
    "own/ArbSys.sol": "ArbSys",
    "own/NodeInterface.sol": "NodeInterface",
    "own/SavingsDai.sol": "SavingsDai",
    "own/SavingsUsds.sol": "SavingsUsds",
    "own/Tether.sol": "Tether",
}
LIBRARIES: Final = ("Supply", "Borrow", "Liquidation", "FlashLoan", "Pool", "Configurator")
"""Aave's, in the order in which each may link to those before it."""
AAVE: Final = {
    f"aave/contracts/{path}.sol": path.rpartition("/")[2]
    for path in (
        "extensions/stata-token/StataTokenV2",
        "helpers/AaveProtocolDataProvider",
        "instances/ATokenInstance",
        "instances/L2PoolInstance",
        "instances/PoolConfiguratorInstance",
        "instances/PoolInstance",
        "instances/VariableDebtTokenInstance",
        "misc/AaveOracle",
        "misc/DefaultReserveInterestRateStrategyV2",
        "protocol/configuration/ACLManager",
        "protocol/configuration/PoolAddressesProvider",
        "rewards/EmissionManager",
        "rewards/RewardsController",
        *(f"protocol/libraries/logic/{name}Logic" for name in LIBRARIES),
    )
}
ZEPPELIN: Final = "@openzeppelin/contracts/"
REMAPPED: Final = {"openzeppelin-contracts/contracts/": ZEPPELIN}
SETTINGS: Final = {  # via IR would take a WebAssembly solc most of a minute for each; what the code does is the same
    "evmVersion": "cancun",
    "optimizer": {"enabled": True, "runs": 200},
    "remappings": [f"{prefix}={meant}" for prefix, meant in REMAPPED.items()],
}


@dataclass(frozen=True)
class Parts:
    """`own` are compiled here, by name; `bedrock` is the unpacked package of the OP stack's contracts."""

    own: Mapping[str, Any]
    bedrock: Path

    def compiled(self, name: str) -> Compiled:
        """One of STANDING or of AAVE."""
        return Compiled(self.own[name]["abi"], self.own[name]["bytecode"], self.own[name]["links"])

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
            progress(f"profiles: fetching {len(absent)} parts, about 30 MB in all, once")
            ensure(known, progress)
        return Parts(_compiled(known, progress), _folder(known, "@eth-optimism/contracts-bedrock"))


def _compiled(known: list[Artefact], progress: Progress) -> dict[str, Any]:
    blue = _folder(parse(DEVNETS.read_text()), "@morpho-org/morpho-blue") / "src"
    sources = {
        **tree(_folder(known, "@openzeppelin/contracts"), ZEPPELIN.rstrip("/")),
        **tree(_folder(known, "@openzeppelin/contracts-upgradeable"), "openzeppelin-contracts-upgradeable/contracts"),
        **tree(_folder(known, "@bgd-labs/solidity-utils") / "src" / "contracts", "solidity-utils/contracts"),
        **tree(_folder(known, "@aave-dao/aave-v3-origin") / "src" / "contracts", "aave/contracts"),
        **tree(_folder(known, "sphere-mezo-solidity-files") / "domains" / "metamorpho", "metamorpho"),
        **tree(blue, "morpho/contracts"),
        **tree(OWN, "own"),
    }
    solc = _folder(known, "solc")
    found: dict[str, Any] = {}
    for what, wanted in (("MetaMorpho and devnet's stand-ins", STANDING), ("Aave v3.6", AAVE)):
        line = f"  compiling {what} with solc 0.8.27 (once, up to half a minute)"
        found |= compiled(needed(sources, wanted, REMAPPED), wanted, SETTINGS, solc, line, progress, linked=True)
    return found


def _folder(known: list[Artefact], name: str) -> Path:
    return folder_of(next(artefact for artefact in known if artefact.name == name))
