"""The signer's record on a full disk: its reserve makes room for exits, and without it nothing counts as signed."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from agent.execution.signer.record import RESERVE_BYTES, Record, Signed

pytestmark = pytest.mark.unit

ROW = Signed("p" * 32, "d" * 64, 0, "0xA", 7, 100_000, 3, 1, "0x01", 1_800_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signed.jsonl"


def full(monkeypatch: pytest.MonkeyPatch, reserve: Path, code: int = errno.ENOSPC) -> None:
    """A disk on which a byte more fits only once the reserve is gone."""
    real = os.write

    def write(file: int, data: bytes) -> int:
        if reserve.exists():
            raise OSError(code, os.strerror(code))
        return real(file, data)

    monkeypatch.setattr(os, "write", write)


def test_room_is_kept_and_given_up_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(path)
    reserve = path.with_suffix(".reserve")
    assert reserve.stat().st_size == RESERVE_BYTES
    full(monkeypatch, reserve)
    record.add(ROW)
    assert not reserve.exists()
    record.add(replace(ROW, step=1, nonce=8))
    record.close()
    monkeypatch.undo()
    again = Record(path)
    assert [row.step for row in again.of_plan(ROW.plan_id)] == [0, 1]
    assert reserve.exists()  # there is room again
    again.close()


def test_a_disk_that_is_full_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(path)

    def write(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="no space"):
        record.add(ROW)
    assert record.of_plan(ROW.plan_id) == []
    record.close()
    monkeypatch.undo()
    assert path.read_bytes() == b""


def test_another_error_gives_nothing_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(path)
    full(monkeypatch, path.with_suffix(".reserve"), errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        record.add(ROW)
    assert path.with_suffix(".reserve").exists()
    assert not record.has_nonce(ROW.account, ROW.nonce)
    record.close()


def test_half_a_line_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(path)
    path.with_suffix(".reserve").unlink()
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    with pytest.raises(OSError, match="half a line"):
        record.add(ROW)
    record.close()
    assert path.read_bytes() == b""
