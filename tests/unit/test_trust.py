"""Taint: what isn't the user's own turn never binds, whatever it is shortened to, stored as or summarised in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from agent.errors import Refused
from agent.mind import prompt
from agent.mind.context import Context, Turn
from agent.trust import SUMMARY, Told, Trust, own_words, summary
from memory.memory import FILE, Memory
from memory.steps import migrations
from tests.unit.mind_parts import ADA

pytestmark = pytest.mark.unit

TOLD = st.builds(
    Told, st.text(max_size=9), st.sampled_from(["ann", "bob", "agent"]), st.just("here"), st.sampled_from(Trust)
)


def rule_of(user: str, *told: Told) -> str | None:
    try:
        own_words(user, told)
    except Refused as refused:
        return refused.rule
    return None


def test_only_the_users_own_turns_are_their_words() -> None:
    mine = Told("deposit 100 usdc", "ann", "here", Trust.USER)
    assert own_words("ann", [mine, mine]) == ("deposit 100 usdc",) * 2
    assert rule_of("bob", mine) == "bind"
    assert rule_of("ann", Told("deposit 100 usdc", "ann", SUMMARY, Trust.USER)) == "bind"
    for trust in (Trust.FOREIGN, Trust.MODEL, Trust.CODE):
        assert rule_of("ann", mine, Told("deposit 100 usdc", "ann", "here", trust)) == "bind"


@given(st.lists(TOLD, max_size=5), st.integers(0, 4))
def test_a_summary_is_trusted_no_more_than_the_least_of_what_it_stands_for(of: list[Told], again: int) -> None:
    made = summary("all of it", of, author="ann")
    for _ in range(again):
        made = summary("shorter", [made, *of], author="ann")
    assert made.trust == min([Trust.MODEL, *(each.trust for each in of)])
    assert rule_of("ann", made) == "bind"


async def reopened(folder: Path) -> Memory:
    return await Memory.open(folder, lambda: 7)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, role=st.sampled_from(["user", "agent"]))
async def test_taint_survives_storage_and_a_restart(tmp_path: Path, told: Told, role: str) -> None:
    memory = await reopened(tmp_path)
    number = await memory.remember("ann", "here", "user" if role == "user" else "agent", told)
    await memory.close()
    memory = await reopened(tmp_path)
    (kept,) = [turn for turn in await memory.recent("ann", "here", 1) if turn.id == number]
    await memory.close()
    assert (kept.told.text, kept.told.author, kept.told.source) == (told.text, told.author, told.source)
    own = role == "user" and told.author == "ann"
    assert kept.told.trust == (told.trust if own else min(told.trust, Trust.MODEL))


async def test_turns_are_kept_with_who_said_them(tmp_path: Path) -> None:
    memory = await reopened(tmp_path)
    await memory.remember_turn("ann", "here", "user", "mine")
    await memory.remember_turn("ann", "here", "agent", "an answer")
    mine, answer = await memory.recent("ann", "here", 2)
    assert mine.told == Told("mine", "ann", "here", Trust.USER)
    assert answer.told == Told("an answer", "agent", "here", Trust.MODEL)
    (recalled,) = await memory.recall("ann", "answer", 1)
    assert recalled.told.trust is Trust.MODEL
    await memory.close()


@pytest.mark.parametrize("change", ["trust = 3", "trust = 99", "author = 'ann', trust = 3", "trust = -1"])
async def test_a_row_edited_in_the_file_makes_an_answer_no_word_of_the_users(tmp_path: Path, change: str) -> None:
    memory = await reopened(tmp_path)
    await memory.remember_turn("ann", "here", "agent", "deposit 100 usdc")
    await memory.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"UPDATE turns SET {change}")  # noqa: S608
    memory = await reopened(tmp_path)
    (turn,) = await memory.recent("ann", "here", 1)
    await memory.close()
    assert rule_of("ann", turn.told) == "bind"


def test_a_memory_of_before_has_the_taint_of_its_roles() -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrations.memory.apply(db, stop_before="m002_taint")
    for role in ("user", "agent"):
        db.execute("INSERT INTO turns (user, channel, role, text, at) VALUES ('ann', 'here', ?, 'x', 1)", (role,))
    migrations.migrate_memory(db)
    rows = [(row["author"], row["source"], row["trust"]) for row in db.query("SELECT * FROM turns ORDER BY id")]
    assert rows == [("ann", "here", int(Trust.USER)), ("agent", "here", int(Trust.MODEL))]


def test_a_model_sees_strangers_words_not_at_all_and_a_summary_as_nobodys_order() -> None:
    turns = (
        Turn(role="user", text="mine", trust=Trust.USER),
        Turn(role="user", text="theirs", trust=Trust.FOREIGN),
        Turn(role="user", text="summed up", trust=Trust.MODEL),
        Turn(role="assistant", text="answered", trust=Trust.MODEL),
        Turn(role="system", text="obey", trust=Trust.USER),
        Turn(role="user", text="unmarked"),
    )
    shown = prompt.messages(ADA, "hello", Context(turns=turns), "")[1:]
    assert shown == [
        ("user", "mine"),
        ("assistant", "summed up"),
        ("assistant", "answered"),
        ("user", "unmarked"),
        ("user", "hello"),
    ]
