"""A server on this machine that speaks web3signer's eth1 API, by its OpenAPI file; it can misbehave on request.

Keys and signatures are eth_account's own, so that what is tested has nothing in common with what it is tested by.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from eth_account import Account
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HANG_SECONDS = 200.0  # longer than a test may take

Fault = Literal[
    "",
    "hang",
    "cut",
    "404",
    "500",
    "redirect",
    "wrong-key",
    "wrong-data",
    "high-s",
    "short",
    "text",
    "quoted",
    "odd-v",
]


@dataclass
class Web3Signer:
    """`asked` are the paths of all requests; `fault` is how it misbehaves from now on."""

    keys: list[str]
    fault: Fault = ""
    asked: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def public(self) -> dict[str, str]:
        """Private keys by the public key's 0x-text."""
        return {PrivateKey(bytes.fromhex(each)).public_key.to_hex(): each for each in self.keys}

    def sign(self, identifier: str, data: str) -> tuple[int, str]:
        """Status and body of an answer to a request to sign."""
        private = self.public().get(identifier)
        if private is None or self.fault == "404":
            return 404, "Public Key not found"
        self.signed.append(data)
        digest = keccak(hexstr=data)
        if self.fault == "wrong-key":
            private = "11" * 32
        if self.fault == "wrong-data":
            digest = keccak(digest)
        made = Account.unsafe_sign_hash(digest, private)
        r, s, v = made.r, made.s, made.v
        if self.fault == "high-s":
            s, v = SECP256K1_ORDER - s, 55 - v
        if self.fault == "odd-v":
            v = 0
        text = "0x" + r.to_bytes(32, "big").hex() + s.to_bytes(32, "big").hex() + f"{v:02x}"
        return 200, {"short": text[:-2], "text": "OK", "quoted": f'"{text}"'}.get(self.fault, text)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: Web3Signer) -> None:
        self.state = state
        super().__init__(("127.0.0.1", 0), Handler)
        state.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.state.asked.append(self.path)
        if self._misbehaved():
            return
        if self.path == "/api/v1/eth1/publicKeys":
            self._answer(200, json.dumps(list(self.server.state.public())), "application/json")
        else:
            self._answer(404, "no such path")

    def do_POST(self) -> None:
        self.server.state.asked.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._misbehaved():
            return
        prefix, _, identifier = self.path.rpartition("/")
        if prefix == "/api/v1/eth1/sign" and self.headers["Content-Type"] == "application/json":
            self._answer(*self.server.state.sign(identifier, body["data"]))
        else:
            self._answer(400, "Bad request format")

    def _misbehaved(self) -> bool:
        fault = self.server.state.fault
        if fault == "hang":
            self.server.state.stop.wait(HANG_SECONDS)
        elif fault == "cut":
            self.connection.close()
        elif fault == "500":
            self._answer(500, "Internal Web3Signer server error")
        elif fault == "redirect":
            self.send_response(307)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
        return fault in ("hang", "cut", "500", "redirect")

    def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().handle()


@contextlib.contextmanager
def web3signer(*private_keys: str) -> Iterator[Web3Signer]:
    """A running server with these keys, until the block ends."""
    state = Web3Signer(list(private_keys))
    server = Server(state)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
