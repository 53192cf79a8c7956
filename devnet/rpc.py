"""JSON-RPC over one kept-open HTTP connection, from the standard library: loading web3 takes 0.6 s, this nothing."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from operator import itemgetter
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

from devnet.errors import NodeUnreachable, RpcError

POLL_SECONDS = 0.002
MINED_SECONDS = 60.0


class Rpc:
    """Calls one node. Not for use by two threads at once."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise NodeUnreachable(f"devnet speaks plain HTTP to its own node; {url!r} isn't such an address")
        self.url = url
        self._connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
        self._path = parts.path or "/"
        self._ids = itertools.count(1)

    def __enter__(self) -> Rpc:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, *params: object) -> Any:
        """The result. Raises RpcError with the node's message, NodeUnreachable when nobody answers."""
        answer = self._post({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)})
        if "error" in answer:
            error = answer["error"]
            raise RpcError(f"{method}: {error.get('message', error)}")
        return answer.get("result")

    def calls(self, wanted: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """The results of several calls, made in this order, in one exchange. Raises as `call` does."""
        bodies = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
            for number, (method, params) in enumerate(wanted)
        ]
        answers = sorted(self._post(bodies), key=itemgetter("id")) if bodies else []
        for (method, _), answer in zip(wanted, answers, strict=True):
            if "error" in answer:
                raise RpcError(f"{method}: {answer['error'].get('message', answer['error'])}")
        return [answer.get("result") for answer in answers]

    def number(self, method: str, *params: object) -> int:
        """A result that is a quantity."""
        return int(cast(str, self.call(method, *params)), 16)

    def block(self, tag: str = "latest") -> dict[str, Any]:
        return cast("dict[str, Any]", self.call("eth_getBlockByNumber", tag, False))

    def send(self, transaction: dict[str, str]) -> dict[str, Any]:
        """Sends from one of anvil's unlocked accounts; the receipt. Raises RpcError when it reverted."""
        hash_ = self.call("eth_sendTransaction", transaction)
        deadline = time.monotonic() + MINED_SECONDS
        while (receipt := self.call("eth_getTransactionReceipt", hash_)) is None:
            if time.monotonic() > deadline:
                raise RpcError(f"transaction {hash_} was not mined: is the node's automatic mining off?")
            time.sleep(POLL_SECONDS)
        if receipt["status"] != "0x1":
            raise RpcError(f"transaction {hash_} reverted")
        return cast("dict[str, Any]", receipt)

    def _post(self, body: object) -> Any:
        data = json.dumps(body).encode()
        try:
            self._connection.request("POST", self._path, data, {"Content-Type": "application/json"})
            return json.loads(self._connection.getresponse().read())
        except (OSError, HTTPException, ValueError) as error:
            self._connection.close()  # the next call opens a new one
            raise NodeUnreachable(f"no node answers at {self.url}: {error}") from error
