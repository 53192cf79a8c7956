"""Calldata by written signatures: known vectors, nesting, and nothing that is not canonical."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from agent.abi import decode_call, encode_call, parse_signature, selector, view
from tests.unit.policy_parts import ACCOUNT, APPROVE, FRIEND, MORPHO_SUPPLY, TRANSFER

pytestmark = pytest.mark.unit

NESTED = "act((address to,(uint256 a,bytes b)[] pairs)[2] both,bytes32 salt,bool yes,int256 delta)"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [  # as 4byte.directory and the contracts' own ABIs have them
        (TRANSFER, "a9059cbb"),
        (APPROVE, "095ea7b3"),
        ("balanceOf(address)", "70a08231"),
        ("supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)", "617ba037"),
        ("deposit()", "d0e30db0"),
        (MORPHO_SUPPLY, "a99aad89"),
    ],
)
def test_selectors(signature: str, expected: str) -> None:
    assert selector(signature).hex() == expected


def test_a_known_call() -> None:
    data = encode_call(TRANSFER, (FRIEND, 1_000_000))
    assert data.hex() == "a9059cbb" + "0" * 24 + "02" * 20 + hex(1_000_000)[2:].rjust(64, "0")


def test_names_and_tuples_of_a_signature() -> None:
    name, parameters = parse_signature(NESTED)
    assert name == "act"
    assert [(each.type, each.name) for each in parameters] == [
        ("(address,(uint256,bytes)[])[2]", "both"),
        ("bytes32", "salt"),
        ("bool", "yes"),
        ("int256", "delta"),
    ]
    assert [part.name for part in parameters[0].parts] == ["to", "pairs"]


@pytest.mark.parametrize("text", ["", "transfer", "transfer(", "transfer(address", "1st(address)", "a b(uint256)"])
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(ValueError):
        parse_signature(text)


@given(
    st.lists(st.tuples(st.integers(0, 2**256 - 1), st.binary(max_size=70)), max_size=3),
    st.binary(min_size=32, max_size=32),
    st.booleans(),
    st.integers(-(2**255), 2**255 - 1),
)
def test_arguments_come_back(pairs: list[tuple[int, bytes]], salt: bytes, yes: bool, delta: int) -> None:
    both = ((ACCOUNT.lower(), tuple(pairs)), (FRIEND.lower(), ()))
    data = encode_call(NESTED, (both, salt, yes, delta))
    assert decode_call(NESTED, data) == (both, salt, yes, delta)
    as_text = tuple((to, tuple((str(a), "0x" + b.hex()) for a, b in inner)) for to, inner in both)
    assert encode_call(NESTED, (as_text, "0x" + salt.hex(), yes, str(delta))) == data


def test_what_hides_behind_the_arguments_is_refused() -> None:
    data = encode_call(TRANSFER, (FRIEND, 5))
    dirty = data[:4] + b"\x01" + data[5:]
    for wrong in (data + b"\x00", data[:-1], dirty, data[:4], b"", encode_call(APPROVE, (FRIEND, 5))):
        with pytest.raises(ValueError):
            decode_call(TRANSFER, wrong)


@pytest.mark.parametrize("args", [(FRIEND,), (FRIEND, 1, 2)])
def test_a_wrong_number_of_arguments(args: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        encode_call(TRANSFER, args)


def test_an_answer_of_other_types() -> None:
    call = view("balanceOf(address)", "uint256").at(ACCOUNT, FRIEND)
    assert call.decode((7).to_bytes(32, "big")) == (7,)
    with pytest.raises(ValueError):
        call.decode(b"\x01")


KINDS = ["uint8", "uint16", "uint128", "uint256", "bool", "address", "bytes32", "int64", "int256"]
WORDS = st.one_of(
    st.integers(0, 3).map(lambda number: number.to_bytes(32)),
    st.integers(0, 2**160 - 1).map(lambda number: number.to_bytes(32)),
    st.binary(min_size=32, max_size=32),
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), WORDS), min_size=1, max_size=6), st.sampled_from([-33, -1, 0, 7]))
def test_an_answer_is_read_as_eth_abi_reads_it_or_refused_as_there(words: list[tuple[str, bytes]], cut: int) -> None:
    kinds = [kind for kind, _ in words]
    data = b"".join(word for _, word in words)
    data = data[:cut] if cut < 0 else data + b"\1" * cut
    call = view("anything()", *kinds).at(ACCOUNT)
    try:
        expected = tuple(decode(kinds, data))
    except DecodingError:
        with pytest.raises(ValueError, match="bytes that are not"):
            call.decode(data)
    else:
        assert call.decode(data) == expected
        assert [type(value) for value in call.decode(data)] == [type(value) for value in expected]


def test_a_call_of_usual_length_is_read_and_a_longer_one_is_not() -> None:
    signature = "keep(bytes data)"
    assert decode_call(signature, encode_call(signature, (b"\1" * 31_000,))) == (b"\1" * 31_000,)
    with pytest.raises(ValueError, match="more than the 32768"):
        decode_call(signature, encode_call(signature, (b"\1" * 33_000,)))
