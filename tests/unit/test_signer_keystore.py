"""Keystores: what is sealed opens with its password only, and imports give the accounts they should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_keyfile.keyfile import create_keyfile_json
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.execution.signer import wallet
from agent.execution.signer.keyring import Derived, open_keys
from agent.execution.signer.keystore import LIGHT, STRONG, address_of, addresses, seal, unseal, write_new
from agent.execution.signer.local import signature_by
from agent.execution.signer.transaction import Transaction
from agent.importing import SECP256K1_ORDER
from agent.money import Address, address
from tests.unit.signer_parts import KEY, OWNER, PASSWORD, WORDS

pytestmark = pytest.mark.unit

NONE = Derived(Path("no-such-folder/derived.txt"))
SEALED = seal(wallet.from_words(WORDS, 2), PASSWORD, LIGHT)
SECOND = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_known_words_give_the_known_accounts() -> None:
    assert addresses(SEALED) == [OWNER, SECOND]
    assert list(open_keys(SEALED, PASSWORD, NONE)) == [OWNER, SECOND]
    secrets = unseal(SEALED, PASSWORD)
    assert secrets.words == WORDS
    assert [each.path for each in secrets.accounts] == ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/1"]
    assert secrets.accounts[0].key.hex() == KEY


def test_fresh_words_are_24_and_new() -> None:
    first, second = wallet.fresh(), wallet.fresh()
    assert len(first.words.split()) == 24
    assert first.words != second.words


def test_nothing_secret_shows() -> None:
    shown = repr(unseal(SEALED, PASSWORD)) + repr(open_keys(SEALED, PASSWORD, NONE)) + SEALED
    assert not any(secret in shown for secret in (WORDS, "junk", KEY))


def test_the_default_is_strong_and_the_same_password_looks_the_same_however_typed() -> None:
    text = seal(wallet.from_key(KEY), "pa\u0301ss")
    assert json.loads(text)["kdf"]["n"] == STRONG == 2**18
    assert list(open_keys(text, "p\u00e1ss", NONE)) == [OWNER]


@pytest.mark.parametrize(
    "change",
    [
        {"accounts": [SECOND]},
        {"ciphertext": "00"},
        {"tag": "00" * 16},
        {"cipher": {"name": "aes-256-gcm", "nonce": "00" * 12}},
    ],
)
def test_a_changed_keystore_doesnt_open(change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        unseal(json.dumps({**json.loads(SEALED), **change}), PASSWORD)
    assert caught.value.rule == "password"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"version": 3}', json.dumps({**json.loads(SEALED), "tag": "x"})]
)
def test_other_files_are_no_keystores(text: str) -> None:
    with pytest.raises(Refused) as caught:
        addresses(text)
    assert caught.value.rule == "keystore"


@pytest.mark.parametrize("work", [1, 2**11, 2**21, 2**40, "262144", None])
def test_a_keystore_cant_ask_for_absurd_work(work: Any) -> None:
    file = json.loads(SEALED)
    file["kdf"]["n"] = work
    with pytest.raises(Refused) as caught:
        unseal(json.dumps(file), PASSWORD)
    assert caught.value.rule == "keystore"


def test_a_keystore_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    write_new(path, SEALED)
    with pytest.raises(Refused, match="already"):
        write_new(path, "other")
    assert path.read_text() == SEALED


def test_imports() -> None:
    other = create_keyfile_json(bytes.fromhex(KEY), b"theirs", kdf="scrypt", iterations=2)
    imported = (wallet.from_key("0x" + KEY), wallet.from_key(KEY + "\n"), wallet.from_keystore(other, "theirs"))
    for secrets in imported:
        assert (secrets.words, secrets.accounts[0].path) == ("", None)
        assert list(open_keys(seal(secrets, "x", LIGHT), "x", NONE)) == [OWNER]


def test_bad_imports_are_refused_without_repeating_them() -> None:
    other = create_keyfile_json(bytes.fromhex(KEY), b"theirs", kdf="scrypt", iterations=2)
    order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    canary = "canary " * 12
    bad: list[Any] = [
        lambda: wallet.from_words(canary),
        lambda: wallet.from_words(WORDS.replace("junk", "test")),
        lambda: wallet.from_words(""),
        *[lambda text=text: wallet.from_key(text) for text in ("", "canary", "00" * 32, order, KEY[:-2], KEY + "00")],
        lambda: wallet.from_keystore(other, "canary"),
        lambda: wallet.from_keystore({"version": 4}, "canary"),
        lambda: wallet.from_keystore({"version": 3, "crypto": "canary"}, "canary"),
    ]
    for attempt in bad:
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.rule == "import"
        assert "canary" not in str(caught.value)
        assert "junk" not in str(caught.value)


keys = st.integers(1, SECP256K1_ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
wei = st.integers(0, 2**96)


@given(
    keys,
    st.integers(1, 2**53),
    st.integers(0, 2**64 - 2),
    wei,
    wei,
    st.integers(0, 2**30),
    wei,
    st.binary(max_size=300),
)
def test_our_transactions_are_eth_accounts_to_the_byte(
    key: bytes, chain: int, nonce: int, fee: int, tip: int, gas: int, value: int, data: bytes
) -> None:
    to = Address(address("0x" + "ab" * 20))
    transaction = Transaction(chain, nonce, tip, fee, gas, to, value, data)
    raw, digest = transaction.signed(signature_by(PrivateKey(key), transaction.preimage))
    theirs = Account.sign_transaction(
        {
            "type": 2,
            "chainId": chain,
            "nonce": nonce,
            "maxPriorityFeePerGas": tip,
            "maxFeePerGas": fee,
            "gas": gas,
            "to": to,
            "value": value,
            "data": data,
        },
        key,
    )
    assert raw == bytes(theirs.raw_transaction)
    assert digest == "0x" + bytes(theirs.hash).hex()
    assert address_of(PrivateKey(key)) == Account.from_key(key).address
