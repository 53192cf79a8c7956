"""An instance that asks quoters: the stand-ins of their routers on devnet, and a server that speaks their APIs."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from agent.compose import Instance
from agent.config import Settings
from agent.gate.trades.offers import Tried
from agent.intents import Exact, Swap
from agent.money import Address
from agent.policy.outside import COIN
from agent.quoter_settings import QuoterSetting
from agent.runtime.desk import desk, horizon_of
from agent.runtime.offering import asking
from devnet import Node
from tests.integration.chain_parts import Devnet
from tests.integration.place_parts import funded, place_on
from tests.integration.swap_parts import Swapping
from tests.servers import stand_ins
from tests.servers.aggregators import NAMES, Aggregators

FEE = 500
"""The pool that the stand-ins swap in."""
MILLISECONDS = 10_000
"""How long a quoter is waited for: as long as may be set, so that a busy machine loses none that answers."""
KEY = "k-7f3a91c5d2"


@dataclass
class Quoted(Swapping):
    """An instance whose quoters are `served`."""

    served: Aggregators
    instance: Instance
    known: dict[tuple[Address, Address, int, bool], int] = field(default_factory=dict)

    async def fair(self, start: Address, end: Address, units: int, exact_out: bool = False) -> int:
        """What the stand-ins' pool gives, or of an exact output takes, or did when it was first asked for."""
        asked = start, end, units, exact_out
        if asked not in self.known:
            self.known[asked] = await self._fair(*asked)
        return self.known[asked]

    async def _fair(self, start: Address, end: Address, units: int, exact_out: bool) -> int:
        tokens = {token.address: token for token in self.world.registry.tokens.values()}
        tokens[COIN] = self.world.registry.token("WETH")
        snapshot, trader = await self.world.snapshot(self.account), self.world.traders["uniswap-v3"]
        routes = trader.quotes(snapshot.traders["uniswap-v3"], tokens[start], tokens[end], units, exact_out)
        route = next(route for route in routes if route.fees == (FEE,) and route.version == 3)
        return route.units_in if exact_out else route.units_out

    async def offers(self, swap: Swap) -> dict[str, Tried]:
        """What comes of asking for it, by quoter."""
        self.served.block = (await self.world.snapshot(self.account)).block.number
        async with asking(self.world, self.account, swap, attended=True) as asked:
            snapshot = await self.world.priced_snapshot(self.account)
            standing = await self.world.standing(self.user.id)
            at = desk(self.world, snapshot, standing, {}, horizon_of(self.world, swap, snapshot, standing))
            return {each.quoter: each for each in await asked.offers(at)}


@contextlib.asynccontextmanager
async def quoting(node: Node, folder: Path, names: Sequence[str] = NAMES) -> AsyncIterator[Quoted]:
    """A new instance in `folder` that asks these quoters; their executors hold enough to give more than the pool."""
    it: list[Quoted] = []

    async def price(start: Address, end: Address, units: int, exact_out: bool) -> int:
        return await it[0].fair(start, end, units, exact_out)

    devnet = await Devnet.opened(node)
    await stand_ins.place(devnet.rpc)
    for token in devnet.registry.tokens.values():
        if not await devnet.read(token.address, "balanceOf(address)", "uint256", stand_ins.AT["Dealer"]):
            held = hex(99 * 10**token.decimals)
            await devnet.rpc.request("anvil_dealERC20", stand_ins.AT["Dealer"], token.address, held)
    router = Address(devnet.registry.protocols["uniswap-v3"]["router"])
    key = folder / "quoter.key"
    key.write_text(f"{KEY}\n")
    weth = devnet.registry.token("WETH").address
    assert weth is not None
    async with Aggregators(price, router, weth, devnet.registry.chain_id) as served:
        place = replace(place_on(node, folder), chain_file=_chain_file(node, folder, names))
        said: dict[str, Any] = {
            name: QuoterSetting(url=f"{served.url}/{name}", key_file=key if name in ("0x", "1inch") else None)
            for name in names
        }
        async with funded(
            place, Settings(quoters=said, quote_milliseconds=MILLISECONDS, first_wait_hours=0)
        ) as instance:
            user = await instance.owner("terminal", "owner", "you")
            it.append(Quoted(instance.world, user, instance.first_account, devnet, served, instance))
            yield it[0]
    await devnet.rpc.close()


def _chain_file(node: Node, folder: Path, names: Sequence[str]) -> Path:
    """Devnet's, with a section for each quoter."""
    data = tomllib.loads(node.chain_file.read_text())
    data["protocols"] |= {name: stand_ins.SECTIONS[name] for name in names}
    path = folder / "chain.toml"
    path.write_text(tomli_w.dumps(data))
    return path


def usdc_to_weth(value: str = "3000") -> Swap:
    return Swap(asset="USDC", amount=Exact(value=value), to_asset="WETH", to_amount=None)


def usdc_for_weth(value: str = "1", gets: str = "WETH") -> Swap:
    return Swap(asset="USDC", amount=None, to_asset=gets, to_amount=Exact(value=value))
