"""Deploys a profile's contracts at its own addresses on an empty anvil with its chain id, and dumps the state."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from web3 import HTTPProvider, Web3

from devnet import anvil
from devnet.build import trimmed
from devnet.bytecode import Contracts
from devnet.deployer import WAD, Deployer
from devnet.leash import leash
from devnet.lock import Artefact
from devnet.profiles import lending
from devnet.profiles.aave_v36 import Aave
from devnet.profiles.curated import place_curated
from devnet.profiles.exchange import place_exchange
from devnet.profiles.l2 import place_l2
from devnet.profiles.morpho import place_morpho
from devnet.profiles.parts import Parts, parts
from devnet.profiles.profile import Profile
from devnet.profiles.savings import place_savings
from devnet.profiles.tokens import place_tokens
from devnet.progress import Progress

ETHER_EACH: Final = 100_000_000 * WAD
L1_BASE_FEE, L2_BASE_FEE = 500_000_000, 10_000_000  # wei; what the first block after the build asks for


def build(profile: Profile, known: list[Artefact], folder: Path, second: int, progress: Progress) -> None:
    """Leaves state.json in `folder`, which appears whole or not at all; `second` is the first block's time.

    `known` are devnet's own artefacts. The caller holds the profile's lock.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        contracts = Contracts(known, progress)
        contracts.morpho("Morpho")  # compile before a node has to wait for it
        further = parts(progress)
        state = _deployed(profile, contracts, further, work / "anvil.log", second)
        (work / "state.json").write_text(json.dumps(state))
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _deployed(profile: Profile, contracts: Contracts, further: Parts, log: Path, second: int) -> dict[str, Any]:
    port = anvil.free_port()
    bound = log.with_suffix(".json")
    command = [*anvil.arguments(port, profile.chain_id), "--timestamp", str(second)]
    process, _ = leash(anvil.telling(command, bound), log)
    try:
        url = f"http://{anvil.HOST}:{port}"
        anvil.wait_until_ready(url, bound, lambda: process.poll() is None, profile.chain_id)
        chain = Deployer(Web3(HTTPProvider(url)), contracts)
        _deploy(chain, further, profile)
        return trimmed(chain, L2_BASE_FEE if "fees" in profile.data else L1_BASE_FEE)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _deploy(chain: Deployer, further: Parts, profile: Profile) -> None:
    for account in chain.accounts:
        chain.rpc("anvil_setBalance", account, hex(ETHER_EACH))
    chain.rpc("anvil_setBlockTimestampInterval", profile.block_seconds)
    chain.deploy_code(chain.contracts.multicall3(), profile.data["multicall3"])
    tokens = place_tokens(chain, further, profile)
    place_l2(chain, further, profile)
    place_exchange(chain, profile, tokens)
    aave, vaults = Aave.on(chain, further), profile.vaults()
    markets = lending.place_markets(aave, tokens, profile)
    lending.place_vaults(aave, tokens, markets, [vault for vault in vaults if vault.source])
    place_savings(chain, further, tokens, [vault for vault in vaults if not vault.source])
    standing = place_morpho(chain, profile, tokens)
    if standing is not None:
        place_curated(standing[0], further, standing[1], profile.curated())
