"""What only an L2 has: the contract that tells the L1 part of a fee, and the sequencer's uptime feed.

anvil charges no L1 part: these answer what they are asked, and that is all they do here.
"""

from __future__ import annotations

from typing import Final

from devnet.deployer import Deployer
from devnet.profiles.parts import Parts
from devnet.profiles.profile import Profile

L1_BLOCK: Final = "0x4200000000000000000000000000000000000015"  # Predeploys.L1_BLOCK_ATTRIBUTES
DEPOSITOR: Final = "0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001"  # Constants.DEPOSITOR_ACCOUNT
ARB_SYS: Final = "0x0000000000000000000000000000000000000064"
NODE_INTERFACE: Final = "0x00000000000000000000000000000000000000C8"
# L1Block's storage (its storageLayout): base fee, scalars and sequence number, blob base fee
BASE_FEE_SLOT, SCALARS_SLOT, BLOB_FEE_SLOT = 1, 3, 7
L1_BASE_FEE, L1_BLOB_BASE_FEE = 500_000_000, 1
BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR = 5_227, 1_014_213  # OP Mainnet's since Fjord (superchain-registry)
SEQUENCER_UP: Final = 0


def place_l2(chain: Deployer, parts: Parts, profile: Profile) -> None:
    """Whatever of it the chain file names."""
    fees, sequencer = profile.data.get("fees"), profile.data.get("sequencer")
    if fees is not None and fees["l1"] == "op-stack":
        _op_stack(chain, parts, fees["oracle"])
    elif fees is not None:
        chain.deploy(parts.compiled("ArbGasInfo"), place=fees["oracle"])
        chain.deploy(parts.compiled("ArbSys"), place=ARB_SYS)
        chain.deploy(parts.compiled("NodeInterface"), place=NODE_INTERFACE)
    if sequencer is not None:
        text = "L2 Sequencer Uptime Status Feed"
        chain.deploy(parts.compiled("Feed"), 0, text, SEQUENCER_UP, place=sequencer["feed"])


def _op_stack(chain: Deployer, parts: Parts, place: str) -> None:
    """GasPriceOracle as of Fjord over L1Block, both the OP stack's own, without the proxies before them."""
    chain.deploy(parts.predeploy("L1Block"), place=L1_BLOCK)
    scalars = BASE_FEE_SCALAR << (12 * 8) | BLOB_BASE_FEE_SCALAR << (8 * 8)
    for slot, value in ((BASE_FEE_SLOT, L1_BASE_FEE), (SCALARS_SLOT, scalars), (BLOB_FEE_SLOT, L1_BLOB_BASE_FEE)):
        chain.rpc("anvil_setStorageAt", L1_BLOCK, hex(slot), f"0x{value:064x}")
    oracle = chain.deploy(parts.predeploy("GasPriceOracle"), place=place)
    chain.rpc("anvil_setBalance", DEPOSITOR, hex(10**18))
    chain.rpc("anvil_impersonateAccount", DEPOSITOR)
    for call in (oracle.functions.setEcotone(), oracle.functions.setFjord()):
        chain.send(call, chain.w3.to_checksum_address(DEPOSITOR))
    chain.rpc("anvil_stopImpersonatingAccount", DEPOSITOR)
