"""Further accounts of the keystore's words: eth_account's own, quick, there again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

from agent.errors import Refused
from agent.execution.signer.bip32 import branch_of, path_of
from agent.execution.signer.keyring import MOST_ACCOUNTS, Derived, open_keys
from agent.execution.signer.keystore import LIGHT, seal
from agent.execution.signer.wallet import from_key, from_words
from agent.money import address
from tests.unit.policy_parts import plan
from tests.unit.signer_parts import KEY, NOW, OWNER, PASSWORD, WORDS, Bench

pytestmark = pytest.mark.unit

SECOND = address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")  # of the words that every development node uses
OTHER_WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"  # BIP-39's own vector


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("words", [WORDS, OTHER_WORDS])
def test_keys_are_eth_accounts_own(words: str) -> None:
    seed, branch = seed_from_mnemonic(words, ""), branch_of(words)
    for index in (0, 1, 2, 7, 255, 256, 1_999, 2**31 - 1):
        assert branch.child(index).key.secret == bytes(key_from_seed(seed, path_of(index)))


def test_the_words_that_the_keystore_keeps_give_its_own_accounts(tmp_path: Path) -> None:
    """However they were typed at the import."""
    for typed in (WORDS, f"  {WORDS}\n", WORDS.replace(" ", "  ", 1), WORDS.upper()):
        try:
            secrets = from_words(typed, 3)
        except Refused:
            continue  # never taken, so never kept
        keys = open_keys(seal(secrets, PASSWORD, LIGHT), PASSWORD, Derived(tmp_path / "derived.txt"))
        assert [branch_of(secrets.words).child(i).key.secret for i in range(3)] == [a.key for a in secrets.accounts]
        assert list(keys) == [keys.derive(index) for index in range(3)]


def test_an_index_gives_the_same_account_each_time(bench: Bench) -> None:
    bench.unlock()
    assert bench.ask("derive", index="0") == {"address": OWNER}  # the keystore's own
    assert bench.ask("derive", index="1") == {"address": SECOND} == bench.ask("derive", index="1")
    assert bench.ask("accounts") == {"accounts": [OWNER, SECOND]}


def test_a_derived_account_signs_and_still_does_after_a_restart(bench: Bench) -> None:
    bench.unlock()
    bench.ask("derive", index="1")
    signed = bench.sign(plan(account=SECOND, not_after=NOW))
    assert "raw" in signed
    fresh = bench.again()
    assert fresh.ask("accounts") == {"accounts": [OWNER, SECOND]}
    assert fresh.sign(plan(account=SECOND, not_after=NOW)) == signed


def test_what_was_never_derived_does_not_sign(bench: Bench) -> None:
    bench.unlock()
    assert bench.rule(plan(account=SECOND, not_after=NOW)) == "account"


def test_the_list_of_accounts_is_no_authority(bench: Bench) -> None:
    """An address that the words don't give at its index signs nothing, whoever wrote it there."""
    bench.unlock()
    (bench.folder / "derived.txt").write_text(f"\n5 {SECOND}\n")
    assert bench.again().rule(plan(account=SECOND, not_after=NOW)) == "account"


@pytest.mark.parametrize("damage", ["", "7", "1 0x7099", "x y z", "\x00\n\n1"])
def test_a_damaged_list_costs_nothing_that_asking_does_not_give_back(bench: Bench, damage: str) -> None:
    (bench.folder / "derived.txt").write_text(f"\n1 {SECOND}\n{damage}")
    fresh = bench.again()
    assert fresh.ask("accounts") == {"accounts": [OWNER, SECOND]}
    third = fresh.ask("derive", index="2")["address"]
    assert fresh.again().ask("accounts") == {"accounts": [OWNER, SECOND, third]}
    assert fresh.ask("derive", index="2") == {"address": third}


def test_only_an_open_keystore_derives(bench: Bench) -> None:
    assert bench.ask("derive", index="1")["error"]["rule"] == "locked"
    bench.unlock()
    bench.ask("lock")
    assert bench.ask("derive", index="1")["error"]["rule"] == "locked"


@pytest.mark.parametrize("index", ["-1", "01", "1.0", "", "x", None, 1])
def test_an_index_is_an_integer_in_text(bench: Bench, index: object) -> None:
    bench.unlock()
    assert bench.ask("derive", index=index)["error"]["kind"] == "bad-request"


@pytest.mark.parametrize("index", [MOST_ACCOUNTS, 2**31, 2**40])
def test_there_is_an_end_to_accounts(bench: Bench, index: int) -> None:
    bench.unlock()
    assert bench.ask("derive", index=str(index))["error"]["rule"] == "accounts"
    assert not (bench.folder / "derived.txt").exists()


def test_an_imported_key_has_no_further_accounts(tmp_path: Path) -> None:
    (tmp_path / "keystore.json").write_text(seal(from_key(KEY), PASSWORD, LIGHT))
    bench = Bench(tmp_path)
    bench.unlock()
    refused = bench.ask("derive", index="1")["error"]
    assert refused["rule"] == "accounts"
    assert "words" in refused["remedy"]
