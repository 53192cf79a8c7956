"""Hostile tokens on devnet: compiled from tests/contracts, each with a pool, listed by a careless operator."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any

import tomli_w

from agent.abi import encode_call
from agent.money import address
from devnet import Node
from devnet.rpc import Rpc
from tests.servers.solidity import compiled

SOURCE = Path(__file__).parents[1] / "contracts" / "hostile.sol"
SYMBOLS = {
    "Tax": "TAX",
    "Honeypot": "POT",
    "Blacklist": "LIST",
    "Rebasing": "BASE",
    "LyingDecimals": "PLACES",
    "Reentrant": "HOOK",
    "Twin": "USDCX",
    "ReturnsFalse": "FALSE",
    "MaxWallet": "CAPPED",
    "Pausable": "PAUSE",
    "ReturnsNothing": "NONE",
}
"""What the operator lists each contract as. USDCX calls itself USDC."""
WITH_ETHER = frozenset({"Reentrant"})
"""Whose pool is with WETH, at its price: the others are worth a dollar."""
EDGE = 887_270
FEE, SPACING = 500, 10
DEEP = 1_000_000
FOREVER = 2**40
_Q96 = 1 << 96


@dataclass(frozen=True)
class Zoo:
    """The contracts' and their pools' addresses by name; `chain_file` is devnet's with all of them listed."""

    node: Node
    chain_file: Path
    tokens: Mapping[str, str]
    pools: Mapping[str, str]

    def arm(self, chain: Rpc, name: str) -> None:
        """From now on it does what it is there for."""
        _send(chain, chain.call("eth_accounts")[0], self.tokens[name], "arm(address)", self.pools[name])

    def give(self, chain: Rpc, name: str, holder: str, units: int) -> None:
        _send(chain, chain.call("eth_accounts")[0], self.tokens[name], "mint(address,uint256)", holder, units)


def build(node: Node, folder: Path) -> Zoo:
    """Deploys all of them with a pool each, honest yet, and writes the chain file."""
    data = tomllib.loads(node.chain_file.read_text())
    with Rpc(node.rpc_url) as chain:
        admin = chain.call("eth_accounts")[0]
        exchange = data["protocols"]["uniswap-v3"]
        tokens, pools = {}, {}
        codes = compiled(SOURCE.read_text(), "bytecode")
        for name in SYMBOLS:
            arguments = bytes(12) + bytes.fromhex(exchange["router"][2:]) if name == "Reentrant" else b""
            tokens[name] = _deployed(chain, admin, codes[name] + arguments.hex())
            other = "WETH" if name in WITH_ETHER else "USDC"
            pools[name] = _pool(chain, admin, exchange, tokens[name], data["tokens"][other])
            data["tokens"][SYMBOLS[name]] = {
                "name": name,
                "address": tokens[name],
                "decimals": 18,
                "feed": data["tokens"][other]["feed"],
            }
        exchange["pools"] = [*exchange["pools"], *pools.values()]
    file = folder / "careless.toml"
    file.write_text(tomli_w.dumps(data))
    return Zoo(node, file, tokens, pools)


def _deployed(chain: Rpc, admin: str, code: str) -> str:
    receipt = chain.send({"from": admin, "data": code, "gas": hex(3_000_000)})
    return address(receipt["contractAddress"])


def _pool(chain: Rpc, admin: str, exchange: Mapping[str, Any], token: str, other: Mapping[str, Any]) -> str:
    """A pool over the whole range at one to one, with a million of the dollar, or of WETH a thousandth of it."""
    manager, place = exchange["position_manager"], str(other["address"])
    units = DEEP if other["decimals"] == 6 else DEEP // 1_000
    ends = {token: units * 10**18, place: units * 10 ** other["decimals"]}
    for each in ends:
        _send(chain, admin, each, "approve(address,uint256)", manager, 2**255)
    _send(chain, admin, token, "mint(address,uint256)", admin, ends[token])
    if other["decimals"] == 6:
        _send(chain, admin, place, "mint(address,uint256)", admin, ends[place])
    else:
        chain.call("anvil_setBalance", admin, hex(10**24))
        chain.send({"from": admin, "to": place, "data": "0xd0e30db0", "value": hex(ends[place])})  # deposit()
    first, second = sorted(ends, key=lambda each: int(each, 16))
    root = isqrt(ends[second] * _Q96 * _Q96 // ends[first])
    create = "createAndInitializePoolIfNecessary(address,address,uint24,uint160)"
    _send(chain, admin, manager, create, first, second, FEE, root)
    found = chain.call(
        "eth_call",
        {
            "to": exchange["factory"],
            "data": "0x" + encode_call("getPool(address,address,uint24)", (first, second, FEE)).hex(),
        },
        "latest",
    )
    mint = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
    position = (first, second, FEE, -EDGE, EDGE, ends[first], ends[second], 0, 0, admin, FOREVER)
    _send(chain, admin, manager, mint, position)
    return address("0x" + found[-40:])


def _send(chain: Rpc, sender: str, to: str, function: str, *args: Any) -> None:
    chain.send({"from": sender, "to": to, "data": "0x" + encode_call(function, args).hex(), "gas": hex(6_000_000)})
