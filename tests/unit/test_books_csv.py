"""CSV for tax tools: read back, every shape adds up to the books; no cell is a formula; times are UTC."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given, settings

from agent.books.entries import Entry, Sort, Way
from agent.books.keep import Books, keep
from agent.books.lines import lines_of
from agent.books.plain import HEADER, plain
from agent.books.shapes import SHAPES, cointracker, cointracking, koinly, rotki, rotki_asset, safe
from agent.money import Token
from tests.unit.books_parts import COINS, USDC, VENUE, WETH, entry, move
from tests.unit.test_books_lots import stories, story

pytestmark = pytest.mark.unit
NEW_YEAR = 1_767_225_600  # 2026-01-01 00:00 UTC


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def left(books: Books) -> Counter[str]:
    """What the books say is owned, in whole tokens by symbol."""
    found: Counter[str] = Counter()
    for lots in books.lots.values():
        for lot in lots:
            found[COINS[lot.token].symbol] += Decimal(lot.units).scaleb(-COINS[lot.token].decimals)  # type: ignore[assignment]
    return found


def summed(rows: list[dict[str, str]], *columns: tuple[str, str, int]) -> dict[str, Decimal]:
    """Sums by currency over (amount, currency, sign) columns."""
    found: dict[str, Decimal] = {}
    for row in rows:
        for amount, currency, sign in columns:
            if row[amount]:
                found[row[currency]] = found.get(row[currency], Decimal(0)) + sign * Decimal(row[amount])
    return {currency: total for currency, total in found.items() if total}


def check(books: Books) -> None:
    owned = {symbol: units for symbol, units in left(books).items() if units}
    lines = lines_of(books, COINS)
    both = ("Received Amount", "Received Currency", 1), ("Sent Amount", "Sent Currency", -1)
    fee = ("Fee Amount", "Fee Currency", -1)
    assert summed(rows(koinly(lines, COINS)[""]), *both, fee) == owned
    found = rows(cointracker(lines, COINS)[""])
    both = ("Received Quantity", "Received Currency", 1), ("Sent Quantity", "Sent Currency", -1)
    assert summed(found, *both, fee) == owned
    found = rows(cointracking(lines, COINS)[""])
    assert summed(found, ("Buy Amount", "Buy Currency", 1), ("Sell Amount", "Sell Currency", -1)) == owned
    files = rotki(lines, COINS)
    events, trades = rows(files[""]), rows(files["-trades"])
    signs = {"Deposit": 1, "Income": 1, "Withdrawal": -1, "Spend": -1}
    total: dict[str, Decimal] = {}
    for row in events:
        total[row["Currency"]] = total.get(row["Currency"], Decimal(0)) + signs[row["Type"]] * Decimal(row["Amount"])
    signed = ("Receive Amount", "Receive Currency", 1), ("Spend Amount", "Spend Currency", -1)
    for part in (summed(trades, *signed), summed([*trades, *events], ("Fee", "Fee Currency", -1))):
        for currency, units in part.items():
            total[currency] = total.get(currency, Decimal(0)) + units
    names = {rotki_asset(token): token.symbol for token in COINS.values()}
    assert {names[currency]: units for currency, units in total.items() if units} == owned


def test_a_year_by_hand_is_read_back() -> None:
    books = keep(story(), COINS)
    check(books)
    found = rows(koinly(lines_of(books, COINS), COINS)[""])
    assert [row["Tag"] for row in found if row["Tag"]] == [
        "cost",
        "cost",
        "lending interest",
        "cost",
        "reward",
        "cost",
        "cost",
    ]
    assert [row["Net Worth Amount"] for row in found if row["Tag"] == "lending interest"] == ["100"]
    types = Counter(row["Type"] for row in rows(cointracking(lines_of(books, COINS), COINS)[""]))
    assert types == {
        "Deposit": 2,
        "Trade": 3,
        "Other Fee": 9,
        "Interest Income": 1,
        "Reward / Bonus": 1,
        "Withdrawal": 1,
    }


@settings(deadline=None, max_examples=30)
@given(stories())
def test_every_shape_adds_up_to_the_books(told: list[Entry]) -> None:
    check(keep(told, COINS))


def test_plain_holds_every_movement_with_its_price_and_the_gains() -> None:
    books = keep(story(), COINS)
    text = plain(books, COINS)[""]
    assert text.startswith(",".join(HEADER))
    found = rows(text)
    amounts = summed(found, ("Amount", "Token", 1))
    inside = Decimal(0)
    assert amounts == {symbol: units - inside for symbol, units in left(books).items()}
    gains = sum(Decimal(row["Gain USD"]) for row in found if row["Gain USD"])
    assert gains == Decimal(2_014)
    assert {row["Price source"] for row in found} == {"feed"}
    assert [row["Kind"] for row in found][-1] == "failed"


def of_plain(books: Books, column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows(plain(books, COINS)[""]) if row[column]), Decimal(0))


def usd(units: Iterable[int | None]) -> Decimal:
    known = [each for each in units if each is not None]
    return Decimal(sum(known)).scaleb(-8)


@settings(deadline=None, max_examples=30)
@given(stories())
def test_its_gains_and_its_income_add_up_to_the_books(told: list[Entry]) -> None:
    books = keep(told, COINS)
    assert of_plain(books, "Gain USD") == usd(each.usd for each in books.gains)
    assert of_plain(books, "Income USD") == usd(each.usd for each in books.incomes)


def test_interest_stands_beside_what_was_taken_out() -> None:
    books = keep(story(), COINS)
    found = [(row["Movement"], row["Income USD"]) for row in rows(plain(books, COINS)[""]) if row["Income USD"]]
    assert found == [(str(each.way), f"{each.usd // 10**8}") for each in books.incomes if each.usd is not None]
    assert found


def test_what_a_pool_kept_all_of_has_its_gain_beside_what_came_back() -> None:
    put = move(USDC, -1_000 * 10**6, Way.PUT), move(WETH, -(10**18), Way.PUT, 1_000)
    told = [
        entry(1, Sort.OPENING, move(USDC, 1_000 * 10**6, Way.OPENED), move(WETH, 10**18, Way.OPENED, 1_000)),
        entry(2, Sort.PROVIDED, *put, venue="pool"),
        entry(3, Sort.CLOSED, move(WETH, 3 * 10**18, Way.CLOSED, 600), venue="pool"),
    ]
    books = keep(told, COINS)
    (closed,) = (row for row in rows(plain(books, COINS)[""]) if row["Kind"] == "liquidity closed")
    assert (closed["Token"], closed["Cost USD"], closed["Gain USD"]) == ("WETH", "1000", "200")


@pytest.mark.parametrize(
    ("sort", "words"),
    [(Sort.APPROVAL, "gas of an approval"), (Sort.SWAP, "gas of a swap"), (Sort.FAILED, "gas (failed)")],
)
def test_what_gas_was_for_is_said_rightly(sort: Sort, words: str) -> None:
    books = keep([entry(1, sort, gas=7)], COINS)
    (row,) = rows(koinly(lines_of(books, COINS), COINS)[""])
    assert row["Description"].startswith(words)


def test_an_unknown_price_is_unknown_in_every_shape() -> None:
    told = [entry(1, Sort.OPENING, move(WETH, 10**18, Way.OPENED, None)), entry(2, Sort.FAILED, gas=7, ether=None)]
    books = keep(told, COINS)
    (first, *_) = rows(plain(books, COINS)[""])
    assert (first["Price USD"], first["Value USD"], first["Price source"]) == ("unknown", "unknown", "none: gone")
    assert [row["Net Worth Amount"] for row in rows(koinly(lines_of(books, COINS), COINS)[""])] == ["", ""]


def test_times_are_utc_in_the_form_that_each_takes() -> None:
    books = keep([entry(NEW_YEAR - 1, Sort.OPENING, move(USDC, 1, Way.OPENED))], COINS)
    lines = lines_of(books, COINS)
    assert rows(koinly(lines, COINS)[""])[0]["Date"] == "2025-12-31 23:59:59 UTC"
    assert rows(cointracker(lines, COINS)[""])[0]["Date"] == "12/31/2025 23:59:59"
    assert rows(cointracking(lines, COINS)[""])[0]["Date"] == "2025-12-31 23:59:59"
    assert rows(rotki(lines, COINS)[""])[0]["Timestamp"] == str((NEW_YEAR - 1) * 1000)
    assert lines_of(books, COINS, since=NEW_YEAR) == []
    assert rows(koinly(lines, COINS)[""])[0]["Received Amount"] == "0.000001"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_name_becomes_a_formula(evil: str) -> None:
    coins = {**COINS, WETH: Token(1, evil, None, 18)}
    told = [entry(1, Sort.OPENING, move(WETH, 10**18, Way.OPENED), note=evil, venue=evil)]
    books = keep(told, coins)
    files = {shape: make(lines_of(books, coins), coins) for shape, make in SHAPES.items()}
    for texts in (*files.values(), plain(books, coins)):
        for text in texts.values():
            for row in csv.reader(io.StringIO(text)):
                assert not any(cell.startswith(("=", "+", "@", "\t", "\r", "\n")) for cell in row)
    assert safe(VENUE) == VENUE
