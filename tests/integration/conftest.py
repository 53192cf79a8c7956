"""What many of these tests begin with: a whole instance, and a node that can be told to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.execution import bookkeeping
from agent.runtime import sandwiched
from devnet import Node
from tests.integration.patience import PATIENCE_SECONDS
from tests.integration.runtime_parts import Whole, opened
from tests.servers.faulty_node import FaultyNode


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reply waits briefly for and is said without, on a busy machine, too, is there before it."""
    monkeypatch.setattr(sandwiched, "SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(bookkeeping, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(bookkeeping, "CLOSING_SECONDS", PATIENCE_SECONDS)


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    """An instance with a funded account; a file that wants it otherwise has a fixture of its own."""
    async with opened(tmp_path, devnet_node) as it:
        yield it


@pytest_asyncio.fixture
async def proxy(devnet_node: Node) -> AsyncIterator[FaultyNode]:
    """Stands before the node."""
    async with FaultyNode(devnet_node.rpc_url) as it:
        yield it
