"""`moneta doctor` against real nodes: a healthy devnet, the four profiles, and endpoints that fall short."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.commands.doctor import doctor
from agent.doctor.finding import Finding, Verdict
from agent.doctor.probe import probe
from agent.place import Where
from devnet import Node
from tests.integration.doctor_parts import examined, patient, wrong
from tests.integration.outside import installed
from tests.integration.patience import ended
from tests.integration.profile_parts import NAMES
from tests.servers.faulty_node import Fault, FaultyNode

pytestmark = pytest.mark.integration


def of_check(findings: list[Finding], check: str) -> Finding:
    return next(each for each in findings if each.check == check)


@pytest_asyncio.fixture
async def registry(devnet_node: Node) -> AsyncIterator[Registry]:
    yield Registry.load(devnet_node.chain_file)


async def test_a_devnet_is_well(devnet_node: Node) -> None:
    found = await examined(patient(devnet_node))
    assert wrong(found) == []
    assert {each.subject for each in found if each.check == "venue"} >= {"aave-v3:core:USDC", "venus:core:DAI"}
    assert {each.subject for each in found if each.check == "proxy"} >= {"tokens.USDC", "Aave v3 core Pool", "aUSDC"}
    assert "one eth_call" in of_check(found, "scan of").found


@pytest.mark.parametrize("profile_node", NAMES, indirect=True)
async def test_a_profile_is_well(profile_node: Node) -> None:
    found = await examined(patient(profile_node))
    assert wrong(found) == []
    rollup = Registry.load(profile_node.chain_file).sequencer_feed is not None
    assert [each.verdict for each in found if each.check == "sequencer of"] == [Verdict.OK] * rollup
    assert "code at" in of_check(found, "code of").found


@pytest.mark.parametrize("profile_node", ["base"], indirect=True)
async def test_the_page_tells_every_check(profile_node: Node, proxy: FaultyNode) -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    told = {
        name for line in page.splitlines() if line.startswith("| ") for name in line.split("|")[1].strip().split(", ")
    }
    proxy.down = True
    found = [*await examined(patient(profile_node)), *await examined(patient(profile_node, proxy.url))]
    assert {each.check for each in found} | {"peg of", "examination of", "private", "new blocks by", "check"} == told


async def test_each_endpoint_is_examined_and_the_first_good_one_is_asked(
    devnet_node: Node, proxy: FaultyNode
) -> None:
    proxy.always("eth_chainId", "0x1")
    found = await examined(patient(devnet_node, proxy.url, devnet_node.rpc_url))
    (only,) = wrong(found)
    assert (only.subject, only.found) == ("endpoint 1", "1")
    assert of_check(found, "scan of").verdict is Verdict.OK


async def test_no_endpoint_of_the_chain(devnet_node: Node, proxy: FaultyNode) -> None:
    proxy.down = True
    found = await examined(patient(devnet_node, proxy.url))
    assert [each.check for each in wrong(found)] == ["endpoint", "contracts of"]


async def test_an_endpoint_that_hangs_is_given_up(devnet_node: Node, proxy: FaultyNode) -> None:
    proxy.hanging = True
    found = await ended(examined(patient(devnet_node, proxy.url), longest=0.3))
    assert "too long" in wrong(found)[0].found


async def test_an_endpoint_with_limits(devnet_node: Node, proxy: FaultyNode, registry: Registry) -> None:
    proxy.lacking |= {"eth_simulateV1", "eth_getLogs"}
    rpc = Rpc(proxy.url)
    facts = await probe(rpc, registry)
    await rpc.close()
    assert (facts.simulation, facts.logs) == ("the method does not exist",) * 2
    assert (facts.batch, facts.burst, facts.large_call) == (100, 0, "")
    assert facts.depth <= (facts.head.number if facts.head else 0)


async def test_a_rate_limit_is_counted(devnet_node: Node, proxy: FaultyNode, registry: Registry) -> None:
    for _ in range(7):
        proxy.answer("eth_blockNumber", -32005, "too many requests")
    rpc = Rpc(proxy.url)
    facts = await probe(rpc, registry)
    await rpc.close()
    assert facts.burst == 7


async def test_a_batch_limit_is_found(devnet_node: Node, proxy: FaultyNode, registry: Registry) -> None:
    rpc = Rpc(proxy.url)
    await rpc.chain_id()
    proxy.largest_batch = 20
    facts = await probe(rpc, registry)
    await rpc.close()
    assert facts.batch == 10


async def test_an_address_without_code(devnet_node: Node) -> None:
    whole = patient(devnet_node)
    nowhere = "0x00000000000000000000000000000000000000f0"
    sections = {**whole.registry.protocols}
    sections["venus"] = {"core": {**sections["venus"]["core"], "comptroller": nowhere}}
    found = await examined(replace(whole, registry=replace(whole.registry, protocols=sections)))
    subjects = {each.subject for each in wrong(found)}
    assert {"protocols.venus.core.comptroller", "venus:core:USDC"} <= subjects
    assert not [each for each in wrong(found) if each.subject.startswith("aave")]


def test_the_command_tells_each_check_on_a_line_and_its_exit_code(
    devnet_node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text("raise OSError('no tide')")
    installed(tmp_path, "broken", monkeypatch)
    where = Where.of(tmp_path, chain=str(devnet_node.chain_file), rpc_url=devnet_node.rpc_url)
    where = replace(where, settings=where.settings.model_copy(update={"max_head_age_seconds": 0}))
    assert doctor(where, as_json=True) == 0
    *checks, summary = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[0] == "{"]
    assert {each["event"] for each in checks} == {"check"}
    assert summary["wrong"] == 0
    (plugin,) = [each for each in checks if each["check"] == "plug-in"]
    assert (plugin["verdict"], plugin["subject"]) == ("warn", "broken")
    assert plugin["found"] == "disabled: it can't be imported: OSError: no tide"
    assert sum(summary[verdict] for verdict in ("ok", "warn", "wrong")) == len(checks)
    lying = tmp_path / "lying.toml"
    lying.write_text(devnet_node.chain_file.read_text().replace("decimals = 6", "decimals = 8", 1))
    elsewhere = Where.of(tmp_path, chain=str(lying), rpc_url=devnet_node.rpc_url)
    assert doctor(elsewhere, as_json=False) == 1
    told = capsys.readouterr().out
    assert "wrong  token USDC: its contract has 6 decimals, the chain file says 8" in told
    assert "wrong  venue aave-v3:core:USDC" in told


async def test_an_endpoint_that_had_enough_is_asked_again(devnet_node: Node, proxy: FaultyNode) -> None:
    """The contracts are read right after its limits were tried out."""
    proxy.fail("eth_getCode", Fault.REFUSE)
    found = await examined(patient(devnet_node, proxy.url))
    assert of_check(found, "code of").verdict is Verdict.OK
    assert wrong(found) == []
