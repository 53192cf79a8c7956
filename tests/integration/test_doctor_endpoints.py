"""The doctor on what stands beside the endpoints: a quorum, a private one, one that tells of new blocks; L1's fee."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.chain.rpc import Rpc
from agent.commands.doctor import besides_of
from agent.config import Settings
from agent.doctor import rollup
from agent.doctor.finding import Finding, Verdict
from agent.doctor.together import Besides, together
from agent.errors import Refused
from devnet import Node
from devnet.rpc import Rpc as Chain
from tests.integration.doctor_parts import examined, patient
from tests.integration.patience import PATIENCE_SECONDS
from tests.integration.runtime_parts import Whole
from tests.integration.test_l1_fees import CHEAP, on
from tests.servers import rollups
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

REAL = 8453


async def private_of(proxy: FaultyNode) -> Finding:
    rpc = Rpc(proxy.url, PATIENCE_SECONDS)
    try:
        return (await together(2, Besides(private=rpc), 31_337))[1]
    finally:
        await rpc.close()


async def test_one_endpoint_is_told_and_several_are_counted() -> None:
    (alone,), (three,), (all_of_them,) = [
        await together(count, Besides(quorum), REAL) for count, quorum in ((1, None), (3, None), (3, 3))
    ]
    assert (alone.verdict, three.verdict) == (Verdict.WARN, Verdict.OK)
    assert "nobody else is asked" in alone.found
    assert "2 must answer" in three.found
    assert "3 must answer" in all_of_them.found
    (here,) = await together(1, Besides(), 31_337)
    assert here.verdict is Verdict.OK
    with pytest.raises(Refused, match="rpc_quorum is 4"):
        await together(3, Besides(4), REAL)


async def test_a_private_endpoint(devnet_node: Node) -> None:
    async with FaultyNode(devnet_node.rpc_url) as proxy:
        assert (await private_of(proxy)).verdict is Verdict.OK
        proxy.lacking = {"eth_chainId"}
        silent = await private_of(proxy)
        assert (silent.verdict, silent.do) == (Verdict.WARN, "")
        proxy.lacking = set()
        proxy.always("eth_chainId", "0x1")
        other = await private_of(proxy)
        assert (other.verdict, other.found) == (Verdict.WRONG, "it is of chain 1")
        proxy.down = True
        assert (await private_of(proxy)).verdict is Verdict.WRONG
    assert proxy.sent() == []


async def test_one_that_tells_of_new_blocks_and_one_that_does_not(
    devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.doctor.together.TOLD_SECONDS", PATIENCE_SECONDS)
    _, told = await together(2, Besides(sockets=(devnet_node.rpc_url.replace("http", "ws"),)), REAL)
    monkeypatch.setattr("agent.doctor.together.TOLD_SECONDS", 0.5)
    _, silent = await together(2, Besides(sockets=("ws://127.0.0.1:9",)), REAL)
    assert (told.verdict, told.found) == (Verdict.OK, "subscribed")
    assert silent.verdict is Verdict.WARN
    assert "Polling goes on" in silent.do
    assert "127.0.0.1" not in silent.line()


async def test_all_of_it_is_in_an_examination(devnet_node: Node, tmp_path: Path) -> None:
    (tmp_path / "nodes").write_text(devnet_node.rpc_url.replace("http", "ws"))
    (tmp_path / "private").write_text(devnet_node.rpc_url)
    for name in ("nodes", "private"):
        (tmp_path / name).chmod(0o600)
    settings = Settings(rpc_file=tmp_path / "nodes", private_rpc_file=tmp_path / "private", rpc_quorum=1)
    besides = besides_of(settings)
    found = await examined(replace(patient(devnet_node), besides=besides))
    assert [each.verdict for each in found if each.check in ("endpoints", "private", "new blocks by")] == ["ok"] * 3
    assert besides.private is not None
    await besides.private.close()


async def test_the_fee_for_l1(devnet_node: Node, tmp_path: Path) -> None:
    with Chain(devnet_node.rpc_url) as chain:
        rollups.put_op_stack(chain, CHEAP)
        async with on(devnet_node, tmp_path, "op-stack", rollups.ORACLE) as whole:
            (told,) = await _of(whole)
            assert told.verdict is Verdict.OK
            assert "wei for a call of" in told.found
            chain.call("anvil_setCode", rollups.ORACLE, "0x")
            (gone,) = await _of(whole)
            assert gone.verdict is Verdict.WRONG
            assert "what a transaction pays for L1" in gone.found


async def _of(whole: Whole) -> list[Finding]:
    return rollup.of(whole.world.registry, await whole.world.snapshot(whole.account))
