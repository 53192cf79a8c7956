"""Compiled contracts by name, from the unpacked artefacts: ABI, creation code, places of libraries to link."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from devnet.artefacts import folder_of
from devnet.compile import compile_morpho
from devnet.errors import DevnetError
from devnet.lock import Artefact
from devnet.progress import Progress

ADDRESS_DIGITS = 40


@dataclass(frozen=True)
class Compiled:
    """`code` is hex without 0x; `links` are {source file: {library: [{"start": byte, "length": 20}]}}."""

    abi: list[dict[str, Any]]
    code: str
    links: dict[str, dict[str, list[dict[str, int]]]]

    def linked(self, libraries: dict[str, str]) -> str:
        """The creation code with each library's address put where it belongs. Raises KeyError for a missing one."""
        code = self.code
        for places in self.links.values():
            for library, spots in places.items():
                address = libraries[library].removeprefix("0x").lower()
                for start in (2 * spot["start"] for spot in spots):
                    code = code[:start] + address + code[start + ADDRESS_DIGITS :]
        return "0x" + code


class Contracts:
    """Finds a contract by package and name."""

    def __init__(self, artefacts: list[Artefact], progress: Progress, cache: Path | None = None) -> None:
        self._folders = {artefact.name: folder_of(artefact, cache) for artefact in artefacts}
        self._progress = progress
        self._cache = cache

    def npm(self, package: str, name: str) -> Compiled:
        """An artefact of an npm package, as Hardhat or Waffle wrote it."""
        return compiled_file(self._paths[package, name])

    def wheel(self, name: str) -> Compiled:
        """Such as "centre/FiatTokenProxy", from the wheel of web3-ethereum-defi."""
        return compiled_file(self._folders["web3-ethereum-defi"] / "eth_defi" / "abi" / f"{name}.json")

    def morpho(self, name: str) -> Compiled:
        found = self._morpho[name]
        return Compiled(found["abi"], found["bytecode"], {})

    def multicall3(self) -> str:
        """Multicall3's creation code, hex with 0x, from viem's constants."""
        source = (self._folders["viem"] / "constants" / "contracts.ts").read_text()
        found = re.search(r"multicall3Bytecode =\s*'(0x[0-9a-f]+)'", source)
        if found is None:
            raise DevnetError("viem's constants/contracts.ts has no multicall3Bytecode")
        return found[1]

    def permit2(self) -> str:
        """The runtime code of Permit2 as it stands on Ethereum, hex with 0x: its own helper for tests carries it."""
        folder = self._folders["@uniswap/universal-router"] / "lib" / "permit2" / "test" / "utils"
        found = re.search(r'hex"([0-9a-f]+)"', (folder / "DeployPermit2.sol").read_text())
        if found is None:
            raise DevnetError("Permit2's DeployPermit2.sol has no bytecode")
        return "0x" + found[1]

    @cached_property
    def _paths(self) -> dict[tuple[str, str], Path]:
        return {
            (package, path.stem): path
            for package, folder in self._folders.items()
            for written in ("artifacts", "build")  # Hardhat's folder, Waffle's
            for path in (folder / written).rglob("*.json")
        }

    @cached_property
    def _morpho(self) -> dict[str, Any]:
        blue, curve, solc = (
            self._folders[name] for name in ("@morpho-org/morpho-blue", "sphere-mezo-solidity-files", "solc")
        )
        return compile_morpho(blue, curve, solc, self._progress, cache=self._cache)


def compiled_file(path: Path) -> Compiled:
    """An artefact as Foundry or Hardhat writes it."""
    data = json.loads(path.read_text())
    code = data["bytecode"]  # Foundry writes an object, Hardhat and the older folders a plain string
    if isinstance(code, str):
        code = {"object": code, "linkReferences": data.get("linkReferences", {})}
    return Compiled(data["abi"], code["object"].removeprefix("0x"), code.get("linkReferences", {}))
