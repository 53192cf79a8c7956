"""A copy of a running devnet, served beside it: what would have been, had something not been done."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from devnet import anvil
from devnet.cache import write_atomically
from devnet.node import Node, serve
from devnet.rpc import Rpc


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


def _without_past(packed: str) -> dict[str, object]:
    """The dump with its last block alone; without any, anvil finds no head."""
    state: dict[str, object] = json.loads(gzip.decompress(bytes.fromhex(packed.removeprefix("0x"))))
    blocks = state["blocks"]
    if not isinstance(blocks, list):
        raise TypeError("a dump's blocks are a list")
    last = max(blocks, key=lambda block: int(block["header"]["number"], 16))
    return {**state, "blocks": [last], "transactions": [], "historical_states": None}
