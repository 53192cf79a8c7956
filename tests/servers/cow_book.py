"""CoW Protocol's order book as api.cow.fi has it, with a solver behind it that settles on devnet's own contracts.

Shapes: cowprotocol/services, crates/orderbook/openapi.yml: POST /quote, POST /orders (201 and the uid), GET
/orders/{uid}, GET /trades. What is posted is checked as the real one does: the signature is the owner's, the app data
has its hash, the order isn't over, and isn't there yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web
from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_typed_data

from agent.money import Address, address
from plugins.trade.cow import APP_DATA, APP_DATA_HASH, DOMAIN
from tests.servers.cow_contracts import Cow, filled

Price = Callable[[Address, Address, int, bool], Awaitable[int]]
"""What the pool gives for so many base units, or takes for them where they are what comes."""
THIEF = address("0x" + "bad0" * 10)
FIELDS = [
    ("sellToken", "address"),
    ("buyToken", "address"),
    ("receiver", "address"),
    ("sellAmount", "uint256"),
    ("buyAmount", "uint256"),
    ("validTo", "uint32"),
    ("appData", "bytes32"),
    ("feeAmount", "uint256"),
    ("kind", "string"),
    ("partiallyFillable", "bool"),
    ("sellTokenBalance", "string"),
    ("buyTokenBalance", "string"),
]


class CowBook:
    """`extra`: base units beyond the pool's that it quotes and gives, or of a buy order takes less. `pays`: what its
    solver gives, or takes, 0 as quoted.

    `fills`: whether its solver fills what is posted. `lie`: what it lies about. `settled` are the hashes of the
    solver's transactions, each with whether it stood. `posted` counts what came to POST /orders.
    """

    def __init__(self, cow: Cow, price: Price, chain_id: int) -> None:
        self.cow, self.price, self.chain_id = cow, price, chain_id
        self.extra, self.pays, self.fills, self.lie = 0, 0, True, ""
        self.orders: dict[str, dict[str, Any]] = {}
        self.settled: list[tuple[str, bool]] = []
        self.posted = 0
        self.url = ""
        self._work: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/v1/quote", self._quote)
        app.router.add_post("/api/v1/orders", self._post)
        app.router.add_get("/api/v1/orders/{uid}", self._get)
        app.router.add_get("/api/v1/trades", self._trades)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._work:
            task.cancel()
        await self._runner.cleanup()

    async def fill(self, uid: str, pays: int | None = None, receiver: Address | None = None) -> bool:
        """The solver tries to fill an order now; whether its transaction stood."""
        order = self.orders[uid]
        units = int(order["quoted"]) if pays is None else pays
        done = await self.cow.settle(order, bytes.fromhex(order["signature"][2:]), units, receiver)
        self.settled.append(done)
        return done[1]

    async def _quote(self, request: web.Request) -> web.Response:
        asked = await request.json()
        buys = asked["kind"] == "buy"
        units = int(asked["buyAmountAfterFee" if buys else "sellAmountBeforeFee"])
        fair = await self._fair(asked, units)
        if self.lie == "inflated":
            fair = fair // 3 if buys else fair * 3
        gives, gets = (fair, units) if buys else (units, fair)
        quote = {
            "sellToken": asked["sellToken"].lower(),
            "buyToken": asked["buyToken"].lower(),
            "receiver": asked["receiver"].lower(),
            "sellAmount": str(gives - 1_000),
            "buyAmount": str(gets),
            "validTo": asked["validTo"],
            "appData": APP_DATA,
            "feeAmount": "1000",
            "gasAmount": "117917",
            "gasPrice": "4812121200",
            "sellTokenPrice": "0.000295940545985264",
            "kind": asked["kind"],
            "partiallyFillable": False,
            "sellTokenBalance": "erc20",
            "buyTokenBalance": "erc20",
            "signingScheme": "eip712",
        }
        body = {"quote": quote, "from": asked["from"].lower(), "expiration": "1970-01-01T00:00:00Z", "id": 575401}
        return web.json_response(body | {"verified": True, "protocolFeeBps": "0"})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.posted += 1
        body = await request.json()
        if self.lie == "html":
            return web.Response(text="<!DOCTYPE html><html>captcha</html>", content_type="text/html")
        if self.lie == "refuses":
            return _error("InsufficientAllowance", "order owner must give allowance to VaultRelayer")
        uid, owner = self._read(body)
        if owner != address(body["from"]) or body["appDataHash"] != APP_DATA_HASH or body["appData"] != APP_DATA:
            return _error("WrongOwner", "recovered signer isn't the from of the order")
        if self.lie == "loses" and self.posted == 1:
            return web.json_response(uid, status=201)
        if uid in self.orders:
            return _error("DuplicatedOrder", "order already exists")
        quoted = await self._fair(body, int(body["buyAmount" if body["kind"] == "buy" else "sellAmount"]))
        order = {**body, "appData": APP_DATA_HASH, "quoted": self.pays or quoted, "owner": owner}
        self.orders[uid] = order
        self._start(uid)
        if self.lie == "500":
            return web.Response(status=500, text="boom")
        if self.lie == "other-uid":
            return web.json_response("0x" + "ab" * 56, status=201)
        return web.json_response(uid, status=201)

    async def _fair(self, order: dict[str, Any], units: int) -> int:
        """What it quotes: what its solver gives for so much, or takes for it."""
        buys = order["kind"] == "buy"
        price = await self.price(address(order["sellToken"]), address(order["buyToken"]), units, buys)
        return price - self.extra if buys else price + self.extra

    def _start(self, uid: str) -> None:
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "less": lambda: self.fill(uid, int(self.orders[uid]["buyAmount"]) - 1),
            "more": lambda: self.fill(uid, int(self.orders[uid]["sellAmount"]) + 1),
            "receiver": lambda: self.fill(uid, None, THIEF),
            "twice": lambda: self._twice(uid),
        }
        way = ways.get(self.lie, (lambda: self.fill(uid)) if self.fills else None)
        if way is not None and self.lie != "says-fulfilled":
            task = asyncio.ensure_future(_done(way()))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _twice(self, uid: str) -> None:
        await self.fill(uid)
        await self.fill(uid)

    async def _get(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        if uid not in self.orders or self.lie == "forgets":
            return _error("NotFound", "order was not found", 404)
        order = self.orders[uid]
        done = await filled(self.cow, uid)
        says = {"says-fulfilled": "fulfilled", "says-cancelled": "cancelled"}
        gave, got = (order["quoted"], order["buyAmount"])
        if order["kind"] == "sell":
            gave, got = (order["sellAmount"], order["quoted"])
        sent = str(gave) if done or self.lie == "says-fulfilled" else "0"
        fields = {name: order[name] for name, _ in FIELDS}
        return web.json_response(
            fields
            | {
                "uid": uid,
                "owner": order["owner"],
                "creationDate": "1970-01-01T00:00:00Z",
                "class": "limit",
                "status": says.get(self.lie, "fulfilled" if done else "open"),
                "executedSellAmount": sent,
                "executedSellAmountBeforeFees": sent,
                "executedBuyAmount": str(got) if sent != "0" else "0",
                "executedFeeAmount": "0",
                "invalidated": False,
                "fullAppData": APP_DATA,
                "settlementContract": self.cow.settlement,
                "signature": order["signature"],
                "signingScheme": "eip712",
            }
        )

    async def _trades(self, request: web.Request) -> web.Response:
        uid = request.query.get("orderUid", "")
        if uid not in self.orders or not await filled(self.cow, uid):
            return web.json_response([])
        order = self.orders[uid]
        row = {
            "orderUid": uid,
            "owner": order["owner"],
            "sellToken": order["sellToken"],
            "txHash": self.settled[-1][0],
        }
        amounts = {
            "sellAmount": order["sellAmount"],
            "buyAmount": str(order["quoted"]),
            "buyToken": order["buyToken"],
        }
        return web.json_response([row | amounts])

    def _read(self, body: dict[str, Any]) -> tuple[str, Address]:
        """The order's uid and who signed it, both from what was posted."""
        message = {name: _value(kind, body[name]) for name, kind in FIELDS} | {"appData": body["appDataHash"]}
        typed = {
            "types": {"Order": [{"name": name, "type": kind} for name, kind in FIELDS]},
            "primaryType": "Order",
            "domain": {
                "name": DOMAIN[0],
                "version": DOMAIN[1],
                "chainId": self.chain_id,
                "verifyingContract": self.cow.settlement,
            },
            "message": message,
        }
        signable = encode_typed_data(full_message=typed)
        owner = address(Account.recover_message(signable, signature=body["signature"]))
        digest = _hash_eip191_message(signable).hex()
        return f"0x{digest}{owner[2:].lower()}{int(body['validTo']):08x}", owner


async def _done(work: Awaitable[object]) -> None:
    await work


def _value(kind: str, value: Any) -> Any:
    return int(value) if kind.startswith("uint") else value


def _error(kind: str, description: str, status: int = 400) -> web.Response:
    return web.json_response({"errorType": kind, "description": description}, status=status)
