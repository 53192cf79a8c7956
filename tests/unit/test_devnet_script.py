"""The scripted borrowers' choices, the hand-made calldata, and the spans that advance takes."""

from __future__ import annotations

import random

import pytest
from eth_abi.abi import encode
from eth_utils.abi import function_signature_to_4byte_selector
from hypothesis import given
from hypothesis import strategies as st

from devnet.borrowers import BPS, SPREAD, wish
from devnet.calls import SELECTORS, calldata
from devnet.clock import advance
from devnet.errors import DevnetError
from devnet.lending import State

pytestmark = pytest.mark.unit
NOBODY = "http://127.0.0.1:9"


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


@pytest.mark.parametrize(("signature", "selector"), SELECTORS.items())
def test_each_selector_is_the_hash_of_its_signature(signature: str, selector: str) -> None:
    assert function_signature_to_4byte_selector(signature).hex() == selector


def test_calldata_is_what_an_abi_encoder_makes() -> None:
    account = "0x" + "Ab" * 20
    expected = bytes.fromhex("40c10f19") + encode(["address", "uint256"], [account, 10**13])
    assert calldata("mint(address,uint256)", account, 10**13) == "0x" + expected.hex()


@given(
    supplied=st.integers(0, 10**30),
    share=st.integers(0, BPS),
    usual=st.integers(SPREAD, BPS - SPREAD),
    seed=st.integers(0, 2**32),
)
def test_the_script_borrows_what_is_there_and_repays_at_most_half(
    supplied: int, share: int, usual: int, seed: int
) -> None:
    state = State(supplied, supplied * share // BPS)
    wanted = wish(state, usual, dice(seed))
    if wanted is None:
        return
    assert wanted.amount >= 0
    limit = state.supplied - state.borrowed if wanted.borrow else state.borrowed // 2
    assert wanted.amount <= limit
    goes_up = state.borrowed * BPS < state.supplied * (usual + SPREAD)
    goes_down = state.borrowed * BPS > state.supplied * (usual - SPREAD) - BPS
    assert goes_up if wanted.borrow else goes_down


def test_the_script_does_the_same_again_given_the_same_seed() -> None:
    state = State(10**12, 7 * 10**11)
    assert wish(state, 8_000, dice(7)) == wish(state, 8_000, dice(7))


@pytest.mark.parametrize("seconds", [0, -1, 11 * 365 * 86_400])
def test_a_span_out_of_range_is_refused_before_anything_is_called(seconds: int) -> None:
    with pytest.raises(DevnetError, match="ten years"):
        advance(NOBODY, seconds)
