"""Gives an account on a devnet ether and tokens."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from devnet.accounts import ADMIN
from devnet.calls import calldata
from devnet.errors import DevnetError
from devnet.rpc import Rpc
from devnet.set_up import built_folder


def fund(rpc_url: str, account: str, amounts: Mapping[str, int], *, chain_file: Path | None = None) -> None:
    """Adds `amounts`, by symbol in base units, to what `account` (an address) holds: ETH, USDC, DAI, WETH.

    USDC is minted by its minter, DAI by anyone, WETH is wrapped ether. `chain_file` is the devnet's chain.toml, by
    default that of the devnet that is set up now. Raises DevnetError for a symbol that devnet doesn't know or an
    amount below zero, before anything is given.
    """
    tokens = tomllib.loads((chain_file or built_folder() / "chain.toml").read_text())["tokens"]
    for symbol, amount in amounts.items():
        if symbol != "ETH" and symbol not in tokens:
            raise DevnetError(f"devnet has no {symbol}: it has ETH, {', '.join(tokens)}")
        if amount < 0:
            raise DevnetError(f"an amount of {symbol} below zero can't be given")
    with Rpc(rpc_url) as rpc:
        for symbol, amount in amounts.items():
            if symbol == "ETH":
                held = rpc.number("eth_getBalance", account, "latest")
                rpc.call("anvil_setBalance", account, hex(held + amount))
            elif amount:
                _give(rpc, symbol, tokens[symbol]["address"], account, amount)


def _give(rpc: Rpc, symbol: str, token: str, account: str, amount: int) -> None:
    giver = rpc.call("eth_accounts")[ADMIN]
    if symbol == "WETH":
        held = rpc.number("eth_getBalance", giver, "latest")
        rpc.call("anvil_setBalance", giver, hex(held + amount))  # what is wrapped next
        rpc.send({"from": giver, "to": token, "data": calldata("deposit()"), "value": hex(amount)})
        data = calldata("transfer(address,uint256)", account, amount)
    else:
        data = calldata("mint(address,uint256)", account, amount)
    rpc.send({"from": giver, "to": token, "data": data})
