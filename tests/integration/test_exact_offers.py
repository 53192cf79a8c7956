"""Offers from outside for an exact output: the cheapest one with its gas is taken, told and carried out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.gate.trades.offers import Tried
from agent.plans import Plan
from agent.replies.explain import told
from agent.replies.reply import Reply, Status
from agent.runtime.replaying import Known, replay
from devnet import Node
from tests.integration.quote_parts import Quoted, quoting, usdc_for_weth
from tests.integration.swap_parts import USDC
from tests.servers.aggregators import COW, NAMES, ROUTERS

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
WEI = 10**18
LESS = 20 * USDC
"""More than the gas of a swap is worth."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Quoted]:
    async with quoting(devnet_module, tmp_path_factory.mktemp("offers"), (*NAMES, COW)) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def it(shared: Quoted) -> Quoted:
    """The instance with honest quoters, which were asked nothing yet."""
    served = shared.served
    served.extra, served.lies = {COW: -LESS}, {}
    served.asked.clear()
    shared.known.clear()
    served.block = (await shared.world.snapshot(shared.account)).block.number
    return shared


async def fair(it: Quoted) -> int:
    """What the stand-ins' pool takes for one WETH."""
    usdc, weth = (it.world.registry.token(each).address for each in ("USDC", "WETH"))
    assert usdc is not None
    assert weth is not None
    return await it.fair(usdc, weth, WEI, True)


def notes(reply: Reply) -> str:
    assert reply.preview is not None
    return " ".join(reply.preview.notes)


def status(reply: Reply) -> Status | None:
    return reply.verdict.status if reply.verdict else None


def is_own(plan: Plan) -> bool:
    """Whether it is a trade by pools, of whichever version is the cheaper now."""
    return not any(step.typed or step.to in ROUTERS.values() for step in plan.steps)


async def test_the_offer_that_takes_the_least_is_taken_and_what_is_left_comes_back(it: Quoted) -> None:
    it.served.extra["velora"] = LESS
    before, router = (await it.balance("USDC"), await it.balance("WETH")), ROUTERS["velora"]
    reply = await it.ask(usdc_for_weth())
    plan, said = await it.plan(reply), await fair(it) - LESS
    most = said * 10_030 // 10_000
    assert [(step.function.partition("(")[0], str(step.role), step.to) for step in plan.steps] == [
        ("approve", "approval", plan.steps[0].to),
        ("swapExactAmountOut", "action", router),
        ("approve", "approval", plan.steps[0].to),
        ("approve", "cleanup", plan.steps[0].to),
    ]
    assert plan.steps[0].args == (router, str(most))
    bounds = {each.symbol: (each.min, each.max) for each in plan.expected}
    assert bounds["WETH"] == (WEI, WEI + 1)
    assert bounds["USDC"][0] == -most
    line = next(each for each in reply.preview.notes if each.startswith("Offers")) if reply.preview else ""
    assert line.startswith("Offers to get 1 WETH: uniswap-v")
    assert f"velora for {said // USDC:,}." in line
    assert line.count("(taken)") == 1
    assert "USDC (taken)" in line.partition("velora")[2]
    settled = await it.confirm()
    assert status(settled) is Status.SETTLED, settled.text
    given, got = before[0] - await it.balance("USDC"), await it.balance("WETH") - before[1]
    assert (given - said, got) == (1, WEI)  # the router keeps one base unit of each where it held none
    assert await it.allowance("USDC", router) == 0
    hashes = {tx["hash"] for tx in settled.txs}
    flows = [each for each in await it.world.ledger.flows(it.account, 0, 2**40) if each.hash in hashes]
    moved = {symbol: sum(flow.units for flow in flows if flow.symbol == symbol) for symbol in ("USDC", "WETH")}
    assert moved == {"USDC": -given, "WETH": got}
    (decision,) = await it.world.ledger.decisions_of_plan(plan.plan_id)
    it.served.asked.clear()
    known = Known(it.world.registry, it.world.venues, it.world.traders, it.world.hooks)
    assert replay(decision, plan, known).differs == ()
    assert it.served.asked == []
    why = told([decision], it.world.registry.token).text
    assert "I chose velora:USDC-0-WETH to buy 1 WETH with USDC" in why
    assert f"Run on our own node it takes {given // USDC:,}." in why


async def test_they_are_told_what_shall_come_by_whom_and_with_our_slippage(it: Quoted) -> None:
    await it.ask(usdc_for_weth("0.25"))
    ((_, velora, _),) = it.served.heard("velora")
    assert (velora["side"], velora["amount"], velora["slippage"]) == ("BUY", str(WEI // 4 + 1), "30")
    assert velora["includeContractMethods"] == "swapExactAmountOut"
    ((_, cow, _),) = it.served.heard(COW)
    assert (cow["kind"], cow["buyAmountAfterFee"], cow["receiver"]) == ("buy", str(WEI // 4), it.account)
    assert "sellAmountBeforeFee" not in cow
    assert {name for name, *_ in it.served.asked} == {"velora", COW}


async def test_an_offer_that_takes_no_less_than_the_own_trade_is_told_and_not_taken(it: Quoted) -> None:
    it.served.extra = {"velora": -LESS, COW: -LESS}
    reply = await it.ask(usdc_for_weth())
    assert is_own(await it.plan(reply))
    assert "(taken), cow for 3,02" in notes(reply)
    assert "velora for 3,02" in notes(reply)


async def test_what_saves_less_than_its_gas_costs_is_not_taken(it: Quoted) -> None:
    it.served.extra["velora"] = 1
    assert is_own(await it.plan(await it.ask(usdc_for_weth())))


async def test_an_exact_output_of_the_coin_is_unwrapped_to_the_unit(it: Quoted) -> None:
    it.served.extra = {"velora": LESS, COW: 2 * LESS}
    wrapped, native = await it.balance("WETH"), await it.native()
    reply = await it.ask(usdc_for_weth(gets="ETH"))
    plan = await it.plan(reply)
    assert plan.steps[1].to == ROUTERS["velora"]
    assert (plan.steps[-1].function.partition("(")[0], plan.steps[-1].args) == ("withdraw", (str(WEI),))
    assert "it is filled later, and what follows needs what comes of it now" in notes(reply)
    settled = await it.confirm()
    assert status(settled) is Status.SETTLED, settled.text
    receipts = [await it.devnet.rpc.receipt(tx["hash"]) for tx in settled.txs]
    fees = sum(each.fee for each in receipts if each is not None)
    assert await it.native() - native == WEI - fees
    assert await it.balance("WETH") - wrapped in (0, 1)  # the router may give the one that it keeps else
    assert await it.allowance("USDC", ROUTERS["velora"]) == 0


async def test_an_offer_that_may_take_more_than_our_most_is_refused(it: Quoted) -> None:
    """Its run takes less than the own trade, and its call would let it take what ours never would."""
    it.served.extra["velora"], it.served.lies = 4 * USDC, {"velora": "dear"}
    reply = await it.ask(usdc_for_weth())
    assert is_own(await it.plan(reply))
    assert "velora: it may take as much as 3,0" in notes(reply)
    assert "USDC is my most" in notes(reply)


async def test_a_lie_at_the_preview_leaves_the_own_route(it: Quoted) -> None:
    it.served.lies = {"velora": "keeps"}
    reply = await it.ask(usdc_for_weth())
    assert is_own(await it.plan(reply))
    assert "velora: It says 3,00" in notes(reply)
    assert status(await it.confirm()) is Status.SETTLED


async def test_more_than_the_wallet_holds_is_refused_though_somebody_offers_it(it: Quoted) -> None:
    with pytest.raises(Refused) as refused:
        await it.ask(usdc_for_weth("2000"))
    assert refused.value.rule in ("balance", "impact")


async def test_what_a_decision_keeps_of_an_exact_output_comes_back_whole(it: Quoted) -> None:
    tokens = dict(it.world.registry.tokens)
    whole = Tried(
        "velora", next(iter(it.world.quoters.values())).contract, tokens["USDC"], tokens["WETH"], 1_003,
        "f(uint256 a,uint256 b)", ("1003", "7"), 7, 1_000, 7, 5, exact_out=True, given=999,
    )  # fmt: skip
    assert Tried.from_json(whole.as_json(), tokens) == whole
    assert (whole.asked, whole.bound, whole.told) == (7, 1_003, (999, tokens["USDC"]))
    assert whole.asking(1_001).args == ("1001", "7")
    assert whole.asking(2_000) is whole


async def test_a_worse_market_at_confirmation_voids_it_and_asks_again(it: Quoted) -> None:
    it.served.extra["velora"] = LESS
    await it.ask(usdc_for_weth())
    await it.move_price(900_000 * USDC, "USDC", "WETH", 500)
    it.known.clear()
    reply = await it.confirm()
    assert status(reply) is Status.VOID
    assert len(it.served.heard("velora")) == 2
    assert await it.allowance("USDC", ROUTERS["velora"]) == 0
