"""What comes in from outside is told once; what we moved ourselves isn't."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import structlog

from agent.abi import view
from agent.money import Address
from agent.replies.body import Body
from agent.watch import TOLD_A_DAY, Watch, run_watch
from devnet import Node
from tests.integration.patience import ended, eventually, until
from tests.integration.people_parts import People, people

OWNER = {"owners": ("discord:1",)}
TRANSFER = view("transfer(address to,uint256 amount)", "bool")


class Outside:
    """Somebody else on the chain, with funds: an account that anvil has unlocked."""

    def __init__(self, world: People) -> None:
        self.world = world
        self.rpc = world.instance.world.rpc
        self.registry = world.instance.world.registry

    async def sends(self, symbol: str, to: Address, units: int) -> None:
        """A transfer from outside, mined when this returns."""
        place = (await self.rpc.request("eth_accounts"))[1]
        if symbol == self.registry.native.symbol:
            transaction = {"from": place, "to": to, "value": hex(units)}
        else:
            token = self.registry.tokens[symbol].address
            assert token is not None
            await self.rpc.request("anvil_dealERC20", place, token, hex(max(units, 1)))
            transaction = {"from": place, "to": token, "data": "0x" + TRANSFER.at(token, to, units).data.hex()}
        await self._mined(transaction)

    async def sends_unknown(self, to: Address, units: int = 5) -> Address:
        """A token that no registry knows: one that logs a Transfer of `units` to whom it is asked."""
        place = (await self.rpc.request("eth_accounts"))[1]
        topic = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
        # MSTORE(0, units); LOG3(0, 32, Transfer, CALLER, to); STOP
        code = f"60{units:02x}600052" + f"73{to[2:]}33" + f"7f{topic}" + "60206000a300"
        contract = Address("0x" + "dd" * 19 + f"{units:02x}")
        await self.rpc.request("anvil_setCode", contract, "0x" + code)
        await self._mined({"from": place, "to": contract, "gas": hex(200_000)})
        return contract

    async def _mined(self, transaction: dict[str, str]) -> None:
        tx_hash = await self.rpc.request("eth_sendTransaction", transaction)
        async with asyncio.timeout(30):
            while (receipt := await self.rpc.receipt(tx_hash)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert receipt.ok


async def told(world: People, watch: Watch, before: int) -> list[str]:
    """What a look makes the bot say to the owner."""
    count = await watch.look()
    await world.until(lambda: len(world.discord.told("1")) >= before + count)
    return [body.text for body in world.discord.told("1")[before:]]


async def joined(world: People) -> tuple[Address, Watch, int]:
    account = await world.join(world.discord, "1")
    watch = Watch(world.instance.world, world.instance.service)
    assert await watch.look() == 0
    return account, watch, len(world.discord.told("1"))


@pytest.mark.parametrize(("symbol", "units", "said"), [("USDC", 20_000_000, "20 USDC"), ("ETH", 10**17, "0.1 ETH")])
async def test_an_arrival_is_told_once(tmp_path: Path, devnet_node: Node, symbol: str, units: int, said: str) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account, watch, before = await joined(world)
        await Outside(world).sends(symbol, account, units)
        (text,) = await told(world, watch, before)
        assert text.startswith(f"{said} arrived in your account on devnet.")
        assert await watch.look() == 0
        body: Body = world.discord.told("1")[before]
        assert body.private
        await Outside(world).sends(symbol, account, units)
        assert len(await told(world, watch, before + 1)) == 1


async def test_what_we_moved_ourselves_did_not_arrive(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account = await world.join(world.discord, "1")
        await world.fund(account)
        watch = Watch(world.instance.world, world.instance.service)
        assert await watch.look() == 0  # what was there when watching began
        for words in ("put 1,000 usdc to work", "withdraw half my usdc", "get me out of everything"):
            preview = await world.say(world.discord, "1", words)
            assert (await world.press(world.discord, "1", preview, "Confirm")).status == "settled"
            assert await watch.look() == 0
        before = len(world.discord.told("1"))
        preview = await world.say(world.discord, "1", "put 1,000 usdc to work")
        await world.press(world.discord, "1", preview, "Confirm")
        await Outside(world).sends("ETH", account, 3 * 10**17)  # beside our own gas, which it must not hide
        texts = await told(world, watch, before + 2)
        assert [text.split(" arrived")[0] for text in texts] == ["0.3 ETH"]


async def test_an_unknown_token_is_not_lost_and_not_believed(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account, watch, before = await joined(world)
        contract = await Outside(world).sends_unknown(account)
        (text,) = await told(world, watch, before)
        assert contract.lower() in text.lower()
        assert "It isn't lost" in text
        assert "I can't use it" in text


async def test_nothing_is_not_an_arrival(tmp_path: Path, devnet_node: Node) -> None:
    """Transfers of zero are how addresses are poisoned; a few wei aren't worth a message."""
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account, watch, _ = await joined(world)
        await Outside(world).sends("USDC", account, 0)
        await Outside(world).sends_unknown(account, 0)
        await Outside(world).sends("ETH", account, 1)
        assert await watch.look() == 0


async def test_strangers_cannot_make_the_bot_flood(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account, watch, before = await joined(world)
        for number in range(TOLD_A_DAY + 5):
            await Outside(world).sends_unknown(account, number + 1)
        assert len(await told(world, watch, before)) == TOLD_A_DAY
        assert await watch.look() == 0


async def test_what_came_while_it_was_down_is_told_after(
    tmp_path: Path, devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account, _, _ = await joined(world)
    async with people(tmp_path, devnet_node, **OWNER) as world:
        outside = Outside(world)
        await outside.sends("USDC", account, 5_000_000)
        await outside.sends("ETH", account, 10**16)
        await world.instance.world.rpc.request("anvil_mine", hex(100), hex(12))
        monkeypatch.setattr("agent.watch.BLOCKS_A_LOOK", 40)  # so it takes three; to mine real spans takes seconds
        texts = await told(world, Watch(world.instance.world, world.instance.service), 0)
        assert sorted(text.split(" arrived")[0] for text in texts) == ["0.01 ETH", "5 USDC"]


async def test_a_new_accounts_first_coins_are_told(tmp_path: Path, devnet_node: Node) -> None:
    """Funded before the watch looked at it for the first time."""
    async with people(tmp_path, devnet_node, **OWNER) as world:
        watch = Watch(world.instance.world, world.instance.service)
        await watch.look()
        account = await world.join(world.discord, "1")
        before = len(world.discord.told("1"))
        await Outside(world).sends("ETH", account, 10**18)
        (text,) = await told(world, watch, before)
        assert text.startswith("1 ETH arrived")


async def test_it_runs_beside_and_stops_at_once(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        account = await world.join(world.discord, "1")
        before, stop = len(world.discord.told("1")), asyncio.Event()
        running = asyncio.create_task(run_watch(world.instance.world, world.instance.service, stop, 0.05))
        ledger = world.instance.world.ledger
        await eventually(ledger.watch_mark)
        await Outside(world).sends("USDC", account, 7_000_000)
        await world.until(lambda: len(world.discord.told("1")) > before)
        assert "7 USDC" in world.discord.told("1")[before].text
        stop.set()
        await ended(running)


async def test_a_node_that_is_away_costs_a_look(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        rpc, stop = world.instance.world.rpc, asyncio.Event()
        url, rpc.url = rpc.url, "http://127.0.0.1:1"
        await rpc.close()
        running = asyncio.create_task(run_watch(world.instance.world, world.instance.service, stop, 0.05))
        with structlog.testing.capture_logs() as lines:
            await until(lambda: sum(line["event"] == "the watch could not look" for line in lines) > 1)
        rpc.url = url
        await rpc.close()
        ledger = world.instance.world.ledger
        await eventually(ledger.watch_mark)
        stop.set()
        await running


async def test_an_account_that_linking_gave_up_is_not_said_to_be_of_use(tmp_path: Path, devnet_node: Node) -> None:
    settings = {**OWNER, "access": "allow", "allow": ("telegram:2",)}
    async with people(tmp_path, devnet_node, **settings) as world:
        _, watch, _ = await joined(world)
        given_up = await world.join(world.telegram, "2")
        assert await watch.look() == 0
        code = (await world.say(world.discord, "1", "link")).text.split("`")[1].removeprefix("link ")
        await world.say(world.telegram, "2", f"link {code}")
        await world.say(world.telegram, "2", f"confirm link {code}")
        await world.say(world.discord, "1", f"confirm link {code}")
        await Outside(world).sends("USDC", given_up, 5_000_000)
        await watch.look()
        words = f"arrived in {given_up}"
        (text,) = await until(lambda: [each.text for each in world.discord.told("1") if words in each.text])
        assert "I don't use it any more" in text
