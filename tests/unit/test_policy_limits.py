"""Caps of a day and of all time, codes above a threshold, and what is closed to all but exits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.money import MAX_UINT256, Amount
from agent.policy.effects import Effect
from agent.policy.fingerprint import Fingerprint
from agent.policy.limits import Moved, check_totals, counts, needs_code, totals
from agent.policy.policy import dumps, loads
from agent.policy.rules import check_step
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    BLUE,
    CAP,
    DAI_AT,
    ETH,
    FRIEND,
    MARKET,
    MARKET_ID,
    MORPHO_SUPPLY,
    MORPHO_WITHDRAW,
    POLICY,
    POOL,
    SUPPLY,
    TRANSFER,
    USDC,
    USDC_AT,
    WITHDRAW,
    effect,
    place,
    policy,
)

pytestmark = pytest.mark.unit

DAY = {"USDC": 100}
ENTER = effect(POOL.address, SUPPLY, USDC_AT, 60, ACCOUNT, 0)
LEAVE = effect(POOL.address, WITHDRAW, USDC_AT, 60, ACCOUNT)
SEND = effect(USDC_AT, TRANSFER, FRIEND, 60)
APPROVAL = effect(USDC_AT, APPROVE, POOL.address, 60)
COIN = effect(FRIEND, "", value=7)

BEFORE = """{
 "caps": {"USDC": "1000000000"}, "chain_id": 31337, "chain_name": "devnet", "contact_delay_seconds": 86400,
 "contracts": {}, "max_fee_wei": "100000000000000000", "native": {"decimals": 18, "symbol": "ETH"}, "tables": {},
 "tokens": {"0xA1A1a1a1A1A1A1A1A1a1a1a1a1a1A1A1a1A1a1a1": {"decimals": 6, "symbol": "USDC"}}, "version": 1
}"""
"""A policy of version 1 as it was written before there were caps of a day."""


def test_what_counts_leaves_the_accounts_own_hands() -> None:
    assert [counts(each) for each in (ENTER, SEND, COIN, LEAVE, APPROVAL)] == [True, True, True, False, False]
    assert totals([ENTER, SEND, COIN, LEAVE, APPROVAL]) == {USDC: 120, ETH: 7}
    assert totals([LEAVE, APPROVAL]) == {}


@pytest.mark.parametrize(
    ("limits", "moved", "rule"),
    [
        ({}, Moved(10**30, 10**30), None),
        ({"day_caps": DAY}, Moved(40, 10**30), None),
        ({"day_caps": DAY}, Moved(41, 41), "day-cap"),
        ({"day_caps": {"DAI": 1}}, Moved(10**9, 10**9), None),
        ({"day_caps": {"USDC": 0}}, Moved(), "day-cap"),
        ({"lifetime_caps": DAY}, Moved(0, 40), None),
        ({"lifetime_caps": DAY}, Moved(0, 41), "lifetime-cap"),
        ({"day_caps": DAY, "lifetime_caps": DAY}, Moved(41, 41), "day-cap"),
    ],
)
def test_a_total_is_held_to_its_cap_to_the_last_unit(limits: dict[str, Any], moved: Moved, rule: str | None) -> None:
    if rule is None:
        check_totals(policy(**limits), USDC, 60, moved)
        return
    with pytest.raises(Refused) as refused:
        check_totals(policy(**limits), USDC, 60, moved)
    assert refused.value.rule == rule


def test_a_refusal_says_the_sums_and_what_would_pass() -> None:
    limits = policy(day_caps={"USDC": 5_000_000}, lifetime_caps={"USDC": 6_000_000})
    with pytest.raises(Refused) as day:
        check_totals(limits, USDC, 2_000_000, Moved(4_000_000, 4_000_000))
    assert day.value.message == (
        "2 USDC more would make 6 USDC within 24 hours; the cap is 5 USDC. What was signed counts, mined or not."
    )
    assert day.value.remedy == "Wait, move less, or let the operator raise it."
    with pytest.raises(Refused) as all_time:
        check_totals(limits, USDC, 2_000_000, Moved(1_000_000, 5_000_000))
    assert all_time.value.message == (
        "2 USDC more would make 7 USDC in all; the cap is 6 USDC. What was signed counts, mined or not."
    )
    assert all_time.value.remedy == "Move less, or let the operator raise it."


def test_a_code_is_needed_above_the_threshold_only() -> None:
    assert needs_code(POLICY, [ENTER, SEND]) is None
    assert needs_code(policy(step_up={"USDC": 60}), [ENTER]) is None
    assert needs_code(policy(step_up={"USDC": 59}), [LEAVE, APPROVAL]) is None
    assert needs_code(policy(step_up={"USDC": 59}), [APPROVAL, ENTER]) == Amount(60, USDC)
    assert needs_code(policy(step_up={"DAI": 0}), [ENTER, SEND, COIN]) is None
    assert needs_code(policy(step_up={"ETH": 0}), [ENTER, COIN]) == Amount(7, ETH)


def test_what_a_plan_moves_in_all_is_what_the_threshold_is_held_to() -> None:
    assert needs_code(policy(step_up={"USDC": 120}), [ENTER, SEND]) is None
    assert needs_code(policy(step_up={"USDC": 119}), [ENTER, SEND]) == Amount(120, USDC)


@pytest.mark.parametrize(
    ("closed", "call", "refused"),
    [
        (POOL.address, ENTER, True),
        (POOL.address, APPROVAL, True),
        (POOL.address, LEAVE, False),
        (POOL.address, effect(USDC_AT, APPROVE, POOL.address, 0), False),
        (POOL.address, effect(USDC_AT, APPROVE, BLUE.address, 60), False),
        (USDC_AT, SEND, True),
        (USDC_AT, effect(USDC_AT, APPROVE, POOL.address, 60), True),
        (USDC_AT, effect(USDC_AT, APPROVE, POOL.address, 0), False),
        (DAI_AT, SEND, False),
        (f"{BLUE.address}:{MARKET_ID}", effect(BLUE.address, MORPHO_SUPPLY, MARKET, 5, 0, ACCOUNT, b""), True),
        (f"{BLUE.address}:{MARKET_ID}", effect(BLUE.address, MORPHO_WITHDRAW, MARKET, 5, 0, ACCOUNT, ACCOUNT), False),
        (f"{BLUE.address}:{MARKET_ID}", effect(USDC_AT, APPROVE, BLUE.address, 60), False),
        (BLUE.address, effect(BLUE.address, MORPHO_SUPPLY, MARKET, 5, 0, ACCOUNT, b""), True),
        (BLUE.address, effect(BLUE.address, MORPHO_WITHDRAW, MARKET, 5, 0, ACCOUNT, ACCOUNT), False),
    ],
)
def test_closed_on_entries_open_on_exits(closed: str, call: Effect, refused: bool) -> None:
    shut = policy(closed=[closed])
    check_step(POLICY, ACCOUNT, {FRIEND}, call)
    if not refused:
        check_step(shut, ACCOUNT, {FRIEND}, call)
        return
    with pytest.raises(Refused) as error:
        check_step(shut, ACCOUNT, {FRIEND}, call)
    assert error.value.rule == "closed"
    assert "is closed: it can be left, not entered." in error.value.message
    assert error.value.remedy == "Use another venue, or let the operator open it."


def test_the_file_of_an_earlier_version_loads_and_keeps_its_fingerprint() -> None:
    old = loads(BEFORE)
    assert (old.day_caps, old.lifetime_caps, old.step_up, old.closed) == ({}, {}, {}, frozenset())
    assert old.loosen_delay_seconds == 86_400
    assert json.loads(dumps(old)) == json.loads(BEFORE)


NEW: dict[str, Any] = {
    "day_caps": {"USDC": 5 * CAP},
    "lifetime_caps": {"DAI": 10**24},
    "step_up": {"ETH": 0},
    "closed": [POOL.address, f"{BLUE.address}:{MARKET_ID}"],
    "loosen_delay_seconds": 3_600,
}


def test_the_new_limits_survive_the_file() -> None:
    new = policy(**NEW)
    assert loads(dumps(new)) == new
    body = json.loads(dumps(new))
    assert body["day_caps"] == {"USDC": str(5 * CAP)}
    assert body["closed"] == sorted(NEW["closed"])


@pytest.mark.parametrize("name", sorted(NEW))
def test_each_new_limit_is_part_of_the_fingerprint(name: str) -> None:
    assert policy(**{name: NEW[name]}).sha256 != POLICY.sha256


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day_caps", {"DOGE": 1}),
        ("lifetime_caps", {"DOGE": 1}),
        ("step_up", {"DOGE": 1}),
        ("day_caps", {"USDC": -1}),
        ("lifetime_caps", {"USDC": MAX_UINT256}),
        ("step_up", {"USDC": -1}),
        ("closed", [place("99")]),
        ("closed", [f"{POOL.address}:{MARKET_ID}"]),
    ],
)
def test_limits_that_fit_nothing_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError):
        policy(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day_caps", {"USDC": 5}),
        ("step_up", {"USDC": "1e3"}),
        ("lifetime_caps", {"USDC": "-1"}),
        ("closed", ["pool"]),
        ("closed", [POOL.address + ":0x1"]),
        ("loosen_delay_seconds", -1),
    ],
)
def test_a_wrong_limit_in_the_file_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError):
        loads(json.dumps({**json.loads(dumps(POLICY)), name: value}))


def test_a_closed_address_may_be_written_in_small_letters() -> None:
    body = {**json.loads(dumps(POLICY)), "closed": [POOL.address.lower()]}
    assert loads(json.dumps(body)).is_closed(POOL.address)


def test_what_contracts_were_is_kept_and_an_older_file_has_none() -> None:
    place_of_pool = next(iter(policy().contracts))
    records = {place_of_pool: Fingerprint("0x" + "ab" * 32, place_of_pool, None, place_of_pool)}
    kept = loads(dumps(replace(policy(), codes=records)))
    assert kept.codes == records
    assert kept.sha256 != policy().sha256
    assert "codes" not in dumps(policy())
    assert loads(dumps(policy())).codes == {}
