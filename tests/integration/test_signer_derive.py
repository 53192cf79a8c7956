"""Further accounts of the keystore's words by the process itself, and many of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.execution.signer.bip32 import branch_of
from agent.execution.signer.client import SignerClient
from agent.execution.signer.keystore import address_of
from agent.execution.signer.process import SignerProcess
from agent.execution.signer.setup import create_wallet
from tests.unit.policy_parts import POLICY
from tests.unit.signer_parts import PASSWORD, Bench

pytestmark = pytest.mark.integration

OTHER_WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"  # BIP-39's own vector


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_two_thousand_accounts_come_back(bench: Bench) -> None:
    bench.unlock()
    places = {bench.ask("derive", index=str(index))["address"] for index in range(2_000)}
    assert len(places) == 2_000
    fresh = bench.again()
    assert len(fresh.ask("accounts")["accounts"]) == 2_000
    assert (bench.folder / "derived.txt").stat().st_mode & 0o077 == 0


async def test_the_process_derives(tmp_path: Path) -> None:
    folder = tmp_path / "signer"
    (owner,) = create_wallet(folder, PASSWORD, POLICY, light=True, imported={"words": OTHER_WORDS})
    process = await SignerProcess.start(folder)
    client = await SignerClient.connect(folder)
    try:
        with pytest.raises(Refused, match="locked"):
            await client.derive(1)
        await client.unlock(PASSWORD)
        second = await client.derive(1)
        assert second == address_of(branch_of(OTHER_WORDS).child(1).key)
        assert await client.accounts() == [owner, second]
        assert (await client.unlock(PASSWORD))[0] == owner
    finally:
        await client.close()
        await process.stop()
    assert os.listdir(folder).count("derived.txt") == 1
