"""A server on this machine that speaks DefiLlama's `GET /pools`, with ETags; it can misbehave on request."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from aiohttp import web

Fault = Literal["", "hang", "500", "429", "redirect", "cut", "text", "deep", "huge", "bomb", "brotli", "nothing"]
RECORDED = "defillama/all_pools_apy_2023-07-26.csv.gz"
HANG_SECONDS = 5


def recorded(data: Path, tvl: float) -> list[dict[str, Any]]:
    """The recorded pools of one day in the API's shape. The record has no tvlUsd, so each gets `tvl`."""
    with gzip.open(data / RECORDED, "rt", encoding="utf-8") as file:
        return [
            {"chain": r["chain"], "project": r["project"], "symbol": r["symbol"], "pool": r["pool"], "tvlUsd": tvl}
            | {"apy": float(r["apy"]) if r["apy"] else None, "apyBase": None, "apyReward": None, "ilRisk": "no"}
            for r in csv.DictReader(file)
        ]


def pool(project: str, apy: Any, tvl: Any, **more: Any) -> dict[str, Any]:
    """A row as the API has it, of USDC on Ethereum unless `more` says otherwise."""
    return {
        "chain": "Ethereum",
        "project": project,
        "symbol": "USDC",
        "tvlUsd": tvl,
        "apyBase": apy,
        "apyReward": None,
        "apy": apy,
        "rewardTokens": None,
        "pool": f"{project}-0",
        "stablecoin": True,
        "ilRisk": "no",
        "exposure": "single",
        "poolMeta": None,
    } | more


class DefiLlama:
    """`asked` are the If-None-Match headers of the requests, in order; `fault` is how it misbehaves from now on."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        self.rows: list[Any] = list(rows)
        self.fault: Fault = ""
        self.asked: list[str | None] = []
        self.packed = True
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/pools", self._pools)
        app.router.add_get("/elsewhere", self._pools)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _pools(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("If-None-Match"))
        if self.fault:
            return await self._faulty(request)
        body = json.dumps({"status": "success", "data": self.rows}).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        if self.asked[-1] == etag:
            return web.Response(status=304, headers={"ETag": etag})
        packed = {"Content-Encoding": "gzip"} if self.packed else {}
        return web.Response(
            body=gzip.compress(body) if packed else body,
            content_type="application/json",
            headers={"ETag": etag, **packed},
        )

    async def _faulty(self, request: web.Request) -> web.StreamResponse:
        match self.fault:
            case "hang":
                await asyncio.sleep(HANG_SECONDS)
                return web.Response()
            case "redirect":
                raise web.HTTPFound("/elsewhere")
            case "cut":
                answer = web.StreamResponse(headers={"Content-Length": "1000"})
                await answer.prepare(request)
                await answer.write(b'{"data": [')
                if request.transport is not None:
                    request.transport.close()
                return answer
            case "huge":
                return await _endless(request, b" " * 2**16, {})
            case "bomb":
                return web.Response(body=gzip.compress(b"[" * 2**27), headers={"Content-Encoding": "gzip"})
            case "brotli":
                return web.Response(body=b"x", headers={"Content-Encoding": "br"})
            case "500" | "429":
                return web.Response(status=int(self.fault))
        bodies = {"text": "<html>", "deep": "[" * 100_000, "nothing": '{"status": "error"}'}
        return web.Response(text=bodies[self.fault], content_type="application/json")


async def _endless(request: web.Request, piece: bytes, headers: dict[str, str]) -> web.StreamResponse:
    answer = web.StreamResponse(headers=headers)
    await answer.prepare(request)
    try:
        for _ in range(10_000):
            await answer.write(piece)
    except OSError:
        pass  # the client had enough
    return answer
