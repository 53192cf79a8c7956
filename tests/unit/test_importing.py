"""Imports without the garbage collector: it is back afterwards, whatever happened."""

from __future__ import annotations

import gc

import pytest

from agent.importing import uncollected


def test_nothing_is_collected_inside_and_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), uncollected():
        raise ImportError("broken")
    assert gc.isenabled()
    gc.unfreeze()  # what this worker holds is its tests'
