"""What a plan spends, held against caps and lists: pure rules that gate and ledger share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.policy.change import cap_of, subject_of, tightest
from agent.policy.spending import (
    DAY_SECONDS,
    Allowed,
    By,
    Cap,
    Charge,
    Kind,
    Limits,
    Period,
    Standing,
    check,
    limit_text,
    worth,
)
from tests.unit.policy_parts import DAI, ETH, FRIEND, STRANGER, USDC

pytestmark = pytest.mark.unit

DOLLAR = 10**8
SPEND = Charge(0, Kind.DEPOSIT, USDC, 100 * 10**6, 100 * DOLLAR, venue="aave-v3:core:USDC")


def cap(
    most: int, unit: str = "USDC", period: Period = Period.DAY, kind: Kind | None = None, by: By = By.USER
) -> Cap:
    return Cap(by, period, kind, unit, most)


def refusal(limits: Limits, *charges: Charge, used: int = 0) -> Refused | None:
    try:
        check(limits, charges, lambda _: used)
    except Refused as error:
        return error
    return None


def rule(*caps: Cap, charge: Charge = SPEND, used: int = 0) -> str | None:
    found = refusal(Limits(caps=caps), charge, used=used)
    return None if found is None else found.rule


@pytest.mark.parametrize(
    ("names", "wraps", "passes"),
    [
        ({"ETH", "USDC"}, (("WETH", "ETH"),), True),
        ({"WETH", "USDC"}, (("WETH", "ETH"),), True),
        ({"DAI", "USDC"}, (("WETH", "ETH"),), False),
        ({"ETH", "USDC"}, (), False),
        ({"ETH", "USDC"}, (("DAI", "ETH"),), False),
    ],
)
def test_a_native_coin_on_a_list_brings_its_wrapped_form(
    names: set[str], wraps: tuple[tuple[str, str], ...], passes: bool
) -> None:
    swap = Charge(0, Kind.SWAP, USDC, 1, 1, gets="WETH", wraps=wraps)
    found = refusal(Limits(allowed=(Allowed(By.USER, "tokens", frozenset(names)),)), swap)
    assert (found is None) == passes
    assert found is None or found.rule == "allowed-tokens"


@pytest.mark.parametrize("period", list(Period))
def test_a_cap_is_passed_to_the_unit_and_no_further(period: Period) -> None:
    assert rule(cap(100 * 10**6, period=period)) is None
    assert rule(cap(100 * 10**6 - 1, period=period)) == f"{period}-cap"
    assert rule(cap(100 * DOLLAR, "USD", period)) is None
    assert rule(cap(100 * DOLLAR - 1, "USD", period)) == f"{period}-cap"


def test_what_was_used_counts_over_time_and_not_for_one_transaction() -> None:
    assert rule(cap(150 * 10**6), used=50 * 10**6) is None
    assert rule(cap(150 * 10**6), used=50 * 10**6 + 1) == "day-cap"
    assert rule(cap(150 * 10**6, period=Period.TRANSACTION), used=10**12) is None


def test_another_token_and_another_kind_are_not_counted() -> None:
    assert rule(cap(0, "DAI")) is None
    assert rule(cap(0, kind=Kind.TRANSFER)) is None
    assert rule(cap(0, kind=Kind.DEPOSIT)) == "day-cap"
    assert rule(cap(0, "DAI"), used=5) is None


def test_charges_of_one_plan_add_up_over_time_and_stand_alone_for_a_transaction() -> None:
    twice = (SPEND, replace(SPEND, step=1))
    assert refusal(Limits(caps=(cap(150 * 10**6),)), *twice) is not None
    assert refusal(Limits(caps=(cap(200 * 10**6),)), *twice) is None
    assert refusal(Limits(caps=(cap(150 * 10**6, period=Period.TRANSACTION),)), *twice) is None
    late = (replace(SPEND, units=1), SPEND)
    assert refusal(Limits(caps=(cap(10, period=Period.TRANSACTION),)), *late) is not None


def test_nothing_spent_meets_no_limit() -> None:
    assert refusal(Limits((cap(0), cap(0, "USD")), (Allowed(By.USER, "venues", frozenset()),))) is None


SEND = Charge(0, Kind.TRANSFER, USDC, 1, 1, recipient=FRIEND)
SWAP = Charge(0, Kind.SWAP, USDC, 1, 1, gets="DAI")


@pytest.mark.parametrize(
    ("what", "names", "charge", "expected"),
    [
        ("venues", {"aave-v3:core:USDC"}, SPEND, None),
        ("venues", {"venus:core:USDC"}, SPEND, "allowed-venues"),
        ("venues", set(), SEND, None),
        ("tokens", {"USDC"}, SPEND, None),
        ("tokens", {"DAI"}, SPEND, "allowed-tokens"),
        ("tokens", {"USDC"}, SWAP, "allowed-tokens"),
        ("tokens", {"USDC", "DAI"}, SWAP, None),
        ("recipients", {FRIEND}, SEND, None),
        ("recipients", {STRANGER}, SEND, "allowed-recipients"),
        ("recipients", {STRANGER}, SPEND, None),
    ],
)
def test_lists(what: str, names: set[str], charge: Charge, expected: str | None) -> None:
    found = refusal(Limits(allowed=(Allowed(By.USER, what, frozenset(names)),)), charge)
    assert (found.rule if found else None) == expected


@pytest.mark.parametrize(
    ("by", "whose", "who_raises"),
    [(By.USER, "your limit", "`raise my daily limit"), (By.OPERATOR, "the operator's", "the operator can raise")],
)
def test_a_refusal_says_whose_limit_what_is_used_and_what_would_pass(by: By, whose: str, who_raises: str) -> None:
    found = refusal(Limits(caps=(cap(150 * 10**6, by=by),)), SPEND, used=60 * 10**6)
    assert found is not None
    assert (
        found.message
        == f"100 USDC would be more than {whose}{'' if by is By.USER else ' limit'} of 150 USDC a day, and "
        "60 USDC of it are used."
    )
    assert found.remedy.startswith("90 USDC or less would pass now; ")
    assert who_raises in found.remedy


@pytest.mark.parametrize(
    ("period", "says"),
    [(Period.DAY, "Nothing more passes before 24 hours are over"), (Period.LIFETIME, "Nothing more")],
)
def test_a_cap_that_is_used_up_says_so(period: Period, says: str) -> None:
    found = refusal(Limits(caps=(cap(10, period=period, kind=Kind.DEPOSIT),)), SPEND, used=10)
    assert found is not None
    assert found.remedy.startswith(says)
    assert f"`raise my {'daily' if period is Period.DAY else 'lifetime'} deposit limit to …`" in found.remedy
    assert "before 24" in found.remedy or period is Period.LIFETIME


def test_lists_say_what_is_on_them_and_who_widens_them() -> None:
    allowed = Allowed(By.USER, "venues", frozenset({"b:x:USDC", "a:x:USDC"}))
    found = refusal(Limits(allowed=(allowed,)), SPEND)
    assert found is not None
    assert found.message == ("You allow only these venues: a:x:USDC, b:x:USDC. aave-v3:core:USDC isn't one of them.")
    assert "`allow all venues`" in found.remedy
    found = refusal(Limits(allowed=(replace(allowed, by=By.OPERATOR, names=frozenset()),)), SPEND)
    assert found is not None
    assert found.message.startswith("The operator allows only these venues: none now.")
    assert found.remedy == "The operator can widen the list."


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (cap(500 * 10**6), "500 USDC a day"),
        (cap(200 * DOLLAR, "USD", Period.TRANSACTION, Kind.TRANSFER), "$200.00 a transfer"),
        (cap(10**6, period=Period.TRANSACTION), "1 USDC a transaction"),
        (cap(10**6, period=Period.LIFETIME), "1 USDC in all"),
        (cap(10**6, kind=Kind.SWAP), "1 USDC of swaps a day"),
    ],
)
def test_a_limit_in_words(made: Cap, text: str) -> None:
    assert limit_text(made, USDC) == text


@given(st.integers(0, 10**30), st.integers(1, 10**14))
def test_worth_is_rounded_up_by_less_than_one(units: int, price: int) -> None:
    usd = worth(units, ETH, price)
    assert 0 <= usd * 10**18 - units * price < 10**18


def test_worth_of_a_dollar() -> None:
    assert worth(10**6, USDC, DOLLAR) == DOLLAR
    assert worth(1, DAI, DOLLAR) == 1


def test_how_a_person_stands() -> None:
    first = Allowed(By.USER, "venues", frozenset({"a", "b"}))
    second = Allowed(By.OPERATOR, "venues", frozenset({"b", "c"}))
    standing = Standing(Limits((cap(10**8),), (first, second)), {cap(10**8): 1})
    assert standing.listed("venues") == frozenset({"b"})
    assert standing.listed("tokens") is None
    assert standing.as_json("venues") == {"allowed_venues": ["b"]}
    assert standing.as_json("tokens") == {}
    with pytest.raises(Refused, match="isn't one of them"):
        standing.check([SPEND])
    with pytest.raises(Refused, match="of it are used"):
        replace(standing, limits=Limits((cap(10**8),))).check([SPEND])
    Standing(Limits((cap(10**8),))).check([SPEND])


CAPS = st.one_of(st.none(), st.integers(0, 100))
LISTS = st.one_of(st.none(), st.frozensets(st.sampled_from("abcd")))


@given(CAPS, CAPS)
def test_of_two_caps_the_lower_one_holds(before: int | None, after: int | None) -> None:
    held = tightest(before, after)
    numbers = [each for each in (before, after) if each is not None]
    assert held == (min(numbers) if numbers else None)


@given(LISTS, LISTS)
def test_of_two_lists_what_both_have_holds(before: frozenset[str] | None, after: frozenset[str] | None) -> None:
    held = tightest(before, after)
    for name in "abcd":
        in_both = all(each is None or name in each for each in (before, after))
        assert in_both == (held is None or (isinstance(held, frozenset) and name in held))


def test_a_cap_is_no_list() -> None:
    with pytest.raises(TypeError):
        tightest(1, frozenset("a"))


@pytest.mark.parametrize("kind", [None, *Kind])
@pytest.mark.parametrize("period", list(Period))
def test_a_cap_has_a_name_in_the_ledger(period: Period, kind: Kind | None) -> None:
    subject = subject_of(period, kind, "USDC")
    assert cap_of(subject) == (period, kind, "USDC")
    assert cap_of("venues") is None


def test_the_words_of_limits_are_what_ledger_and_contract_say() -> None:
    assert DAY_SECONDS == 24 * 60 * 60
    assert [str(each) for each in Period] == ["transaction", "day", "lifetime"]
    assert [str(each) for each in Kind] == ["deposit", "swap", "transfer", "repay"]
    assert [str(each) for each in By] == ["user", "operator", "signer"]
    assert cap(5, kind=Kind.SWAP).amount(SPEND) == 0
    assert cap(5, "DAI").amount(SPEND) == 0
    assert (cap(5).amount(SPEND), cap(5, "USD").amount(SPEND)) == (100 * 10**6, 100 * DOLLAR)


@pytest.mark.parametrize(
    ("made", "message", "remedy"),
    [
        (
            cap(10**6, by=By.SIGNER),
            "100 USDC would be more than the signer's limit of 1 USDC a day.",
            "1 USDC or less would pass now; the operator can raise the limit.",
        ),
        (
            cap(10**6, period=Period.TRANSACTION, kind=Kind.DEPOSIT),
            "100 USDC would be more than your limit of 1 USDC a deposit.",
            "1 USDC or less would pass now; a higher limit of yours waits a day: "
            "say for example `raise my deposit limit to …`.",
        ),
        (
            cap(0, period=Period.TRANSACTION),
            "100 USDC would be more than your limit of 0 USDC a transaction.",
            "Nothing more passes under it; a higher limit of yours waits a day: "
            "say for example `raise my transaction limit to …`.",
        ),
    ],
)
def test_a_refusal_word_for_word(made: Cap, message: str, remedy: str) -> None:
    found = refusal(Limits(caps=(made,)), SPEND)
    assert found is not None
    assert (found.message, found.remedy) == (message, remedy)


def test_a_list_word_for_word() -> None:
    found = refusal(Limits(allowed=(Allowed(By.USER, "tokens", frozenset({"DAI"})),)), SPEND)
    assert found is not None
    assert found.remedy == "Use one of them, or say `allow all tokens`, which waits a day."
