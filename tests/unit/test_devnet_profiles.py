"""What a local profile reads of a chain file: markets by their hash, pools by their address, what it can't put."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

import pytest
import tomli_w

import chains
from devnet.errors import DevnetError
from devnet.profiles.exchange import pools
from devnet.profiles.left_out import left_out
from devnet.profiles.profile import Profile, market_id

pytestmark = pytest.mark.unit
STRANGER = "0x00000000000000000000000000000000000000Aa"


def data(name: str = "base") -> dict[str, Any]:
    file = chains.path(name)
    assert file is not None
    return tomllib.loads(file.read_text())


def profile(content: dict[str, Any]) -> Profile:
    return Profile.of(tomli_w.dumps(content))


def test_a_market_is_its_parameters() -> None:
    # WETH for USDC at 86 %, as its page at Morpho is named
    wanted = "0x8793cf302b8ffd655ab97bd1c695dbd967807e8367a65cb2f4edaf1380ba1bda"
    base = profile(data())
    assert wanted in [market_id(params) for params in base.morpho_markets().values()]
    loan, collateral, oracle, irm, lltv = base.morpho_markets()["WETH-86"]
    assert market_id((loan, collateral, oracle, irm, lltv + 1)) != wanted


def test_a_wrong_fact_is_refused() -> None:
    base = profile(data())
    known = dict(base.facts["morpho-blue"])
    market = base.protocol("morpho-blue")["markets"]["WETH-86"]
    known[market] = {**known[market], "lltv": "1"}
    with pytest.raises(DevnetError, match="WETH-86: its parameters have another id"):
        replace(base, facts={**base.facts, "morpho-blue": known}).morpho_markets()


def test_a_pool_is_told_by_its_address() -> None:
    """Base's WETH and USDC at 0.05 %."""
    assert pools(profile(data()))["0xd0b53D9277642d899DF5C87A3966A349A798F224"] in (
        ("USDC", "WETH", 500),
        ("WETH", "USDC", 500),
    )


def test_what_cannot_be_put_is_told_with_its_reason() -> None:
    content = data()
    protocols = content["protocols"]
    protocols["compound-v3"] = {}
    protocols["morpho-blue"]["markets"]["mine"] = "0x" + "ab" * 32
    protocols["erc4626"]["mine"] = {"vault": STRANGER}
    protocols["uniswap-v3"]["pools"].append(STRANGER)
    assert left_out(profile(content)) == {
        "compound-v3": "devnet has no contracts of it",
        "morpho-blue:mine": "facts.toml doesn't know its parameters",
        "erc4626:mine": "its asset isn't known, or isn't a token of the chain file",
        f"uniswap-v3:{STRANGER}": "it is between no two tokens of the chain file",
    }


@pytest.mark.parametrize("text", ["", "not = a chain file =", '[native]\nsymbol = "POL"\nwrapped = "WPOL"'])
def test_what_no_profile_can_be_made_of(text: str) -> None:
    with pytest.raises(DevnetError, match=r"chain file"):
        Profile.of(text)
