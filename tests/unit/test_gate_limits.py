"""What a plan is counted as, from its calldata; prices, codes, contacts, venues that are allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.allowed import WHY_NOT, marked
from agent.gate.charges import charges_of, policy_caps, spending_of
from agent.gate.contact import check_known, check_place, has_checksum, typed
from agent.gate.price import price_of
from agent.gate.step_up import check_code, needs
from agent.money import ZERO_ADDRESS, Address, Rate
from agent.plans import Output, Role, Step
from agent.plugin import Option
from agent.policy.policy import Policy
from agent.policy.spending import USD, By, Cap, Kind, Period
from tests.unit import policy_parts as parts
from tests.unit.gate_parts import rule_of
from tests.unit.policy_parts import ACCOUNT, FRIEND, POOL, SUPPLY, TRANSFER, USDC_AT, WITHDRAW
from tests.unit.test_policy_swap import GIVEN, many
from tests.unit.test_policy_swap import POLICY as SWAPS

pytestmark = pytest.mark.unit

PRICES = {"USDC": 10**8, "DAI": 2 * 10**8, "ETH": 3_000 * 10**8}


def supply(units: Any, venue: str = "aave-v3:core:USDC") -> Step:
    return Step(POOL.address, "Aave v3 pool", SUPPLY, (USDC_AT, units, ACCOUNT, 0), venue=venue)


def withdraw(units: int) -> Step:
    return Step(POOL.address, "Aave v3 pool", WITHDRAW, (USDC_AT, units, ACCOUNT), venue="aave-v3:core:USDC")


def approve(units: int) -> Step:
    return Step(USDC_AT, "USDC", parts.APPROVE, (POOL.address, units), role=Role.APPROVAL)


SEND = Step(USDC_AT, "USDC", TRANSFER, (FRIEND, 7))
COIN = Step(FRIEND, "bob", "", (), value=10**18)


def policy(**changes: Any) -> Policy:
    return replace(parts.policy(), **changes)


def test_what_goes_in_and_what_is_sent_is_counted_and_nothing_else() -> None:
    plan = parts.plan(approve(500), supply(500), SEND, COIN)
    first, second, third = charges_of(policy(), plan, PRICES)
    assert (first.step, first.kind, first.token.symbol, first.units, first.usd) == (
        1,
        Kind.DEPOSIT,
        "USDC",
        500,
        50_000,
    )
    assert (first.venue, first.recipient, first.gets) == ("aave-v3:core:USDC", None, "")
    assert (second.step, second.kind, second.units, second.recipient, second.venue) == (
        2,
        Kind.TRANSFER,
        7,
        FRIEND,
        "",
    )
    assert (third.token.symbol, third.units, third.usd) == ("ETH", 10**18, 3_000 * 10**8)


def test_an_exit_is_no_charge_and_needs_no_price() -> None:
    assert charges_of(policy(), parts.plan(withdraw(500), approve(0)), {}) == ()


def test_without_a_price_what_is_spent_cant_be_counted() -> None:
    for prices in ({}, {"USDC": 0}, {"DAI": 1}):
        with pytest.raises(Refused, match="USDC has no price now") as refused:
            charges_of(policy(), parts.plan(approve(5), supply(5)), prices)
        assert (refused.value.rule, "taking money out needs no price" in refused.value.remedy) == ("price", True)
    assert price_of(parts.USDC, {"USDC": 1}) == 1


def test_money_that_left_a_venue_counts_where_it_enters_the_next_at_its_most() -> None:
    out = Output(0, USDC_AT, 400, 500)
    plan = parts.plan(withdraw(500), supply(out))
    (charge,) = charges_of(policy(), plan, PRICES)
    assert (charge.step, charge.units, charge.usd) == (1, 500, 50_000)


def test_the_caps_of_the_policy_count_with_the_plan() -> None:
    held = policy(day_caps={"USDC": 9}, lifetime_caps={"DAI": 8})
    caps = (Cap(By.SIGNER, Period.DAY, None, "USDC", 9), Cap(By.SIGNER, Period.LIFETIME, None, "DAI", 8))
    assert policy_caps(held) == caps
    plan = parts.plan(approve(5), supply(5))
    spending = spending_of(held, plan, PRICES)
    assert spending.caps == caps
    assert spending.charges == charges_of(held, plan, PRICES)


@pytest.mark.parametrize(("units", "expected"), [(100, None), (101, 101)])
def test_a_code_is_needed_above_the_threshold(units: int, expected: int | None) -> None:
    moved = needs(policy(step_up={"USDC": 100}), parts.plan(approve(units), supply(units)))
    assert (moved.units if moved else None) == expected
    assert needs(policy(), parts.plan(approve(units), supply(units))) is None
    assert needs(policy(step_up={"USDC": 0}), parts.plan(withdraw(units))) is None


def test_a_code_that_isnt_there_refuses_and_says_how_to_get_one() -> None:
    held = policy(step_up={"USDC": 100 * 10**6})
    moved = needs(held, parts.plan(approve(200 * 10**6), supply(200 * 10**6)))
    assert moved is not None
    check_code(held, moved, "123456", enrolled=True)
    with pytest.raises(Refused, match="200 USDC at once needs a code: it is above 100 USDC") as refused:
        check_code(held, moved, "", enrolled=True)
    assert (refused.value.rule, refused.value.remedy[:13]) == ("step-up", "Give the code")
    for code in ("", "123456"):
        with pytest.raises(Refused, match="no authenticator is enrolled") as refused:
            check_code(held, moved, code, enrolled=False)
        assert refused.value.rule == "step-up"
        assert refused.value.remedy == "At the machine: `moneta wallet totp enroll`. Or move 100 USDC or less."


MIXED = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_an_address_is_typed_in_full_and_its_checksum_holds() -> None:
    assert typed(MIXED) == typed(MIXED.lower()) == MIXED
    for wrong in (MIXED[:-1], MIXED + "0", MIXED.replace("C51", "c51"), "bob", "0x"):
        with pytest.raises(Refused) as refused:
            typed(wrong)
        assert (refused.value.rule, refused.value.remedy) == ("address", "Nothing was added.")
    assert has_checksum(MIXED)
    assert not has_checksum(MIXED.lower())
    assert not has_checksum("0x" + MIXED[2:].upper())


def test_some_places_are_nobodys_wallet() -> None:
    held = policy()
    check_place(FRIEND, held, own=False)
    assert rule_of(lambda: check_place(FRIEND, held, own=True)) == "address"
    assert rule_of(lambda: check_place(ZERO_ADDRESS, held, own=False)) == "address"
    with pytest.raises(Refused, match="Aave v3 pool, where a transfer is lost"):
        check_place(POOL.address, held, own=False)


class Chain:
    """A node that knows one account by its balance, its nonce or its code."""

    def __init__(self, balance: int = 0, nonce: int = 0, code: bytes = b"") -> None:
        self.known, self.asked = (balance, nonce, code), 0

    async def balance(self, _: Address) -> int:
        self.asked += 1
        return int(self.known[0])

    async def nonce(self, _: Address) -> int:
        return int(self.known[1])

    async def code(self, _: Address) -> bytes:
        return bytes(self.known[2])


@pytest.mark.parametrize("chain", [Chain(balance=1), Chain(nonce=1), Chain(code=b"\x01")])
async def test_an_address_without_a_checksum_is_one_that_the_chain_knows(chain: Any) -> None:
    await check_known(chain, MIXED.lower(), typed(MIXED))
    await check_known(chain, "0x" + MIXED[2:].upper(), typed(MIXED))


async def test_an_address_without_a_checksum_where_nothing_was_refuses() -> None:
    chain: Any = Chain()
    with pytest.raises(Refused, match="carries no checksum") as refused:
        await check_known(chain, MIXED.lower(), typed(MIXED))
    assert refused.value.rule == "address"
    assert MIXED in refused.value.remedy
    asked = chain.asked
    await check_known(chain, MIXED, typed(MIXED))
    await check_known(chain, "0x" + "12" * 20, typed("0x" + "12" * 20))  # no letters, so nothing to check
    assert chain.asked == asked


def option(venue: str, why_not: str = "") -> Option:
    return Option(venue, Rate(1), Rate(1), 1, (), why_not)


def test_venues_that_arent_allowed_keep_their_place_and_say_so() -> None:
    options = [option("a"), option("b"), option("c", "full")]
    assert marked(options, None) == options
    assert [each.why_not for each in marked(options, frozenset({"b"}))] == [WHY_NOT, "", "full"]
    assert [each.venue for each in marked(options, frozenset())] == ["a", "b", "c"]


def test_a_swap_counts_what_it_gives_away_and_what_comes_out_counts_once_in_dollars() -> None:
    out = Output(1, USDC_AT, 10**15, 2 * 10**15)
    way = many(b"".join((bytes.fromhex(parts.DAI_AT[2:]), (500).to_bytes(3, "big"), bytes.fromhex(USDC_AT[2:]))))
    swap, deposit = charges_of(SWAPS, parts.plan(approve(GIVEN), way, supply(out)), PRICES)
    assert (swap.kind, swap.token.symbol, swap.units, swap.gets, swap.venue) == (Kind.SWAP, "DAI", GIVEN, "USDC", "")
    assert swap.usd == 1  # 5,000,000 of 10**18 at two dollars, rounded up
    assert (deposit.kind, deposit.units, deposit.again) == (Kind.DEPOSIT, 2 * 10**15, True)
    assert deposit.usd > 0
    of_all, of_deposits = (Cap(By.USER, Period.DAY, kind, USD, 1) for kind in (None, Kind.DEPOSIT))
    assert [(of_all.amount(each), of_deposits.amount(each)) for each in (swap, deposit)] == [(1, 0), (0, deposit.usd)]
