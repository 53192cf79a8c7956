"""A proxy in front of a node that can fail on purpose: requests that never arrive, answers that are lost."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

HANGS_SECONDS = 90
Hook = Callable[[], Awaitable[None]]


class Fault(StrEnum):
    """REFUSE: the node never sees the request. LOSE: the node acts on it, its answer doesn't come back."""

    REFUSE = "refuse"
    LOSE = "lose"


class FaultyNode:
    """Forwards JSON-RPC over HTTP to `upstream`. `arrived` are the requests that the node has acted on, in
    order; each waits for `delay` seconds first. `swallowed`, once it is a list, gets the raw transactions: taken, not
    passed on.
    """

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = parts.hostname or "", parts.port or 80
        self._plans: dict[str, list[Fault | None]] = defaultdict(list)
        self._answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._hooks: dict[str, list[Hook | None]] = defaultdict(list)
        self._told: dict[str, Any] = {}
        self._server: asyncio.Server | None = None
        self.down = False
        self.hanging = False
        self.held = 0
        """Requests that it took while it was hanging."""
        self.lacking: set[str] = set()
        """Methods that it says it doesn't have."""
        self.largest_batch: int | None = None
        self.instead: bytes | None = None
        """What it answers to everything, as text/html."""
        self.stuck_at: int | None = None
        """The block that it takes for the head."""
        self.delay = 0.0
        self.swallowed: list[str] | None = None
        self.arrived: list[tuple[str, list[Any]]] = []
        self.url = ""

    async def __aenter__(self) -> FaultyNode:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def fail(self, method: str, *faults: Fault | None) -> None:
        """What happens to the next requests of `method`, in turn; None lets one through."""
        self._plans[method] += faults

    def answer(self, method: str, code: int, message: str) -> None:
        """The next request of `method` is answered with this error; the node never sees it, but in a batch."""
        self._answers[method].append({"code": code, "message": message})

    def always(self, method: str, result: Any) -> None:
        """From now on `method` has this result, in a batch too, whatever the node says; None ends that."""
        self._told[method] = result

    def before(self, method: str, *hooks: Hook | None) -> None:
        """What is done before the next requests of `method` reach the node, in turn."""
        self._hooks[method] += hooks

    def sent(self) -> list[str]:
        """The raw transactions that reached the node."""
        return [str(params[0]) for method, params in self.arrived if method == "eth_sendRawTransaction"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (body := await _body(reader)) is not None:
                answer = await self._answer(body)
                if answer is None:
                    break
                kind = "application/json" if self.instead is None else "text/html"
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)
                await writer.drain()
        except OSError:
            pass  # the client is gone
        finally:
            writer.close()

    async def _answer(self, body: bytes) -> bytes | None:
        """The answer to a request; None where the connection is to break instead."""
        self.held += self.hanging
        await asyncio.sleep(HANGS_SECONDS if self.hanging else self.delay)
        if self.down:
            return None
        if self.instead is not None:
            return self.instead
        body = self._as_of(body)
        request = json.loads(body)
        requests = request if isinstance(request, list) else [request]
        if self.largest_batch is not None and len(requests) > self.largest_batch:
            return _error(None, -32005, "batch too large")
        if isinstance(request, dict) and request["method"] in self.lacking:
            return _error(request["id"], -32601, "the method does not exist")
        faults = [self._plans[each["method"]].pop(0) for each in requests if self._plans[each["method"]]]
        if Fault.REFUSE in faults:
            return None
        if isinstance(request, dict) and (told := self._alone(request)) is not None:
            return told
        for each in requests:
            hooks = self._hooks[each["method"]]
            hook = hooks.pop(0) if hooks else None
            if hook is not None:
                await hook()
        forwarded = await self._forwarded(body)
        self.arrived += [(each["method"], each.get("params", [])) for each in requests]
        answer = self._instead(requests, forwarded)
        return None if Fault.LOSE in faults else answer

    def _alone(self, request: dict[str, Any]) -> bytes | None:
        """The answer to a request that the node never sees."""
        if self.swallowed is not None and request["method"] == "eth_sendRawTransaction":
            self.swallowed.append(request["params"][0])
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": "0x" + "00" * 32}).encode()
        if not self._answers[request["method"]]:
            return None
        error = self._answers[request["method"]].pop(0)
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode()

    def _as_of(self, body: bytes) -> bytes:
        """The request with the block that it is stuck at in the place of the head."""
        if self.stuck_at is None:
            return body
        return body.replace(b'"latest"', b'"%s"' % hex(self.stuck_at).encode())

    def _instead(self, requests: list[dict[str, Any]], body: bytes) -> bytes:
        """The node's answer with what `always` (and in a batch `answer`) says put in the place of the node's own."""
        told = {each["id"]: self._told[each["method"]] for each in requests if self._told.get(each["method"])}
        refused = [each for each in requests if self._answers[each["method"]]]
        errors = {each["id"]: self._answers[each["method"]].pop(0) for each in refused}
        if not told and not errors:
            return body
        answers = json.loads(body)
        for answer in answers if isinstance(answers, list) else [answers]:
            if answer["id"] in told:
                answer.pop("error", None)
                answer["result"] = told[answer["id"]]
            if answer["id"] in errors:
                answer.pop("result", None)
                answer["error"] = errors[answer["id"]]
        return json.dumps(answers).encode()

    async def _forwarded(self, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._upstream)
        head = f"POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        answer = await _body(reader)
        writer.close()
        if answer is None:
            raise ConnectionError("the node closed the connection")
        return answer


def _error(number: Any, code: int, message: str) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}).encode()


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    """The body of the next HTTP message; None at the end of the stream."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    except asyncio.IncompleteReadError:
        return None
    length = next(line.split(":")[1] for line in head.splitlines() if line.startswith("content-length:"))
    return await reader.readexactly(int(length))
