"""An instance that asks CoW Protocol: its real contracts on devnet, its order book's API, a solver that settles."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import tomli_w

from agent.compose import Instance
from agent.config import Settings
from agent.money import Address
from agent.plugin import Inbound
from agent.quoter_settings import QuoterSetting
from agent.replies.reply import Reply
from agent.runtime.recovering import Recovering
from devnet import Node
from memory.journal.signed_orders import SignedOrder
from tests.integration.chain_parts import Devnet
from tests.integration.place_parts import funded, place_on
from tests.integration.quote_parts import MILLISECONDS, usdc_for_weth, usdc_to_weth
from tests.integration.swap_parts import CHANNEL, Swapping
from tests.servers.cow_book import CowBook
from tests.servers.cow_contracts import Cow, placed

FEE = 500


@dataclass
class Ordering(Swapping):
    """`book` is where its orders are posted, `cow` the contracts behind it."""

    instance: Instance
    book: CowBook
    cow: Cow
    chain_file: Path
    said: int = field(default=0)

    async def wait(self, seconds: int) -> None:
        """Time goes on, for the instance and for the chain, and a block says so."""
        now = self.world.now
        self.world.now = lambda: now() + seconds
        head = await self.devnet.rpc.block("latest")
        at = max(head.timestamp + seconds, self.world.now())
        await self.devnet.rpc.request("evm_setNextBlockTimestamp", hex(at))
        await self.devnet.rpc.request("evm_mine")

    async def say(self, text: str) -> Reply:
        """The reply to a message in the terminal."""
        self.said += 1
        inbound = Inbound("terminal", f"{id(self)}-{self.said}", CHANNEL, self.user.id, text)
        answer = await self.instance.service.handle(inbound)
        assert answer is not None
        await self.instance.service.delivered(answer)
        return answer.reply

    async def swapped(self, units: str = "300") -> Reply:
        """The reply to the confirmation of a swap that takes the order."""
        plan = await self.plan(await self.ask(usdc_to_weth(units)))
        assert [step.typed for step in plan.steps] == [False, True, False]
        return await self.confirm()

    async def bought(self, units: str = "0.1") -> Reply:
        """The same of an exact output: what is left of its allowance is taken back at its end."""
        plan = await self.plan(await self.ask(usdc_for_weth(units)))
        assert [step.typed for step in plan.steps] == [False, True, False, False]
        return await self.confirm()

    async def recovered(self) -> list[Reply]:
        """What recovery tells of what is under way."""
        return [each.reply for each in await Recovering(self.world).of(self.user)]

    async def orders(self) -> list[SignedOrder]:
        """All that were signed, the oldest first."""
        rows = await self.world.ledger.plans_of(self.user.id, 0, 2**40)
        return [each for row in rows for each in await self.world.ledger.signed_orders(row.plan_id)]

    async def held(self) -> tuple[int, int]:
        """USDC and WETH of the account."""
        return await self.balance("USDC"), await self.balance("WETH")


@contextlib.asynccontextmanager
async def ordering(node: Node, folder: Path) -> AsyncIterator[Ordering]:
    """A new instance in `folder`; its solver fills what is posted, for what was quoted."""
    devnet = await Devnet.opened(node)
    router = Address(devnet.registry.protocols["uniswap-v3"]["router"])
    cow = await placed(devnet.rpc, router)
    for symbol in ("USDC", "WETH", "DAI"):
        token = devnet.registry.token(symbol)
        await devnet.rpc.request("anvil_dealERC20", cow.settlement, token.address, hex(10 * 10**token.decimals))
    it: list[Ordering] = []

    async def price(start: Address, end: Address, units: int, exact_out: bool) -> int:
        tokens = {token.address: token for token in it[0].world.registry.tokens.values()}
        snapshot, trader = await it[0].world.snapshot(it[0].account), it[0].world.traders["uniswap-v3"]
        routes = trader.quotes(snapshot.traders["uniswap-v3"], tokens[start], tokens[end], units, exact_out)
        route = next(route for route in routes if route.fees == (FEE,) and route.version == 3)
        return route.units_in if exact_out else route.units_out

    async with CowBook(cow, price, devnet.registry.chain_id) as book:
        data = tomllib.loads(node.chain_file.read_text())
        data["protocols"] |= {"cow": {"router": cow.settlement}}
        chain = folder / "chain.toml"
        chain.write_text(tomli_w.dumps(data))
        place = replace(place_on(node, folder), chain_file=chain)
        quoters = {"cow": QuoterSetting(url=book.url)}
        settings = Settings(
            quoters=quoters, quote_milliseconds=MILLISECONDS, first_wait_hours=0, plan_seconds=60, receipt_seconds=60
        )
        async with funded(place, settings) as instance:
            user = await instance.owner("terminal", "owner", "you")
            it.append(Ordering(instance.world, user, instance.first_account, devnet, instance, book, cow, chain))
            yield it[0]
    await devnet.rpc.close()
