"""An instance with WETH and USDC in its wallet, and somebody else who trades in its pools."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent.abi import view
from agent.config import Settings
from agent.money import Address, address
from agent.plugin import PositionManager
from devnet import Node
from plugins.uniswap.manager_calls import MINT
from tests.integration.chain_parts import APPROVE
from tests.integration.runtime_parts import CAROL, ETH, USDC, Whole, opened

SWAP = (
    "exactInputSingle((address tokenIn,address tokenOut,uint24 fee,address recipient,uint256 amountIn,"
    "uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)"
)
PLENTY = {"WETH": 10**24, "USDC": 10**16}
FOREVER = 2**40


class Ranges(Whole):
    """What these tests do beside talking."""

    @property
    def manager(self) -> PositionManager:
        found = self.world.traders["uniswap-v3"].manager
        assert found is not None
        return found

    @property
    def pair(self) -> tuple[Address, Address]:
        """The tokens of the pool in its order."""
        first, second = sorted((str(self.token(symbol).address) for symbol in PLENTY), key=lambda each: int(each, 16))
        return address(first), address(second)

    def pool(self, fee: int = 500) -> Address:
        factory = self.world.registry.protocols["uniswap-v3"]["factory"]
        found = self.number(factory, "getPool(address,address,uint24)", *self.pair, fee)
        return address("0x" + found.to_bytes(20, "big").hex())

    def tick(self, fee: int = 500) -> int:
        slot0 = view("slot0()", "uint160", "int24")
        place = self.pool(fee)
        answer = self.chain.call("eth_call", {"to": place, "data": "0x" + slot0.at(place).data.hex()}, "latest")
        return int(slot0.at(place).decode(bytes.fromhex(answer[2:])[:64])[1])

    def now(self) -> int:
        """The head's time."""
        return int(self.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def fund(self, holder: str, symbol: str, units: int) -> None:
        self.chain.call("anvil_dealERC20", holder, self.token(symbol).address, hex(units))

    def trade(self, dollars: int, buys_weth: bool, fee: int = 500) -> None:
        """By somebody else, through the real router."""
        router = self.world.traders["uniswap-v3"].contract.address
        for symbol, units in PLENTY.items():
            self.fund(CAROL, symbol, units)
            self.send(CAROL, self.token(symbol).address, APPROVE, router, units)
        usdc, weth = self.token("USDC").address, self.token("WETH").address
        ends = (usdc, weth) if buys_weth else (weth, usdc)
        units = dollars * USDC if buys_weth else dollars * ETH // 3_000
        self.send(CAROL, router, SWAP, (*ends, fee, CAROL, units, 0, 0))

    def mint(self, low: int, high: int, dollars: int) -> None:
        """A position of the account's own, opened without asking Moneta."""
        for symbol, units in PLENTY.items():
            self.send(self.account, self.token(symbol).address, APPROVE, self.manager.contract.address, units)
        usdc = self.token("USDC").address
        most = [dollars * USDC if place == usdc else dollars * ETH // 3_000 for place in self.pair]
        params = (*self.pair, 500, low, high, *most, 0, 0, self.account, FOREVER)
        self.send(self.account, self.manager.contract.address, MINT, params)


@asynccontextmanager
async def providing(
    folder: Path, node: Node, settings: Settings | None = None, url: str = ""
) -> AsyncIterator[Ranges]:
    """The instance, its wallet with 20 WETH and 60,000 USDC."""
    async with opened(folder, node, url, settings) as it:
        whole = Ranges(it.instance, it.user, it.node, it.chain)
        await whole.say("hello")
        whole.fund(whole.account, "WETH", 20 * ETH)
        whole.fund(whole.account, "USDC", 60_000 * USDC)
        yield whole
