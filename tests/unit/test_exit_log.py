"""The exit log: fixed in size, checked to the byte, readable after any cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import Unavailable
from memory.journal.exit_log import FILE, SIZE, ExitLog

pytestmark = pytest.mark.unit

FIRST, SECOND, THIRD = {"n": 1, "raw": "02f8"}, {"n": 2, "text": "ü"}, {"n": 3}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def kept(path: Path) -> tuple[list[object], bool]:
    log = ExitLog(path)
    try:
        return list(log.entries()), log.damaged
    finally:
        log.close()


def filled(path: Path) -> bytes:
    log = ExitLog(path)
    for entry in (FIRST, SECOND, THIRD):
        log.append(entry)
    log.close()
    return path.read_bytes()


def test_its_bytes_are_there_before_they_are_needed(path: Path) -> None:
    ExitLog(path).close()
    assert path.read_bytes() == bytes(SIZE)
    assert path.stat().st_blocks * 512 >= SIZE  # really on the disk, no hole
    assert path.stat().st_mode & 0o777 == 0o600
    filled(path)
    assert path.stat().st_size == SIZE


def test_records_come_back_in_order_and_more_can_follow(path: Path) -> None:
    filled(path)
    assert kept(path) == ([FIRST, SECOND, THIRD], False)
    log = ExitLog(path)
    log.append({"n": 4})
    assert log.entries() == [FIRST, SECOND, THIRD, {"n": 4}]
    log.close()
    assert kept(path) == ([FIRST, SECOND, THIRD, {"n": 4}], False)


def test_cleared_is_empty_and_what_was_there_stays_gone(path: Path) -> None:
    filled(path)
    log = ExitLog(path)
    log.clear()
    log.append({"n": 9})
    log.close()
    assert kept(path) == ([{"n": 9}], False)


def test_a_record_that_was_changed_ends_it(path: Path) -> None:
    content = filled(path)
    first = 4 + int.from_bytes(content[:4], "big") + 32
    for place in range(first, len(content[: content.rindex(b"3") + 34])):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        entries, _ = kept(path)
        assert entries[:1] == [FIRST]
        assert len(entries) < 3, place


def test_a_record_that_was_cut_off_is_none(path: Path) -> None:
    """Wherever a crash cut the last write, those before it stand."""
    content = filled(path)
    log = ExitLog(path)
    end = log._end
    log.close()
    third = end - (4 + len(b'{"n":3}') + 32)
    for cut in range(third, end):
        path.write_bytes(content[:cut] + bytes(SIZE - cut))
        entries, damaged = kept(path)
        assert entries == [FIRST, SECOND]
        assert damaged == (cut > third + 3)  # of the length alone the last byte tells


def test_records_swapped_are_found(path: Path) -> None:
    content = filled(path)
    first = 4 + int.from_bytes(content[:4], "big") + 32
    second = first + 4 + int.from_bytes(content[first : first + 4], "big") + 32
    path.write_bytes(content[first:second] + content[:first] + content[second:])
    assert kept(path) == ([], True)


def test_one_that_is_full_says_so_and_keeps_what_it_has(path: Path) -> None:
    log = ExitLog(path)
    log.append({"big": "x" * (SIZE - 100)})
    with pytest.raises(Unavailable, match="is full"):
        log.append({"n": 1, "more": "y" * 100})
    assert len(log.entries()) == 1
    log.close()
    assert len(kept(path)[0]) == 1


def test_a_folder_that_can_not_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="can't be made"):
        ExitLog(tmp_path / "file" / FILE)
