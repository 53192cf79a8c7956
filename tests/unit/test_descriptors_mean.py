"""What a descriptor says of a call means what the signer reads in it: any call, to the last base unit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.gate.descriptors import OWN, Clear, Names
from agent.gate.erc7730 import path_of
from agent.money import Address
from agent.policy.effects import Effect
from agent.policy.tables import SENDER
from tests.unit import descriptor_parts as parts
from tests.unit.policy_parts import ACCOUNT, ETH, FRIEND, STRANGER, USDC_AT

pytestmark = pytest.mark.unit

IDS = [f"{contract.name}.{entry.signature.partition('(')[0]}.{entry.unit}" for contract, entry in parts.DESCRIBED]
every_call = pytest.mark.parametrize(("contract", "entry"), parts.DESCRIBED, ids=IDS)
LARGEST = 2**256 - 1


def texts_by_path(clear: Clear, effect: Effect) -> dict[str, str]:
    """The text of each argument that a field shows, found by its label; what no field shows by its own name."""
    assert effect.contract is not None
    table = next(body for body in parts.BODIES if body["context"]["$id"] == effect.contract.table)
    formats = {key.partition("(")[0]: call for key, call in table["display"]["formats"].items()}
    call = formats[effect.signature.partition("(")[0]]
    labels = {each["label"]: each["path"] for each in call["fields"] if "path" in each}
    assert clear.intent == call["intent"]
    return {labels.get(label, label): text for label, text in clear.fields}


def amount_said(text: str) -> tuple[int, str]:
    """Base units and symbol out of a text, by the pinned decimals and nothing of the renderer."""
    text = text.rpartition(", ")[2] if text.startswith(("Max ", "Unlimited ")) and ", " in text else text
    if text.startswith(("Max ", "Unlimited ")):
        return LARGEST, text.rpartition(" ")[2]
    number, _, symbol = text.partition(" ")
    decimals = next(token.decimals for token in (*parts.TOKENS.values(), ETH) if token.symbol == symbol)
    whole, _, fraction = number.replace(",", "").partition(".")
    assert len(fraction) <= decimals
    return int(whole + fraction.ljust(decimals, "0")), symbol


def holder_said(text: str) -> Address:
    """The one address that a text can mean."""
    if text == OWN:
        return ACCOUNT
    named = [each.address for each in parts.POLICY.contracts.values() if each.name == text]
    return named[0] if named else Address(text.removeprefix('"bob" (').removesuffix(")"))


@every_call
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_text_means_what_the_table_reads(contract: Any, entry: Any, data: st.DataObject) -> None:
    args = data.draw(parts.arguments(entry))
    value = data.draw(st.sampled_from([0, 1, 10**18])) if entry.native_in else 0
    effect = parts.effect_of(contract, entry.signature, args, value)
    clear = parts.said(effect)
    texts = texts_by_path(clear, effect)
    assert effect.entry is not None
    assert clear.where == contract.name
    amount = texts.get(effect.entry.amount, "")
    if effect.unit == "position":
        assert int(amount or effect.entry.must[effect.entry.amount]) == effect.units
    elif effect.unit == "shares":
        assert int(amount.partition(" ")[0].replace(",", "")) == effect.units
    else:
        assert effect.paid is not None
        assert amount_said(amount) == (effect.units, effect.paid.symbol)
    for path, holder in (
        (effect.entry.recipient, effect.recipient),
        (effect.entry.owner, effect.owner),
        (effect.entry.spender, effect.spender),
    ):
        if path is not None and path != SENDER:  # no argument: nothing of the call says it
            assert holder is not None
            assert holder_said(texts[path]) == holder
    if effect.along is not None:
        assert amount_said(texts[str(effect.entry.with_amount)]) == (effect.along_units, effect.along.symbol)
    if effect.to is not None:
        assert amount_said(texts[str(effect.entry.to_amount)]) == (effect.least, effect.to.symbol)
    if effect.value:
        assert amount_said(texts["Coin sent along"]) == (effect.value, "ETH")


@every_call
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_two_calls_that_differ_never_read_the_same(contract: Any, entry: Any, data: st.DataObject) -> None:
    """Drawn whole, and with one argument of the first in the place of the other's: a hijack changes as little."""
    first, other = (data.draw(parts.arguments(entry)) for _ in range(2))
    one = parts.effect_of(contract, entry.signature, first)
    for index in range(len(first)):
        near = (*first[:index], other[index], *first[index + 1 :])
        if len(first) == 1 and isinstance(first[0], tuple):  # all is in one
            inner = data.draw(st.integers(0, len(first[0]) - 1))
            near = ((*first[0][:inner], other[0][inner], *first[0][inner + 1 :]),)
        changed = parts.effect_of(contract, entry.signature, near)
        if changed.args != one.args:
            assert str(parts.said(changed)) != str(parts.said(one))
    assume(parts.effect_of(contract, entry.signature, other).args != one.args)
    assert str(parts.said(parts.effect_of(contract, entry.signature, other))) != str(parts.said(one))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_calls_of_different_functions_never_read_the_same(data: st.DataObject) -> None:
    pairs = [data.draw(st.sampled_from(parts.DESCRIBED)) for _ in range(2)]
    assume((pairs[0][0], pairs[0][1].signature) != (pairs[1][0], pairs[1][1].signature))
    one, other = (
        parts.said(parts.effect_of(contract, entry.signature, data.draw(parts.arguments(entry))))
        for contract, entry in pairs
    )
    labels = [(clear.where, clear.intent, [label for label, _ in clear.fields]) for clear in (one, other)]
    assert labels[0] != labels[1]


@every_call
def test_what_a_descriptor_excludes_is_pinned(contract: Any, entry: Any) -> None:
    table = next(body for body in parts.BODIES if body["context"]["$id"] == contract.table)
    call = table["display"]["formats"][entry.signature]
    assert {path_of(path).name for path in call.get("excluded", ())} <= set(entry.must)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_is_not_pinned_after_all_is_said(data: st.DataObject) -> None:
    code = data.draw(st.integers(1, 2**16 - 1))
    supply = parts.TABLES["aave-v3-pool"].functions[0]
    args = (USDC_AT, 1, ACCOUNT, code)
    clear = parts.said(parts.effect_of(parts.POOL, supply.signature, args))
    assert clear.fields[-1] == ("referralCode", str(code))


@settings(max_examples=40, deadline=None)
@given(place=parts.holders, other=parts.holders)
def test_names_of_two_addresses_differ(place: Address, other: Address) -> None:
    hostile = Names(parts.POLICY, ACCOUNT, {FRIEND: OWN, STRANGER: STRANGER, place: f'x" ({other})'})
    assume(place != other)
    assert hostile.of(place) != hostile.of(other)


def test_all_of_a_position_is_said_in_words() -> None:
    withdraw = parts.TABLES["aave-v3-pool"].functions[1]
    effect = parts.effect_of(parts.POOL, withdraw.signature, (USDC_AT, LARGEST, ACCOUNT))
    assert effect.is_all
    assert texts_by_path(parts.said(effect), effect)["amount"] == "Max USDC"


def test_one_call_of_two_contracts_is_told_apart() -> None:
    withdraw = parts.TABLES["aave-v3-pool"].functions[1]
    one, other = (
        parts.said(parts.effect_of(pool, withdraw.signature, (USDC_AT, 1, ACCOUNT)))
        for pool in (parts.POOL, parts.PRIME)
    )
    assert str(one) == str(other)
    assert one.where != other.where
