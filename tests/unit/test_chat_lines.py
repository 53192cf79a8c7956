"""Lines of a pipe: read as they come, and looked for without waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.lines import Pipe, said

pytestmark = pytest.mark.unit


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_a_line_is_there_once_its_end_is(ends: tuple[int, int]) -> None:
    reading, writing = ends
    pipe = Pipe(reading)
    assert not pipe.has_line()
    os.write(writing, b"h")
    assert not pipe.has_line()
    os.write(writing, b"i\nhel")
    assert pipe.has_line()
    assert pipe.readline() == "hi\n"
    assert not pipe.has_line()
    os.write(writing, b"p\n")
    assert (pipe.has_line(), pipe.readline()) == (True, "help\n")
    os.write(writing, b"the last one")
    os.close(writing)
    assert (pipe.has_line(), pipe.readline()) == (True, "the last one")
    assert (pipe.has_line(), pipe.readline(), pipe.readline()) == (True, "", "")


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20), max_size=20))
def test_all_lines_of_a_file_in_order(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path: Path = tmp_path_factory.mktemp("script") / "lines"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    descriptor = os.open(path, os.O_RDONLY)
    try:
        pipe, found = Pipe(descriptor), []
        while (line := pipe.readline()) != "":
            found.append(line)
    finally:
        os.close(descriptor)
    assert found == [f"{line}\n" for line in lines]


def test_bytes_that_are_no_text_end_nothing(ends: tuple[int, int]) -> None:
    os.write(ends[1], b"a\xffb\r\nnext\n")
    os.close(ends[1])
    pipe = Pipe(ends[0])
    assert (said(pipe.readline()), said(pipe.readline()), said(pipe.readline())) == ("a\ufffdb", "next", None)
