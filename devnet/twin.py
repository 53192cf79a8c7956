"""A copy of a running devnet, served beside it: what would have been, had something not been done."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from devnet import anvil
from devnet.cache import write_atomically
from devnet.node import Node, serve
from devnet.rpc import Rpc

NEEDED: Final = {"block", "accounts", "best_block_number", "blocks"}
MEMBER = re.compile(r'[{,]\s*("[^"\\]*")\s*:\s*')


def twin(node: Node, folder: Path) -> Node:
    """Starts a devnet that has the state of `node` and its latest block, and keeps its files in `folder`.

    Raises NodeUnreachable, RpcError.
    """
    with Rpc(node.rpc_url) as rpc:
        packed = str(rpc.call("anvil_dumpState"))
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    write_atomically(state, json.dumps(_without_past(packed)).encode())
    return serve(folder, node.chain_file.read_bytes(), lambda port: anvil.with_state(port, state))


def _without_past(packed: str) -> dict[str, Any]:
    """The dump with its last block alone; without any, anvil finds no head."""
    text = gzip.decompress(bytes.fromhex(packed.removeprefix("0x"))).decode()
    state: dict[str, Any] = {}
    for key, value in _members(text):
        state[key] = value
        if state.keys() >= NEEDED:
            break
    last = max(state["blocks"], key=lambda block: int(block["header"]["number"], 16))
    return {**state, "blocks": [last], "transactions": [], "historical_states": None}


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members of an object one by one: who stops early has not read the rest, traces of 40 MB among it."""
    decoder, at = json.JSONDecoder(), text.index("{")
    while (found := MEMBER.match(text, at)) is not None:
        value, at = decoder.raw_decode(text, found.end())
        yield json.loads(found[1]), value
