"""Imports without the garbage collector: it is back afterwards, whatever happened."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import pytest

from agent.importing import USUAL_DEPTH, shallow, uncollected


def test_nothing_is_collected_inside_and_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), uncollected():
        raise ImportError("broken")
    assert gc.isenabled()
    gc.unfreeze()  # what this worker holds is its tests'


def test_what_is_imported_leaves_no_recursion_limit_that_an_answer_could_overflow_the_stack_with() -> None:
    before = sys.getrecursionlimit()
    try:
        with shallow():
            sys.setrecursionlimit(100_000)
        assert sys.getrecursionlimit() == USUAL_DEPTH
        with pytest.raises(RecursionError):
            json.loads("[" * 90_000)
        sys.setrecursionlimit(USUAL_DEPTH + 500)
        with shallow():
            pass
        assert sys.getrecursionlimit() == USUAL_DEPTH + 500  # a limit that does no harm is whoever's set it
    finally:
        sys.setrecursionlimit(before)


def test_a_connection_to_a_node_needs_no_tables_of_pairings_and_keeps_that_limit() -> None:
    program = (
        "import sys; from agent.chain.rpc import Rpc; from agent.execution.signer import typed_data;"
        "Rpc('http://127.0.0.1:1')._connected(); print(sys.getrecursionlimit(), 'py_ecc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(USUAL_DEPTH), "False"]


def printed(program: str) -> list[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()


def test_a_keystore_is_opened_without_them_and_they_are_there_for_whoever_imports_them() -> None:
    program = """
import sys
from agent.importing import SECP256K1_ORDER
from agent.execution.signer import wallet
import eth_keyfile.keyfile as keyfile
print('py_ecc' in sys.modules, hex(keyfile.MAX_V3_PRIVATE_KEY))
key = bytes(31) + b'\\x07'
file = keyfile.create_keyfile_json(key, b'word', kdf='pbkdf2', iterations=2)
print(wallet.from_keystore(file, 'word').accounts[0].key == key)
from py_ecc.bls12_381 import curve_order
from py_ecc.secp256k1 import N
print(curve_order.bit_length(), N == keyfile.MAX_V3_PRIVATE_KEY + 1 == SECP256K1_ORDER)
"""
    order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"
    assert printed(program) == ["False", order, "True", "255", "True"]


def test_what_is_not_known_of_them_comes_from_the_real_ones() -> None:
    program = """
from agent.importing import without_pairings
with without_pairings():
    from py_ecc.bls12_381 import G1, curve_order
    from py_ecc.bls import G2ProofOfPossession
print(len(G1), curve_order, G2ProofOfPossession.__name__)
"""
    assert printed(program) == ["2", "0", "G2ProofOfPossession"]
