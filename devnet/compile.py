"""Compiles the two contracts that are published as source only: Morpho Blue and its AdaptiveCurveIrm.

Both are compiled as Morpho compiles them (solc 0.8.19, via IR, 999,999 optimizer runs, EVM paris), once; the output
is cached. solc is npm's WebAssembly build and runs in the wheel's node.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from devnet.cache import cache_folder, write_atomically
from devnet.clients import node_command
from devnet.errors import DevnetError
from devnet.progress import Progress

MORPHO = "morpho/contracts/Morpho.sol"
ORACLE = "morpho/contracts/mocks/OracleMock.sol"
ADAPTIVE_CURVE = "morphoIrm/contracts/AdaptiveCurveIrm.sol"
COMPILED = {MORPHO: "Morpho", ORACLE: "OracleMock", ADAPTIVE_CURVE: "AdaptiveCurveIrm"}

# soljson.js is an Emscripten module with two C functions; what npm's wrapper adds is not needed for them.
RUN_SOLC = """
const solc = require(process.argv[1]);
const run = () => {
  const compile = solc.cwrap('solidity_compile', 'string', ['string', 'number', 'number']);
  const input = require('fs').readFileSync(0, 'utf8');
  process.stdout.write(compile(input, 0, 0), () => process.exit(0));
};
if (solc.calledRun) run(); else solc.onRuntimeInitialized = run;
"""


def compile_morpho(
    blue: Path, curve: Path, solc: Path, progress: Progress, *, cache: Path | None = None
) -> dict[str, Any]:
    """{contract name: {"abi", "bytecode"}} of COMPILED. `blue`, `curve`, `solc` are unpacked artefacts' folders.

    Raises DevnetError with the compiler's messages.
    """
    settings = {"viaIR": True, "optimizer": {"enabled": True, "runs": 999_999}}
    why = "Morpho Blue and AdaptiveCurveIrm with solc 0.8.19 (once, about ten seconds)"
    return compiled(_sources(blue, curve), COMPILED, settings, solc, f"  compiling {why}", progress, cache=cache)


def compiled(
    sources: Mapping[str, str],
    wanted: Mapping[str, str],
    settings: Mapping[str, Any],
    solc: Path,
    line: str,
    progress: Progress,
    *,
    linked: bool = False,
    cache: Path | None = None,
) -> dict[str, Any]:
    """{contract name: {"abi", "bytecode"}} of `wanted` (source path to contract name), compiled once for EVM paris.

    With `linked` also "links", the places of libraries in the bytecode. `settings` may name another EVM. `line` is
    what progress says before the compiler runs. Raises DevnetError with the compiler's messages.
    """
    outputs = ["abi", "evm.bytecode.object", *(["evm.bytecode.linkReferences"] if linked else [])]
    request = json.dumps(_standard_json(sources, wanted, settings, outputs), sort_keys=True)
    key = hashlib.sha256(request.encode() + solc.name.encode()).hexdigest()[:16]
    stored = (cache or cache_folder()) / "compiled" / f"{key}.json"
    if stored.is_file():
        return cast("dict[str, Any]", json.loads(stored.read_text()))
    progress(line)
    contracts = run_solc(solc / "soljson.js", request)
    found = {
        name: {
            "abi": contracts[path][name]["abi"],
            "bytecode": contracts[path][name]["evm"]["bytecode"]["object"],
            **({"links": contracts[path][name]["evm"]["bytecode"]["linkReferences"]} if linked else {}),
        }
        for path, name in wanted.items()
    }
    stored.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(stored, json.dumps(found).encode())
    return found


def _sources(blue: Path, curve: Path) -> dict[str, str]:
    """The two source trees in the layout that the curve's imports expect.

    The npm package that carries AdaptiveCurveIrm has its pragma at ^0.8.20; Morpho's own, and what runs on Ethereum,
    is 0.8.19. Only that line is put back.
    """
    found = {}
    for path in sorted((blue / "src").rglob("*.sol")):
        found["morpho/contracts/" + path.relative_to(blue / "src").as_posix()] = path.read_text()
    inside = curve / "domains"
    for path in sorted((inside / "morphoIrm").rglob("*.sol")):
        source = path.read_text().replace("pragma solidity ^0.8.20;", "pragma solidity ^0.8.19;")
        found[path.relative_to(inside).as_posix()] = source
    return found


def _standard_json(
    sources: Mapping[str, str], wanted: Mapping[str, str], settings: Mapping[str, Any], outputs: list[str]
) -> dict[str, object]:
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": {
            "evmVersion": "paris",
            **settings,
            "metadata": {"bytecodeHash": "none"},
            "outputSelection": {path: {name: outputs} for path, name in wanted.items()},
        },
    }


def run_solc(soljson: Path, request: str) -> dict[str, Any]:
    """The compiler's contracts for a standard JSON request. Raises DevnetError with its messages."""
    command = [*node_command(), "-e", RUN_SOLC, str(soljson)]
    done = subprocess.run(command, input=request, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise DevnetError(f"solc did not run:\n{done.stderr[-800:]}")
    output = json.loads(done.stdout)
    errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise DevnetError("the source did not compile:\n" + "\n".join(errors[:3]))
    return cast("dict[str, Any]", output["contracts"])
