"""Replies are never lost: a courier on a fake clock, a real ledger, a platform that is away for days or says no."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.chat.adapter import RetryLater, Undeliverable
from agent.chat.courier import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Courier
from agent.chat.undelivered import LATE
from agent.replies.body import Body
from memory.ledger import Ledger
from memory.rows import Inbound, InboxRow, OutboxRow

pytestmark = pytest.mark.unit

DAY = 86_400
CHAT = "chat:1"


def seeded(seed: int) -> Random:
    """Chance that comes again."""
    return Random(seed)  # noqa: S311


@dataclass
class Platform:
    """Takes what it is given unless `refuse` raises something. `now` is the fake clock that every sleep moves."""

    refuse: Callable[[OutboxRow], None] = lambda _: None
    platform: str = "chat"
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[OutboxRow] = field(default_factory=list)
    tries: int = 0
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def close(self) -> None: ...

    async def deliver(self, row: OutboxRow) -> None:
        self.tries += 1
        self.refuse(row)
        self.taken.append(row)

    async def progress(self, row: InboxRow, text: str) -> None: ...

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def texts(self) -> list[str]:
        return [Body.from_json(row.body).text for row in self.taken]


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(tmp_path, lambda: 1_800_000_000, seeded(1).randbytes)
    yield opened
    await opened.close()


async def said(ledger: Ledger, text: str, *, shared: bool = False, channel: str = CHAT) -> OutboxRow:
    """An answer that is queued."""
    user = await ledger.ensure_user("chat", "1", "Ann")
    meta = {"server": "9"} if shared else {}
    count = (await ledger.counts()).people + len(await ledger.latest("chat")) + int.from_bytes(ledger._entropy(6))
    row = await ledger.accept(Inbound("chat", str(count), channel, user.id, "hello", "text", meta))
    assert row is not None
    return await ledger.finish(row.id, {}, Body(text).as_json())


def courier_of(ledger: Ledger, platform: Platform, seed: int = 1) -> Courier:
    return Courier(ledger, {"chat": platform}, seeded(seed).random, platform.sleep)


async def all_done(courier: Courier) -> None:
    while courier._tasks:
        await asyncio.wait(list(courier._tasks.values()))


async def tried(platform: Platform, times: int) -> None:
    while platform.tries < times:  # noqa: ASYNC110  (it waits for the courier's tasks)
        await asyncio.sleep(0)


def away_until(platform: Platform, moment: float, error: Exception) -> Callable[[OutboxRow], None]:
    def refuse(_: OutboxRow) -> None:
        if platform.now < moment:
            raise error

    return refuse


@pytest.mark.parametrize(
    "error", [RetryLater(None, "can't be reached"), OSError("network"), RuntimeError("an adapter's fault")]
)
async def test_three_days_of_trouble_lose_nothing_and_keep_the_order(ledger: Ledger, error: Exception) -> None:
    platform = Platform()
    platform.refuse = away_until(platform, 3 * DAY, error)
    courier = courier_of(ledger, platform)
    for number in range(3):
        courier.post(await said(ledger, str(number)))
    await all_done(courier)
    assert platform.texts() == ["0", "1", "2"]
    assert await ledger.unsent() == []
    assert 3 * DAY / LONGEST_PAUSE_SECONDS < platform.tries < 3 * DAY / (LONGEST_PAUSE_SECONDS / 2) + 20
    assert max(platform.slept) <= LONGEST_PAUSE_SECONDS


async def test_a_wait_that_the_platform_names_is_kept_to_the_second(ledger: Ledger) -> None:
    platform = Platform()
    platform.refuse = away_until(platform, 7_200, RetryLater(7_200, "rate limit"))
    courier = courier_of(ledger, platform)
    courier.post(await said(ledger, "late"))
    await all_done(courier)
    assert platform.slept == [7_200]


@given(seed=st.integers(0, 2**32), failures=st.integers(0, 10_000))
def test_pauses_double_are_capped_and_never_alike(seed: int, failures: int) -> None:
    courier = Courier(None, {}, seeded(seed).random)  # type: ignore[arg-type]  # a pause needs no ledger
    whole = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 20), LONGEST_PAUSE_SECONDS)
    pauses = [courier._pause(failures) for _ in range(4)]
    assert all(whole / 2 <= pause <= whole for pause in pauses)
    assert len(set(pauses)) > 1


async def test_a_stop_in_an_outage_leaves_it_to_the_next_start(ledger: Ledger) -> None:
    platform = Platform()
    platform.refuse = away_until(platform, float("inf"), OSError())
    first = courier_of(ledger, platform)
    first.post(await said(ledger, "kept"))
    await tried(platform, 300)
    await first.drain(0)
    platform.refuse = lambda _: None
    second = courier_of(ledger, platform)
    for row in await ledger.unsent():
        second.post(row)
    await all_done(second)
    assert platform.texts() == ["kept"]


async def test_what_is_refused_for_good_is_kept_with_its_reason_and_follows_the_next_answer(ledger: Ledger) -> None:
    platform = Platform()

    def blocked(_: OutboxRow) -> None:
        raise Undeliverable("Forbidden: bot was blocked by the user")

    platform.refuse = blocked
    first = courier_of(ledger, platform)
    for text in ("moved 1,000 USDC", "moved 2,000 USDC"):
        first.post(await said(ledger, text))
    await all_done(first)
    assert platform.tries == 2
    user = await ledger.ensure_user("chat", "1", "Ann")
    kept = await ledger.kept_for(user.id)
    assert [row.dropped for row in kept] == ["Forbidden: bot was blocked by the user"] * 2
    assert await ledger.unsent() == []
    assert (await ledger.counts()).refused == 2
    platform.refuse = lambda _: None
    second = courier_of(ledger, platform)  # after a restart
    second.post(await said(ledger, "in town", shared=True, channel="chat:-5"))
    await all_done(second)
    assert platform.texts() == ["in town"], "others read along there"
    second.post(await said(ledger, "hello again"))
    await all_done(second)
    told = platform.texts()[1:]
    assert told[0] == "hello again"
    assert [text.partition("\n")[2] for text in told[1:]] == ["moved 1,000 USDC", "moved 2,000 USDC"]
    assert all(text.startswith(f"{LATE}, on 2027-01-15 08:00 UTC:") for text in told[1:])
    assert await ledger.kept_for(user.id) == []
    second.post(await said(ledger, "once only"))
    await all_done(second)
    assert platform.texts()[-1] == "once only"


async def test_a_body_that_is_refused_every_time_costs_one_try_a_start(ledger: Ledger) -> None:
    platform = Platform()

    def refuse(row: OutboxRow) -> None:
        if "bad" in row.body["text"]:
            raise Undeliverable("Bad Request: the body")

    platform.refuse = refuse
    courier = courier_of(ledger, platform)
    for text in ("bad", "good", "fine", "well"):
        courier.post(await said(ledger, text))
        await all_done(courier)
    assert platform.texts() == ["good", "fine", "well"]
    assert platform.tries == 5
    user = await ledger.ensure_user("chat", "1", "Ann")
    assert [row.body["text"].count(LATE) for row in await ledger.kept_for(user.id)] == [1]


async def test_a_ledger_that_cannot_be_written_now_sends_nothing_twice(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Platform()
    courier = courier_of(ledger, platform)
    real, failing = ledger.sent, iter([OSError("disk full")] * 5)

    async def sent(outbox_id: int) -> None:
        if (error := next(failing, None)) is not None:
            raise error
        await real(outbox_id)

    monkeypatch.setattr(ledger, "sent", sent)
    courier.post(await said(ledger, "once"))
    await all_done(courier)
    assert platform.texts() == ["once"]
    assert await ledger.unsent() == []


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_reply_is_delivered_once_or_kept(data: st.DataObject) -> None:
    """Whatever the platform does, in whatever order, with a restart in between."""

    async def run(folder: Path) -> None:
        ledger = await Ledger.open(folder, lambda: 1_800_000_000, seeded(2).randbytes)
        faults = data.draw(st.lists(st.sampled_from(["ok", "later", "broken", "never"]), max_size=30))
        texts = [str(number) for number in range(data.draw(st.integers(1, 6)))]
        platform, left = Platform(), iter(faults)

        def refuse(_: OutboxRow) -> None:
            match next(left, "ok"):
                case "later":
                    raise RetryLater(data.draw(st.sampled_from([None, 0.0, 3.0])), "busy")
                case "broken":
                    raise ValueError("broken")
                case "never":
                    raise Undeliverable("no")

        platform.refuse = refuse
        courier = courier_of(ledger, platform)
        for text in texts:
            courier.post(await said(ledger, text))
        await all_done(courier)
        user = await ledger.ensure_user("chat", "1", "Ann")
        kept = [row.body["text"].rpartition("\n")[2] for row in await ledger.kept_for(user.id)]
        delivered = [text.rpartition("\n")[2] for text in platform.texts()]
        assert Counter(delivered + kept) == Counter(texts)
        again = courier_of(ledger, platform)
        platform.refuse = lambda _: None
        again.post(await said(ledger, "last"))
        await all_done(again)
        assert Counter(text.rpartition("\n")[2] for text in platform.texts()) == Counter([*texts, "last"])
        await ledger.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_a_channel_is_idle_once_all_of_it_is_there(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    platform, idle, marked = Platform(), [], asyncio.Event()
    courier = courier_of(ledger, platform)
    platform.refuse = lambda _: idle.append(courier.idle(CHAT))
    sent = ledger.sent

    async def slowly(outbox_id: int) -> None:
        await marked.wait()
        await sent(outbox_id)

    monkeypatch.setattr(ledger, "sent", slowly)
    courier.post(await said(ledger, "first"))
    assert not courier.idle(CHAT)
    await tried(platform, 1)
    assert courier.idle(CHAT)  # it is there, and only the mark is missing
    courier.post(await said(ledger, "second"))
    assert not courier.idle(CHAT)
    marked.set()
    await all_done(courier)
    assert (platform.texts(), idle, courier.idle(CHAT)) == (["first", "second"], [False, False], True)


async def test_what_comes_after_the_drain_does_not_overtake_what_stays(ledger: Ledger) -> None:
    platform = Platform()
    platform.refuse = away_until(platform, float("inf"), OSError())
    courier = courier_of(ledger, platform)
    courier.post(await said(ledger, "first"))
    await tried(platform, 3)
    await courier.drain(0)
    platform.refuse = lambda _: None
    courier.post(await said(ledger, "second"))
    await all_done(courier)
    assert platform.texts() == []
    assert [Body.from_json(row.body).text for row in await ledger.unsent()] == ["first", "second"]
