"""One eth_call a snapshot, counted by a proxy between Moneta and its node while it answers `best yield for usdc?`."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import devnet
from agent.chat.lines import CHANNEL, OWNER, PLATFORM
from agent.commands import places
from agent.compose import open_instance
from agent.config import Settings
from benchmarks.figure import Figure
from memory.rows import Inbound


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    with (
        tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder,
        devnet.start(Path(folder)) as node,
        counting(node.rpc_url) as (url, counts),
    ):
        yield from asyncio.run(_count(Path(folder), node, url, counts))


async def _count(folder: Path, node: devnet.Node, url: str, counts: Counter[str]) -> list[Figure]:
    place = places.of_devnet(folder, url, node.chain_file, throw_away=True)
    async with open_instance(place, Settings()) as instance:
        await places.fund(place, instance.first_account)
        user = await instance.service.user(PLATFORM, OWNER, "you")
        counts.clear()
        answer = await instance.service.handle(
            Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, user.id, "best yield for usdc?")
        )
        if answer is None or answer.reply.table is None:
            raise RuntimeError("no yields were shown")
        calls, all_requests = counts["eth_call"], counts.total()
        snapshot = await instance.world.snapshot(instance.first_account)
    return [
        Figure("eth_calls_of_a_yields_turn", calls, "calls", 1),
        Figure("node_requests_of_a_yields_turn", all_requests, "requests"),
        Figure("contract_reads_of_a_snapshot", snapshot.reads, "reads"),
        Figure("venues_of_a_snapshot", len(snapshot.venues), "venues"),
    ]


@contextmanager
def counting(node: str) -> Iterator[tuple[str, Counter[str]]]:
    """A proxy in front of a node: its address, and how often each method has passed through it."""
    counts: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = json.loads(body)
            counts.update(each["method"] for each in (asked if isinstance(asked, list) else [asked]))
            request = urllib.request.Request(node, body, {"Content-Type": "application/json"})  # noqa: S310
            with urllib.request.urlopen(request, timeout=30) as passed:  # noqa: S310  (http://127.0.0.1)
                answer = passed.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", counts
        server.shutdown()
