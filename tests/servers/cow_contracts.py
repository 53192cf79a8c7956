"""CoW Protocol's own contracts on devnet, from the artefacts that it publishes, and a solver of its allow-list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from agent.abi import encode_call, view
from agent.chain.multicall import read
from agent.chain.rpc import Rpc
from agent.money import ZERO_ADDRESS, Address, address
from devnet import set_up
from devnet.artefacts import folder_of
from devnet.lock import parse
from plugins.uniswap.calls import EXACT_INPUT_SINGLE

PACKAGE = "@cowprotocol/contracts"
APPROVE = "approve(address spender,uint256 amount)"
TRADE = (
    "(uint256 sellTokenIndex,uint256 buyTokenIndex,address receiver,uint256 sellAmount,uint256 buyAmount,"
    "uint32 validTo,bytes32 appData,uint256 feeAmount,uint256 flags,uint256 executedAmount,bytes signature)"
)
INTERACTION = "(address target,uint256 value,bytes callData)"
SETTLE = f"settle(address[] tokens,uint256[] clearingPrices,{TRADE}[] trades,{INTERACTION}[][3] interactions)"
POOL_FEE = 500
BUYS = 1
"""The flag of a buy order (GPv2Trade.sol, extractFlags); without it an order sells."""
GAS = 6_000_000


@dataclass(frozen=True)
class Cow:
    """Where the contracts stand; `solver` may settle, `admin` may say who else."""

    rpc: Rpc
    settlement: Address
    relayer: Address
    solver: Address
    router: Address

    async def settle(
        self, order: Mapping[str, Any], signature: bytes, pays: int, receiver: Address | None = None
    ) -> tuple[str, bool]:
        """Fills an order through devnet's Uniswap for `pays` base units, or a buy order by taking so many: the
        transaction's hash, whether it stood.

        What the pool gives beyond that stays with the settlement; what it gives less, it pays of its own.
        """
        tokens, buys = [order["sellToken"], order["buyToken"]], order["kind"] == "buy"
        units = pays if buys else int(order["sellAmount"])
        prices = [int(order["buyAmount"]), pays] if buys else [pays, units]
        trade = (
            0,
            1,
            receiver or order["receiver"],
            int(order["sellAmount"]),
            int(order["buyAmount"]),
            int(order["validTo"]),
            order["appData"],
            int(order["feeAmount"]),
            BUYS if buys else 0,
            0,
            signature,
        )
        swap = (tokens[0], tokens[1], POOL_FEE, self.settlement, units, 0, 0)
        inside = [
            (tokens[0], 0, encode_call(APPROVE, (self.router, units))),
            (self.router, 0, encode_call(EXACT_INPUT_SINGLE, (swap,))),
        ]
        data = encode_call(SETTLE, (tokens, prices, [trade], [[], inside, []]))
        return await sent(self.rpc, self.solver, self.settlement, data)


async def placed(rpc: Rpc, router: Address) -> Cow:
    """Deploys them as their project does, with one solver allowed; there is no vault of Balancer's."""
    accounts = [address(each) for each in await rpc.request("eth_accounts")]
    admin, solver = accounts[0], accounts[1]
    authentication = await _deployed(rpc, admin, "GPv2AllowListAuthentication")
    for function, who in (("initializeManager(address manager_)", admin), ("addSolver(address solver)", solver)):
        _, ok = await sent(rpc, admin, authentication, encode_call(function, (who,)))
        assert ok
    settlement = await _deployed(rpc, admin, "GPv2Settlement", authentication, ZERO_ADDRESS)
    relayer = address(await read(rpc, settlement, "vaultRelayer()", "address"))
    return Cow(rpc, settlement, relayer, solver, router)


async def sent(rpc: Rpc, sender: Address, to: Address | None, data: bytes) -> tuple[str, bool]:
    """One transaction of an unlocked account: its hash, and whether it stood."""
    call = {"from": sender, "data": "0x" + data.hex(), "gas": hex(GAS), **({} if to is None else {"to": to})}
    receipt = await rpc.request("eth_sendTransactionSync", call)
    return str(receipt["transactionHash"]), receipt["status"] == "0x1"


async def _deployed(rpc: Rpc, sender: Address, name: str, *arguments: Address) -> Address:
    lock = parse((resources.files("devnet") / "artefacts.lock").read_text())
    folder = folder_of(next(each for each in lock if each.name == PACKAGE))
    set_up.setup()
    code = bytes.fromhex(_artefact(folder, name)["bytecode"][2:])
    words = b"".join(bytes(12) + bytes.fromhex(each[2:]) for each in arguments)
    call = {"from": sender, "data": "0x" + (code + words).hex(), "gas": hex(GAS)}
    receipt = await rpc.request("eth_sendTransactionSync", call)
    assert receipt["status"] == "0x1", name
    return address(receipt["contractAddress"])


def _artefact(folder: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((folder / "lib" / "contracts" / f"{name}.json").read_text()))


FILLED = view("filledAmount(bytes orderUid)", "uint256")


async def filled(cow: Cow, uid: str) -> int:
    """Base units of what an order gives that were taken."""
    call = FILLED.at(cow.settlement, bytes.fromhex(uid[2:]))
    (units,) = call.decode(await cow.rpc.call(cow.settlement, call.data))
    return int(units)
