"""Liquidity positions in conversation, at the real position manager."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.errors import NeedsAnswer, Refused
from agent.gate.alone import NOTE
from agent.intents import Close, Collect, Exact, Exit, Provide, Range
from agent.money import Amount
from agent.ranges import Position
from agent.runtime.replaying import Known, replay
from devnet import Node
from tests.integration.range_parts import Ranges, providing
from tests.integration.runtime_parts import MORPHO, USDC, deposit, status
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Ranges]:
    async with providing(tmp_path / "home", devnet_node) as it:
        yield it


def held(text: str) -> int:
    """The cents that a portfolio says are held in all."""
    found = re.search(r"You hold \$([\d,.]+) in all", text)
    assert found is not None, text
    return int(found[1].replace(",", "").replace(".", ""))


async def test_the_portfolio_shows_positions_with_their_range_and_what_waits(whole: Ranges) -> None:
    before = held((await whole.say("portfolio")).text)
    centre = whole.tick() // 10 * 10
    whole.mint(centre - 1_000, centre + 1_000, 3_000)
    await whole.say("acknowledge")
    shown = await whole.say("portfolio")
    assert abs(held(shown.text) - before) < 1_000  # gas, but for which nothing is lost
    assert "Position 9: WETH/USDC 0.05 %, from 2,716.24 to 3,317.6 USDC a WETH, in range at 3,000." in shown.text
    assert "Nothing is at work" not in shown.text
    assert "wait" not in shown.text
    whole.trade(3_000_000, buys_weth=True)
    shown = await whole.say("portfolio")
    assert "Fees of" in shown.text
    assert "wait: say `collect the fees of position 9`" in shown.text
    assert shown.table is not None
    (row,) = (row for row in shown.table.rows if "position 9" in row[0])
    (position,) = (await whole.world.snapshot(whole.account)).positions
    usdc_first = whole.pair[0] == whole.token("USDC").address
    usdc, weth = (position.units0, position.units1) if usdc_first else (position.units1, position.units0)
    assert row[1] == f"{Amount(weth, whole.token('WETH'))} and {Amount(usdc, whole.token('USDC'))}"
    assert row[3] == "in range"
    whole.trade(12_000_000, buys_weth=True)
    shown = await whole.say("portfolio")
    assert "out of range at" in shown.text
    assert "where it earns nothing" in shown.text


def opening(usdc: str | None = "3000", weth: str | None = None, **over: Any) -> Provide:
    return Provide(
        asset="USDC",
        amount=None if usdc is None else Exact(value=usdc),
        to_asset="WETH",
        to_amount=None if weth is None else Exact(value=weth),
        range=Range(**over) if over else Range(kind="prices", low="2500", high="3500"),
    )


async def opened_one(whole: Ranges, intent: Provide | None = None) -> Position:
    await whole.do(intent or opening())
    return (await whole.world.snapshot(whole.account)).positions[-1]


def wallet(whole: Ranges) -> tuple[int, int]:
    return whole.balance("USDC"), whole.balance("WETH")


async def test_a_position_is_opened_collected_and_closed_to_the_unit(whole: Ranges) -> None:
    before = wallet(whole)
    preview = await whole.ask(opening())
    assert status(preview) == "ready", preview.text
    assert "and 3,000 USDC as liquidity from 2,499.91 to 3,501.66 USDC a WETH" in preview.text
    assert preview.plan is not None
    functions = [step["function"].partition("(")[0] for step in preview.plan["steps"]]
    assert functions == ["approve", "approve", "mint", "approve", "approve"]
    settled = await whole.confirm()
    assert status(settled) == "settled"
    assert "sandwich" not in settled.text
    (position,) = (await whole.world.snapshot(whole.account)).positions
    paid = tuple(was - now for was, now in zip(before, wallet(whole), strict=True))
    assert 2_999 * USDC < paid[0] <= 3_000 * USDC
    assert sum(paid) - position.units0 - position.units1 <= 2  # rounding is the pool's
    assert [whole.allowance(symbol, whole.manager.contract.address) for symbol in ("USDC", "WETH")] == [0, 0]
    for _ in range(3):
        whole.trade(2_000_000, buys_weth=True)
        whole.trade(2_000_000, buys_weth=False)
    (position,) = (await whole.world.snapshot(whole.account)).positions
    waiting = sorted((position.fees0, position.fees1))
    assert waiting[0] > 0
    before = wallet(whole)
    assert status(await whole.ask(Collect(position=str(position.id)))) == "ready"
    assert status(await whole.confirm()) == "settled"
    assert sorted(now - was for was, now in zip(before, wallet(whole), strict=True)) == waiting
    whole.trade(2_000_000, buys_weth=True)
    (position,) = (await whole.world.snapshot(whole.account)).positions
    given = sorted((position.units0 + position.fees0, position.units1 + position.fees1))
    before = wallet(whole)
    await whole.do(Close(position=None))
    assert sorted(now - was for was, now in zip(before, wallet(whole), strict=True)) == given
    assert (await whole.world.snapshot(whole.account)).positions == ()
    assert whole.number(whole.manager.contract.address, "balanceOf(address)", whole.account) == 0
    assert (await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)).problems == ()


async def test_what_does_not_fit_is_refused_with_what_is_missing(whole: Ranges) -> None:
    for intent, said, what in (
        (opening("60000", kind="prices", low="2900", high="3500"), "balance", "are missing"),
        (opening(None, "25"), "balance", "Your wallet holds 20 WETH"),
        (opening(kind="prices", low="3500", high="2500"), "range", "no range"),
        (opening(kind="prices", low="3500", high="4500"), "range", "takes only WETH"),
        (opening(kind="prices", low="0.0003", high="0.0004"), "range", "looks like WETH a USDC"),
        (opening(None, "1", kind="prices", low="1000", high="2000"), "range", "takes only USDC"),
    ):
        with pytest.raises(Refused, match=what) as caught:
            await whole.ask(intent)
        assert caught.value.rule == said


async def test_each_kind_of_range_opens_around_the_price(whole: Ranges) -> None:
    for kind, far in (("narrow", 0.05), ("wide", 0.2), ("percent", 0.125), ("full", None)):
        position = await opened_one(whole, opening(kind=kind, **({"value": "12.5"} if kind == "percent" else {})))
        prices = [whole.manager.sqrt_price(tick) ** 2 for tick in (position.low, position.high)]
        now = position.sqrt_price**2
        if far is None:
            assert prices[0] < now / 10**20
            assert prices[1] > now * 10**20
        else:
            reach = sorted((now / prices[0], prices[1] / now))
            assert reach[0] == pytest.approx(1 + far, rel=0.002)
            assert reach[1] == pytest.approx(1 / (1 - far), rel=0.002)


async def test_a_one_sided_range_takes_one_token_and_one_approval(whole: Ranges) -> None:
    intent = opening(kind="prices", low="2000", high="2500")
    preview = await whole.ask(intent)
    assert preview.plan is not None
    assert len(preview.plan["steps"]) == 3
    before = whole.balance("WETH")
    assert status(await whole.confirm()) == "settled"
    assert whole.balance("WETH") == before
    (position,) = (await whole.world.snapshot(whole.account)).positions
    assert not position.in_range


async def test_a_bent_price_is_not_provided_at_and_left_all_the_same(whole: Ranges) -> None:
    await opened_one(whole)
    whole.trade(6_000_000, buys_weth=True)
    with pytest.raises(Refused) as caught:
        await whole.ask(opening())
    assert caught.value.rule in ("pool-price", "oracle")
    assert status(await whole.say("pause")) == ""
    await whole.do(Collect(position=None))
    await whole.do(Close(position=None))
    assert (await whole.world.snapshot(whole.account)).positions == ()


async def test_a_price_that_moves_between_preview_and_yes_voids_the_plan(whole: Ranges) -> None:
    await whole.ask(opening(kind="narrow"))
    whole.trade(900_000, buys_weth=True)
    reply = await whole.confirm()
    assert status(reply) == "void", reply.text
    assert (await whole.world.snapshot(whole.account)).positions == ()


async def test_an_exit_closes_positions_too_and_only_own_ones_are_known(whole: Ranges) -> None:
    await whole.do(deposit("1000"))
    await opened_one(whole)
    with pytest.raises(Refused, match="You have no position 1"):
        await whole.ask(Close(position="1"))
    await whole.do(Exit())
    snapshot = await whole.world.snapshot(whole.account)
    assert snapshot.positions == ()
    assert snapshot.venues[MORPHO].position == 0


async def test_of_several_positions_it_is_asked_which(whole: Ranges) -> None:
    first = await opened_one(whole)
    second = await opened_one(whole, opening(kind="wide"))
    with pytest.raises(NeedsAnswer, match=f"{first.id} .*{second.id}"):
        await whole.ask(Close(position=None))
    await whole.do(Close(position=str(first.id)))
    assert [each.id for each in (await whole.world.snapshot(whole.account)).positions] == [second.id]


async def remembered(whole: Ranges, looks: int = 26) -> None:
    """Lets two days pass in which somebody trades back and forth, and the pools are seen."""
    for look in range(looks):
        whole.trade(800_000 + 10_000 * (look % 7), buys_weth=look % 2 == 0)
        whole.chain.call("evm_increaseTime", 2 * 3_600)
        whole.chain.call("evm_mine")
        await whole.world.observing.keep(await whole.world.snapshot(whole.account), now=whole.now())
    whole.chain.call("evm_increaseTime", 3_600)
    whole.chain.call("evm_mine")


async def test_without_a_record_a_range_is_asked_for_and_nothing_is_forecast(whole: Ranges) -> None:
    with pytest.raises(NeedsAnswer, match="Over which prices"):
        await whole.ask(opening().model_copy(update={"range": None}))
    preview = await whole.ask(opening())
    assert preview.preview is not None
    assert any(note.startswith("Too little was seen of this pool") for note in preview.preview.notes)


async def test_a_range_is_chosen_from_what_was_seen_told_with_its_forecast_and_made_again(whole: Ranges) -> None:
    await remembered(whole)
    seen = await whole.world.observing.pools(whole.now())
    assert seen[whole.pool()].looks >= 26
    assert seen[whole.pool()].moved > 0
    assert seen[whole.pool()].growth0 > 0
    preview = await whole.say("provide 3,000 USDC and WETH liquidity")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    (note,) = (note for note in preview.preview.notes if note.startswith("If it goes on"))
    assert re.search(r"in range about \d+ % of 30 days; fees about \$[\d,.]+, loss against holding about \$", note), (
        note
    )
    assert status(await whole.confirm()) == "settled"
    why = await whole.say("why?")
    assert "I chose" in why.text
    assert "WETH/USDC" in why.text
    assert why.table is not None
    assert len(why.table.rows) == 10
    row = await whole.world.ledger.last_decision(whole.user.id)
    assert row is not None
    assert row.plan_id is not None
    plan = await whole.world.ledger.plan(row.plan_id)
    assert plan is not None
    world = whole.world
    again = replay(row, plan.plan, Known(world.registry, world.venues, world.traders, world.hooks))
    assert again.differs == ()


async def test_the_native_coin_that_was_named_is_wrapped_as_far_as_it_is_missing(whole: Ranges) -> None:
    whole.fund(whole.account, "WETH", 5 * 10**17)
    preview = await whole.say("provide 3,000 USDC and ETH liquidity, range 2,500 to 3,500")
    assert status(preview) == "ready", preview.text
    assert "wrap" in preview.text
    before, held = whole.native(), whole.balance("WETH")
    assert status(await whole.confirm()) == "settled"
    (position,) = (await whole.world.snapshot(whole.account)).positions
    weth = max(position.units0, position.units1)
    assert whole.balance("WETH") <= 1
    assert weth - held <= before - whole.native() < weth - held + 10**16  # what was missing, and gas
    whole.fund(whole.account, "WETH", 0)
    with pytest.raises(Refused, match="WETH"):
        await whole.ask(opening())  # it named WETH itself, of which there is none


async def test_a_node_that_cannot_simulate_lets_fees_and_positions_out(
    devnet_node: Node, proxy: FaultyNode, tmp_path: Path
) -> None:
    async with providing(tmp_path / "behind", devnet_node, url=proxy.url) as behind:
        first = await opened_one(behind)
        behind.trade(100_000, buys_weth=True)
        proxy.lacking = {"eth_simulateV1"}
        with pytest.raises(Refused, match="no eth_simulateV1"):
            await behind.ask(opening())
        await behind.do(Collect(position=None))
        behind.trade(100_000, buys_weth=False)
        before = wallet(behind)
        preview = await behind.ask(Close(position=str(first.id)))
        assert preview.preview is not None
        assert NOTE in preview.preview.notes
        assert status(await behind.confirm()) == "settled"
        assert all(now >= was for was, now in zip(before, wallet(behind), strict=True))
        assert (await behind.world.snapshot(behind.account)).positions == ()
