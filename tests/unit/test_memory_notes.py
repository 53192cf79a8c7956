"""Notes and recall: found in other words, by their own user alone, until they are forgotten or folded together."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from agent.errors import Unavailable
from agent.trust import Trust, own_words
from memory.memory import FILE, Memory
from memory.steps import migrations
from memory.talk.retention import DAY, Keep, episode
from memory.talk.turns import Turn
from memory.talk.vectors import letters, likeness, packed
from memory.talk.wording import asked, terms
from tests.unit.memory_parts import Clock, on_disk

pytestmark = pytest.mark.unit

RENT = "my rent is due on the 5th"
KEEP = Keep(days=30, episodes=3, vectors=4)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def memory(tmp_path: Path, clock: Clock) -> AsyncIterator[Memory]:
    opened = await Memory.open(tmp_path, clock, keep=KEEP)
    yield opened
    await opened.close()


async def texts(memory: Memory, user: str, query: str) -> list[str]:
    return [each.told.text for each in await memory.recalled(user, query, 5)]


async def test_a_note_is_found_in_other_words_and_is_never_the_users_turn(memory: Memory) -> None:
    await memory.note("ann", "here", "fact", RENT)
    await memory.note("ann", "here", "preference", "I like quiet venues")
    for number in range(30):
        await memory.remember_turn("ann", "here", "user", f"best yield for usdc today, number {number}?")
    await memory.embed_new()
    (first, *_) = await memory.recalled("ann", "when do I have to pay the rents?", 5)
    assert (first.kind, first.told.text, first.number) == ("fact", RENT, 1)
    with pytest.raises(Exception, match="isn't your own turn"):
        own_words("ann", [first.told])


async def test_likeness_finds_what_is_spelt_otherwise(memory: Memory) -> None:
    await memory.note("ann", "here", "fact", "my landlord is called Hildebrandt")
    await memory.note("ann", "here", "fact", "the boat is in Rotterdam")
    assert await memory.recalled("ann", "hildebrant?", 5) == []
    await memory.embed_new()
    assert (await texts(memory, "ann", "hildebrant?"))[:1] == ["my landlord is called Hildebrandt"]
    assert await memory.recalled("ann", "hildebrant?", 5, ways=["words"]) == []


async def test_of_equals_the_newer_comes_first_and_no_text_twice(memory: Memory, clock: Clock) -> None:
    for day in range(3):
        await memory.remember_turn("ann", "here", "user", f"gas was high, day {day}")
        await memory.remember_turn("ann", "here", "user", "gas was low")
        clock.now += DAY
    found = await texts(memory, "ann", "gas")
    assert found.count("gas was low") == 1
    assert found.index("gas was high, day 2") < found.index("gas was high, day 0")


async def test_what_the_agent_answered_is_recalled_only_where_it_is_asked_for(memory: Memory) -> None:
    await memory.remember_turn("ann", "here", "agent", "the vault pays 5 %")
    assert await memory.recalled("ann", "vault", 5) == []
    (answer,) = await memory.recalled("ann", "vault", 5, answers=True)
    assert (answer.kind, answer.told.trust) == ("answered", Trust.MODEL)


ALIKE = [
    "ann",
    "Ann",
    "ann ",
    "a nn",
    "ann_1",
    "1",
    "1_2",
    "2",
    "ann*",
    '"ann"',
    "ann OR bob",
    "bob",
    "",
    "_",
    "1 OR 2",
]
QUERIES = [
    "secret", '"', "secret* OR user:bob", "text : secret", "NEAR(secret secret)", "2_secret", "^secret",
    '1_secret" OR "2_secret', "-secret", "rowid:1", "') UNION SELECT * FROM turns --", "secret AND NOT x",
    "{text} : secret",
]  # fmt: skip


async def test_nobody_ever_recalls_anothers_words_whatever_the_ids_and_the_query(memory: Memory) -> None:
    for user in ALIKE:
        await memory.remember_turn(user, "here", "user", f"secret of [{user}] 2_secret 1 2")
        await memory.note(user, "here", "fact", f"the secret note of [{user}]")
    await memory.embed_new()
    for user in (*ALIKE, "nobody"):
        for query in (*QUERIES, *ALIKE):
            found = await memory.recalled(user, query, 50, answers=True)
            assert all(f"[{user}]" in each.told.text for each in found), (user, query)
            assert all(turn.user == user for turn in await memory.recall(user, query, 50))
        assert len(await memory.recalled(user, "secret", 50)) == (0 if user == "nobody" else 2)
        assert all(f"[{user}]" in note.text for note in await memory.notes(user))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60), words=st.text(max_size=60), user=st.text(max_size=10))
async def test_any_words_of_another_stay_anothers(memory: Memory, query: str, words: str, user: str) -> None:
    await memory.remember_turn("somebody else", "here", "user", words)
    if user != "somebody else":
        assert await memory.recalled(user, query, 5, answers=True) == []
        assert await memory.recalled(user, words, 5, answers=True) == []


@given(one=st.integers(1, 10**6), other=st.integers(1, 10**6), text=st.text(), query=st.text())
def test_no_term_of_one_user_is_a_term_of_another(one: int, other: int, text: str, query: str) -> None:
    theirs = {f'"{term}"' for term in terms(one, text).split(" ")}
    assert one == other or not theirs & set(asked(other, query))


async def test_a_note_is_kept_once_and_forgotten_by_its_number(memory: Memory, tmp_path: Path) -> None:
    first = await memory.note("ann", "here", "fact", "the marzipan is hidden")
    again = await memory.note("ann", "here", "fact", "the marzipan is hidden")
    await memory.note("ann", "here", "fact", "the boat leaks")
    assert first is not None
    assert again is not None
    assert first.number == again.number == 1
    assert [note.number for note in await memory.notes("ann")] == [1, 2]
    assert await memory.forget_note("bob", 1) is None
    assert await memory.forget_note("ann", 1) == again
    assert await memory.forget_note("ann", 1) is None
    assert b"marzipan" not in b"".join(on_disk(tmp_path).values())
    assert [note.text for note in await memory.notes("ann")] == ["the boat leaks"]


async def test_forgetting_the_last_takes_its_note_along(memory: Memory, clock: Clock) -> None:
    await memory.note("ann", "here", "fact", "an old one")
    await memory.remember_turn("ann", "here", "user", "remember that an old one")
    clock.now += 60
    await memory.note("ann", "here", "fact", "a new one")
    await memory.note("bob", "here", "fact", "bob's")
    await memory.remember_turn("ann", "here", "user", "remember that a new one")
    await memory.remember_turn("ann", "here", "agent", "noted")
    assert await memory.forget_last("ann", "here") == 2
    assert [note.text for note in await memory.notes("ann")] == ["an old one"]
    assert [turn.text for turn in await memory.recent("ann", "here", 9)] == ["remember that an old one"]
    assert len(await memory.notes("bob")) == 1
    assert await memory.forget_last("ann", "nowhere") == 0


async def test_who_is_forgotten_is_in_no_file_and_nobody_else_is_touched(memory: Memory, tmp_path: Path) -> None:
    for number in range(300):  # enough for the index to have several segments
        await memory.remember_turn(
            "wilhelmine", f"room {number % 3}", "user", f"the zeppelin number {number} is moored"
        )
        await memory.remember_turn("bob", "room 1", "user", f"the kayak number {number} is moored")
    await memory.note("wilhelmine", "room 1", "preference", "zeppelins before trains")
    memory.episode_soon("wilhelmine", "room 1", "a zeppelin was bought", "plan 1")
    await memory.embed_new()
    assert await memory.forget("wilhelmine") == 300
    for name, raw in on_disk(tmp_path).items():
        assert b"zeppelin" not in raw.lower(), name
        assert b"wilhelmine" not in raw, name
    assert await memory.notes("wilhelmine") == []
    assert await memory.recalled("wilhelmine", "zeppelin moored", 5) == []
    assert len(await memory.recalled("bob", "kayak moored", 5)) == 5
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("SELECT count(DISTINCT person) FROM vectors").fetchone() == (1,)


async def test_old_turns_become_episodes_and_the_oldest_episodes_go(memory: Memory, clock: Clock) -> None:
    for week in range(12):
        for number in range(3):
            await memory.remember_turn("ann", "here", "user", f"week {week}: the heron number {number} came back")
            await memory.remember_turn("ann", "here", "agent", "so it did")
        clock.now += 7 * DAY
    assert await memory.note("ann", "here", "fact", RENT) is not None
    gone = await memory.retain()
    kept = await memory.recent("ann", "here", 100)
    assert gone + len(kept) == 72
    assert min(turn.at for turn in kept) >= clock.now - 37 * DAY
    notes = await memory.notes("ann")
    episodes = [note for note in notes if note.kind == "episode"]
    assert len(episodes) == KEEP.episodes
    assert all("heron number" in note.text and note.source.startswith("turns ") for note in episodes)
    assert all(note.trust == Trust.MODEL for note in episodes), "a summary is nobody's turn"
    assert [note.text for note in notes if note.kind == "fact"] == [RENT]
    assert any(each.kind == "episode" for each in await memory.recalled("ann", "herons", 20))
    assert await memory.retain() == 0


def said(text: str, role: str = "user", at: int = 1_800_000_000) -> Turn:
    return Turn(1, "ann", "here", "user" if role == "user" else "agent", text, at, "ann", "here", 3)


def test_an_episode_quotes_the_user_and_invents_nothing() -> None:
    turns = [said("my boat is in Rotterdam"), said("I see", "agent"), said("hi"), said("my\nboat  leaks")]
    assert episode(turns) == "2027-01-15, 4 messages: “my boat is in Rotterdam” · “hi” · “my boat leaks”"
    assert episode([said("is it?"), said("an answer", "agent")]) == ""


async def test_vectors_are_of_the_newest_turns_and_of_one_embedder(memory: Memory, tmp_path: Path) -> None:
    for number in range(10):
        await memory.remember_turn("ann", "here", "user", f"heron {number}")
    assert await memory.embed_new() == 10
    assert await memory.embed_new() == 0
    with sqlite3.connect(tmp_path / FILE) as db:
        kept = [ref for (ref,) in db.execute("SELECT ref FROM vectors ORDER BY ref")]
    assert kept == [7, 8, 9, 10]

    class Other:
        name = "another"

        async def embed(self, texts: object) -> list[bytes]:
            return [b"\x01\x02"] * len(list(texts))  # type: ignore[call-overload]

        async def close(self) -> None: ...

    memory.embedder = Other()
    assert await memory.embed_new() == 10
    with sqlite3.connect(tmp_path / FILE) as db:
        assert {bytes(v) for (v,) in db.execute("SELECT v FROM vectors")} == {b"\x01\x02"}


async def test_without_the_embedder_words_still_find_it(memory: Memory) -> None:
    class Away:
        name = "away"

        async def embed(self, texts: object) -> list[bytes]:
            raise Unavailable("embedding", "away")

        async def close(self) -> None: ...

    await memory.note("ann", "here", "fact", RENT)
    memory.embedder = Away()
    assert await texts(memory, "ann", "rent") == [RENT]
    with pytest.raises(Unavailable):
        await memory.embed_new()


def test_vectors_of_another_size_are_like_nothing() -> None:
    asked_for = packed(letters("deposit"))
    like, unlike = likeness([packed(letters("depositing")), b"\x01"], asked_for)
    assert like > 0.4
    assert unlike == 0
    assert likeness([packed(letters("")), b""], asked_for) == [0, 0]


def test_a_memory_of_before_is_found_by_its_words(tmp_path: Path) -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrations.memory.apply(db, stop_before="m003_recall")
    for user in ("ann", "bob"):
        for channel in ("here", "harbour"):
            row = (user, channel, f"{user} said {channel}", user, channel)
            db.execute("INSERT INTO turns (user, channel, role, text, at, author, source, trust) "
                       "VALUES (?, ?, 'user', ?, 1, ?, ?, 3)", row)  # fmt: skip
    migrations.migrate_memory(db)
    sql = """SELECT user, channel, text FROM turns JOIN talks ON talks.id = talk JOIN people ON no = person
             WHERE turns.id IN (SELECT rowid FROM words WHERE words MATCH ?)"""
    assert db.execute(sql, ('"2_harbour"',)).fetchall() == [("bob", "harbour", "bob said harbour")]


async def test_what_can_be_read_of_a_damaged_memory_is_recalled(tmp_path: Path) -> None:
    memory = await Memory.open(tmp_path, Clock())
    for number in range(50):
        await memory.remember_turn("ann", "here", "user", f"the heron number {number} came back")
    await memory.note("ann", "here", "fact", RENT)
    await memory.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'words_data'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    memory = await Memory.open(tmp_path, Clock(), spare=True)
    found = [each.told.text for each in await memory.recalled("ann", "rents and heron 7", 5)]
    await memory.close()
    assert RENT in found
    assert "the heron number 7 came back" in found
