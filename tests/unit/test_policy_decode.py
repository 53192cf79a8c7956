"""Decoding: what the bytes say comes out, and nothing else passes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.abi import encode_call, selector
from agent.errors import Refused
from agent.money import MAX_UINT256, Address, address
from agent.policy.decode import decode
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    BLUE,
    DAI,
    DAI_AT,
    ETH,
    FRIEND,
    LISTED,
    MARKET,
    MARKET_ID,
    MINT,
    MORPHO_SUPPLY,
    MORPHO_WITHDRAW,
    POLICY,
    POOL,
    SAFE,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC,
    USDC_AT,
    VAULT_REDEEM,
    VUSDC,
    WITHDRAW,
    effect,
    place,
)

pytestmark = pytest.mark.unit

addresses = st.binary(min_size=20, max_size=20).map(lambda raw: address("0x" + raw.hex()))
amounts = st.integers(0, MAX_UINT256)


def test_a_supply_is_read_whole() -> None:
    found = effect(POOL.address, SUPPLY, DAI_AT, 7, FRIEND, 3)
    assert (found.direction, found.contract, found.signature) == ("enter", POOL, SUPPLY)
    assert (found.token, found.units, found.unit, found.is_all) == (DAI, 7, "token", False)
    assert (found.recipient, found.owner, found.spender, found.value) == (FRIEND, None, None, 0)
    assert found.args == {"asset": DAI_AT.lower(), "amount": 7, "onBehalfOf": FRIEND.lower(), "referralCode": 3}


def test_a_tuple_is_read_by_path_and_gives_its_market() -> None:
    found = effect(BLUE.address, MORPHO_SUPPLY, MARKET, 9, 0, ACCOUNT, b"")
    assert (found.token, found.units, found.market, found.recipient) == (USDC, 9, MARKET_ID, ACCOUNT)


def test_one_function_means_two_things_by_its_must() -> None:
    by_assets = effect(BLUE.address, MORPHO_WITHDRAW, MARKET, 9, 0, ACCOUNT, FRIEND)
    by_shares = effect(BLUE.address, MORPHO_WITHDRAW, MARKET, 0, 11, ACCOUNT, FRIEND)
    assert (by_assets.units, by_assets.unit) == (9, "token")
    assert (by_shares.units, by_shares.unit) == (11, "shares")
    assert (by_shares.owner, by_shares.recipient) == (ACCOUNT, FRIEND)


def test_the_asset_of_a_vault_and_the_caller() -> None:
    redeemed = effect(SAFE.address, VAULT_REDEEM, 5, FRIEND, STRANGER)
    assert (redeemed.token, redeemed.unit, redeemed.recipient, redeemed.owner) == (USDC, "shares", FRIEND, STRANGER)
    minted = effect(VUSDC.address, MINT, 5)
    assert (minted.token, minted.units, minted.recipient) == (USDC, 5, None)


def test_native_coin_and_approvals() -> None:
    sent = effect(FRIEND, "", value=5)
    assert (sent.direction, sent.token, sent.units, sent.recipient, sent.contract) == (
        "transfer",
        ETH,
        5,
        FRIEND,
        None,
    )
    approved = effect(USDC_AT, APPROVE, POOL.address, MAX_UINT256)
    assert (approved.direction, approved.spender, approved.is_all, approved.recipient) == (
        "approve",
        POOL.address,
        True,
        None,
    )


@pytest.mark.parametrize(
    ("to", "data", "says"),
    [
        (STRANGER, encode_call(TRANSFER, (FRIEND, 1)), "is not in the policy's list"),
        (
            USDC_AT,
            encode_call("transferFrom(address,address,uint256)", (ACCOUNT, FRIEND, 1)),
            "not in the call table",
        ),
        (USDC_AT, encode_call(TRANSFER, (FRIEND, 1)) + b"\0", "can't be read"),
        (USDC_AT, encode_call(TRANSFER, (FRIEND, 1))[:-1], "can't be read"),
        (USDC_AT, selector(TRANSFER) + b"\x01" + encode_call(TRANSFER, (FRIEND, 1))[5:], "can't be read"),
        (USDC_AT, b"\xa9\x05", "not in the call table"),
        (USDC_AT, b"\0", "not in the call table"),
        (POOL.address, encode_call(SUPPLY, (place("77"), 1, ACCOUNT, 0)), "not a token of the policy"),
        (POOL.address, encode_call(TRANSFER, (FRIEND, 1)), "not in the call table"),
    ],
)
def test_what_cant_be_read_is_refused(to: Address, data: bytes, says: str) -> None:
    with pytest.raises(Refused) as caught:
        decode(POLICY, to, data, 0)
    assert caught.value.rule == "lists"
    assert says in caught.value.message


@given(st.sampled_from([USDC_AT, *(each.address for each in LISTED)]), st.binary(min_size=1, max_size=200))
def test_random_bytes_never_pass(to: Address, data: bytes) -> None:
    with pytest.raises(Refused):
        decode(POLICY, to, data, 0)


KNOWN = [(USDC_AT, TRANSFER), (USDC_AT, APPROVE), (POOL.address, SUPPLY), (BLUE.address, MORPHO_SUPPLY)]


@given(st.sampled_from(KNOWN), st.binary(max_size=260))
def test_random_arguments_pass_only_where_they_mean_what_they_encode(known: tuple[Address, str], tail: bytes) -> None:
    to, signature = known
    data = selector(signature) + tail
    try:
        found = decode(POLICY, to, data, 0)
    except Refused:
        return
    assert encode_call(signature, [_values(value) for value in found.args.values()]) == data


def _values(value: Any) -> Any:
    return tuple(value.values()) if isinstance(value, dict) else value


@given(addresses, amounts, st.integers(0, 65535))
def test_what_is_encoded_is_decoded(holder: Address, units: int, code: int) -> None:
    found = effect(POOL.address, SUPPLY, USDC_AT, units, holder, code)
    assert (found.token, found.units, found.recipient, found.args["referralCode"]) == (USDC, units, holder, code)
    assert found.is_all == (units == MAX_UINT256)


@given(addresses, amounts)
def test_a_withdrawal_is_decoded(holder: Address, units: int) -> None:
    found = effect(POOL.address, WITHDRAW, USDC_AT, units, holder)
    assert (found.direction, found.units, found.recipient) == ("leave", units, holder)
