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


def test_a_connection_to_a_node_and_a_signature_of_typed_data_keep_it() -> None:
    program = (
        "import sys; from agent.chain.rpc import Rpc; from agent.execution.signer import typed_data;"
        "Rpc('http://127.0.0.1:1')._connected(); print(sys.getrecursionlimit(), 'py_ecc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(USUAL_DEPTH), "True"]
