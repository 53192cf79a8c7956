"""A demo that the tests of a module share, and the set-up of devnet before any of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import devnet
from tests.e2e.program import Program


@pytest.fixture(scope="session", autouse=True)
def _set_up() -> None:
    devnet.setup()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, _set_up: None) -> Iterator[Program]:
    """One running demo for a module."""
    with Program("demo", cwd=tmp_path_factory.mktemp("demo")) as program:
        yield program
