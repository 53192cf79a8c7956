"""A server on this machine that speaks the APIs of 0x, 1inch, Velora and KyberSwap; each can lie in many ways.

The shapes are those of the APIs' references, with fields beside those that are read. What it quotes is `price` and
`extra`; the calls that it builds are for the stand-ins (tests/servers/stand_ins.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

from agent.abi import encode_call
from agent.money import MAX_UINT256, ZERO_ADDRESS, Address, address
from agent.policy.outside import COIN
from plugins.trade.cow import APP_DATA
from tests.servers.exact_outputs import BASIS_POINTS, ODD, THIEF, Bought, augustus, cow_quote
from tests.servers.stand_ins import AT, BUY, BUYS, DEAL, RUN, SETTLE, SIGNATURES, deal, packed

Price = Callable[[Address, Address, int, bool], Awaitable[int]]
"""What the pool gives for so many base units, or takes for them where they are what comes."""
COW = "cow"
NAMES = ("0x", "1inch", "kyberswap", "velora")
SLOW_SECONDS = 5
DRIP_SECONDS = 0.05
HUGE = 3 * 2**20
ROUTERS = {"0x": AT["AllowanceHolder"], "1inch": AT["OneInch"], "kyberswap": AT["Kyber"], "velora": AT["Augustus"]}


class Aggregators:
    """`extra`: base units more (or less) than `price` that an executor gives, or for an exact output takes less, by
    quoter. `lies`: what it lies about.

    `asked` are the requests: (quoter, path, query or body, headers).
    """

    def __init__(self, price: Price, router: Address, weth: Address, chain_id: int) -> None:
        self.price, self.router, self.weth, self.chain_id = price, router, weth, chain_id
        self.extra: dict[str, int] = {}
        self.lies: dict[str, str] = {}
        self.block = 0
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, str]]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/0x/swap/allowance-holder/quote", self._zerox)
        app.router.add_get("/1inch/swap/v6.1/{chain}/swap", self._oneinch)
        app.router.add_get("/velora/swap", self._velora)
        app.router.add_get("/kyberswap/devnet/api/v1/routes", self._routes)
        app.router.add_post("/kyberswap/devnet/api/v1/route/build", self._build)
        app.router.add_post("/cow/api/v1/quote", self._cow)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def heard(self, name: str) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """What one quoter was asked."""
        return [(path, said, headers) for each, path, said, headers in self.asked if each == name]

    # -- the APIs ----------------------------------------------------------------------------------------------------

    async def _zerox(self, request: web.Request) -> web.StreamResponse:
        query = self._hear("0x", request)
        made = await self._made(
            "0x", query["sellToken"], query["buyToken"], query["sellAmount"], query["taker"], query
        )
        body = {
            "allowanceTarget": ROUTERS["0x"],
            "blockNumber": str(made["block"]),
            "buyAmount": made["said"],
            "buyToken": query["buyToken"].lower(),
            "fees": {"integratorFee": None, "zeroExFee": None, "gasFee": None},
            "gas": "288079",
            "issues": {
                "allowance": {"actual": "0", "spender": made["spender"]},
                "balance": None,
                "simulationIncomplete": False,
                "invalidSourcesPassed": [],
            },
            "liquidityAvailable": True,
            "minBuyAmount": made["least"],
            "route": {"fills": [{"source": "Uniswap_V3", "proportionBps": "10000"}], "tokens": []},
            "sellAmount": query["sellAmount"],
            "sellToken": query["sellToken"].lower(),
            "totalNetworkFee": "1393685870940000",
            "transaction": {
                "to": made["to"],
                "data": made["data"],
                "gas": "288079",
                "gasPrice": "4837860000",
                "value": made["value"],
            },
            "zid": "0x111111111111111111111111",
            "chainId": made["chain"],
        }
        return await self._answer("0x", request, body)

    async def _oneinch(self, request: web.Request) -> web.StreamResponse:
        query = self._hear("1inch", request)
        made = await self._made("1inch", query["src"], query["dst"], query["amount"], query["from"], query)
        tx = {
            "from": query["from"],
            "to": made["to"],
            "data": made["data"],
            "value": made["value"],
            "gas": 0,
            "gasPrice": "16182500000",
        }
        return await self._answer("1inch", request, {"dstAmount": made["said"], "tx": tx})

    async def _velora(self, request: web.Request) -> web.StreamResponse:
        query = self._hear("velora", request)
        buys = query["side"] == "BUY"
        ends = query["srcToken"], query["destToken"], query["amount"], query["userAddress"], query
        made = await (self._bought(*ends) if buys else self._made("velora", *ends))
        route = {
            "blockNumber": made["block"],
            "network": self.chain_id,
            "srcToken": query["srcToken"],
            "srcDecimals": int(query["srcDecimals"]),
            "srcAmount": made["gives"] if buys else query["amount"],
            "destToken": query["destToken"],
            "destDecimals": int(query["destDecimals"]),
            "destAmount": made["said"],
            "bestRoute": [{"percent": 100, "swaps": []}],
            "gasCostUSD": "4.321",
            "gasCost": "217000",
            "side": query["side"],
            "version": "6.2",
            "contractAddress": ROUTERS["velora"],
            "tokenTransferProxy": made["spender"],
            "contractMethod": query["includeContractMethods"],
            "partnerFee": 0,
            "srcUSD": "1000.12",
            "destUSD": "999.84",
            "partner": "anon",
            "maxImpactReached": False,
            "hmac": "a1b2c3",
        }
        tx = {
            "from": query["userAddress"],
            "to": made["to"],
            "value": made["value"],
            "data": made["data"],
            "gasPrice": "1",
            "chainId": made["chain"],
        }
        return await self._answer("velora", request, {"priceRoute": route, "txParams": tx})

    async def _routes(self, request: web.Request) -> web.StreamResponse:
        query = self._hear("kyberswap", request)
        ends = address(query["tokenIn"]), address(query["tokenOut"])
        amount = await self.price(*ends, int(query["amountIn"]), False)
        summary = {
            "tokenIn": query["tokenIn"],
            "amountIn": query["amountIn"],
            "amountInUsd": "1000.12",
            "tokenOut": query["tokenOut"],
            "amountOut": str(amount + self.extra.get("kyberswap", 0)),
            "amountOutUsd": "999.9",
            "gas": "253000",
            "gasPrice": "50000000",
            "gasUsd": "0.03",
            "extraFee": {"feeAmount": "", "chargeFeeBy": "", "isInBps": False, "feeReceiver": ""},
            "route": [[{"pool": "0x0", "exchange": "uniswapv3"}]],
            "checksum": "17372932239148398632",
        }
        body = {
            "code": 0,
            "message": "successfully",
            "data": {"routeSummary": summary, "routerAddress": ROUTERS["kyberswap"]},
            "requestId": "00000000",
        }
        return web.json_response(body)

    async def _build(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(("kyberswap", request.path, body, dict(request.headers)))
        summary = body["routeSummary"]
        ends = summary["tokenIn"], summary["tokenOut"], summary["amountIn"]
        made = await self._made("kyberswap", *ends, body["recipient"], {"slippage": str(body["slippageTolerance"])})
        data = {
            "amountIn": summary["amountIn"],
            "amountInUsd": "1000.12",
            "amountOut": made["said"],
            "amountOutUsd": "999.9",
            "gas": "253000",
            "gasUsd": "0.03",
            "data": made["data"],
            "routerAddress": made["to"],
            "transactionValue": made["value"],
        }
        return await self._answer(
            "kyberswap", request, {"code": 0, "message": "successfully", "data": data, "requestId": "00000000"}
        )

    async def _cow(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.asked.append((COW, request.path, asked, dict(request.headers)))
        lie, buys = self.lies.get(COW, ""), asked["kind"] == "buy"
        units = int(asked["buyAmountAfterFee" if buys else "sellAmountBeforeFee"])
        fair = await self.price(address(asked["sellToken"]), address(asked["buyToken"]), units, buys)
        extra = self.extra.get(COW, 0)
        said = cow_quote(asked, fair - extra, lie) if buys else self._sold(asked, units, fair + extra, lie)
        quote = said | {
            "appData": "0x" + "11" * 32 if lie == "app-data" else APP_DATA,
            "gasAmount": "117917",
            "gasPrice": "4812121200",
            "sellTokenPrice": "0.000295940545985264",
            "partiallyFillable": lie == "partial",
            "sellTokenBalance": "internal" if lie == "balance" else "erc20",
            "buyTokenBalance": "erc20",
            "signingScheme": "eip712",
        }
        body = {"quote": quote, "from": asked["from"].lower(), "expiration": "1970-01-01T00:00:00Z", "id": 575401}
        return await self._answer(COW, request, body | {"verified": True, "protocolFeeBps": "0"})

    def _sold(self, asked: dict[str, Any], units: int, fair: int, lie: str) -> dict[str, Any]:
        """The order for an exact input."""
        return {
            "sellToken": asked["sellToken"].lower(),
            "buyToken": AT["Dealer"] if lie == "other-token" else asked["buyToken"].lower(),
            "receiver": THIEF if lie == "recipient" else asked["receiver"].lower(),
            "sellAmount": str(units - 1_000 + (units if lie == "amount" else 0)),
            "buyAmount": ODD.get(lie, "0" if lie == "no-least" else str(fair)),
            "validTo": asked["validTo"] + {"forever": 10**6, "stale": -(10**6)}.get(lie, 0),
            "feeAmount": "1000",
            "kind": "buy" if lie == "kind" else "sell",
        }

    # -- what they build ---------------------------------------------------------------------------------------------

    def _hear(self, name: str, request: web.Request) -> dict[str, str]:
        query = dict(request.query)
        self.asked.append((name, request.path, query, dict(request.headers)))
        return query

    async def _made(
        self, name: str, src: str, dst: str, amount: str, taker: str, query: dict[str, str]
    ) -> dict[str, Any]:
        """The parts of an answer: honest but for `lies`."""
        lie, extra = self.lies.get(name, ""), self.extra.get(name, 0)
        start, end, units, to = address(src), address(dst), int(amount), address(taker)
        fair = await self.price(start, end, units, False) + extra
        least = fair * (BASIS_POINTS - slippage(query)) // BASIS_POINTS
        said = fair * 3 if lie in ("inflated", "inflated-low") else fair
        if lie in ("inflated-low", "low-least"):
            least = fair * 9 // 10
        if lie == "skim":
            extra -= fair // 20
            least = fair * 9 // 10
        it: dict[str, Any] = {"start": start, "end": end, "units": units, "to": to, "least": least, "lie": lie}
        data = self._call(name, it, extra, fair)
        return self._around(name, start, to, units, data) | {"said": ODD.get(lie, str(said)), "least": str(least)}

    async def _bought(self, src: str, dst: str, amount: str, taker: str, query: dict[str, str]) -> dict[str, Any]:
        """The same of Velora's answer where `amount` is what comes: one base unit of it stays in the router."""
        lie, extra = self.lies.get("velora", ""), self.extra.get("velora", 0)
        start, end, units, to = address(src), address(dst), int(amount), address(taker)
        cost = await self.price(start, end, units, True) - extra
        it = Bought(start, end, units, to, cost, extra, slippage(query), self.router, self.weth)
        data, said = augustus(it, lie)
        built = self._around("velora", start, to, it.most, data)
        return built | {"said": said["destAmount"], "gives": said["srcAmount"]}

    def _around(self, name: str, start: Address, to: Address, units: int, data: bytes) -> dict[str, Any]:
        """What stands beside a call."""
        lie = self.lies.get(name, "")
        if lie == "drainer":
            data = encode_call("transferFrom(address from,address to,uint256 amount)", (to, THIEF, units))
        if lie in ("approval", "approval-call"):
            data = encode_call("approve(address spender,uint256 amount)", (THIEF, MAX_UINT256))
        return {
            "to": THIEF if lie == "target" else start if lie in ("approval", "drainer-token") else ROUTERS[name],
            "data": "0x" + data.hex() if lie != "odd-hex" else "0x123",
            "value": "1000000000000000" if lie == "value" else str(units) if start == COIN else "0",
            "spender": THIEF if lie == "spender" else ROUTERS[name],
            "chain": 10 if lie == "chain" else self.chain_id,
            "block": self.block - 20 if lie == "stale" else self.block,
        }

    def _call(self, name: str, it: dict[str, Any], extra: int, fair: int) -> bytes:
        lie, end = it["lie"], it["end"]
        to = THIEF if lie == "recipient" else it["to"]
        if lie == "other-token":
            end = AT["Dealer"]
        if lie == "less-known-token":
            end = it["start"]
        units = it["units"] * 2 if lie == "amount" else it["units"]
        signature = SIGNATURES[name]
        dealer, least, flags = AT["Dealer"], 0 if lie == "no-least" else it["least"], 1 if lie == "partial" else 0
        receiver = {"kyberswap": it["to"], "0x": AT["Settler"]}.get(name, ROUTERS[name])
        inside = deal(it["start"], it["end"], units, self.router, receiver, extra, self.weth)
        if name == "0x":
            settler = AT["Dealer"] if lie == "settler" else AT["Settler"]
            action = encode_call(f"x(address dealer,{DEAL} deal)", (dealer, inside))[4:]
            execute = encode_call(SETTLE, ((to, end, least), [action], b"\1" * 32))
            return encode_call(signature, (settler, it["start"], units, settler, execute))
        if name == "1inch":
            desc = (it["start"], end, dealer, to, units, least, flags)
            return encode_call(signature, (dealer, desc, packed(inside))) + b"\x2a\x7d\x53\x10"  # as the API's end
        if name == "velora" and lie == "kind":  # a call for an exact output, in the place of one for an exact input
            buy = (it["start"], it["end"], self.router, ROUTERS[name], 0, least, units)
            swap = (it["start"], end, units, least, units, b"\2" * 32, ZERO_ADDRESS)
            return encode_call(BUYS, (dealer, swap, 0, b"", encode_call(BUY, (buy,))))
        if name == "velora":
            fee = int(THIEF, 16) << 96 | 200 if lie == "fee" else 0
            quoted = 1 if lie == "surplus" else fair
            own = ZERO_ADDRESS if to == it["to"] else to  # as the API has it: 0 is whoever calls
            swap = (it["start"], end, units, least, quoted, b"\2" * 32, own)
            run = encode_call(RUN, (inside,))
            return encode_call(signature, (dealer, swap, fee, b"\1" if lie == "permit" else b"", run))
        permit = b"\1" if lie == "permit" else b""
        long: tuple[Any, ...] = (it["start"], end, [dealer], [units], [], [], to, units, least, 0x280 | flags, permit)
        return encode_call(signature, ((dealer, dealer, packed(inside), long, b'{"Source":"moneta"}'),))

    async def _answer(self, name: str, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        lie = self.lies.get(name, "")
        if lie == "redirect":
            raise web.HTTPFound(f"{self.url}/elsewhere")
        if lie == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if lie == "drip":
            return await _drip(request, json.dumps(body).encode())
        if lie == "broken":
            return await _broken(request, json.dumps(body).encode())
        return _odd(lie, body) or web.json_response(body)


def _odd(lie: str, body: dict[str, Any]) -> web.Response | None:
    """A whole answer that is no answer; None for any other lie."""
    padded = b" " * HUGE + json.dumps(body).encode()
    texts: dict[str, str | bytes] = {
        "huge": padded,
        "packed": gzip.compress(padded, 1) if lie == "packed" else b"",
        "list": json.dumps([body]),
        "deep": "[" * 100_000,
        "nan": '{"dstAmount": NaN, "buyAmount": NaN}',
        "long-number": _numbers(body, "9" * 5_000),
        "exponent": _numbers(body, "1e18"),
        "bytes": b'{"dstAmount": "\xff\xfe"}',
    }
    if lie == "html":
        return web.Response(text="<!DOCTYPE html><html>captcha</html>", content_type="text/html")
    if lie == "500":
        return web.Response(status=500, text="boom")
    if lie not in texts:
        return None
    text = texts[lie]
    headers = {"Content-Encoding": "gzip"} if lie == "packed" else None
    raw = text if isinstance(text, bytes) else text.encode()
    return web.Response(body=raw, headers=headers, content_type="application/json")


async def _drip(request: web.Request, body: bytes) -> web.StreamResponse:
    """A byte at a time, each well within any limit for a single read."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    with contextlib.suppress(ConnectionError):
        for byte in body:
            await answer.write(bytes([byte]))
            await asyncio.sleep(DRIP_SECONDS)
    return answer


async def _broken(request: web.Request, body: bytes) -> web.StreamResponse:
    """Half of what was announced, then the end."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return answer


def _numbers(body: dict[str, Any], number: str) -> str:
    """The answer with every amount that it says as that number of JSON."""
    text = json.dumps(body)
    for name in ("buyAmount", "dstAmount", "destAmount", "amountOut"):
        text = re.sub(rf'"{name}": "[^"]*"', f'"{name}": {number}', text)
    return text


def slippage(query: dict[str, str]) -> int:
    """What was asked for, in basis points: 1inch counts percent."""
    if "slippageBps" in query:
        return int(query["slippageBps"])
    text = query["slippage"]
    return round(float(text) * 100) if "." in text else int(text)
