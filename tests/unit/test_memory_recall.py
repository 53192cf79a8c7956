"""What was said is found again by its own user alone, whatever they type, until they have it forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.memory import Memory
from tests.unit.memory_parts import Clock, on_disk

pytestmark = pytest.mark.unit


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Memory]:
    opened = await Memory.open(tmp_path, Clock())
    yield opened
    await opened.close()


async def test_recent_turns_are_the_channels_last_in_order(memory: Memory) -> None:
    for text in ("one", "two", "three"):
        await memory.remember_turn("ann", "here", "user", text)
    await memory.remember_turn("ann", "there", "agent", "elsewhere")
    assert [turn.text for turn in await memory.recent("ann", "here", 2)] == ["two", "three"]
    assert await memory.recent("bob", "here", 2) == []


async def test_the_best_match_comes_first_and_never_from_another_user(memory: Memory) -> None:
    await memory.remember_turn("ann", "here", "user", "I like the weather")
    best = await memory.remember_turn("ann", "there", "agent", "stable coins: I prefer stable rates")
    await memory.remember_turn(
        "ann", "here", "user", "a long talk about many other things and one stable in the fields"
    )
    await memory.remember_turn("bob", "here", "user", "stable coins, ann")
    await memory.remember_turn("bob ann", "here", "user", "stable coins of a user whose id tokenises alike")
    found = await memory.recall("ann", "stable?", 10)
    assert found[0].id == best
    assert {turn.user for turn in found} == {"ann"}
    assert len(found) == 2
    assert len(await memory.recall("ann", "stable", 1)) == 1


@pytest.mark.parametrize(
    "query", ["", "  ", '"', "''", "NEAR(", "text:", "* OR -", "a AND", "user:bob", "🙂", "\x00"]
)
async def test_no_punctuation_is_syntax(memory: Memory, query: str) -> None:
    await memory.remember_turn("bob", "here", "user", "secret")
    assert await memory.recall("ann", query, 5) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60), user=st.text(max_size=20))
async def test_any_text_may_be_asked_for(memory: Memory, query: str, user: str) -> None:
    assert await memory.recall(user, query, 5) == []


async def test_forgetting_leaves_nothing_on_the_disk(memory: Memory, tmp_path: Path) -> None:
    await memory.remember_turn("ann", "here", "user", "the heron flies at noon")
    await memory.remember_turn("bob", "here", "user", "the ibis flies at night")
    assert await memory.forget("ann") == 1
    assert b"heron" not in b"".join(on_disk(tmp_path).values())
    assert await memory.recall("ann", "flies", 5) == []
    assert [turn.text for turn in await memory.recall("bob", "flies", 5)] == ["the ibis flies at night"]


async def test_a_message_and_its_answer_are_read_and_erased_as_soon_as_they_are_told(tmp_path: Path) -> None:
    memory = await Memory.open(tmp_path, Clock())
    memory.keep_soon("ann", "here", "one", "two")
    assert [(turn.role, turn.text) for turn in await memory.recent("ann", "here", 5)] == [
        ("user", "one"),
        ("agent", "two"),
    ]
    memory.keep_soon("ann", "here", "herons fly", "they do")
    assert len(await memory.recall("ann", "herons", 5)) == 1
    memory.keep_soon("ann", "here", "three", "four")
    assert await memory.forget("ann") == 6
    memory.keep_soon("ann", "here", "five", "six")
    await memory.close()  # keeps what nobody waited for
    memory = await Memory.open(tmp_path, Clock())
    assert [turn.text for turn in await memory.recent("ann", "here", 5)] == ["five", "six"]
    await memory.close()
