"""What all tests share: their kind by folder, no network in unit tests, and a devnet that each test finds fresh."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_socket
import structlog
from hypothesis import HealthCheck, settings

import chains
import devnet
from agent.logs import processors
from devnet import Node
from devnet.clock import mine
from devnet.profiles import start_profile
from devnet.rpc import Rpc

KINDS = ("unit", "integration", "e2e")
HERE = Path(__file__).parent

# The same examples everywhere, however busy the machine is. `--hypothesis-profile explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("explore"), derandomize=True, database=None)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is of the kind of its folder."""
    for item in items:
        parts = item.path.relative_to(HERE).parts if item.path.is_relative_to(HERE) else ()
        if parts and parts[0] in KINDS:
            item.add_marker(parts[0])


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """As the program writes them: drawn with all local variables, as by default, one traceback takes seconds."""
    structlog.configure(processors=processors())


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unit tests open no network socket; Unix sockets stay, asyncio needs a pair of them."""
    if request.node.get_closest_marker("unit") is None:
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture
def quiet_port() -> int:
    """A free port below those that a system hands out by itself: nobody is given it before it is bound."""
    first = 20_000 + os.getpid() % 10_000
    for port in range(first, first + 1_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a thousand ports are taken")


@pytest.fixture(scope="session")
def devnet_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One devnet for the whole run; set up first where it isn't, which takes its time once."""
    devnet.setup()
    with devnet.start(tmp_path_factory.mktemp("devnet")) as node:
        yield node


@pytest.fixture
def devnet_node(devnet_session: Node) -> Iterator[Node]:
    """The running devnet as set-up left it: what a test changes, time included, is undone after it."""
    with _undone(devnet_session):
        yield devnet_session


@pytest.fixture(scope="module")
def devnet_module(devnet_session: Node) -> Iterator[Node]:
    """The same for tests that share an instance: what their file changes is undone after it."""
    with _undone(devnet_session):
        yield devnet_session


@pytest.fixture(scope="session")
def profile_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Node]]:
    """Local profiles of real chains by name, started when first asked for, brought to the present each time."""
    nodes: dict[str, Node] = {}

    def node(name: str) -> Node:
        if name not in nodes:
            file = chains.path(name)
            assert file is not None
            nodes[name] = start_profile(tmp_path_factory.mktemp(name), file)
        _bring_to_the_present(nodes[name])
        return nodes[name]

    yield node
    for each in nodes.values():
        each.stop()


@pytest.fixture
def profile_node(request: pytest.FixtureRequest, profile_nodes: Callable[[str], Node]) -> Iterator[Node]:
    """The profile that a test names (`indirect`), as it was built: what the test changes is undone after it."""
    node = profile_nodes(str(request.param))
    with _undone(node):
        yield node


def _bring_to_the_present(node: Node) -> None:
    """A head of this moment at the fee there was: evm_revert sets anvil's clock back to the snapshot's block."""
    with Rpc(node.rpc_url) as rpc:
        fee = rpc.call("eth_getBlockByNumber", "pending", False)["baseFeePerGas"]
        mine(rpc, int(time.time()))
        rpc.call("anvil_setNextBlockBaseFeePerGas", fee)


@contextmanager
def _undone(node: Node) -> Iterator[None]:
    with Rpc(node.rpc_url) as rpc:
        mark = rpc.call("evm_snapshot")
        fee = rpc.call("eth_getBlockByNumber", "pending", False)["baseFeePerGas"]
        yield
        if node.alive():
            rpc.call("evm_revert", mark)
            rpc.call("anvil_setNextBlockBaseFeePerGas", fee)  # which anvil doesn't revert
