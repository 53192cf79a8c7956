"""Books on a real chain: a user's whole story, held against the chain's own balances to the unit."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from agent.books.entries import NATIVE, Sort, Way
from agent.books.keep import Books
from agent.books.lots import Method
from agent.books.shapes import SHAPES
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from agent.intents import Claim, Exact, Swap
from agent.money import Amount
from agent.options import books as options
from agent.replies.books import OF_ALL
from agent.runtime.booking import Booking, Opened
from agent.runtime.recounting import midnight
from agent.watch import Watch
from devnet import Node
from devnet.rewards import pay_rewards
from memory.journal.booked import Price
from tests.integration.range_parts import providing
from tests.integration.runtime_parts import (
    AAVE,
    BOB,
    CAROL,
    ETH,
    MORPHO,
    USDC,
    Whole,
    deposit,
    opened,
    status,
    transfer,
    withdraw,
)

pytestmark = pytest.mark.integration
DAI = 10**18
CENT = 10**6
"""In USD with 8 decimals."""


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    await asyncio.to_thread(pay_rewards, devnet_node.rpc_url, "USDC", "DAI", DAI // 10)
    async with opened(tmp_path / "home", devnet_node) as it:
        await it.say("hello")
        yield it


def later(whole: Whole, seconds: int) -> None:
    whole.chain.call("evm_increaseTime", seconds)
    whole.chain.call("evm_mine")


def in_the_chains_year(whole: Whole) -> None:
    """From here on it is the time of devnet's head, which begins in January 2026 whatever this machine's year is."""
    head = int(whole.chain.block()["timestamp"], 16)
    whole.world.now = lambda: head


def priced(whole: Whole, symbol: str, usd: int) -> None:
    """The feed says another price from now on: MockAggregator's only slot."""
    feed = whole.world.registry.feeds[symbol]
    whole.chain.call("evm_mine")  # what is set counts from the head on, and that one is somebody's
    whole.chain.call("anvil_setStorageAt", feed, "0x" + "0" * 64, "0x" + (usd * 10**8).to_bytes(32).hex())
    whole.chain.call("evm_mine")


async def books_of(whole: Whole) -> Opened:
    return await Booking(whole.world).opened(whole.user)


def check_units(whole: Whole, it: Opened) -> None:
    """Lots left, less what lies in venues, are what the chain says the wallet holds; costs add up, too."""
    books = it.books
    for symbol in ("USDC", "DAI", "WETH", "ETH"):
        key = NATIVE if symbol == "ETH" else str(whole.token(symbol).address)
        inside = sum(units for (_, token), units in books.put_in.items() if token == key)
        owned = sum(lot.units for lot in books.lots.get(key, ()))
        held = whole.native() if symbol == "ETH" else whole.balance(symbol)
        assert owned - inside == held, symbol
    assert books.missing == ()
    check_costs(books)


def check_costs(books: Books) -> None:
    gone = [*(each.lot for each in books.gains), *(each.lot for each in books.gone)]
    left = [lot for lots in books.lots.values() for lot in lots]
    for pick in ("units", "cost"):
        came = sum(getattr(lot, pick) for lot in books.acquired)
        assert came == sum(getattr(lot, pick) for lot in (*gone, *left))


async def test_a_whole_story_adds_up_to_the_chains_own_balances(whole: Whole) -> None:
    usdc, weth = str(whole.token("USDC").address), str(whole.token("WETH").address)
    began = whole.balance("USDC"), whole.native()
    await whole.do(deposit("10000", venue=AAVE))
    await whole.do(deposit("2000", venue=MORPHO))
    later(whole, 30 * 86_400)
    await whole.do(Swap(asset="USDC", amount=Exact(value="3000"), to_asset="WETH", to_amount=None))
    await whole.do(Swap(asset="WETH", amount=Exact(value="0.5"), to_asset="USDC", to_amount=None))
    await whole.do(Claim(venue=None))
    priced(whole, "WETH", 3_300)
    before = whole.balance("USDC")
    await whole.do(withdraw(None, venue=AAVE))
    back = whole.balance("USDC") - before
    await whole.say(f"add {BOB} as bob")
    later(whole, 2 * 86_400)
    await whole.do(transfer("250"))
    whole.send(CAROL, whole.account, value=ETH)  # somebody pays in, and nobody watches
    whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", CAROL, 7 * USDC)

    it = await books_of(whole)
    check_units(whole, it)
    books = it.books
    first = books.entries[0]
    assert first.sort is Sort.OPENING
    assert {move.token: move.units for move in first.moves}[usdc] == began[0]
    assert {move.token: move.units for move in first.moves}[NATIVE] == began[1]
    interest, reward = books.incomes[1], books.incomes[0]
    assert (interest.way, interest.units, interest.venue) == (Way.TAKEN, back - 10_000 * USDC, AAVE)
    assert interest.usd == interest.units * 10**2  # a dollar each, with 8 decimals
    assert reward.way is Way.REWARD
    assert reward.token == str(whole.token("DAI").address)
    assert books.put_in == {(MORPHO, usdc): 2_000 * USDC}
    swaps = [each for each in books.gains if each.sort is Sort.SWAP and not each.gas]
    assert [(each.lot.token, each.lot.units) for each in swaps] == [(usdc, 3_000 * USDC), (weth, ETH // 2)]
    assert all(abs(each.usd or 0) < 30 * 10**8 for each in swaps)  # what the pool took: nothing else changed
    paid = {each.hash: each.wei for each in books.gas}
    for attempt in await whole.attempts():
        assert paid.pop(attempt.hash) == attempt.fee_wei
    assert paid == {}
    strange = {(m.token, m.units) for e in books.entries if e.sort is Sort.UNEXPLAINED for m in e.moves}
    assert (usdc, -7 * USDC) in strange
    assert all(each.note.startswith("something else than Moneta") for each in books.entries if each.note)
    assert it.standing is not None
    assert it.standing.earned.usd > 0  # Morpho's month


async def test_the_native_coin_is_bought_sold_and_burnt_to_the_wei(whole: Whole) -> None:
    weth = str(whole.token("WETH").address)
    await whole.do(Swap(asset="USDC", amount=Exact(value="3000"), to_asset="ETH", to_amount=None))
    await whole.do(Swap(asset="ETH", amount=Exact(value="0.25"), to_asset="USDC", to_amount=None))
    await whole.do(Swap(asset="ETH", amount=None, to_asset="USDC", to_amount=Exact(value="300")))
    it = await books_of(whole)
    check_units(whole, it)
    assert {each.sort for each in it.books.entries} == {Sort.OPENING, Sort.APPROVAL, Sort.SWAP}
    (first, *_) = [lot for lot in it.books.acquired if lot.token == NATIVE and lot.way is Way.GOT]
    assert abs((first.cost or 0) - 3_000 * 10**8) < 30 * 10**8
    assert next(each.lot.token for each in it.books.gains if not each.gas) == str(whole.token("USDC").address)
    assert weth not in {each.lot.token for each in it.books.gains}


async def test_liquidity_that_comes_back_in_other_amounts_was_exchanged(devnet_node: Node, tmp_path: Path) -> None:
    async with providing(tmp_path / "pool", devnet_node) as ranges:
        await ranges.say("provide 1 WETH and 3000 USDC to uniswap between 2500 and 3600")
        assert status(await ranges.confirm()) == "settled"
        for buys in (True, False, True):
            ranges.trade(200_000, buys)
        await ranges.say("collect my fees")
        assert status(await ranges.confirm()) == "settled"
        await ranges.say("close my liquidity position")
        assert status(await ranges.confirm()) == "settled"
        it = await books_of(ranges)
        check_units(ranges, it)
        assert it.books.put_in == {}
        kinds = [each.sort for each in it.books.entries if each.moves]
        assert kinds == [Sort.OPENING, Sort.PROVIDED, Sort.REWARD, Sort.CLOSED]
        assert {each.way for each in it.books.incomes} == {Way.REWARD}
        (given,) = [each for each in it.books.gains if not each.gas]
        assert given.lot.token == str(ranges.token("WETH").address)  # it was bought from the pool


async def test_prices_are_kept_with_their_source_at_settlement_and_found_again(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    ledger, registry = whole.world.ledger, whole.world.registry
    (attempt, *_) = await whole.attempts()
    assert attempt.block_hash is not None
    await whole.world.bookkeeper.close()
    assert await ledger.unseen_blocks(whole.account) == []
    prices = await ledger.prices_at(whole.account)
    feed = registry.feeds["ETH"]
    known = prices[attempt.block_hash, NATIVE]
    assert known == Price(3_000 * 10**8, f"feed ETH/USD {feed}, block {attempt.block_number}")
    assert prices[attempt.block_hash, str(whole.token("USDC").address)].usd == 10**8

    def lose(db: object) -> None:
        db.execute("DELETE FROM holdings")  # type: ignore[attr-defined]
        db.execute("DELETE FROM block_prices")  # type: ignore[attr-defined]

    await ledger._store.write(lose)  # as if the plan were from before there were books
    priced(whole, "ETH", 4_000)
    assert (await books_of(whole)).moved
    assert await ledger.prices_at(whole.account) == prices
    again = await books_of(whole)
    check_units(whole, again)


async def test_a_block_that_no_node_can_read_leaves_prices_unknown(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    await whole.do(withdraw(None, venue=AAVE))
    in_the_chains_year(whole)
    ledger = whole.world.ledger
    await whole.world.bookkeeper.close()
    await ledger._store.write(
        lambda db: db.execute("UPDATE block_prices SET price = NULL, source = 'none: gone'").rowcount
    )
    reply = await whole.say("my profit this year")
    assert status(reply) == ""
    assert "so it isn't in these sums" in reply.text
    assert "ETH of gas is unknown" in reply.text


async def test_a_rewound_plan_drops_out_and_counts_once_when_it_is_back(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    mark = whole.chain.call("evm_snapshot")
    await whole.do(withdraw("400", venue=AAVE))
    assert [each.sort for each in (await books_of(whole)).books.entries][-1] is Sort.WITHDRAWAL
    whole.chain.call("evm_revert", mark)
    whole.chain.call("evm_mine")
    await whole.world.manager.catch_up(whole.account, whole.world.registry.chain_id)
    gone = await books_of(whole)
    assert Sort.WITHDRAWAL not in {each.sort for each in gone.books.entries}
    await whole.recover(whole.world.manager)
    back = await books_of(whole)
    assert [each.sort for each in back.books.entries].count(Sort.WITHDRAWAL) == 1
    check_units(whole, back)


async def test_what_comes_in_is_priced_in_its_block_and_what_others_put_to_work_is_found(whole: Whole) -> None:
    usdc = str(whole.token("USDC").address)
    await whole.do(deposit("1000", venue=MORPHO))
    watch = Watch(whole.world, whole.instance.service)
    await watch.look()
    whole.send(CAROL, whole.token("WETH").address, "deposit()", value=ETH)
    whole.send(CAROL, whole.token("WETH").address, "transfer(address,uint256)", whole.account, ETH)
    paid_in = whole.chain.number("eth_blockNumber")
    await watch.look()
    priced(whole, "WETH", 5_000)
    pool = whole.world.venues[AAVE].contract.address
    whole.send(whole.account, whole.token("USDC").address, "approve(address,uint256)", pool, 500 * USDC)
    function = "supply(address,uint256,address,uint16)"
    whole.send(whole.account, pool, function, whole.token("USDC").address, 500 * USDC, whole.account, 0)
    await whole.say("portfolio")
    it = await books_of(whole)
    (came,) = [each for each in it.books.entries if each.sort is Sort.ARRIVAL]
    assert (came.block, came.moves[0].units, came.moves[0].price.usd) == (paid_in, ETH, 3_000 * 10**8)
    (found,) = [each for each in it.books.entries if each.sort is Sort.ADOPTION]
    assert (found.venue, found.moves[0].token) == (AAVE, usdc)
    assert it.books.put_in[AAVE, usdc] == found.moves[0].units
    (away,) = [lot for lot in it.books.gone if lot.lot.token == usdc]
    assert (away.lot.units, away.way) == (500 * USDC, Way.UNEXPLAINED)
    check_units(whole, it)
    again = await books_of(whole)
    assert [each.sort for each in again.books.entries] == [each.sort for each in it.books.entries]


class Killed(BaseException):
    """The process is gone."""


async def test_a_kill_between_settlement_and_prices_costs_nothing_and_doubles_nothing(
    whole: Whole, devnet_node: Node, tmp_path: Path
) -> None:
    def die(at: Point) -> None:
        if at is Point.SETTLED:
            raise Killed

    await whole.ask(deposit("1000", venue=AAVE))
    with watched(die), pytest.raises(Killed):
        await whole.say("/confirm")
    ledger = whole.world.ledger
    assert len(await ledger.unseen_blocks(whole.account)) == 2
    await whole.recover(whole.world.manager)
    for _ in range(2):
        it = await books_of(whole)
        assert [each.sort for each in it.books.entries] == [Sort.OPENING, Sort.APPROVAL, Sort.DEPOSIT]
        assert all(each.usd is not None for each in it.books.gas)
        check_units(whole, it)
    assert await ledger.unseen_blocks(whole.account) == []


async def test_the_year_is_that_of_the_users_zone(whole: Whole) -> None:
    """Half an hour before midnight of the year in Madrid, which is an hour ahead of UTC."""
    new_year = int(datetime(2027, 1, 1, tzinfo=ZoneInfo("Europe/Madrid")).timestamp())
    await whole.do(deposit("1000", venue=AAVE))
    whole.chain.call("evm_setNextBlockTimestamp", new_year - 1_800)
    whole.chain.call("evm_mine")
    await whole.do(withdraw("500", venue=AAVE))
    booking = Booking(whole.world)
    it = await books_of(whole)
    madrid = ZoneInfo("Europe/Madrid")
    ends = [midnight(f"{year}-01-01", madrid) for year in (2026, 2027, 2028)]
    counted = [booking.summary(it, since, until - 1, madrid).transactions for since, until in pairwise(ends)]
    assert counted == [3, 0]
    utc = [midnight(f"{year}-01-01", UTC) for year in (2026, 2027)]
    assert booking.summary(it, utc[0], utc[1] - 1, UTC).transactions == 3
    ahead = ZoneInfo("Asia/Tokyo")  # where it is 2027 already
    assert (
        booking.summary(it, midnight("2027-01-01", ahead), midnight("2028-01-01", ahead) - 1, ahead).transactions == 1
    )


async def test_books_are_asked_for_in_words_of_three_languages(whole: Whole) -> None:
    assert (await whole.say("my taxes 2026")).text.startswith("I have carried out no transaction")
    await whole.do(deposit("1000", venue=AAVE))
    await whole.do(withdraw(None, venue=AAVE))
    in_the_chains_year(whole)
    said = await whole.say("my profit this year")
    assert said.private
    assert said.text.startswith("Your loss from ")
    assert "no tax advice" in said.text
    assert said.pictures == ()
    for part in ("my profit on USDC this year", "my profit with aave this year"):
        assert (await whole.say(part)).text == f"{OF_ALL}\n{said.text}"
    (asked,) = (await whole.say("export my taxes for koinly")).pictures
    assert asked.name == "moneta-koinly.csv"
    assert next(csv.reader(io.StringIO(asked.png.decode())))[:3] == ["Date", "Sent Amount", "Sent Currency"]
    assert [each.name for each in (await whole.say("my taxes for rotki")).pictures] == [
        "moneta-rotki.csv", "moneta-rotki-trades.csv"
    ]  # fmt: skip
    taxes = await whole.say("my taxes this year")
    (file,) = taxes.pictures
    assert file.name == "moneta-books.csv"
    rows = list(csv.DictReader(io.StringIO(file.png.decode())))
    assert [row["Kind"] for row in rows if row["Movement"] == "gas"] == ["approval", "deposit", "withdrawal"]
    spent = sum(each.fee_wei or 0 for each in await whole.attempts())
    gas = await whole.say("what did I pay in gas this year?")
    assert gas.text.startswith(f"You paid {Amount(spent, whole.world.registry.native)} of gas from ")
    assert (await whole.say("cuánto pagué de gas este año")).text.startswith("Pagaste ")
    assert (await whole.say("mein Gewinn dieses Jahr")).text.startswith("Dein Verlust vom ")
    assert "€" not in taxes.text


def test_the_options_name_every_shape_and_method() -> None:
    assert set(options.SHAPES) == {*SHAPES, "plain"}
    assert set(options.METHODS) == {str(each) for each in Method}


async def test_a_failed_transaction_costs_its_gas_and_the_clean_ups(whole: Whole) -> None:
    plan = await whole.confirmed(deposit("1000", venue=AAVE))
    whole.pause_aave()
    outcome = await whole.world.manager.run(plan)
    assert outcome.end is End.PARTIAL
    it = await books_of(whole)
    assert [each.sort for each in it.books.entries] == [Sort.OPENING, Sort.APPROVAL, Sort.FAILED, Sort.APPROVAL]
    assert sum(each.wei for each in it.books.gas) == sum(each.fee_wei or 0 for each in await whole.attempts())
    assert it.books.put_in == {}
    check_units(whole, it)
