"""Lots and gains: worked examples in dollars, and what holds for all: nothing is lost to rounding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.books.entries import NATIVE, Entry, Movement, Sort, Way
from agent.books.keep import Books, keep
from agent.books.lots import Method
from agent.books.report import Sum, period, standing
from memory.journal.booked import Price
from tests.unit.books_parts import COINS, DAI, DOLLAR, USDC, VENUE, WETH, entry, move, price

pytestmark = pytest.mark.unit
ETH = 10**18
POOL = "uniswap-v3"


def story() -> list[Entry]:
    """A year by hand. Ether at 1,000, then 2,000, then 3,000 dollars; dollars at a dollar."""
    return [
        entry(1, Sort.OPENING, move(USDC, 10_000 * 10**6, Way.OPENED), move(NATIVE, ETH, Way.OPENED, 1_000)),
        entry(
            2,
            Sort.SWAP,
            move(USDC, -1_000 * 10**6, Way.PAID),
            move(WETH, ETH, Way.GOT, 1_000),
            gas=ETH // 1000,
            ether=1_000,
        ),
        entry(
            3,
            Sort.SWAP,
            move(USDC, -2_000 * 10**6, Way.PAID),
            move(WETH, ETH, Way.GOT, 2_000),
            gas=ETH // 1000,
            ether=2_000,
        ),
        entry(4, Sort.DEPOSIT, move(USDC, -5_000 * 10**6, Way.PUT), gas=ETH // 1000, ether=2_000, venue=VENUE),
        entry(5, Sort.SWAP, move(WETH, -ETH, Way.PAID, 3_000), move(USDC, 3_000 * 10**6, Way.GOT), gas=ETH // 1000),
        entry(6, Sort.WITHDRAWAL, move(USDC, 4_000 * 10**6, Way.TAKEN), gas=ETH // 1000, venue=VENUE),
        entry(7, Sort.WITHDRAWAL, move(USDC, 1_100 * 10**6, Way.TAKEN), gas=ETH // 1000, venue=VENUE),
        entry(8, Sort.REWARD, move(DAI, 50 * ETH, Way.REWARD), gas=ETH // 1000),
        entry(9, Sort.TRANSFER, move(USDC, -100 * 10**6, Way.SENT), gas=ETH // 1000),
        entry(10, Sort.FAILED, gas=ETH // 1000),
    ]


# the second ether cost 2,000, the first 1,000; both together 3,000
@pytest.mark.parametrize(
    ("method", "gain", "left"),
    [
        (Method.FIFO, 2_000, 2_000),
        (Method.LIFO, 1_000, 1_000),
        (Method.HIFO, 1_000, 1_000),
        (Method.AVERAGE, 1_500, 1_500),
    ],
)
def test_a_year_by_hand(method: Method, gain: int, left: int) -> None:
    books = keep(story(), COINS, method)
    year = period(books, 0, 100)
    # gas: 1 at 1,000, 2 at 2,000, 6 at 3,000, a thousandth each; it had cost 1,000 an ether: 2 x 1 and 6 x 2 are won
    assert year.gas.usd == 23 * DOLLAR
    assert year.wei == 9 * ETH // 1000
    assert year.gains.usd == (gain + 14) * DOLLAR
    assert year.interest.usd == 100 * DOLLAR
    assert year.rewards.usd == 50 * DOLLAR
    assert year.profit == (gain + 14 + 100 + 50 - 23) * DOLLAR
    assert year.assumed == 14 * DOLLAR  # of ether that was there before
    assert [lot.cost for lot in books.lots[WETH]] == [left * DOLLAR]
    assert books.put_in == {}
    assert sum(each.lot.units for each in books.gone) == 100 * 10**6
    assert books.missing == ()


def test_a_period_has_what_was_in_it_alone() -> None:
    books = keep(story(), COINS)
    assert period(books, 6, 6).interest == Sum()
    assert period(books, 7, 7).interest.usd == 100 * DOLLAR
    assert period(books, 1, 4).profit + period(books, 5, 10).profit == period(books, 0, 100).profit


def test_interest_begins_where_more_came_out_than_went_in() -> None:
    books = keep(story()[:6], COINS)
    assert books.incomes == ()
    assert books.put_in == {(VENUE, USDC): 1_000 * 10**6}
    prices = {USDC: price(1), NATIVE: price(3_000), WETH: price(3_000)}
    now = standing(books, COINS, prices, [(VENUE, USDC, 1_100 * 10**6)])
    assert now.earned.usd == 100 * DOLLAR
    assert now.risen.usd == 1_000 * DOLLAR + sum(2 * lot.units * 1_000 * DOLLAR // ETH for lot in books.lots[NATIVE])


def test_an_unknown_price_is_said_and_never_guessed() -> None:
    books = keep(
        [
            entry(1, Sort.OPENING, move(WETH, ETH, Way.OPENED, None), move(NATIVE, ETH, Way.OPENED, None)),
            entry(
                2, Sort.SWAP, move(WETH, -ETH, Way.PAID, None), move(USDC, 3_000 * 10**6, Way.GOT), gas=5, ether=None
            ),
            entry(3, Sort.REWARD, move(DAI, ETH, Way.REWARD, None)),
        ],
        COINS,
    )
    year = period(books, 0, 9)
    assert year.gains == Sum(0, {WETH: ETH, NATIVE: 5})
    assert year.gas == Sum(0, {NATIVE: 5})
    assert year.rewards == Sum(0, {DAI: ETH})
    assert books.lots[USDC][0].cost == 3_000 * DOLLAR  # what was got is known


def test_a_swap_is_worth_what_was_got_or_else_what_was_given() -> None:
    opening = entry(1, Sort.OPENING, move(USDC, 10**9, Way.OPENED))
    known = keep([opening, entry(2, Sort.SWAP, move(USDC, -(10**9), Way.PAID), move(WETH, ETH, Way.GOT, 990))], COINS)
    assert known.gains[0].usd == -10 * DOLLAR
    assert known.lots[WETH][0].cost == 990 * DOLLAR
    blind = keep(
        [opening, entry(2, Sort.SWAP, move(USDC, -(10**9), Way.PAID), move(WETH, ETH, Way.GOT, None))], COINS
    )
    assert blind.gains[0].usd == 0
    assert blind.lots[WETH][0].cost == 1_000 * DOLLAR


def test_wrapping_keeps_cost_and_day() -> None:
    books = keep(
        [
            entry(1, Sort.OPENING, move(NATIVE, 2 * ETH, Way.OPENED, 1_000)),
            entry(2, Sort.WRAP, move(NATIVE, -ETH, Way.WRAPPED, 3_000), move(WETH, ETH, Way.WRAPPED, 3_000)),
        ],
        COINS,
    )
    assert books.gains == ()
    assert [(lot.cost, lot.at, lot.assumed) for lot in books.lots[WETH]] == [(1_000 * DOLLAR, 1, True)]


def test_what_never_came_has_no_cost() -> None:
    books = keep([entry(1, Sort.SWAP, move(WETH, -5, Way.PAID), move(USDC, 7, Way.GOT))], COINS)
    assert [(lot.token, lot.units) for lot in books.missing] == [(WETH, 5)]
    assert books.gains[0].usd is None


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    """Entries that never give away more than there is, at odd prices."""
    held = {USDC: 10**12, WETH: 10**21, NATIVE: 10**21}
    inside = 0
    odd = st.integers(1, 10**13).map(lambda usd: Price(usd, "feed"))
    found = [
        Entry(
            0, 0, Sort.OPENING, tuple(Movement(token, units, Way.OPENED, draw(odd)) for token, units in held.items())
        )
    ]
    for at in range(1, draw(st.integers(1, 25))):
        gas = draw(st.integers(1, 10**15))
        held[NATIVE] -= gas
        kind = draw(st.sampled_from(["swap", "put", "take", "send", "reward", "provide", "close"]))
        sort, venue = Sort.OTHER, VENUE
        moves: tuple[Movement, ...]
        if kind == "swap":
            sells, buys = draw(st.permutations([USDC, WETH, NATIVE]))[:2]
            out, got = draw(st.integers(1, max(held[sells] // 2, 1))), draw(st.integers(1, 10**19))
            held[sells] -= out
            held[buys] += got
            moves = (Movement(sells, -out, Way.PAID, draw(odd)), Movement(buys, got, Way.GOT, draw(odd)))
        elif kind == "put":
            out = draw(st.integers(1, held[USDC] // 2))
            held[USDC] -= out
            inside += out
            moves = (Movement(USDC, -out, Way.PUT, draw(odd)),)
        elif kind == "take":
            back = draw(st.integers(1, 10**13))
            held[USDC] += back
            inside -= min(inside, back)
            moves = (Movement(USDC, back, Way.TAKEN, draw(odd)),)
        elif kind in ("provide", "close"):
            venue, opens = POOL, kind == "provide"
            sort, sign = (Sort.PROVIDED, -1) if opens else (Sort.CLOSED, 1)
            parts = {t: draw(st.integers(1, held[t] // 2 if opens else 10**19)) for t in (USDC, WETH)}
            for token, units in parts.items():
                held[token] += sign * units
            way = Way.PUT if opens else Way.CLOSED
            moves = tuple(Movement(token, sign * units, way, draw(odd)) for token, units in parts.items())
        elif kind == "send":
            out = draw(st.integers(1, held[WETH] // 2))
            held[WETH] -= out
            moves = (Movement(WETH, -out, Way.SENT, draw(odd)),)
        else:
            got = draw(st.integers(1, 10**20))
            held[WETH] += got
            moves = (Movement(WETH, got, Way.REWARD, draw(odd)),)
        found.append(Entry(at, at, sort, moves, hash=str(at), venue=venue, gas=gas, gas_price=draw(odd)))
    return found


@settings(deadline=None)
@given(stories(), st.sampled_from(list(Method)))
def test_costs_and_units_add_up_to_the_last_one(told: list[Entry], method: Method) -> None:
    books = keep(told, COINS, method)
    assert books.missing == ()
    check_sums(books)
    for token in COINS:
        moved = sum(m.units for e in told for m in e.moves if m.token == token)
        gas = sum(e.gas for e in told) if token == NATIVE else 0
        inside = sum(units for (_, inner), units in books.put_in.items() if inner == token)
        assert sum(lot.units for lot in books.lots.get(token, ())) == moved - gas + inside
    proceeds = {each.hash: 0 for each in books.gains}
    for each in books.gains:
        if not each.gas:
            assert each.proceeds is not None
            proceeds[each.hash] += each.proceeds
    for e in told:
        got = [m for m in e.moves if m.way is Way.GOT]
        if got:
            usd = got[0].price.usd or 0
            assert proceeds[e.hash] == got[0].units * usd // 10 ** COINS[got[0].token].decimals


def test_a_pool_that_gives_back_other_amounts_exchanged_them() -> None:
    opening = entry(1, Sort.OPENING, move(USDC, 10**10, Way.OPENED), move(WETH, 2 * ETH, Way.OPENED, 1_000))
    put = move(USDC, -1_000 * 10**6, Way.PUT), move(WETH, -ETH, Way.PUT, 1_000)
    back = move(USDC, 1_530 * 10**6, Way.CLOSED), move(WETH, 7 * ETH // 10, Way.CLOSED, 1_600)
    provided, closed = entry(2, Sort.PROVIDED, *put, venue=POOL), entry(3, Sort.CLOSED, *back, venue=POOL)
    books = keep([opening, provided, closed], COINS)
    assert [(each.lot.token, each.lot.units, each.usd) for each in books.gains] == [
        (WETH, 3 * ETH // 10, 230 * DOLLAR)
    ]
    assert books.incomes == ()
    assert books.put_in == {}
    assert books.lots[USDC][-1].cost == 530 * DOLLAR
    twice = keep([opening, provided, provided, closed], COINS)  # with another open, nobody knows which gave what
    assert twice.gains == ()
    both = keep([opening, provided, provided, closed, closed], COINS)
    assert sum(each.usd or 0 for each in both.gains) == 2 * 230 * DOLLAR
    grown = keep(
        [
            opening,
            provided,
            entry(3, Sort.CLOSED, *(move(m.token, -m.units + 10**6, Way.CLOSED) for m in put), venue=POOL),
        ],
        COINS,
    )
    assert [(each.token, each.units) for each in grown.incomes] == [(USDC, 10**6), (WETH, 10**6)]


def check_sums(books: Books) -> None:
    out = [*(each.lot for each in books.gains), *(each.lot for each in books.gone)]
    left = [lot for lots in books.lots.values() for lot in lots]
    for token in COINS:
        for pick in ("units", "cost"):
            came = sum(getattr(lot, pick) for lot in books.acquired if lot.token == token)
            assert came == sum(getattr(lot, pick) for lot in (*out, *left) if lot.token == token)
    assert all(lot.units > 0 for lot in (*out, *left))
