"""Entries from the ledger's rows: what each kind of transaction means, and what is concluded from balances alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agent.books.entries import NATIVE, Entry, Sort, Way
from agent.books.keep import keep
from agent.books.read import WORKED_OUT, Facts, entries_of
from agent.money import Address
from memory.journal.adoptions import Adoption
from memory.journal.arrivals import Arrival
from memory.journal.booked import BookedFlow, Held, Price
from memory.rows import Flow, FlowKind
from tests.unit.books_parts import COINS, DAI, DOLLAR, USDC, VENUE, WETH

pytestmark = pytest.mark.unit
ME = Address("0x" + "a" * 40)
RECEIPT, DEBT = "0x" + "e" * 40, "0x" + "d" * 40
POOL = "uniswap-v3-positions"
GAS = 10**12


def flows(block: int, kind: FlowKind, moves: Mapping[str, int], action: str, **more: Any) -> list[BookedFlow]:
    """The rows of one transaction with its fee."""
    venue, role = more.pop("venue", None), more.pop("role", "action")

    def row(token: str, units: int, of: FlowKind, where: str | None) -> BookedFlow:
        flow = Flow(f"0x{block}", where, "", token, ME, units, of, block * 10, block)
        state = {"failed": False, "cancelled": False, **more}
        return BookedFlow(flow, "plan", action, role, "f", f"hash{block}", **state)

    return [*(row(t, u, kind, venue) for t, u in moves.items()), row(NATIVE, -GAS, FlowKind.FEE, None)]


def held(block: int, **units: int) -> Held:
    names = {"usdc": USDC, "dai": DAI, "weth": WETH, "native": NATIVE}
    return Held(ME, block, f"hash{block}", block * 10, {names[name]: each for name, each in units.items()})


def facts(rows: list[BookedFlow], *seen: Held, **more: Any) -> Facts:
    prices = {(each.block_hash, token): Price(DOLLAR, "feed") for each in seen for token in COINS}
    given = {"receipts": frozenset({RECEIPT}), "assets": {VENUE: USDC}, "wrapped": WETH, **more}
    return Facts(flows=rows, held=seen, prices=prices, coins=COINS, **given)


def only(rows: list[BookedFlow], **more: Any) -> Entry:
    """The one entry that is no opening."""
    (entry,) = [each for each in entries_of(facts(rows, **more)) if each.sort is not Sort.OPENING]
    return entry


OTHER = FlowKind.OTHER
READ: list[tuple[list[BookedFlow], Sort, dict[str, Way]]] = [
    (
        flows(5, FlowKind.DEPOSIT, {USDC: -9, RECEIPT: 9}, "deposit", venue=VENUE),
        Sort.DEPOSIT,
        {USDC: Way.PUT, RECEIPT: Way.RECEIPT},
    ),
    (
        flows(5, FlowKind.WITHDRAW, {USDC: 9, RECEIPT: -9, DAI: 1}, "exit", venue=VENUE),
        Sort.WITHDRAWAL,
        {USDC: Way.TAKEN, RECEIPT: Way.RECEIPT, DAI: Way.REWARD},
    ),
    (flows(5, FlowKind.DEPOSIT, {DAI: -9}, "rebalance", venue="new:core:DAI"), Sort.DEPOSIT, {DAI: Way.PUT}),
    (flows(5, OTHER, {USDC: -9, WETH: 3}, "swap", venue="uniswap-v3"), Sort.SWAP, {USDC: Way.PAID, WETH: Way.GOT}),
    (
        flows(5, OTHER, {USDC: 9, NATIVE: -3}, "order", venue="uniswap-v3"),
        Sort.SWAP,
        {USDC: Way.GOT, NATIVE: Way.PAID},
    ),
    (flows(5, OTHER, {NATIVE: -3, WETH: 3}, "sequence"), Sort.WRAP, {NATIVE: Way.WRAPPED, WETH: Way.WRAPPED}),
    (
        flows(5, FlowKind.DEPOSIT, {NATIVE: -3, WETH: 3}, "deposit"),
        Sort.WRAP,
        {NATIVE: Way.WRAPPED, WETH: Way.WRAPPED},
    ),
    (flows(5, FlowKind.TRANSFER, {USDC: -9}, "transfer"), Sort.TRANSFER, {USDC: Way.SENT}),
    (flows(5, OTHER, {DAI: 9}, "claim"), Sort.REWARD, {DAI: Way.REWARD}),
    (
        flows(5, OTHER, {USDC: -9, DEBT: -9}, "repay", venue=VENUE),
        Sort.REPAYMENT,
        {USDC: Way.REPAID, DEBT: Way.RECEIPT},
    ),
    (
        flows(5, FlowKind.DEPOSIT, {USDC: -9, WETH: -3}, "provide", venue=POOL),
        Sort.PROVIDED,
        {USDC: Way.PUT, WETH: Way.PUT},
    ),
    (
        flows(5, FlowKind.WITHDRAW, {USDC: 9, WETH: 3}, "close", venue=POOL),
        Sort.CLOSED,
        {USDC: Way.CLOSED, WETH: Way.CLOSED},
    ),
    (
        flows(5, FlowKind.WITHDRAW, {USDC: 9, WETH: 3}, "collect", venue=POOL),
        Sort.REWARD,
        {USDC: Way.REWARD, WETH: Way.REWARD},
    ),
    (flows(5, OTHER, {}, "deposit", role="approval"), Sort.APPROVAL, {}),
    (flows(5, OTHER, {}, "revoke"), Sort.APPROVAL, {}),
    (flows(5, OTHER, {}, "swap", failed=True), Sort.FAILED, {}),
    (flows(5, OTHER, {}, "swap", cancelled=True), Sort.CANCELLED, {}),
]


@pytest.mark.parametrize(("rows", "sort", "ways"), READ, ids=[f"{r[0].action} {s}" for r, s, _ in READ])
def test_each_transaction_is_read_for_what_it_is(rows: list[BookedFlow], sort: Sort, ways: dict[str, Way]) -> None:
    entry = only(rows)
    assert entry.sort is sort
    assert {move.token: move.way for move in entry.moves} == ways
    assert (entry.gas, entry.plan_id, entry.hash) == (GAS, "plan", "0x5")


def test_balances_tell_what_else_came_and_went() -> None:
    rows = flows(5, FlowKind.TRANSFER, {USDC: -9}, "transfer")
    came = Arrival(ME, "token", DAI, 30, "0xdai", 0, 7, 70)
    twice = Arrival(ME, "native", NATIVE, 10 * GAS, "0xlook", -1, 7, 70)  # what was there before the first look
    entries = entries_of(
        facts(
            rows,
            held(4, usdc=100, dai=0, native=10 * GAS, weth=0),
            held(5, usdc=91, dai=0, native=9 * GAS, weth=0),
            held(8, usdc=80, dai=35, native=9 * GAS, weth=0),
            arrivals=[came, twice],
            strangers=[(6, "0xstranger")],
        )
    )
    assert [each.sort for each in entries] == [
        Sort.OPENING,
        Sort.TRANSFER,
        Sort.UNEXPLAINED,
        Sort.ARRIVAL,
        Sort.UNEXPLAINED,
    ]
    more, arrival, less = entries[2:]
    assert [(move.token, move.units) for move in more.moves] == [(DAI, 5)]
    assert (arrival.hash, arrival.moves[0].units, arrival.moves[0].price.usd) == ("0xdai", 30, None)
    assert [(move.token, move.units) for move in less.moves] == [(USDC, -11)]
    assert less.note == "something else than Moneta moved it by block 8: 0xstranger"
    books = keep(entries, COINS)
    assert sum(lot.units for lot in books.lots[USDC]) == 80
    assert sum(lot.units for lot in books.lots[DAI]) == 35
    assert sum(lot.units for lot in books.lots[NATIVE]) == 9 * GAS


def test_an_opening_that_no_node_can_tell_is_worked_out_and_has_no_price() -> None:
    rows = [
        *flows(5, FlowKind.TRANSFER, {USDC: -9}, "transfer"),
        *flows(6, FlowKind.DEPOSIT, {USDC: -20}, "deposit", venue=VENUE),
    ]
    opening, *_ = entries_of(facts(rows, held(6, usdc=71, native=GAS)))
    assert (opening.sort, opening.note, opening.block) == (Sort.OPENING, WORKED_OUT, 4)
    assert {move.token: move.units for move in opening.moves} == {USDC: 100, NATIVE: 3 * GAS}
    assert all(move.price.usd is None for move in opening.moves)


def test_without_any_block_that_could_be_read_nothing_is_made_up() -> None:
    books = keep(entries_of(facts(flows(5, FlowKind.TRANSFER, {USDC: -9}, "transfer"))), COINS)
    assert {(lot.token, lot.units) for lot in books.missing} == {(USDC, 9), (NATIVE, GAS)}
    assert [each.usd for each in books.gains] == [None]
    assert [each.usd for each in books.gas] == [None]
    assert entries_of(facts([])) == []


def test_a_position_that_was_found_is_a_lot_at_its_venue() -> None:
    rows = flows(5, FlowKind.WITHDRAW, {USDC: 12}, "withdraw", venue=VENUE)
    found = Adoption(ME, VENUE, USDC, 10, 30, 3)
    books = keep(entries_of(facts(rows, held(3, usdc=0), held(4, usdc=0, native=GAS), adoptions=[found])), COINS)
    assert [(each.units, each.usd) for each in books.incomes] == [(2, None)]
    assert [(lot.units, lot.cost, lot.assumed) for lot in books.lots[USDC]] == [(10, 1_000, True), (2, None, False)]


def test_a_token_that_became_known_later_is_not_taken_for_an_arrival() -> None:
    rows = flows(5, FlowKind.TRANSFER, {USDC: -9}, "transfer")
    entries = entries_of(facts(rows, held(4, usdc=9), held(5, usdc=0, dai=50)))
    assert [each.sort for each in entries] == [Sort.OPENING, Sort.TRANSFER]
