"""Rewards on a running devnet: Aave's own RewardsController pays those who supply to the market "core".

They aren't part of the built chain: whoever wants them adds them, before an instance is opened on it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from web3 import HTTPProvider, Web3

from devnet.accounts import ADMIN
from devnet.bytecode import Contracts
from devnet.contracts.aave_v30 import PACKAGE
from devnet.deployer import Deployer
from devnet.lock import LOCK, needed, parse, this_platform
from devnet.progress import silent
from devnet.set_up import built_folder

FOREVER = 2**32 - 1  # RewardsDataTypes.RewardsConfigInput.distributionEnd
ATOKEN = 8  # word of Pool.getReserveData
STOCK = 10**30  # base units of the reward that are there to be paid


def pay_rewards(
    rpc_url: str, earning: str, reward: str, per_second: int, *, market: str = "core", chain_file: Path | None = None
) -> str:
    """Lets suppliers of the asset `earning` share `per_second` base units of `reward` a second; both are symbols.

    `reward` is a token that its minter may mint at will (DAI). Returns the controller's address. Raises DevnetError
    where a call reverts.
    """
    known = tomllib.loads((chain_file or built_folder() / "chain.toml").read_text())
    contracts = Contracts(needed(parse(LOCK.read_text()), this_platform()), silent)
    chain = Deployer(Web3(HTTPProvider(rpc_url)), contracts)
    npm, wheel, admin = contracts.npm, contracts.wheel, chain.accounts[ADMIN]
    tokens = known["tokens"]
    token = chain.at(npm(PACKAGE, "MintableERC20"), tokens[reward]["address"])
    manager = chain.deploy(wheel("aave_v3/EmissionManager"), admin)
    controller = chain.deploy(wheel("aave_v3/RewardsController"), manager.address)
    strategy = chain.deploy(wheel("aave_v3/PullRewardsTransferStrategy"), controller.address, admin, admin)
    provider = chain.at(npm(PACKAGE, "PoolAddressesProvider"), known["protocols"]["aave-v3"][market]["provider"])
    pool = chain.at(npm(PACKAGE, "Pool"), provider.functions.getPool().call())
    asset = Web3.to_checksum_address(tokens[earning]["address"])
    receipt = chain.at(npm(PACKAGE, "AToken"), pool.functions.getReserveData(asset).call()[ATOKEN])
    feed = Web3.to_checksum_address(tokens[reward]["feed"])
    emission = (per_second, 0, FOREVER, receipt.address, token.address, strategy.address, feed)
    for call in (
        manager.functions.setRewardsController(controller.address),
        token.get_function_by_signature("mint(address,uint256)")(admin, STOCK),
        token.functions.approve(strategy.address, STOCK),
        receipt.functions.setIncentivesController(controller.address),
        manager.functions.setEmissionAdmin(token.address, admin),
        manager.functions.configureAssets([emission]),
    ):
        chain.send(call)
    return str(controller.address)
