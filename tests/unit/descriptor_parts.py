"""The built-in plug-ins' call tables and descriptors under one small policy, and random calls of every function."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

import plugins
from agent.abi import Parameter, encode_call, parse_signature
from agent.gate.descriptors import Clear, Names, say
from agent.gate.erc7730 import Descriptor, erc20_descriptor, load_all
from agent.money import Address, Token, address
from agent.plugin import Listed
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.tables import Entry, Table, erc20_table, load_table
from tests.unit.policy_parts import ACCOUNT, DAI, DAI_AT, FRIEND, MARKET_ID, USDC, USDC_AT, WETH, WETH_AT
from tests.unit.policy_parts import place as at
from tests.unit.policy_parts import policy as policy_with


def built_in(hook: str) -> list[dict[str, Any]]:
    modules = [importlib.import_module(name) for name in plugins.BUILT_IN]
    return [body for module in modules for body in getattr(module, hook, list)()]


BODIES = [erc20_descriptor(), *built_in("moneta_descriptors")]
TABLES: Mapping[str, Table] = {
    body["table"]: load_table(body) for body in [erc20_table(), *built_in("moneta_call_tables")]
}
POOL = Listed(at("b1"), "Aave v3 core Pool", "aave-v3-pool")
PRIME = Listed(at("b5"), "Aave v3 prime Pool", "aave-v3-pool")
BLUE = Listed(at("b2"), "Morpho Blue", "morpho-blue", None, (MARKET_ID,))
SAFE = Listed(at("b3"), "stataUSDC vault", "erc4626", USDC_AT)
VUSDC = Listed(at("b4"), "Venus vUSDC", "venus-vtoken", USDC_AT)
ROUTER = Listed(at("b6"), "Uniswap v3 router", "uniswap-v3-router", wrapped=WETH_AT)
REWARDS = Listed(at("b7"), "Aave v3 core RewardsController", "aave-v3-rewards")
POSITIONS = Listed(at("b8"), "Uniswap v3 positions", "uniswap-v3-positions")
LISTED = [POOL, PRIME, BLUE, SAFE, VUSDC, ROUTER, REWARDS, POSITIONS]
POLICY = policy_with(listed=LISTED, tables=built_in("moneta_call_tables"))
CONTACTS = {FRIEND: "bob"}
NAMES = Names(POLICY, ACCOUNT, CONTACTS)
DESCRIPTORS = load_all(built_in("moneta_descriptors"), POLICY.tables)
TOKENS: Mapping[Address, Token] = {USDC_AT: USDC, DAI_AT: DAI, WETH_AT: WETH}

DESCRIBED = [
    (contract, entry)
    for contract in (Listed(USDC_AT, "USDC", "erc20"), POOL, BLUE, SAFE, ROUTER, REWARDS, POSITIONS)
    for entry in TABLES[contract.table].functions
]

holders = st.one_of(
    st.sampled_from([ACCOUNT, FRIEND, POOL.address, ROUTER.address, USDC_AT]),
    st.binary(min_size=20, max_size=20).map(lambda raw: address("0x" + raw.hex())),
)
tokens = st.sampled_from(sorted(TOKENS))


def body_of(name: str) -> dict[str, Any]:
    """A fresh copy of a built-in descriptor."""
    found = next(body for body in BODIES if body["context"]["$id"] == name)
    return dict(json.loads(json.dumps(found)))


def effect_of(contract: Listed, signature: str, args: Any, value: int = 0) -> Effect:
    return decode(POLICY, contract.address, encode_call(signature, args), value)


def said(effect: Effect, names: Names = NAMES, descriptors: Mapping[str, Descriptor] = DESCRIPTORS) -> Clear:
    found = say(names, descriptors, effect)
    assert found is not None
    return found


def arguments(entry: Entry) -> st.SearchStrategy[tuple[Any, ...]]:
    """Random arguments of a function: tokens are pinned ones, everything else is anything of its type."""
    return st.tuples(*(_value(entry, each, each.name) for each in parse_signature(entry.signature)[1]))


def numbers(bits: int) -> st.SearchStrategy[int]:
    top = 2**bits - 1
    edges = [0, 1, 10**6, 10**18, 2**255, top - 1, top]
    return st.one_of(st.sampled_from([each for each in edges if each <= top]), st.integers(0, top))


@st.composite
def paths(draw: st.DrawFn) -> bytes:
    """A packed path of two to four pinned tokens."""
    found = bytes.fromhex(draw(tokens)[2:])
    for _ in range(draw(st.integers(1, 3))):
        found += draw(st.integers(0, 2**24 - 1)).to_bytes(3, "big") + bytes.fromhex(draw(tokens)[2:])
    return found


def _value(entry: Entry, parameter: Parameter, path: str) -> st.SearchStrategy[Any]:
    if parameter.parts:
        return st.tuples(*(_value(entry, each, f"{path}.{each.name}") for each in parameter.parts))
    if parameter.type == "address":
        return tokens if path in (entry.token, entry.to_token, entry.with_token) else holders
    if parameter.type == "address[]" and path == entry.path:
        return st.lists(tokens, min_size=2, max_size=3).map(tuple)
    if parameter.type == "address[]":
        return st.lists(holders, max_size=3).map(tuple)
    if parameter.type == "bytes":
        return paths() if path == entry.path else st.binary(max_size=8)
    if parameter.type.startswith("int"):
        top = 2 ** (int(parameter.type.removeprefix("int")) - 1)
        return st.integers(-top, top - 1)
    usual = numbers(int(parameter.type.removeprefix("uint")))
    return st.one_of(st.just(int(entry.must[path])), usual) if path in entry.must else usual
