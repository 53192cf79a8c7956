"""What all tests share: their kind by folder, no network in unit tests, and a devnet that each test finds fresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

import devnet
from devnet import Node
from devnet.rpc import Rpc

KINDS = ("unit", "integration", "e2e")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is of the kind of its folder."""
    for item in items:
        parts = item.path.relative_to(HERE).parts if item.path.is_relative_to(HERE) else ()
        if parts and parts[0] in KINDS:
            item.add_marker(parts[0])


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unit tests open no network socket; Unix sockets stay, asyncio needs a pair of them."""
    if request.node.get_closest_marker("unit") is None:
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def devnet_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One devnet for the whole run; set up first where it isn't, which takes its time once."""
    devnet.setup()
    with devnet.start(tmp_path_factory.mktemp("devnet")) as node:
        yield node


@pytest.fixture
def devnet_node(devnet_session: Node) -> Iterator[Node]:
    """The running devnet as set-up left it: what a test changes, time included, is undone after it."""
    with Rpc(devnet_session.rpc_url) as rpc:
        mark = rpc.call("evm_snapshot")
        yield devnet_session
        if devnet_session.alive():
            rpc.call("evm_revert", mark)
