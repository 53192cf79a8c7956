"""A demo that the tests of a module share, and the set-up of devnet before any of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import devnet
from tests.e2e.program import ROOT, Program


@pytest.fixture(scope="session", autouse=True)
def _set_up() -> None:
    devnet.setup()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Moneta's wheel, built once."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, _set_up: None) -> Iterator[Program]:
    """One running demo for a module."""
    with Program("demo", cwd=tmp_path_factory.mktemp("demo")) as program:
        yield program
