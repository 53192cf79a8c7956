"""advance: time and blocks move together, the past stays, the borrowers act and say what they are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import devnet
from devnet.borrowers import USUAL
from devnet.rpc import Rpc
from tests.integration.devnet_reads import Reader, supply_rates

pytestmark = pytest.mark.integration
DAY = 86_400


@pytest.fixture
def node(tmp_path: Path) -> Iterator[devnet.Node]:
    devnet.setup()
    with devnet.start(tmp_path) as node:
        yield node


def moment(rpc: Rpc) -> tuple[int, int]:
    head = rpc.block()
    return int(head["number"], 16), int(head["timestamp"], 16)


def pay(rpc: Rpc) -> dict[str, str]:
    accounts = rpc.call("eth_accounts")
    return rpc.send({"from": accounts[1], "to": accounts[2], "value": "0x1"})


def test_the_clock_of_a_loaded_chain_goes_on_from_its_last_block(node: devnet.Node) -> None:
    with Rpc(node.rpc_url) as rpc:
        number, timestamp = moment(rpc)
        pay(rpc)
        after = moment(rpc)
    assert after[0] == number + 1
    assert 0 <= after[1] - timestamp < 60


@pytest.mark.parametrize("seconds", [1, 11, 12, 3_600, DAY, 30 * DAY, 365 * DAY])
def test_the_head_moves_by_exactly_the_span(node: devnet.Node, seconds: int) -> None:
    with Rpc(node.rpc_url) as rpc:
        number, _ = moment(rpc)
        done = devnet.advance(node.rpc_url, seconds, borrowers=False)
        after = moment(rpc)
        called = int(rpc.block(hex(number + 1))["timestamp"], 16)  # it begins with a block of the present
    assert after[1] - called == seconds
    assert after[0] - number - 1 == done.blocks == max(seconds // 12, 1)
    assert done.actions == ()


def test_time_goes_on_after_an_advance_as_before_it(node: devnet.Node) -> None:
    devnet.advance(node.rpc_url, 30 * DAY, borrowers=False)
    with Rpc(node.rpc_url) as rpc:
        number, timestamp = moment(rpc)
        pay(rpc)
        time.sleep(1.1)  # anvil lets blocks of one second share its timestamp
        pay(rpc)
        after = moment(rpc)
    assert after[0] == number + 2
    assert 0 < after[1] - timestamp < 60


def test_receipts_hashes_and_logs_of_the_past_are_still_answered(node: devnet.Node) -> None:
    with Rpc(node.rpc_url) as rpc:
        old = pay(rpc)
        block = rpc.block(old["blockNumber"])
        devnet.advance(node.rpc_url, 30 * DAY)
        assert rpc.call("eth_getTransactionReceipt", old["transactionHash"]) == old
        assert rpc.block(old["blockNumber"]) == block
        assert rpc.call("eth_getBlockByHash", block["hash"], False) == block
        logs = rpc.call("eth_getLogs", {"fromBlock": old["blockNumber"], "toBlock": "latest"})
    assert len(logs) > 100


def test_the_borrowers_move_rates_at_every_venue_and_say_that_they_are_a_script(node: devnet.Node) -> None:
    reader = Reader(node)
    before = supply_rates(reader, 0)
    done = devnet.advance(node.rpc_url, 30 * DAY)
    after = supply_rates(reader, 0)
    assert {action.venue for action in done.actions} == set(USUAL)
    assert {action.by for action in done.actions} == {"scripted borrower"}
    assert done.failed == 0
    assert done.blocks == 30 * DAY // 12
    assert all(before[venue] != after[venue] for venue in before)


def test_the_same_chain_and_seed_give_the_same_actions(tmp_path: Path) -> None:
    devnet.setup()
    found = []
    for name in ("one", "two"):
        with devnet.start(tmp_path / name) as node, Rpc(node.rpc_url) as rpc:
            timestamp = moment(rpc)[1]
            rpc.call("evm_setNextBlockTimestamp", timestamp + 100)  # the same second in both runs
            found.append(devnet.advance(node.rpc_url, 3 * DAY).actions)
    assert found[0] == found[1] != ()


def test_after_a_large_deposit_the_borrowers_come_back_for_it(node: devnet.Node) -> None:
    reader = Reader(node)
    pool, usdc = reader.pool("core"), reader.chain["tokens"]["USDC"]["address"]
    amount = 5_000_000 * 10**6
    devnet.fund(node.rpc_url, reader.user, {"USDC": amount})
    reader.hands.approve(reader.token("USDC"), pool.address, reader.user)
    reader.hands.send(pool.functions.supply(usdc, amount, reader.user, 0), reader.user)
    alone = supply_rates(reader, 0)["aave-v3:core:USDC"]
    devnet.advance(node.rpc_url, 30 * DAY)
    assert supply_rates(reader, 0)["aave-v3:core:USDC"] > alone
