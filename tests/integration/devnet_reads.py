"""Reads a devnet through web3 and the published ABIs, apart from what devnet itself reads with."""

from __future__ import annotations

import tomllib
from typing import Any

from web3 import HTTPProvider, Web3
from web3.contract import Contract

from devnet import Node
from devnet.bytecode import Compiled, Contracts
from devnet.deployer import Deployer
from devnet.lock import LOCK, parse
from devnet.progress import silent

AAVE, VENUS = "@aave/core-v3", "@venusprotocol/venus-protocol"
RAY, WAD = 10**27, 10**18
YEAR = 365 * 86_400


class Reader:
    """The contracts that a node's chain.toml names, and the accounts to use them with."""

    def __init__(self, node: Node) -> None:
        self.w3 = Web3(HTTPProvider(node.rpc_url))
        self.chain: dict[str, Any] = tomllib.loads(node.chain_file.read_text())
        self.contracts = Contracts(parse(LOCK.read_text()), silent)
        self.hands = Deployer(self.w3, self.contracts)
        self.user = self.hands.accounts[1]

    def at(self, compiled: Compiled, address: str) -> Contract:
        return self.hands.at(compiled, address)

    def token(self, symbol: str) -> Contract:
        return self.at(self.contracts.npm(AAVE, "MintableERC20"), self.chain["tokens"][symbol]["address"])

    def pool(self, market: str) -> Contract:
        provider = self.chain["protocols"]["aave-v3"][market]["provider"]
        address = self.at(self.contracts.npm(AAVE, "PoolAddressesProvider"), provider).functions.getPool().call()
        core = market == "core"
        code = self.contracts.npm(AAVE, "Pool") if core else self.contracts.wheel("aave_v3/PoolInstance")
        return self.at(code, address)

    def data(self, market: str) -> Contract:
        provider = self.chain["protocols"]["aave-v3"][market]["provider"]
        at = self.at(self.contracts.npm(AAVE, "PoolAddressesProvider"), provider)
        code = self.contracts.wheel("aave_v3/AaveProtocolDataProvider")
        if market == "core":
            code = self.contracts.npm(AAVE, "AaveProtocolDataProvider")
        return self.at(code, at.functions.getPoolDataProvider().call())

    def blue(self) -> Contract:
        return self.at(self.contracts.morpho("Morpho"), self.chain["protocols"]["morpho-blue"]["morpho"])

    def vtoken(self, symbol: str) -> Contract:
        address = self.chain["protocols"]["venus"]["core"]["vtokens"][symbol]
        return self.at(self.contracts.npm(VENUS, "VBep20Immutable"), address)

    def vault(self, name: str) -> Contract:
        address = self.chain["protocols"]["erc4626"][name]["vault"]
        return self.at(self.contracts.wheel("aave_v3/StataTokenV2"), address)

    def timestamp(self, block: int) -> int:
        return int(self.w3.eth.get_block(block)["timestamp"])


def ray_mul(a: int, b: int) -> int:
    """Aave's WadRayMath: half up."""
    return (a * b + RAY // 2) // RAY


def linear_income(index: int, rate: int, seconds: int) -> int:
    """Aave's ReserveLogic.getNormalizedIncome: the liquidity index after `seconds` at `rate`, both ray."""
    return ray_mul(RAY + rate * seconds // YEAR, index)


def supply_rates(reader: Reader, deposit: int) -> dict[str, int]:
    """Each venue's yearly USDC supply rate (1e18 is 100 %) after depositing `deposit`, asked of the contracts."""
    usdc = reader.chain["tokens"]["USDC"]["address"]
    found = {f"aave-v3:{market}:USDC": _aave(reader, market, usdc, deposit) for market in ("core", "prime")}
    blue = reader.blue().functions
    for name, market in reader.chain["protocols"]["morpho-blue"]["markets"].items():
        params, state = blue.idToMarketParams(market).call(), list(blue.market(market).call())
        state[0] += deposit
        curve = reader.at(reader.contracts.morpho("AdaptiveCurveIrm"), params[3])
        per_second = curve.functions.borrowRateView(params, state).call()
        found[f"morpho-blue:{name}:USDC"] = per_second * YEAR * state[2] // state[0]
    vtoken = reader.vtoken("USDC").functions
    model = reader.at(reader.contracts.npm(VENUS, "JumpRateModel"), vtoken.interestRateModel().call())
    cash, borrows, reserves, factor = (
        call().call()
        for call in (vtoken.getCash, vtoken.totalBorrows, vtoken.totalReserves, vtoken.reserveFactorMantissa)
    )
    per_block = model.functions.getSupplyRate(cash + deposit, borrows, reserves, factor).call()
    found["venus:core:USDC"] = per_block * YEAR // 12
    return found


def _aave(reader: Reader, market: str, asset: str, deposit: int) -> int:
    data = reader.data(market).functions
    stable, debt = data.getReserveData(asset).call()[3:5]
    factor = data.getReserveConfigurationData(asset).call()[4]
    if market == "core":
        words = reader.pool("core").functions.getReserveData(asset).call()
        code = reader.contracts.npm(AAVE, "DefaultReserveInterestRateStrategy")
        arguments: tuple[object, ...] = (0, deposit, 0, stable, debt, 0, factor, asset, words[8])
        strategy = reader.at(code, words[11])
    else:
        held = reader.pool("prime").functions.getVirtualUnderlyingBalance(asset).call()
        code = reader.contracts.wheel("aave_v3/DefaultReserveInterestRateStrategyV2")
        arguments = (0, deposit, 0, debt, factor, asset, True, held)
        strategy = reader.at(code, data.getInterestRateStrategyAddress(asset).call())
    return int(strategy.functions.calculateInterestRates(arguments).call()[0]) // 10**9
