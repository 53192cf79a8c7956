"""Keys at a signer with web3signer's eth1 API: what it signs is checked, and the policy stays in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from agent.errors import Refused, Unavailable
from agent.execution.signer.assemble import Remote
from agent.execution.signer.client import SignerClient
from agent.execution.signer.keyring import Derived
from agent.execution.signer.process import SignerProcess
from agent.execution.signer.remote import RemoteKeys
from agent.execution.signer.setup import write_policy
from agent.money import address
from tests.servers.web3signer import Fault, Web3Signer, web3signer
from tests.unit.policy_parts import POLICY, STRANGER, plan
from tests.unit.signer_parts import GWEI, KEY, NOW, OWNER, Bench, sender

pytestmark = pytest.mark.integration

SECOND_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
SECOND = address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
THIRD_KEY = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"
THIRD = address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")


@pytest.fixture
def server() -> Iterator[Web3Signer]:
    with web3signer(SECOND_KEY, KEY) as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path, server: Web3Signer) -> Bench:
    made = Bench(tmp_path, remote=Remote(server.url, OWNER))
    made.unlock()
    return made


def remote(folder: Path, server: Web3Signer) -> RemoteKeys:
    keys = RemoteKeys(server.url, Derived(folder / "derived.txt"), OWNER)
    keys.unlock("")
    return keys


def test_what_the_remote_signs_is_what_the_local_keystore_signs(tmp_path: Path, bench: Bench) -> None:
    """Both are deterministic (RFC 6979), so the transactions are the same to the byte."""
    (tmp_path / "local").mkdir()
    local = Bench(tmp_path / "local")
    local.unlock()
    whole = plan(account=OWNER, not_after=NOW)
    answer = bench.sign(whole)
    assert answer == local.sign(whole)
    assert sender(answer["raw"]) == OWNER
    assert bench.sign(whole) == answer


def test_the_policy_stands_in_front_of_it(server: Web3Signer, bench: Bench) -> None:
    assert bench.rule(plan(account=OWNER, not_after=NOW, chain_id=1)) == "chain"
    assert bench.rule(plan(account=STRANGER, not_after=NOW)) == "account"
    assert server.signed == []


def test_its_keys_are_known_once_it_was_asked(tmp_path: Path, server: Web3Signer) -> None:
    made = Bench(tmp_path, remote=Remote(server.url))
    whole = plan(account=OWNER, not_after=NOW)
    assert made.ask("status")["unlocked"] is False
    assert made.sign(whole)["error"]["kind"] == "locked"
    assert made.ask("derive", index="1")["error"]["kind"] == "locked"
    assert made.unlock() == {"accounts": [SECOND]}  # the lowest address, where none is named
    assert "raw" in made.sign(whole)  # a key that it holds, whoever's it will be
    made.ask("lock")
    assert made.sign(whole)["error"]["kind"] == "locked"


def test_accounts_stay_whose_they_are_when_keys_are_added(tmp_path: Path, server: Web3Signer) -> None:
    first = remote(tmp_path, server)
    assert first.accounts() == [OWNER]
    assert [first.derive(index) for index in (0, 1, 1)] == [OWNER, SECOND, SECOND]
    with pytest.raises(Refused, match="All 2 keys of the remote signer are somebody's") as refused:
        first.derive(2)
    assert refused.value.rule == "accounts"
    server.keys.insert(0, THIRD_KEY)  # its address is below the second's
    again = remote(tmp_path, server)
    assert again.accounts() == [OWNER, SECOND]
    assert [again.derive(index) for index in (0, 1, 2)] == [OWNER, SECOND, THIRD]


def test_the_owners_key_must_be_there(tmp_path: Path, server: Web3Signer) -> None:
    remote(tmp_path, server)
    with pytest.raises(Refused, match=f"no key of the first account {SECOND}") as refused:
        RemoteKeys(server.url, Derived(tmp_path / "derived.txt"), SECOND).unlock("")  # the folder's owner is another
    assert refused.value.rule == "account"
    server.keys.remove(KEY)
    with pytest.raises(Refused, match=f"no key of the first account {OWNER}"):
        remote(tmp_path, server)
    server.keys.clear()
    with pytest.raises(Unavailable, match="holds no eth1 key"):
        remote(tmp_path, server)


@pytest.mark.parametrize("fault", ["wrong-key", "wrong-data", "high-s", "short", "text"])
def test_a_signature_that_isnt_ours_is_thrown_away(server: Web3Signer, bench: Bench, fault: Fault) -> None:
    whole = plan(account=OWNER, not_after=NOW)
    server.fault = fault
    assert bench.rule(whole) == "signature"
    assert (bench.folder / "signed.jsonl").read_text() == ""
    server.fault = ""
    assert "raw" in bench.sign(whole, nonce=8)  # nothing was signed, so another nonce is free to take


@pytest.mark.parametrize("fault", ["quoted", "odd-v"])
def test_what_v_says_and_quotes_dont_matter(server: Web3Signer, bench: Bench, fault: Fault) -> None:
    server.fault = fault
    assert sender(bench.sign(plan(account=OWNER, not_after=NOW))["raw"]) == OWNER


@pytest.mark.parametrize(
    ("fault", "says"), [("hang", "TimeoutError"), ("cut", "doesn't answer"), ("500", "500"), ("redirect", "307")]
)
def test_a_remote_that_doesnt_answer_signs_nothing(
    tmp_path: Path, server: Web3Signer, fault: Fault, says: str
) -> None:
    keys = remote(tmp_path, server)
    server.fault = fault
    if fault == "hang":
        keys._timeout = 0.2
    with pytest.raises(Unavailable, match=says) as unavailable:
        keys.sign(OWNER, b"anything")
    assert unavailable.value.dependency == "signer"
    with pytest.raises(Unavailable, match=says):
        keys.unlock("")
    server.fault = ""
    assert keys.holds(OWNER)


def test_the_chat_is_told_and_nothing_is_recorded(server: Web3Signer, bench: Bench) -> None:
    server.fault = "500"
    error = bench.sign(plan(account=OWNER, not_after=NOW))["error"]
    assert (error["kind"], error["message"]) == ("unavailable", "The remote signer answered 500.")
    assert (bench.folder / "signed.jsonl").read_text() == ""


def test_a_key_that_was_taken_away(server: Web3Signer, bench: Bench) -> None:
    server.keys.remove(KEY)
    assert bench.rule(plan(account=OWNER, not_after=NOW)) == "account"


def test_it_hashes_what_it_is_sent(tmp_path: Path, server: Web3Signer) -> None:
    signature = remote(tmp_path, server).sign(OWNER, b"\x02anything")
    assert server.signed == ["0x02" + b"anything".hex()]
    assert Account._recover_hash(keccak(b"\x02anything"), signature=signature.bytes) == OWNER


async def test_the_process_signs_by_a_remote(tmp_path: Path, server: Web3Signer) -> None:
    folder = tmp_path / "signer"
    folder.mkdir(mode=0o700)
    write_policy(folder, POLICY)
    process = await SignerProcess.start(folder, "--remote", server.url, "--remote-account", OWNER)
    try:
        client = await SignerClient.connect(folder)
        assert await client.unlock("whatever") == [OWNER]
        signed = await client.sign(plan(account=OWNER), 0, 3, GWEI, 1)
        assert sender("0x" + signed.raw.hex()) == OWNER
        server.fault = "500"
        with pytest.raises(Unavailable, match="The remote signer answered 500"):
            await client.sign(plan(account=OWNER, plan_id="b" * 32), 0, 4, GWEI, 1)
        await client.close()
    finally:
        await process.stop()
    assert not (folder / "keystore.json").exists()
