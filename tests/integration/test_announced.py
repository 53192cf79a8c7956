"""What waits at the signer, whoever asked it: told on every channel, cancelled from each. Contracts listed anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.policy import _person
from agent.commands.relist import prove
from agent.errors import Refused
from agent.execution.signer.client import SignerClient
from agent.money import Address
from agent.replies.body import Body
from agent.runtime.relisting import Relisting
from agent.schedule import Schedule
from devnet import Node
from tests.integration.people_parts import Chat, People, people
from tests.integration.runtime_parts import CAROL, Whole, deposit, leave_all, rule, status
from tests.integration.test_gate_state import refused
from tests.integration.test_limits_chat import heard

pytestmark = pytest.mark.integration

TWO = {"owners": ("discord:1",), "access": "allow", "allow": ("telegram:2",)}
LOOSER = {"step_up": {"USDC": str(10**9)}, "day_caps": {"USDC": None}}


@pytest_asyncio.fixture
async def both(devnet_node: Node, tmp_path: Path) -> AsyncIterator[People]:
    """The owner in Discord (1), and somebody else with an account in Telegram (2)."""
    async with people(tmp_path, devnet_node, **TWO) as world:
        await world.join(world.discord, "1")
        await world.join(world.telegram, "2")
        await world.instance.world.signer.limits({"step_up": {"USDC": "5"}, "day_caps": {"USDC": "7"}})
        yield world


def told(chat: Chat, who: str, words: str) -> list[Body]:
    return [body for body in chat.told(who) if words in body.text]


async def test_a_loosening_that_the_ledger_doesnt_know_is_told_to_everybody_and_cancelled(both: People) -> None:
    """A stolen chat process asks the signer by its socket: what runs beside it hears of that, and says so."""
    world, schedule = both.instance.world, Schedule(both.instance.world, both.instance.service)
    await schedule.tick()
    assert told(both.discord, "1", "is to be loosened") == []
    await world.signer.limits(LOOSER)
    for _ in range(2):
        await schedule.tick()
    warned = await heard(both, both.discord, "1", "A limit of the signer is to be loosened, for everybody here")
    assert "a code above 1,000 USDC in one plan; day caps of USDC: none" in warned.text
    assert (warned.private, [button.label for button in warned.buttons]) == (True, ["Cancel it"])
    other = await heard(both, both.telegram, "2", "ask the operator")
    assert other.buttons == ()
    assert [
        len(told(chat, who, "A limit of the signer")) for chat, who in ((both.discord, "1"), (both.telegram, "2"))
    ] == [1, 1]
    change = (await world.signer.pending())[0]["id"]
    await both.say(both.telegram, "2", f"cancel signer change {change}")  # who isn't the operator can't
    assert len(await world.signer.pending()) == 1
    done = await both.press(both.discord, "1", warned, "Cancel it")
    assert done.text.startswith("Cancelled at the signer: a code above 1,000 USDC in one plan")
    assert await world.signer.pending() == []
    again = await both.say(both.discord, "1", f"cancel the signer's change {change}")
    assert (again.status, "is waiting" in again.text) == ("refused", True)
    await world.signer.limits(LOOSER)  # asked once more, it is told once more
    await schedule.tick()
    await both.until(lambda: len(told(both.discord, "1", "A limit of the signer")) == 2)


async def test_a_recipient_that_is_in_no_address_book_is_told_and_taken_off(both: People) -> None:
    world, schedule = both.instance.world, Schedule(both.instance.world, both.instance.service)
    await world.signer.contact("whoever", Address(CAROL))
    for _ in range(3):
        await schedule.tick()
    warned = await heard(both, both.discord, "1", f"The signer would pay {CAROL}")
    assert len(told(both.discord, "1", "would pay")) == 1
    done = await both.press(both.discord, "1", warned, "Cancel it")
    assert done.text == f"The signer doesn't pay {CAROL} any more."
    assert await world.signer.contacts() == []


async def test_a_contact_that_was_added_here_is_no_stranger(both: People) -> None:
    schedule = Schedule(both.instance.world, both.instance.service)
    await both.say(both.telegram, "2", f"add {CAROL} as carol")
    for _ in range(3):
        await schedule.tick()
    assert told(both.discord, "1", "would pay") == told(both.telegram, "2", "would pay") == []


async def test_a_signer_that_is_away_holds_up_nothing(both: People, tmp_path: Path) -> None:
    world, real = both.instance.world, both.instance.world.signer
    world.signer = SignerClient(lambda: str(tmp_path / "nobody"))
    await both.instance.service.announcing.tell()
    assert (await both.say(both.discord, "1", "help")).text
    world.signer = real


async def test_a_terminal_is_told_with_its_next_reply(whole: Whole) -> None:
    world = whole.world
    await world.signer.limits({"day_caps": {"USDC": "7"}})
    await world.signer.limits({"day_caps": {"USDC": "8"}})
    reply = await whole.say("what can you do?")
    assert reply.text.startswith("A limit of the signer is to be loosened, for everybody here: from ")
    change = (await world.signer.pending())[0]["id"]
    assert f"If that wasn't you, say `cancel signer change {change}`." in reply.text
    shown = (await whole.say("what are my limits")).table
    assert shown is not None
    assert ("day caps of USDC: 0.000008 USDC", "operator (signer)") in [row[1:] for row in shown.rows]
    assert "Cancelled at the signer" in (await whole.say(f"cancel signer change {change}")).text
    assert "A limit of the signer" not in (await whole.say("what can you do?")).text


async def test_a_contract_that_changed_is_listed_anew_after_the_wait(whole: Whole) -> None:
    world = whole.world
    await whole.do(deposit("100"))
    blue = world.venues["morpho-blue:WETH-86:USDC"].contract
    code = str(whole.chain.call("eth_getCode", blue.address, "latest"))
    relisting = Relisting(world)
    name = world.policy.contracts[blue.address].name
    assert (await relisting.look(name)).same
    whole.chain.call("anvil_setCode", blue.address, code + "00")
    caught = await refused(whole, deposit("50"))
    assert f'`moneta policy relist "{name}"`' in caught.remedy
    found = await relisting.look(name.upper())
    assert (found.place, found.same) == (blue.address, False)
    assert await relisting.look(blue.address.lower()) == found
    rows = {what: (was, now) for what, was, now in found.rows()}
    assert rows["code"][0] != rows["code"][1]
    assert rows["implementation"] == ("none", "none")
    became = await relisting.ask(found, "")
    assert became.ripe_at > world.now() + 86_000
    assert (await refused(whole, deposit("50"))).rule == "changed"  # nothing has changed yet
    pending = await world.signer.pending()
    assert pending[0]["changes"] == {"codes": {blue.address: {"code": found.now.code}}}
    await whole.instance.service.announcing.tell()
    assert f"{blue.address} is listed as it is now, code {found.now.code[:18]}" in (await whole.say("help")).text
    await whole.do(leave_all())


async def test_a_venues_receipt_is_listed_anew_by_its_address(whole: Whole) -> None:
    """It stands in no list of contracts, and is watched all the same."""
    receipt = whole.world.venues["aave-v3:core:USDC"].receipt
    assert receipt is not None
    found = await Relisting(whole.world).look(str(receipt.address))
    assert (found.place, found.name, found.same) == (receipt.address, receipt.address, True)


async def test_what_cant_be_listed_anew(whole: Whole) -> None:
    relisting = Relisting(whole.world)
    for named in ("nothing", CAROL):
        with pytest.raises(Refused, match="is listed") as caught:
            await relisting.look(named)
        assert (caught.value.rule, "There are: " in caught.value.remedy) == ("relist", True)
    listing = await relisting.look("USDC")
    prove(listing, lambda _: " usdc\n")
    with pytest.raises(Refused, match="isn't its name"):
        prove(listing, lambda _: "yes")


async def test_limits_are_shown_for_anybody_with_an_account(both: People) -> None:
    instance = both.instance
    found = await _person(instance, "telegram:2")
    assert found.id == (await instance.service.user("telegram", "2", "")).id
    await instance.service.user("telegram", "3", "looks in")
    for nobody in ("telegram:3", "telegram:4", "2", ""):
        with pytest.raises(Refused, match="Nobody with an account") as caught:
            await _person(instance, nobody)
        assert (caught.value.rule, "discord:123456789" in caught.value.remedy) == ("user", True)


async def test_news_of_the_signer_leave_a_preview_waiting_to_be_shown_again(whole: Whole) -> None:
    """They ask something: a yes behind them confirms nothing before the preview was there again."""
    world = whole.world
    now = world.now()
    await world.signer.limits({"day_caps": {"USDC": "700000000"}})
    assert status(await whole.say("deposit 10 usdc")) == "ready"
    await world.signer.limits({"day_caps": {"USDC": "800000000"}})
    world.now = lambda: now + 10
    reply = await whole.say("yes")
    assert reply.text.startswith("A limit of the signer is to be loosened")
    assert "I told you something else after that preview" in reply.text
    assert (status(reply), rule(reply)) == ("ready", None)
    assert status(await whole.say("yes")) == "settled"
