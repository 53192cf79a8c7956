"""What a rollup adds to a node: the OP stack's own predeploys, from published artefacts, Arbitrum's precompiles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from agent.abi import encode_call
from devnet import set_up
from devnet.artefacts import ensure, folder_of
from devnet.lock import parse
from devnet.profiles.parts import LOCK
from devnet.rpc import Rpc
from tests.servers.solidity import compiled

ORACLE = "0x420000000000000000000000000000000000000F"
L1_BLOCK = "0x4200000000000000000000000000000000000015"
DEPOSITOR = "0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001"
ARB_SYS, ARB_GAS_INFO = (f"0x{0:037x}{place}" for place in ("064", "06C"))
# L1Block's storage (storageLayout in its artefact): the base fee, both scalars, the blob base fee
_BASE_FEE, _SCALARS, _BLOB_BASE_FEE = 1, 3, 7
BEDROCK = next(each for each in parse(LOCK.read_text()) if each.name == "@eth-optimism/contracts-bedrock")

ISTHMUS = """
pragma solidity 0.8.19;

contract Isthmus {  // what the published artefact is too old for: the operator's fee, by its formula
  function getL1FeeUpperBound(uint256 size) external pure returns (uint256) { return size * 1 gwei; }
  function getOperatorFee(uint256 used) external pure returns (uint256) { return used * 500000 / 1e6 + 1 gwei; }
}
"""

PRECOMPILES = """
pragma solidity 0.8.19;

contract ArbSys {  // what it has in its first slot is how far L1's number, which a contract sees, is ahead
  uint256 ahead;
  function arbBlockNumber() external view returns (uint256) { return block.number - ahead; }
}

contract ArbGasInfo {
  function getPricesInWei() external pure returns (uint256, uint256, uint256, uint256, uint256, uint256) {
    return (0, 8 gwei, 0, 0, 0, 0);
  }
  function getMinimumGasPrice() external pure returns (uint256) { return 0.01 gwei; }
}
"""


@dataclass(frozen=True)
class L1Prices:
    """What L1Block says of L1, in wei, and the chain's scalars."""

    base_fee: int
    blob_base_fee: int
    base_fee_scalar: int
    blob_base_fee_scalar: int


def put_op_stack(chain: Rpc, prices: L1Prices) -> None:
    """GasPriceOracle as of Fjord over L1Block, at their places."""
    set_up.setup()
    ensure([BEDROCK], lambda _: None)
    for place, name in ((ORACLE, "GasPriceOracle"), (L1_BLOCK, "L1Block")):
        chain.call("anvil_setCode", place, _runtime(name))
    chain.call("anvil_setBalance", DEPOSITOR, hex(10**18))
    chain.call("anvil_impersonateAccount", DEPOSITOR)
    for fork in ("setEcotone()", "setFjord()"):
        chain.send({"from": DEPOSITOR, "to": ORACLE, "data": "0x" + encode_call(fork, ()).hex(), "gas": hex(200_000)})
    chain.call("anvil_stopImpersonatingAccount", DEPOSITOR)
    set_l1(chain, prices)


def set_l1(chain: Rpc, prices: L1Prices) -> None:
    """What L1 asks for from now on."""
    scalars = prices.base_fee_scalar << (12 * 8) | prices.blob_base_fee_scalar << (8 * 8)
    slots = {_BASE_FEE: prices.base_fee, _SCALARS: scalars, _BLOB_BASE_FEE: prices.blob_base_fee}
    for slot, value in slots.items():
        chain.call("anvil_setStorageAt", L1_BLOCK, hex(slot), f"0x{value:064x}")


def put_isthmus(chain: Rpc) -> None:
    """An oracle that tells of an operator's fee, too."""
    chain.call("anvil_setCode", ORACLE, compiled(ISTHMUS)["Isthmus"])


def put_arbitrum(chain: Rpc) -> None:
    """Stand-ins for the precompiles that are asked, with standing figures."""
    codes = compiled(PRECOMPILES)
    for place, name in ((ARB_SYS, "ArbSys"), (ARB_GAS_INFO, "ArbGasInfo")):
        chain.call("anvil_setCode", place, codes[name])


def with_fees(chain_file: Path, into: Path, kind: str, oracle: str) -> Path:
    """A copy of a chain file whose chain charges for L1."""
    into.write_text(f'{chain_file.read_text()}\n[fees]\nl1 = "{kind}"\noracle = "{oracle}"\n')
    return into


def _runtime(name: str) -> str:
    path = folder_of(BEDROCK) / "forge-artifacts" / f"{name}.sol" / f"{name}.json"
    return str(json.loads(path.read_text())["deployedBytecode"]["object"])
