"""The chain files that come with Moneta: whole, of one mind with themselves, and each entry with its source."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

import chains
from agent.chain.registry import Registry
from agent.errors import Refused
from agent.intents import Deposit
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.money import address
from agent.words.vocabulary import Vocabulary
from scripts.chains import page
from scripts.chains.making import picks

CHAIN_IDS = {"ethereum": 1, "base": 8_453, "arbitrum": 42_161, "optimism": 10}
CIRCLE = {  # developers.circle.com/stablecoins/usdc-contract-addresses: the native USDC, a second source for it
    "ethereum": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    "base": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    "arbitrum": "0xaf88d065e77c8cC2239327C5EDb3A432268e5831",
    "optimism": "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85",
}
BRIDGED = {"base": "USDbC", "arbitrum": "USDC.e", "optimism": "USDC.e"}
ROLLUPS = {"base": "op-stack", "optimism": "op-stack", "arbitrum": "arbitrum"}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\b")

each_chain = pytest.mark.parametrize("name", CHAIN_IDS)


def registry(name: str) -> Registry:
    return Registry.load(name)


def text_of(name: str) -> str:
    path = chains.path(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def test_these_chains_come_with_moneta() -> None:
    assert set(chains.names()) == set(CHAIN_IDS) == set(picks())
    with pytest.raises(Refused, match="can't be read") as caught:
        Registry.load("bse")
    assert "base" in caught.value.remedy


@each_chain
def test_it_is_the_chain_of_its_name(name: str) -> None:
    own = registry(name)
    assert (own.name, own.chain_id) == (name, CHAIN_IDS[name])
    assert own.network
    assert own.wrapped == "WETH"
    assert own.finality is not None


@each_chain
def test_what_a_rollup_needs_is_there_and_nowhere_else(name: str) -> None:
    own = registry(name)
    assert own.l1_fee == ROLLUPS.get(name)
    assert (own.l1_oracle is not None) == (own.sequencer_feed is not None) == (name in ROLLUPS)
    assert own.sequencer_grace == (3_600 if name in ROLLUPS else 0)


@each_chain
def test_every_address_carries_its_checksum(name: str) -> None:
    found = _ADDRESS.findall(text_of(name))
    assert len(found) > 30
    assert [each for each in found if address(each) != each] == []


@each_chain
def test_every_entry_names_its_source(name: str) -> None:
    own = registry(name)
    needed = {"", *(f"tokens.{symbol}" for symbol in own.tokens)}
    needed |= {f"tokens.{symbol}.feed" for symbol in own.tokens if symbol in own.feeds}
    needed |= {"fees", "sequencer"} if name in ROLLUPS else set()
    needed |= {f"protocols.{each}" for each in ("morpho-blue", "uniswap-v3", "uniswap-v4")}
    for each in ("aave-v3", "erc4626", "morpho-vaults"):
        needed |= {f"protocols.{each}.{one}" for one in own.protocols.get(each, {})}
    assert set(own.sources) == needed
    assert all(re.match(r"(npm|PyPI|document) \S+@\S+ \S+", source) for source in own.sources.values())


@each_chain
def test_every_token_has_a_feed_and_nothing_is_there_twice(name: str) -> None:
    own = registry(name)
    assert set(own.feeds) == {*own.tokens, "ETH"}
    assert set(own.heartbeats) | set(own.dated_by) == set(own.feeds), "how old a price may be is known of each"
    assert not set(own.heartbeats) & set(own.dated_by)
    for group in (
        [token.address for token in own.tokens.values()],
        own.protocols["uniswap-v3"]["pools"],
        [vault["vault"] for vault in vaults_of(own)],
        list(own.protocols["morpho-blue"]["markets"].values()),
        [market["provider"] for market in own.protocols["aave-v3"].values()],
    ):
        assert len(set(group)) == len(group)


@each_chain
def test_every_venue_is_over_a_pinned_token(name: str) -> None:
    own = registry(name)
    venues = {
        f"aave-v3:{market}:{symbol}": symbol
        for market, section in own.protocols["aave-v3"].items()
        for symbol in section["assets"]
    }
    assert {"core"} <= set(own.protocols["aave-v3"])
    assert set(venues.values()) <= set(own.tokens)
    sources = [vault.get("liquidity_source") for vault in vaults_of(own)]
    assert {source for source in sources if source} <= set(venues)
    assert {vault["asset"] for vault in vaults_of(own)} <= set(own.tokens)
    assert {each["morpho"] for each in own.protocols.get("morpho-vaults", {}).values()} <= {
        own.protocols["morpho-blue"]["morpho"]
    }


@each_chain
def test_usdc_is_the_native_one_and_the_bridged_one_has_its_own_name(name: str) -> None:
    own = registry(name)
    assert own.tokens["USDC"].address == CIRCLE[name]
    dollars = {symbol for symbol in own.tokens if symbol.upper().startswith("USD") and "C" in symbol.upper()}
    assert dollars == {"USDC", BRIDGED.get(name, "USDC")}
    if name in BRIDGED:
        assert own.token(BRIDGED[name].lower()).address != own.token("usdc").address
        assert own.names[BRIDGED[name]] != own.names["USDC"], "what a preview shows tells the two apart"


def vaults_of(own: Registry) -> list[dict[str, Any]]:
    return [vault for each in ("erc4626", "morpho-vaults") for vault in own.protocols.get(each, {}).values()]


def asset_said(name: str, said: str) -> str:
    own = registry(name)
    vocabulary = Vocabulary((*own.tokens, "ETH"), tuple(venues_of(own)), (), own.usd_stable)
    intent = interpret(f"deposit 100 {said} into aave core", Context(), vocabulary).intent
    assert isinstance(intent, Deposit)
    assert intent.asset is not None
    return intent.asset


def venues_of(own: Registry) -> list[str]:
    sections: dict[str, Any] = dict(own.protocols["aave-v3"])
    return [f"aave-v3:{market}:{symbol}" for market, each in sections.items() for symbol in each["assets"]]


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        *((name, said, "USDC") for name in CHAIN_IDS for said in ("usdc", "USDC")),
        ("base", "usdbc", "USDbC"),
        ("arbitrum", "USDC.e", "USDC.e"),
        ("optimism", "usdc.e", "USDC.e"),
        ("arbitrum", "usdt0", "USDT0"),
    ],
)
def test_people_name_the_native_and_the_bridged_dollar_apart(name: str, said: str, meant: str) -> None:
    assert asset_said(name, said) == meant


def test_the_page_is_up_to_date() -> None:
    told = page.PAGE.read_text(encoding="utf-8")
    assert page.filled(told) == told, "run `python -m scripts.chains`"


def test_the_example_on_the_page_is_a_chain_file() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    own = Registry.from_data(tomllib.loads(example))
    assert own.onchain_symbols == {"USDC.e": "USDbC"}
    known = {"aave-v3", "morpho-blue", "morpho-vaults", "erc4626", "uniswap-v3", "uniswap-v4"}
    assert set(own.protocols) == known
    assert set(re.findall(r"^(\w+) =", example, re.MULTILINE)) >= {
        "network",
        "finality",
        "heartbeat",
        "grace_seconds",
    }
