"""A conversation's last turns are read once, and are always those that the file has, or is about to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.memory import Memory
from memory.talk.lately import MOST_CHANNELS, MOST_TURNS, Lately
from memory.talk.turns import Turn

pytestmark = pytest.mark.unit

Erase = Callable[[Memory], Awaitable[object]]


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Memory]:
    opened = await Memory.open(tmp_path, lambda: 1_800_000_000)
    yield opened
    await opened.close()


async def texts(memory: Memory, user: str = "ann", channel: str = "here", n: int = 6) -> list[str]:
    return [turn.text for turn in await memory.recent(user, channel, n)]


async def read_once(memory: Memory) -> list[int]:
    """Has Ann's conversation read, and counts what is read from then on."""
    await memory.recent("ann", "here", 6)
    reads: list[int] = []
    read = memory._store.read

    async def counted(fn):  # type: ignore[no-untyped-def]
        reads.append(1)
        return await read(fn)

    memory._store.read = counted  # type: ignore[method-assign]
    return reads


async def test_what_is_said_is_known_without_another_look_and_the_file_says_the_same(memory: Memory) -> None:
    reads = await read_once(memory)
    for n in range(5):
        memory.keep_soon("ann", "here", f"say {n}", f"answer {n}")
        assert (await texts(memory))[-2:] == [f"say {n}", f"answer {n}"]
    assert not reads
    lately = await memory.recent("ann", "here", 6)
    await memory.remember_turn("bob", "there", "user", "something else")
    kept = await memory.recent("ann", "here", 6)
    assert reads
    assert [(turn.text, turn.told, turn.at) for turn in kept] == [(turn.text, turn.told, turn.at) for turn in lately]
    assert await texts(memory, "bob", "there") == ["something else"]


@pytest.mark.parametrize(
    "erase",
    [
        lambda memory: memory.forget("ann"),
        lambda memory: memory.forget("ann", "here"),
        lambda memory: memory.forget_last("ann", "here"),
    ],
)
async def test_what_is_forgotten_is_gone_here_too(memory: Memory, erase: Erase) -> None:
    memory.keep_soon("ann", "here", "my secret", "noted")
    assert await texts(memory) == ["my secret", "noted"]
    forgetting = asyncio.ensure_future(erase(memory))
    await asyncio.sleep(0)  # it is asked for, and not done yet
    await texts(memory)
    await forgetting
    assert await texts(memory) == []


async def test_more_than_is_kept_here_is_read(memory: Memory) -> None:
    for n in range(20):
        memory.keep_soon("ann", "here", f"say {n}", f"answer {n}")
    assert len(await texts(memory, n=MOST_TURNS + 4)) == MOST_TURNS + 4
    assert len(await texts(memory, n=40)) == 40
    assert await texts(memory, n=0) == await texts(memory, n=0) == []


def turn(user: str, text: str) -> Turn:
    return Turn(0, user, "here", "user", text, 0, user, "here", 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["say", "read", "write"])), max_size=60))
def test_it_never_tells_of_another_moment_or_person(steps: list[tuple[str, str]]) -> None:
    lately, moment = Lately(), 0
    file: dict[str, list[Turn]] = {user: [] for user in "abc"}
    for number, (user, step) in enumerate(steps):
        match step:
            case "say":
                file[user].append(turn(user, str(number)))
                lately.add(file[user][-1])
            case "write":  # something is forgotten
                file[user].clear()
                moment += 1
            case _:
                lately.read((user, "here"), file[user][-MOST_TURNS:], moment)
        for each, turns in file.items():
            assert lately.of((each, "here"), 3, moment) in (None, turns[-3:])


def test_channels_that_went_quiet_are_let_go() -> None:
    lately = Lately()
    for n in range(MOST_CHANNELS + 10):
        lately.read((str(n), "here"), [turn(str(n), "hi")], 0)
        lately.add(turn("0", "still here"))
    assert lately.of(("1", "here"), 1, 0) is None
    assert lately.of(("0", "here"), 1, 0) is not None
