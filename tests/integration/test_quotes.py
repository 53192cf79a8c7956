"""Offers from outside, beside the own trade: the best net of gas is taken, told, carried out and made again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.gate.trades.slippage import SLIPPAGE_BPS
from agent.plans import Plan
from agent.policy.outside import COIN
from agent.replies.explain import told
from agent.replies.reply import Reply, Status
from agent.runtime.enlisting import Enlisting
from agent.runtime.replaying import Known, replay
from devnet import Node
from tests.integration.quote_parts import KEY, Quoted, quoting, usdc_to_weth
from tests.integration.swap_parts import USDC, put_to_work, swap
from tests.servers.aggregators import COW, NAMES, ROUTERS
from tests.servers.stand_ins import AT

pytestmark = pytest.mark.integration
WEI = 10**18
MORE = WEI // 200
"""More than the gas of a swap is worth: some 15 dollars."""


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Quoted]:
    async with quoting(devnet_node, tmp_path, (*NAMES, COW)) as whole:
        whole.served.block = (await whole.world.snapshot(whole.account)).block.number
        yield whole


def notes(reply: Reply) -> str:
    assert reply.preview is not None
    return " ".join(reply.preview.notes)


def called(plan: Plan) -> list[tuple[str, str]]:
    return [(step.function.partition("(")[0], str(step.role)) for step in plan.steps]


@pytest.mark.parametrize("name", NAMES)
async def test_the_best_offer_is_taken_and_gives_what_its_run_gave(it: Quoted, name: str) -> None:
    it.served.extra = {name: MORE}
    before = await it.balance("USDC"), await it.balance("WETH")
    reply = await it.ask(usdc_to_weth())
    plan = await it.plan(reply)
    assert called(plan)[0] == ("approve", "approval")
    assert called(plan)[2] == ("approve", "cleanup")
    assert plan.steps[1].to == ROUTERS[name]
    assert plan.steps[0].args == (ROUTERS[name], str(3_000 * USDC))
    told = notes(reply)
    assert f"{name} 1.00" in told
    assert told.count("(taken)") == 1
    assert "uniswap-v3 0.99" in told
    assert f"as {name} offers it" in reply.text
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    fair = await it.fair(*ends(it), 3_000 * USDC)
    given, got = before[0] - await it.balance("USDC"), await it.balance("WETH") - before[1]
    assert given == 3_000 * USDC
    assert got == fair + MORE - (1 if name == "velora" else 0)
    assert await it.allowance("USDC", ROUTERS[name]) == 0


def ends(it: Quoted) -> tuple[Any, Any]:
    return it.world.registry.token("USDC").address, it.world.registry.token("WETH").address


async def test_an_offer_that_gives_no_more_than_the_own_trade_is_told_and_not_taken(it: Quoted) -> None:
    it.served.extra = dict.fromkeys(NAMES, -WEI // 1000)
    reply = await it.ask(usdc_to_weth())
    plan = await it.plan(reply)
    assert plan.steps[1].to == it.router
    told = notes(reply)
    assert all(f"{name} 0.99" in told for name in NAMES)
    assert "(taken)" in told.partition(",")[0]
    assert "cow: it may give as little as" in told


async def test_what_is_worth_less_than_its_gas_is_not_taken(it: Quoted) -> None:
    it.served.extra = {"1inch": 10**9}
    plan = await it.plan(await it.ask(usdc_to_weth()))
    assert plan.steps[1].to == it.router


async def test_all_are_told_what_is_swapped_by_whom_and_with_our_slippage(it: Quoted) -> None:
    await it.ask(usdc_to_weth("1234.5"))
    start, end = ends(it)
    units = str(int(1234.5 * USDC))
    (zerox,) = it.served.heard("0x")
    assert zerox[1] == {
        "chainId": "31337", "sellToken": start, "buyToken": end, "sellAmount": units, "taker": it.account,
        "slippageBps": str(SLIPPAGE_BPS),
    }  # fmt: skip
    assert zerox[2]["0x-api-key"] == KEY
    assert zerox[2]["0x-version"] == "v2"
    (oneinch,) = it.served.heard("1inch")
    assert oneinch[2]["Authorization"] == f"Bearer {KEY}"
    assert oneinch[1]["slippage"] == "0.30"
    assert oneinch[1]["receiver"] == it.account
    (velora,) = it.served.heard("velora")
    assert (velora[1]["slippage"], velora[1]["userAddress"]) == (str(SLIPPAGE_BPS), it.account)
    routes, built = it.served.heard("kyberswap")
    assert routes[1]["amountIn"] == units
    assert (built[1]["recipient"], built[1]["slippageTolerance"]) == (it.account, SLIPPAGE_BPS)
    (cow,) = it.served.heard("cow")
    assert (cow[1]["sellAmountBeforeFee"], cow[1]["receiver"]) == (units, it.account)
    assert not any(
        KEY in str(headers) for name in ("velora", "kyberswap", "cow") for *_, headers in it.served.heard(name)
    )


async def test_a_part_of_the_wallet_is_asked_for_once_it_is_known(it: Quoted) -> None:
    whole = await it.balance("USDC")
    it.served.extra = {"0x": MORE}
    await it.ask(swap(None, "USDC", "WETH", percent="10"))
    ((_, query, _),) = it.served.heard("0x")
    assert query["sellAmount"] == str(whole // 10)


@pytest.mark.parametrize("name", ["1inch", "velora", "kyberswap"])
async def test_the_coin_itself_is_given_without_an_approval(it: Quoted, name: str) -> None:
    it.served.extra = {name: 40 * USDC}
    before, native = await it.balance("USDC"), await it.native()
    reply = await it.ask(swap("1", "ETH", "USDC"))
    plan = await it.plan(reply)
    assert [(step.to, step.value) for step in plan.steps] == [(ROUTERS[name], WEI)]
    assert it.served.heard("0x") == []
    assert it.served.heard("cow") == []
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    fair = await it.fair(COIN, ends(it)[0], WEI)
    assert await it.balance("USDC") - before == fair + 40 * USDC - (1 if name == "velora" else 0)
    assert WEI < native - await it.native() < WEI + plan.max_total_fee_wei


@pytest.mark.parametrize(
    "intent",
    [swap(None, "ETH", "USDC"), swap(None, "ETH", "USDC", out="300")],
    ids=["all of the coin", "exact output for the coin"],
)
async def test_nobody_is_asked_for_what_none_of_them_is_asked(it: Quoted, intent: Any) -> None:
    await it.ask(intent)
    assert it.served.asked == []


@pytest.mark.parametrize("name", NAMES)
async def test_what_comes_in_the_wrapped_form_is_unwrapped_to_the_unit(it: Quoted, name: str) -> None:
    it.served.extra = {name: MORE}
    wrapped, native = await it.balance("WETH"), await it.native()
    reply = await it.ask(swap("3000", "USDC", "ETH"))
    plan = await it.plan(reply)
    assert called(plan)[-2:] == [("approve", "cleanup"), ("withdraw", "action")]
    assert plan.steps[1].to == ROUTERS[name]
    assert {each.symbol for each in plan.expected} == {"USDC", "WETH", "ETH"}
    fair = await it.fair(*ends(it), 3_000 * USDC)
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    got = fair + MORE - (1 if name == "velora" else 0)
    assert await it.balance("WETH") == wrapped
    rows = await it.world.ledger.plan(plan.plan_id)
    assert rows is not None
    receipts = [await it.devnet.rpc.receipt(tx["hash"]) for tx in settled.txs]
    fees = sum(each.fee for each in receipts if each is not None)
    assert await it.native() - native == got - fees
    (decision,) = await it.world.ledger.decisions_of_plan(plan.plan_id)
    known = Known(it.world.registry, it.world.venues, it.world.traders, it.world.hooks)
    assert replay(decision, plan, known).differs == ()


async def test_an_order_that_is_filled_later_is_not_taken_for_the_coin(it: Quoted) -> None:
    it.served.extra = {COW: 2 * MORE}
    reply = await it.ask(swap("3000", "USDC", "ETH"))
    assert (await it.plan(reply)).steps[1].to == it.router
    assert "filled later, and what follows needs what comes of it now" in notes(reply)


async def test_what_is_worth_less_than_unwrapping_is_not_taken(it: Quoted) -> None:
    fair, own = await it.fair(*ends(it), 3_000 * USDC), await it.plan(await it.ask(swap("3000", "USDC", "WETH")))
    least = next(each.min for each in own.expected if each.symbol == "WETH")
    it.served.extra = {"1inch": least * 1_000 // 997 - fair + 10**11}  # a little more, and less than the step's gas
    plan = await it.plan(await it.ask(swap("3000", "USDC", "ETH")))
    assert (len(plan.steps), plan.steps[1].to) == (3, it.router)


async def test_what_comes_of_an_offer_goes_to_work_in_the_same_plan(it: Quoted) -> None:
    it.served.extra = {"1inch": MORE}
    before = await it.balance("WETH")
    reply = await it.ask(put_to_work(usdc_to_weth(), "aave-v3:core:WETH"))
    assert AT["OneInch"] in [step.to for step in (await it.plan(reply)).steps]
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    fair = await it.fair(*ends(it), 3_000 * USDC)
    assert await it.balance("WETH") == before
    assert abs(await it.position("aave-v3:core:WETH") - fair - MORE) <= 1


async def test_the_decision_keeps_the_offers_and_is_made_again(it: Quoted) -> None:
    it.served.extra = {"kyberswap": MORE, "velora": MORE // 2}
    it.served.lies = {"0x": "recipient"}
    reply = await it.ask(usdc_to_weth())
    plan = await it.plan(reply)
    (row,) = await it.world.ledger.decisions_of_plan(plan.plan_id)
    by_name = {str(each["route"]).partition(":")[0]: each for each in row.alternatives}
    assert by_name["0x"]["rule"] == "quote-recipient"
    assert row.chosen == "kyberswap:USDC-0-WETH"
    it.served.asked.clear()
    known = Known(it.world.registry, it.world.venues, it.world.traders, it.world.hooks)
    again = replay(row, plan, known)
    assert again.differs == ()
    assert again.digest == plan.digest
    assert it.served.asked == []  # nobody is asked again


async def test_why_names_what_was_offered_and_what_the_run_gave(it: Quoted) -> None:
    it.served.extra = {"1inch": MORE, "velora": MORE // 2}
    it.served.lies = {"0x": "html"}
    await it.ask(usdc_to_weth())
    rows = await it.world.ledger.decisions_of_plan((await it.plan(await it.ask(usdc_to_weth()))).plan_id)
    reply = told(rows, it.world.registry.token)
    assert "I chose 1inch:USDC-0-WETH to swap 3,000 USDC to WETH" in reply.text
    assert "Run on our own node it gives 1.0044 WETH" in reply.text
    assert "The next best was velora:USDC-0-WETH" in reply.text
    assert reply.table is not None
    by_way = {row[0]: row for row in reply.table.rows}
    assert "it is a web page, not JSON" in by_way["0x:USDC-0-WETH"][-1]


async def test_a_quoter_that_is_named_later_is_listed_by_its_code_and_asked_from_then_on(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with quoting(devnet_node, tmp_path, ()) as before:
        assert before.world.quoters == {}
    async with quoting(devnet_node, tmp_path, ("0x", "1inch", COW)) as it:
        it.served.block = (await it.world.snapshot(it.account)).block.number
        it.served.extra = {"0x": MORE}
        found = await it.offers(usdc_to_weth())
        assert {name: each.rule for name, each in found.items()} == dict.fromkeys(("0x", "1inch", COW), "lists")
        assert it.served.asked == []
        enlisting = Enlisting(it.world)
        for name in ("0x", "0x:2", "1inch", COW, "cow:2"):
            candidate = await enlisting.look(name)
            assert ("signs orders" in dict(candidate.rows())) is (name == COW)
            await enlisting.ask(candidate, candidate.code, "")
        assert it.world.policy.tables["0x-settler"].functions == ()
        assert {each.rule for each in (await it.offers(usdc_to_weth())).values()} == {""}
        plan = await it.plan(await it.ask(usdc_to_weth()))
        assert plan.steps[1].to == ROUTERS["0x"]
        settled = await it.confirm()
        assert settled.verdict is not None
        assert settled.verdict.status is Status.SETTLED, settled.text


async def test_a_worse_market_at_confirmation_voids_the_plan_and_asks_again(it: Quoted) -> None:
    it.served.extra = {"1inch": MORE}
    await it.ask(usdc_to_weth())
    await it.move_price(900_000 * USDC, "USDC", "WETH", 500)
    it.known.clear()
    reply = await it.confirm()
    assert reply.verdict is not None
    assert reply.verdict.status is Status.VOID
    assert reply.preview is not None
    assert len(it.served.heard("1inch")) == 2


async def test_an_offer_whose_router_changed_is_turned_down_and_the_own_trade_is_taken(it: Quoted) -> None:
    it.served.extra = {"1inch": MORE}
    await it.devnet.rpc.request("anvil_setCode", AT["OneInch"], await code_with_more(it, AT["OneInch"]))
    reply = await it.ask(usdc_to_weth())
    assert (await it.plan(reply)).steps[1].to == it.router
    assert "1inch: " in notes(reply)
    assert reply.verdict is not None
    assert reply.verdict.status is Status.READY


async def code_with_more(it: Quoted, place: str) -> str:
    return str(await it.devnet.rpc.request("eth_getCode", place, "latest")) + "00"


async def test_with_no_quoter_named_nothing_is_asked_and_nothing_told(devnet_node: Node, tmp_path: Path) -> None:
    async with quoting(devnet_node, tmp_path, ()) as alone:
        reply = await alone.ask(usdc_to_weth())
        assert "Offers" not in notes(reply)
        assert alone.world.quoters == {}
        assert alone.served.asked == []


async def test_a_router_that_nobody_listed_hears_nothing_and_is_named(it: Quoted) -> None:
    contracts = {place: one for place, one in it.world.policy.contracts.items() if place != AT["Augustus"]}
    object.__setattr__(it.world.policy, "contracts", contracts)
    found = await it.offers(usdc_to_weth())
    assert found["velora"].rule == "lists"
    assert "`moneta policy list velora`" in found["velora"].why_not
    assert it.served.heard("velora") == []


async def test_a_swap_that_our_own_pools_cannot_give_refuses_though_all_offer_it(it: Quoted) -> None:
    """Without a way to sell again and within the feeds, nobody's word is enough."""
    it.served.extra = dict.fromkeys(NAMES, -600 * WEI)
    with pytest.raises(Refused) as refused:
        await it.ask(usdc_to_weth("9000000"))
    assert refused.value.rule in ("impact", "balance")
