"""Time that passes step by step, and a copy of the chain: the same demand on both, whatever is done on one."""

from __future__ import annotations

from pathlib import Path

import pytest

import devnet
from devnet import Node
from devnet.calls import read
from devnet.errors import DevnetError, RpcError
from devnet.lending import MorphoMarket, markets, states
from devnet.passing import Passing
from devnet.rpc import Rpc
from devnet.twin import twin

pytestmark = pytest.mark.integration

HOUR = 3_600
LAST_UPDATE = 4  # word of Morpho's market
ACCOUNT = "0x" + "ab" * 20


def usages(node: Node) -> dict[str, int]:
    """Basis points of utilisation, by venue."""
    with Rpc(node.rpc_url) as rpc:
        known = markets(rpc, node.chain_file)
        return {
            market.venue: state.borrowed * 10_000 // state.supplied
            for market, state in zip(known, states(rpc, known), strict=True)
        }


def head(node: Node) -> int:
    with Rpc(node.rpc_url) as rpc:
        return int(rpc.block()["timestamp"], 16)


def test_a_copy_sees_the_same_demand_and_keeps_to_itself(devnet_node: Node, tmp_path: Path) -> None:
    devnet.fund(devnet_node.rpc_url, ACCOUNT, {"ETH": 7}, chain_file=devnet_node.chain_file)
    with Passing(devnet_node.rpc_url, devnet_node.chain_file, 5) as passing:
        begin = passing.now()
        for number in range(1, 9):
            passing.until(begin + number * 6 * HOUR)
        before = usages(devnet_node)
        with twin(devnet_node, tmp_path / "copy") as copy, passing.beside(copy.rpc_url) as beside:
            assert usages(copy) == before
            with Rpc(copy.rpc_url) as rpc:
                assert rpc.number("eth_getBalance", ACCOUNT, "latest") == 7
                rpc.call("anvil_setBalance", ACCOUNT, "0x9")
            for each in (passing, beside):
                for number in range(9, 17):
                    each.until(begin + number * 6 * HOUR)
            assert head(devnet_node) == head(copy) == begin + 16 * 6 * HOUR
            after = usages(devnet_node)
            assert after == usages(copy)
            assert after != before
            assert 0 < beside.moves < passing.moves
    with Rpc(devnet_node.rpc_url) as rpc:
        assert rpc.number("eth_getBalance", ACCOUNT, "latest") == 7


def test_a_curve_that_adapts_is_touched_at_every_step(devnet_node: Node) -> None:
    """Untouched, Morpho's stored curve would stand still for its borrowers while the true rate runs away."""
    with Passing(devnet_node.rpc_url, devnet_node.chain_file, 2) as passing, Rpc(devnet_node.rpc_url) as rpc:
        begin, step = passing.now(), 24 * HOUR
        adaptive = [each for each in markets(rpc, devnet_node.chain_file) if isinstance(each, MorphoMarket)]
        assert adaptive
        late = 0
        for number in range(1, 41):
            passing.until(begin + number * step)
            touched = [read(rpc, each.blue, "market(bytes32)", each.market)[LAST_UPDATE] for each in adaptive]
            late += sum(at <= begin + (number - 1) * step for at in touched)
        assert late <= 1, "a wish may be nothing at all once"


def test_time_goes_one_way(devnet_node: Node) -> None:
    with Passing(devnet_node.rpc_url, devnet_node.chain_file, 1) as passing:
        now = passing.now()
        with pytest.raises(DevnetError, match="can't pass until"):
            passing.until(now)
        passing.until(now + HOUR)
        assert passing.now() == now + HOUR


def test_several_calls_in_one_exchange(devnet_node: Node) -> None:
    with Rpc(devnet_node.rpc_url) as rpc:
        number, chain = rpc.calls([("eth_blockNumber", ()), ("eth_chainId", ())])
        assert (int(number, 16), int(chain, 16)) == (rpc.number("eth_blockNumber"), 31337)
        assert rpc.calls([]) == []
        with pytest.raises(RpcError, match="eth_nothing"):
            rpc.calls([("eth_chainId", ()), ("eth_nothing", ())])
