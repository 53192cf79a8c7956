"""A mandate's rules on devnet: given in words, read back, kept: hours of rest, a venue left out, out on a depeg."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from agent.gate.mandates.mandate import Terms
from agent.replies.mandate_picture import data_of
from agent.runtime.replaying import Known, replay
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.feed_parts import dated_feed, now
from tests.integration.runtime_parts import rule, status
from tests.integration.schedule_parts import HOUR, Clock, Desk, opened
from tests.integration.test_schedule_acts import CORE, VENUS, decisions, deposited

pytestmark = pytest.mark.integration

USDC = 10**6
KEEP = "keep my usdc well placed, at least $0.01 gain"


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as made:
        await deposited(made)
        yield made


async def rows(desk: Desk, text: str) -> dict[str, tuple[str, ...]]:
    reply = await desk.say(text)
    assert reply.table is not None, reply.text
    return {row[0]: row[1:] for row in reply.table.rows}


def hour(clock: Clock) -> int:
    return datetime.fromtimestamp(clock.now, UTC).hour


def worth(desk: Desk, price: int) -> None:
    """From now on the feed says that USDC is at so much, USD with 8 decimals."""
    chain = Rpc(desk.node.rpc_url)
    dated_feed(chain, desk.world.registry.feeds["USDC"], price, started=now(chain), updated=now(chain))
    chain.call("evm_mine")


async def test_every_rule_is_read_back_when_it_is_given_and_when_it_is_asked_for(desk: Desk) -> None:
    await desk.say("my time zone is Europe/Vienna")
    shown = await rows(
        desk,
        f"{KEEP}, at most 20,000 in venus, not in aave core, get out if usdc falls below 0.97, get out when less "
        "than 1 % could leave, leave when there is danger, don't move anything between 22 and 7",
    )
    assert shown["never entered"] == (CORE, "you")
    assert shown[f"most in {VENUS}"] == ("20,000 USDC", "you")
    assert shown["out on a depeg"] == ("below $0.97", "you")
    assert shown["out before it is hard to leave"] == ("when less than 1 % of a venue could leave", "you")
    assert shown["out on other danger"] == ("at once", "you")
    assert shown["moves nothing"] == ("from 22:00 to 7:00 (Europe/Vienna), but for safety", "you")
    assert status(await desk.say("yes")) == "settled"
    assert await rows(desk, "what is my mandate?") == shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("get out if usdc falls below 1.5", "all would leave at once"),
        ("not in venus, at most 5 in venus", "never entered"),
        ("don't move anything between 7 and 7", "the whole day"),
        ("at least $100,000 gain", "Say a smaller least gain"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_what_to_do(desk: Desk, words: str, told: str) -> None:
    refused = await desk.say(f"keep my usdc well placed, {words}")
    assert (status(refused), rule(refused)) == ("refused", "mandate")
    assert told in refused.text


async def test_nothing_moves_in_hours_of_rest_and_it_does_after_them(desk: Desk) -> None:
    start = hour(desk.clock)
    await desk.say(f"{KEEP}, don't move anything between {start} and {(start + 12) % 24}")
    assert status(await desk.say("yes")) == "settled"
    await desk.schedule.tick()
    (row,) = await decisions(desk)
    assert row.snapshot["why_not"] == "you wanted nothing moved at this hour"
    assert any(leg["units"] != "0" for leg in row.alternatives)  # it was weighed all the same
    assert await desk.position(VENUS) == 0
    desk.clock.now += 12 * HOUR
    await desk.schedule.tick()
    assert [each.outcome for each in await decisions(desk)] == ["kept", "settled"]
    assert await desk.position(VENUS) > 0


async def test_a_venue_that_is_left_out_is_not_entered_and_its_own_cap_holds(desk: Desk) -> None:
    await desk.say(f"{KEEP}, at most 5,000 in venus")
    assert status(await desk.say("yes")) == "settled"
    await desk.schedule.tick()
    assert await desk.position(VENUS) <= 5_000 * USDC
    await desk.say(f"{KEEP}, not in venus")
    assert status(await desk.say("yes")) == "settled"
    before = await desk.position(VENUS)
    desk.clock.now += 6 * HOUR
    await desk.schedule.tick()
    assert await desk.position(VENUS) <= before + USDC


@pytest.mark.parametrize("rule_said", [True, False])
async def test_below_its_floor_all_leaves_into_the_wallet_at_any_hour_where_that_was_said(
    desk: Desk, rule_said: bool
) -> None:
    start = hour(desk.clock)
    floor = ", get out if usdc falls below 0.985" if rule_said else ""
    await desk.say(f"{KEEP}{floor}, don't move anything between {start} and {(start + 12) % 24}")
    assert status(await desk.say("yes")) == "settled"
    worth(desk, 98_500_000)
    await desk.schedule.tick()
    assert await desk.position(CORE) >= 40_000 * USDC - 1  # at its floor it isn't below it
    worth(desk, 98_000_000)
    desk.clock.now += 6 * HOUR
    await desk.schedule.tick()
    *_, row = await decisions(desk)
    if rule_said:
        assert row.outcome == "settled", row.outcome
        assert await desk.position(CORE) == 0
        account = await desk.world.account(desk.user)
        assert (await desk.world.snapshot(account)).balances["USDC"] >= 40_000 * USDC
        told = " ".join(str(each.body["text"]) for each in desk.heard.rows)
        assert "USDC is at $0.98, below the $0.985 at which your mandate leaves" in told
    else:
        assert row.outcome == "kept"
        assert await desk.position(CORE) >= 40_000 * USDC - 1


async def test_it_is_drawn_with_what_is_held_against_its_caps(desk: Desk) -> None:
    await desk.say(f"{KEEP}, at most 20,000 in venus, don't move anything between 22 and 7")
    assert status(await desk.say("yes")) == "settled"
    (picture,) = (await desk.say("chart my mandate")).pictures
    assert (picture.name, picture.caption) == ("mandate.png", "Your mandate for USDC.")
    assert picture.png.startswith(b"\x89PNG")
    terms = Terms.from_json((await desk.world.ledger.mandates())[0].limits)
    states = (await desk.world.snapshot(await desk.world.account(desk.user))).venues
    data = data_of(terms, desk.world.registry.token("USDC"), desk.world.venues, states, "UTC")
    first, caps = data["venues"][0], {each["name"]: each["cap"] for each in data["venues"]}
    assert (first["name"], first["held"]) == (CORE, str(states[CORE].position))
    assert caps[VENUS] == str(20_000 * USDC)
    assert data["quiet"] == ["22", "7"]


async def test_what_it_would_have_done_is_told_from_what_was_seen_and_a_yes_still_counts(desk: Desk) -> None:
    assert "no mandate with me to try" in (await desk.say("dry run")).text
    await desk.say(KEEP)
    little = await desk.say("what would you have done?")
    assert "too little to say" in little.text
    account = await desk.world.account(desk.user)
    for _ in range(12):
        await desk.advance(6 * HOUR)
        await desk.world.snapshot(account)
    shown = await desk.say(KEEP)
    assert "Over the last 3 days it would have moved once and come out $" in shown.text
    tried = await desk.say("what would you have done?")
    assert "I have 3 days of observations (13 looks since" in tried.text
    assert "with your 40,0" in tried.text
    assert "I would have moved once" in tried.text
    assert tried.table is not None
    assert any(VENUS in row[1] for row in tried.table.rows)
    assert tried.plan == shown.plan
    assert status(await desk.say("yes")) == "settled"  # nothing else was shown in between
    assert "Under your mandate, with your 40,0" in (await desk.say("dry run")).text
    assert len(await decisions(desk)) == 0  # it was tried, and nothing else


async def test_out_of_danger_it_leaves_without_any_price(desk: Desk) -> None:
    """With the feed of the coin dead, gas can't be counted: what is in danger leaves all the same, to the wallet."""
    await desk.say(f"{KEEP}, get out when less than 99 % could leave")
    assert status(await desk.say("yes")) == "settled"
    chain, feed = Rpc(desk.node.rpc_url), desk.world.registry.feeds[desk.world.registry.native.symbol]
    chain.call("anvil_setCode", feed, "0x")
    await desk.schedule.tick()
    (row,) = await decisions(desk)
    assert row.outcome == "settled", row.outcome
    assert await desk.position(CORE) == 0
    account = await desk.world.account(desk.user)
    assert (await desk.world.snapshot(account)).balances["USDC"] >= 40_000 * USDC
    told = " ".join(str(each.body["text"]) for each in desk.heard.rows)
    assert "less than the 99 % at which your mandate leaves" in told


async def test_where_it_says_so_signs_of_danger_take_it_out_and_else_they_only_tell(desk: Desk) -> None:
    """A dollar that stood at one for hours trades at 97 cents: the risk rules say to leave."""
    account = await desk.world.account(desk.user)
    for _ in range(4):
        await desk.world.snapshot(account)
        await desk.advance(HOUR)
    await desk.say(f"{KEEP}, alerts only")
    assert status(await desk.say("yes")) == "settled"
    worth(desk, 97_000_000)
    await desk.advance(60)
    await desk.schedule.tick()
    assert await desk.position(CORE) >= 40_000 * USDC
    await desk.say(f"{KEEP}, leave when there is danger")
    assert status(await desk.say("yes")) == "settled"
    desk.clock.now += 6 * HOUR
    await desk.schedule.tick()
    *_, row = await decisions(desk)
    assert row.outcome == "settled", row.outcome
    assert await desk.position(CORE) == 0
    assert (await desk.world.snapshot(account)).balances["USDC"] >= 40_000 * USDC


async def test_where_the_way_into_another_venue_is_refused_danger_is_left_into_the_wallet(desk: Desk) -> None:
    """The person's own limit of the day is used up: it bars the way in, and never the way out."""
    await desk.say("my limit is 50,000 usdc a day")
    await desk.say(f"{KEEP}, get out when less than 15 % could leave")
    assert status(await desk.say("yes")) == "settled"
    await desk.schedule.tick()
    first, second = await decisions(desk)
    assert first.chosen == VENUS
    assert "50,000 USDC" in str(first.outcome)
    assert (second.chosen, second.outcome) == ("your wallet", "settled")
    assert await desk.position(CORE) == await desk.position(VENUS) == 0
    world, plans = desk.world, await desk.world.ledger.plans_of(desk.user.id, 0, desk.clock.now)
    known = Known(world.registry, world.venues, world.traders, world.hooks)
    assert replay(second, plans[-1].plan, known).differs == ()
