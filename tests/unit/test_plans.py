"""The digest binds every field of a plan; what is stored comes back as the same plan."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from agent.money import Address
from agent.plans import Change, Plan, Role, Step, canonical, from_canonical, plain

pytestmark = pytest.mark.unit

TO, ME = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
NESTED = "act((address to,(uint256 a,bytes b)[] pairs) all,bool yes)"
STEP = Step(TO, "Pool", NESTED, ((TO, ((1, b"\x01\xff"), (2**256 - 1, b""))), True), 3, 100_000, Role.ACTION, "a:b:c")
CHANGE = Change(TO, "USDC", 6, ME, -5, 7)
PLAN = Plan(
    plan_id="00112233445566778899aabbccddeeff",
    chain_id=31337,
    account=ME,
    user="u1",
    intent={"action": "deposit", "asset": "USDC", "amount": {"kind": "exact", "value": "5"}, "venue": None, "n": 2},
    steps=(STEP, Step(ME, "ETH", "", (), value=1)),
    max_total_fee_wei=10**15,
    not_after=1_800_000_000,
    expected=(CHANGE,),
)
GOLDEN = "a338397910806a862aacc333f4701fdf84a377ebafa4aadc52f8f2a811d8c026"  # by sha256sum, over sorted JSON


def other(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case Role():
            return Role.CLEANUP
        case int():
            return value + 1
        case str():
            return value + "x"
        case dict():
            return {**value, "asset": "DAI"}
        case tuple():
            return value[:-1]
    raise TypeError(value)


def test_the_golden_vector() -> None:
    """A change of this value breaks every confirmation that is under way, and every stored plan."""
    assert PLAN.digest == GOLDEN
    text = rfc8785.dumps(canonical(PLAN)).decode()
    assert text.startswith('{"account":"0x2222')
    assert '"args":[["0x1111111111111111111111111111111111111111",[["1","0x01ff"],["1157' in text
    assert '"max_total_fee_wei":"1000000000000000"' in text


@pytest.mark.parametrize("name", [field.name for field in fields(Plan)])
def test_every_field_of_the_plan_is_bound(name: str) -> None:
    assert replace(PLAN, **{name: other(getattr(PLAN, name))}).digest != PLAN.digest


@pytest.mark.parametrize("name", [field.name for field in fields(Step)])
def test_every_field_of_a_step_is_bound(name: str) -> None:
    changed = replace(STEP, **{name: other(getattr(STEP, name))})
    assert replace(PLAN, steps=(changed, *PLAN.steps[1:])).digest != PLAN.digest


@pytest.mark.parametrize("name", [field.name for field in fields(Change)])
def test_every_field_of_a_bound_is_bound(name: str) -> None:
    changed = replace(CHANGE, **{name: other(getattr(CHANGE, name))})
    assert replace(PLAN, expected=(changed,)).digest != PLAN.digest


def test_the_order_of_steps_is_bound() -> None:
    assert replace(PLAN, steps=PLAN.steps[::-1]).digest != PLAN.digest


@pytest.mark.parametrize("wrong", [1.0, float("nan"), {1}, object()])
def test_what_can_not_stand_in_a_plan(wrong: Any) -> None:
    with pytest.raises(TypeError):
        plain({"a": [(wrong,)]})
    with pytest.raises(TypeError):
        replace(PLAN, intent={"amount": wrong}).digest  # noqa: B018


def test_a_stored_plan_is_the_same_plan() -> None:
    body = json.loads(rfc8785.dumps(canonical(PLAN)))
    back = from_canonical(body)
    assert back.digest == PLAN.digest
    assert [step.data for step in back.steps] == [step.data for step in PLAN.steps]
    assert back.steps[0].args == ((TO, (("1", "0x01ff"), (str(2**256 - 1), "0x"))), True)
    assert canonical(back) == body
    assert (back.expected, back.steps[0].role) == (PLAN.expected, Role.ACTION)
    assert from_canonical(canonical(back)) == back


def test_another_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="version 2"):
        from_canonical({**canonical(PLAN), "v": "2"})
    with pytest.raises(KeyError):
        from_canonical({key: value for key, value in canonical(PLAN).items() if key != "expected"})


arguments = st.recursive(
    st.one_of(st.integers(-(2**255), 2**256 - 1), st.text(max_size=9), st.binary(max_size=9), st.booleans()),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)


@given(st.lists(arguments, max_size=4).map(tuple), st.integers(0, 2**200))
def test_any_arguments_survive_storage(args: Any, value: int) -> None:
    plan = replace(PLAN, steps=(replace(STEP, args=args, value=value),))
    assert from_canonical(json.loads(rfc8785.dumps(canonical(plan)))).digest == plan.digest
