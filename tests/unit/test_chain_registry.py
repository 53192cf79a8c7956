"""The pinned registry: what a chain file may say, and how symbols resolve."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from agent.chain.registry import Registry
from agent.errors import NeedsAnswer, Refused

USDC = "0x0165878A594ca255338adfa4d48449f69242Eb8F"
WETH = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
FEED = "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9"
DATA: dict[str, Any] = {
    "name": "devnet",
    "chain_id": 31337,
    "multicall3": "0xA51c1fc2f0D1a1b8494Ed1FE312d7C3a78Ed91C0",
    "block_seconds": 12,
    "native": {"symbol": "ETH", "decimals": 18, "wrapped": "WETH"},
    "tokens": {
        "USDC": {"name": "USD Coin", "address": USDC, "decimals": 6, "usd_stable": True},
        "WETH": {"name": "Wrapped Ether", "address": WETH, "decimals": 18, "feed": FEED},
    },
    "protocols": {"aave-v3": {"core": {"provider": FEED, "assets": ["USDC"]}}},
}


def changed(**changes: Any) -> dict[str, Any]:
    """The data with dotted paths set: tokens__USDC__decimals=8; None takes a key away."""
    data = copy.deepcopy(DATA)
    for path, value in changes.items():
        *parents, key = path.split("__")
        place = data
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[key]
        else:
            place[key] = value
    return data


def test_a_chain_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "chain.toml"
    file.write_text(tomli_w.dumps(DATA))
    registry = Registry.load(file)
    assert (registry.name, registry.chain_id, registry.block_seconds) == ("devnet", 31337, 12)
    assert registry.native.is_native
    assert registry.tokens["USDC"].decimals == 6
    assert registry.names["USDC"] == "USD Coin"
    assert registry.usd_stable == {"USDC"}
    assert registry.protocols["aave-v3"]["core"]["assets"] == ["USDC"]


L2 = {
    "network": "Some Chain",
    "finality": "safe",
    "private_rpc": True,
    "source": "npm a@1 b.json",
    "fees": {"l1": "op-stack", "oracle": "0x420000000000000000000000000000000000000F"},
    "sequencer": {"feed": FEED, "grace_seconds": 600, "source": "npm a@1 feeds.json"},
    "tokens__USDC__source": "npm a@1 tokens.json",
    "tokens__WETH__feed_source": "npm a@1 feeds.json",
    "tokens__WETH__onchain_symbol": "W₮",
    "tokens__WETH__heartbeat": 3_600,
    "tokens__USDC__dated_by": "WETH",
    "protocols__aave-v3__core__source": "npm a@1 aave.json",
}


def test_what_only_some_chains_have_is_read() -> None:
    registry = Registry.from_data(changed(**L2))
    assert (registry.network, registry.finality) == ("Some Chain", "safe")
    assert (registry.l1_fee, registry.l1_oracle) == ("op-stack", "0x420000000000000000000000000000000000000F")
    assert (registry.sequencer_feed, registry.sequencer_grace) == (FEED, 600)
    assert registry.onchain_symbols == {"WETH": "W₮"}
    assert registry.dated_by == {"USDC": "WETH"}
    assert registry.sources == {
        "": "npm a@1 b.json",
        "sequencer": "npm a@1 feeds.json",
        "tokens.USDC": "npm a@1 tokens.json",
        "tokens.WETH.feed": "npm a@1 feeds.json",
        "protocols.aave-v3.core": "npm a@1 aave.json",
    }


def test_a_chain_without_them_has_none() -> None:
    registry = Registry.from_data(DATA)
    assert (registry.network, registry.finality, registry.l1_fee, registry.l1_oracle) == ("devnet", None, None, None)
    assert (registry.sequencer_feed, registry.sequencer_grace, dict(registry.sources)) == (None, 0, {})


def test_the_native_coin_has_the_price_of_the_wrapped_one() -> None:
    registry = Registry.from_data(DATA)
    assert registry.feeds == {"WETH": FEED, "ETH": FEED}


@pytest.mark.parametrize("text", ["USDC", "usdc", "Usdc"])
def test_symbols_resolve_in_any_case(text: str) -> None:
    assert Registry.from_data(DATA).token(text).symbol == "USDC"


def test_the_native_symbol_resolves() -> None:
    assert Registry.from_data(DATA).token("eth").is_native


@pytest.mark.parametrize("text", ["DOGE", "USD", "USDC ", "USDС", "ＵＳＤＣ", "uſdc", "", "USDCE"])
def test_an_unknown_symbol_is_a_question(text: str) -> None:
    with pytest.raises(NeedsAnswer, match="Which one") as caught:
        Registry.from_data(DATA).token(text)
    assert caught.value.missing == "asset"


def test_a_token_is_found_by_its_address_in_any_case() -> None:
    registry = Registry.from_data(DATA)
    assert registry.at(USDC.lower()) == registry.tokens["USDC"]
    assert registry.at(FEED) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"chain_id": None}, "chain_id"),
        ({"chain_id": "31337"}, "chain_id"),
        ({"chain_id": 0}, "chain_id"),
        ({"tokens__USDC__decimals": 6.0}, "decimals"),
        ({"tokens__USDC__decimals": 77}, "decimals"),
        ({"tokens__USDC__address": "0x12"}, "not an address"),
        ({"tokens__USDC__address": USDC.replace("a", "A")}, "checksum"),
        ({"tokens__USDC__adress": USDC}, "adress"),
        ({"tokens__USDC__address": WETH}, "twice"),
        ({"tokens__usdc": {"name": "x", "address": FEED, "decimals": 6}}, "twice"),
        ({"tokens__eth": {"name": "x", "address": FEED, "decimals": 6}}, "twice"),
        ({"tokens__USDС": {"name": "x", "address": FEED, "decimals": 6}}, "tokens"),
        ({"native__wrapped": "WBTC"}, "WBTC"),
        ({"tokens__USDC__dated_by": "WETH"}, "no token with a feed and its heartbeat"),
        ({"tokens__USDC__dated_by": "WBTC"}, "USDC.dated_by is WBTC"),
        ({"finality": "latest"}, "finality"),
        ({"finality": 0}, "finality"),
        ({"fees": {"l1": "zk", "oracle": FEED}}, "fees"),
        ({"fees": {"l1": "arbitrum"}}, "oracle"),
        ({"sequencer": {"feed": "0x1"}}, "not an address"),
        ({"sequencer": {"feed": FEED, "grace_seconds": -1}}, "grace_seconds"),
        ({"name": "Not/A-Name"}, "name"),
        ({"protocols__aave-v3__core__assets": ["USDC", "USDT"]}, r"aave-v3\.core\.assets names USDT"),
        ({"protocols__erc4626": {"v": {"vault": FEED, "asset": "usdc"}}}, r"erc4626\.v\.asset names usdc"),
        ({"protocols__aave-v3__core__provider": FEED.replace("c", "C")}, r"core\.provider: .* checksum"),
        ({"protocols__uniswap-v3": {"pools": [FEED, FEED.replace("c", "C")]}}, r"uniswap-v3\.pools: .* checksum"),
    ],
)
def test_a_wrong_chain_file_says_where(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Refused, match=complaint) as caught:
        Registry.from_data(changed(**changes))
    assert caught.value.rule == "chain-file"


def test_a_file_that_is_not_there_or_no_toml_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read") as caught:
        Registry.load(tmp_path / "none.toml")
    assert "Name a file" in caught.value.remedy
    broken = tmp_path / "broken.toml"
    broken.write_text("a = = b")
    with pytest.raises(Refused, match=r"broken\.toml is no TOML"):
        Registry.load(broken)


@pytest.mark.parametrize(
    ("chain", "in_twelve_seconds", "in_an_epoch"),
    [("ethereum", 1, 32), ("base", 6, 192), ("optimism", 6, 192), ("arbitrum", 48, 1_536)],
)
def test_how_many_blocks_a_chain_makes(chain: str, in_twelve_seconds: int, in_an_epoch: int) -> None:
    registry = Registry.load(chain)
    assert registry.blocks_in(12) == in_twelve_seconds
    assert registry.blocks_in(32 * 12) == in_an_epoch
