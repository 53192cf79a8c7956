"""One executor a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.errors import Refused, Unavailable
from memory.sqlite.lock import ExecutorLock

pytestmark = pytest.mark.unit


def test_a_second_executor_is_refused_by_name(tmp_path: Path) -> None:
    with ExecutorLock(tmp_path / "new"):
        with pytest.raises(Refused, match=f"Process {os.getpid()} already runs Moneta") as caught:
            ExecutorLock(tmp_path / "new").acquire()
        assert caught.value.rule == "one-executor"
        with ExecutorLock(tmp_path / "another"):
            pass
    with ExecutorLock(tmp_path / "new") as again:
        again.release()
        again.release()


def test_a_folder_out_of_reach_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="can't be written"):
        ExecutorLock(tmp_path / "file" / "folder").acquire()
