"""Deploys everything on an empty anvil, once, and writes the dump that every devnet starts from.

Nothing here depends on the clock or on chance: fixed accounts, a fixed first second, twelve seconds a block.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

import tomli_w
from web3 import HTTPProvider, Web3

from devnet import anvil
from devnet.bytecode import Contracts
from devnet.chain_file import chain_file
from devnet.contracts.aave_v30 import deploy_core
from devnet.contracts.aave_v32 import deploy_prime
from devnet.contracts.morpho import deploy_morpho
from devnet.contracts.tokens import deploy_tokens
from devnet.contracts.uniswap import deploy_uniswap
from devnet.contracts.uniswap_v4 import deploy_uniswap_v4
from devnet.contracts.venus import deploy_venus
from devnet.deployer import WAD, Deployer
from devnet.leash import leash
from devnet.lock import Artefact
from devnet.progress import Progress

FIRST_SECOND = 1_767_225_600  # 2026-01-01 00:00:00 UTC
ETHER_EACH = 1_000_000 * WAD  # what an account of the script holds, to wrap and to pay gas with
BASE_FEE = 500_000_000  # wei; what the first block after the build will ask for, near Ethereum's of 2026


def build(parts: list[Artefact], folder: Path, progress: Progress) -> None:
    """Leaves state.json and chain.toml in `folder`, which appears whole or not at all.

    The caller holds the set-up's lock.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(".building-*"):  # by a set-up that was killed
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        contracts = Contracts(parts, progress)
        contracts.morpho("Morpho")  # compile before a node has to wait for it
        content, state = _deploy(contracts, work / "anvil.log", progress)
        (work / "chain.toml").write_text(tomli_w.dumps(content))
        (work / "state.json").write_text(json.dumps(state))
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _deploy(contracts: Contracts, log: Path, progress: Progress) -> tuple[dict[str, Any], dict[str, Any]]:
    port = anvil.free_port()
    bound = log.with_suffix(".json")
    process, _ = leash(anvil.telling([*anvil.arguments(port), "--timestamp", str(FIRST_SECOND)], bound), log)
    try:
        url = f"http://{anvil.HOST}:{port}"
        anvil.wait_until_ready(url, bound, lambda: process.poll() is None)
        chain = Deployer(Web3(HTTPProvider(url)), contracts)
        content = _deploy_all(chain, progress)
        progress(f"  {chain.transactions} transactions")
        return content, trimmed(chain)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _deploy_all(chain: Deployer, progress: Progress) -> dict[str, Any]:
    for account in chain.accounts:
        chain.rpc("anvil_setBalance", account, hex(ETHER_EACH))
    chain.rpc("anvil_setBlockTimestampInterval", anvil.BLOCK_SECONDS)
    progress("  1 of 7  tokens, price feeds, Multicall3")
    tokens = deploy_tokens(chain)
    multicall3 = chain.deploy_code(chain.contracts.multicall3())
    progress("  2 of 7  Morpho Blue")
    morpho = deploy_morpho(chain, tokens)  # first, as it lets days pass: nobody else has anything standing yet
    chain.rpc("anvil_setBlockTimestampInterval", anvil.BLOCK_SECONDS)
    progress("  3 of 7  Uniswap v3")
    uniswap = deploy_uniswap(chain, tokens)
    progress("  4 of 7  Aave v3.0")
    core = deploy_core(chain, tokens)
    progress("  5 of 7  Aave v3.2, StataTokenV2")
    prime, vaults = deploy_prime(chain, tokens)
    progress("  6 of 7  Venus")
    venus = deploy_venus(chain, tokens)
    progress("  7 of 7  Uniswap v4")
    uniswap_v4 = deploy_uniswap_v4(chain, tokens, uniswap)
    markets = {"core": core, "prime": prime}
    return chain_file(tokens, multicall3, markets, vaults, morpho, venus, uniswap, uniswap_v4)


def trimmed(chain: Deployer, base_fee: int = BASE_FEE) -> dict[str, Any]:
    """The dump without its history; the next block asks for `base_fee`, in wei.

    The last block must stay, or anvil finds no head ("Best hash not found").
    """
    chain.rpc("evm_mine")
    packed = cast(str, chain.rpc("anvil_dumpState"))
    state = cast("dict[str, Any]", json.loads(gzip.decompress(bytes.fromhex(packed.removeprefix("0x")))))
    number = int(chain.w3.eth.block_number)
    head = next(block for block in state["blocks"] if int(block["header"]["number"], 16) == number)
    # a chain of nearly empty blocks lets the base fee fall to nothing; gas on devnet should cost what gas costs
    head["header"]["baseFeePerGas"] = state["block"]["basefee"] = hex(base_fee)
    return {**state, "blocks": [head], "transactions": [], "historical_states": None}
