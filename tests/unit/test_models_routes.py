"""Language models by purpose: which is asked, what happens when it fails, what it may cost, what is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.intents import Understood
from agent.mind.breaker import FAULTS, LONGEST, SECONDS, Breaker
from agent.mind.choice import Candidate, Need, ordered
from agent.mind.context import Context
from agent.mind.mind import DOWN, Mind, Spoken
from agent.mind.model import Answer, Call, ModelDown, Usage
from agent.mind.models import Entry, Models, NoBudget, Route
from agent.mind.prompt import Messages
from agent.mind.purpose import Purpose
from agent.model_cost import Payer, Price, micro
from memory.ledger import Ledger
from memory.part import many
from memory.people.model_book import KEPT_DAYS, Budget, Measure, Spent, join_models
from tests.unit.mind_parts import ADA, bound, call
from tests.unit.spoken import NOW, VOCABULARY, amount, deposit

pytestmark = pytest.mark.unit

TEXT = "gosh mumble, deposit 100 usdc into venus pretty sharpish"
GOOD = call("deposit", asset="usdc", amount="100", venue="venus")
ADA_PAYS = Payer("ada", "discord:7")
DEAR, CHEAP = Price.of("3", "15"), Price.of("0.15", "0.6")


class Clock:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Fake:
    """Answers in turn, the last one for ever; counts what it was asked."""

    def __init__(self, *answers: Answer | BaseException, usage: Usage | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[Messages] = []
        self.usage = usage

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        self.asked.append(messages)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return Answer(answer.text, answer.calls, self.usage)

    async def close(self) -> None: ...


def models(clock: Clock, prices: Price | None = None, most: int | None = 500, **fakes: Fake) -> Models:
    entries = {name: Entry(name, fake, Breaker(clock), prices, most) for name, fake in fakes.items()}
    return Models(entries, dict.fromkeys(Purpose, Route(tuple(fakes))), clock, lambda: NOW)


async def said(routed: Models, text: str = TEXT, payer: Payer = ADA_PAYS) -> Any:
    return await Mind(ADA, routed).understand(text, Context(now=NOW), VOCABULARY, payer=payer)


HUNDRED = deposit("USDC", amount("exact", "100"), "venus:core:USDC")


@pytest.mark.parametrize("fault", [ModelDown("status 429", wait=30), ModelDown("status 503"), ModelDown("no answer")])
async def test_the_next_model_is_asked_where_one_fails(fault: ModelDown) -> None:
    first, second = Fake(fault), Fake(GOOD)
    assert bound(await said(models(Clock(), first=first, second=second)), TEXT) == HUNDRED
    assert (len(first.asked), len(second.asked)) == (1, 1)


async def test_a_refused_call_is_repaired_by_the_next_model_and_by_no_third() -> None:
    first, second, third = Fake(Answer("", (Call("deposit", None),))), Fake(call("sign")), Fake(GOOD)
    found = await said(models(Clock(), first=first, second=second, third=third))
    assert bound(found, TEXT) is None
    assert [len(each.asked) for each in (first, second, third)] == [1, 1, 0]
    assert "wasn't accepted" in second.asked[0][-1][1]
    alone = Fake(call("sign"), GOOD)
    assert bound(await said(models(Clock(), alone=alone)), TEXT) == HUNDRED
    assert len(alone.asked) == 2


class Slow(Fake):
    """Needs longer than a turn has before it can be asked, as for an import; or it never can be."""

    def __init__(self, *answers: Answer | BaseException, fails: bool = False) -> None:
        super().__init__(*answers)
        self.prepared, self.fails = 0, fails

    async def prepare(self) -> None:
        self.prepared += 1
        await asyncio.sleep(0.3)
        if self.fails:
            raise ModelDown("not installed")


async def test_the_time_for_an_answer_begins_once_the_model_can_be_asked() -> None:
    first, second = Slow(GOOD), Slow(GOOD)
    for model in (first, models(Clock(), first=first, second=second)):
        found = await Mind(ADA, model, seconds=0.25).understand(TEXT, Context(now=NOW), VOCABULARY)
        assert bound(found, TEXT) == HUNDRED
    assert (first.prepared, second.prepared) == (2, 0)


async def test_one_that_can_not_be_made_ready_is_asked_and_leaves_it_to_the_next() -> None:
    clock, first, second = Clock(), Slow(ModelDown("not installed"), fails=True), Fake(GOOD)
    routed = models(clock, first=first, second=second)
    for _ in range(FAULTS + 1):
        assert bound(await said(routed), TEXT) == HUNDRED
    assert (first.prepared, len(first.asked)) == (FAULTS, FAULTS)  # then it rests


async def test_with_all_of_them_down_one_line_says_so() -> None:
    fakes = {name: Fake(ModelDown("status 500")) for name in "abc"}
    found = await said(models(Clock(), None, 500, **fakes))
    assert isinstance(found, Understood)
    assert found.question is not None
    assert found.question.text.startswith(DOWN)
    assert [len(fake.asked) for fake in fakes.values()] == [1, 1, 1]


async def test_a_model_that_keeps_failing_is_left_alone_and_then_tried_by_one_message() -> None:
    clock, broken, other = Clock(), Fake(ModelDown("status 500")), Fake(GOOD)
    routed = models(clock, broken=broken, other=other)
    for _ in range(FAULTS + 4):
        await said(routed)
    assert (len(broken.asked), len(other.asked)) == (FAULTS, FAULTS + 4)
    clock.at += SECONDS
    await asyncio.gather(*(said(routed) for _ in range(5)))
    assert len(broken.asked) == FAULTS + 1  # the probe, which failed: twice as long from now on
    clock.at += SECONDS
    await said(routed)
    assert len(broken.asked) == FAULTS + 1
    clock.at += SECONDS
    broken.answers = [GOOD]
    await said(routed)
    await said(routed)
    assert len(broken.asked) == FAULTS + 3
    assert routed.entries["broken"].breaker.state == "closed"


async def test_a_probe_that_nobody_waits_for_doesnt_hold_the_breaker() -> None:
    clock = Clock()
    fake = Fake(*[ModelDown("status 500")] * FAULTS, asyncio.CancelledError(), GOOD)
    routed = models(clock, fake=fake)
    for _ in range(FAULTS):
        await said(routed)
    clock.at += SECONDS
    with pytest.raises(asyncio.CancelledError):
        await said(routed)
    clock.at += 2 * SECONDS
    assert bound(await said(routed), TEXT) == HUNDRED


def test_what_an_endpoint_asks_for_it_gets_up_to_a_bound() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(wait=45)
    assert not breaker.take()
    clock.at += 45
    assert breaker.state == "half-open"
    assert breaker.take()
    assert not breaker.take()
    breaker.spare()
    assert breaker.take()
    breaker.failed(wait=1e6)
    clock.at += LONGEST
    assert breaker.take()


def test_without_a_need_the_order_is_the_operators() -> None:
    given_order = [Candidate("b", DEAR), Candidate("a", CHEAP, 9_900, 100)]
    assert ordered(given_order, Need()) == ["b", "a"]


def test_the_cheapest_that_meets_the_need_comes_first() -> None:
    known = [
        Candidate("dear", DEAR, 9_800, 900),
        Candidate("cheap", CHEAP, 9_500, 700),
        Candidate("poor", Price(0, 0), 6_000, 200),
        Candidate("unmeasured", Price(0, 0), None, 200),
        Candidate("slow", CHEAP, 9_900, 9_000),
        Candidate("unpriced", None, 9_900, 300),
    ]
    need = Need(accuracy=95, ms=2_000)
    assert ordered(known, need) == ["cheap", "dear", "unpriced", "slow", "poor", "unmeasured"]


async def test_what_was_measured_decides_and_is_looked_up_again(tmp_path: Path) -> None:
    clock, first, second = Clock(), Fake(GOOD), Fake(GOOD)
    routed = models(clock, first=first, second=second)
    routed.routes = dict.fromkeys(Purpose, Route(("first", "second"), Need(accuracy=90)))
    async with ledger(tmp_path) as book:
        routed.book = book
        await book.keep_measure(Measure("second", NOW, "00", 95, 5, 0, 0, 300))
        await book.keep_measure(Measure("first", NOW, "00", 50, 50, 0, 0, 300))
        await said(routed)
        assert (len(first.asked), len(second.asked)) == (0, 1)
        await book.keep_measure(Measure("second", NOW + 1, "00", 10, 90, 0, 0, 300))
        clock.at += 600
        await said(routed)
        assert (len(first.asked), len(second.asked)) == (1, 1)


class ledger:  # noqa: N801  (a context manager)
    def __init__(self, folder: Path, now: Callable[[], int] = lambda: NOW) -> None:
        self.folder, self.now = folder, now

    async def __aenter__(self) -> Ledger:
        self.book = await Ledger.open(self.folder, self.now)
        return self.book

    async def __aexit__(self, *_: object) -> None:
        await self.book.close()


DAY_CENT = Budget("user", "day", micro("0.01") * 1_000)


async def test_what_the_endpoint_reports_is_what_is_spent(tmp_path: Path) -> None:
    async with ledger(tmp_path) as book:
        routed = models(Clock(), DEAR, model=Fake(GOOD, usage=Usage(1_000, 50)))
        routed.book, routed.budgets = book, [Budget("instance", "month", micro("1") * 1_000)]
        await said(routed)
        (row,) = await book.model_usage(NOW)
        assert (row.purpose, row.model, row.calls, row.faults) == ("understand", "model", 1, 0)
        assert (row.prompt_tokens, row.answer_tokens) == (1_000, 50)
        assert row.nano_usd == (1_000 * 3 + 50 * 15) * 1_000  # USD a million tokens are thousands of nano-USD a token
        (left,) = await book.model_budgets(ADA_PAYS, routed.budgets)
        assert left.spent == row.nano_usd


@pytest.mark.parametrize("usage", [None, Usage(10**12, 1), Usage(1, 10**12)])
async def test_usage_that_isnt_told_or_cant_be_counts_as_the_dearest(tmp_path: Path, usage: Usage | None) -> None:
    async with ledger(tmp_path) as book:
        routed = models(Clock(), DEAR, model=Fake(GOOD, usage=usage))
        routed.book, routed.budgets = book, [Budget("instance", "month", micro("1") * 1_000)]
        await said(routed)
        (left,) = await book.model_budgets(ADA_PAYS, routed.budgets)
        assert DEAR.cost(1_000, 500) < left.spent < DEAR.cost(10_000, 501)


async def test_nothing_is_asked_beyond_a_budget_and_plain_commands_go_on(tmp_path: Path) -> None:
    async with ledger(tmp_path) as book:
        fake = Fake(GOOD, usage=Usage(2_000, 500))  # 1.35 cents
        routed = models(Clock(), DEAR, model=fake)
        routed.book, routed.budgets = book, [Budget("user", "day", micro("0.03") * 1_000)]
        found = [await said(routed) for _ in range(9)][-1]
        assert len(fake.asked) == 1  # the reservation of a second one, up to every byte a token, has no room
        assert found.question.text.startswith("Your budget of $0.03 a day for language models is used up, so I go by")
        plain = "deposit 100 usdc into venus"
        assert bound(await said(routed, plain), plain) == HUNDRED
        assert bound(await said(routed, payer=Payer("bob")), TEXT) == HUNDRED


@pytest.mark.parametrize("first", [DEAR, None])
async def test_what_the_budget_has_no_room_for_makes_way_for_a_cheaper_model(
    tmp_path: Path, first: Price | None
) -> None:
    async with ledger(tmp_path) as book:
        dear, cheap = Fake(GOOD), Fake(GOOD, usage=Usage(1_000, 50))
        routed = models(Clock(), CHEAP, dear=dear, cheap=cheap)
        routed.entries["dear"].price = first
        routed.book, routed.budgets = book, [Budget("user", "day", CHEAP.cost(6_000, 500))]
        assert bound(await said(routed), TEXT) == HUNDRED
        assert (len(dear.asked), len(cheap.asked)) == (0, 1)
        assert routed.entries["dear"].breaker.take()


async def test_messages_at_once_dont_overspend(tmp_path: Path) -> None:
    async with ledger(tmp_path) as book:
        fake = Fake(GOOD, usage=Usage(2_000, 500))
        routed = models(Clock(), DEAR, model=fake)
        budget = Budget("server", "month", micro("0.10") * 1_000)
        routed.book, routed.budgets = book, [budget]
        await asyncio.gather(*(said(routed, payer=Payer(f"user{n}", "discord:7")) for n in range(30)))
        (left,) = await book.model_budgets(ADA_PAYS, [budget])
        assert 0 < left.spent <= budget.nano
        assert left.spent == len(fake.asked) * DEAR.cost(2_000, 500)


@pytest.mark.parametrize(
    ("prices", "most", "why"),
    [(None, 500, "model has no price"), (DEAR, None, "model has no price")],
)
async def test_an_unknown_price_under_a_budget_is_no_free_one(
    tmp_path: Path, prices: Price | None, most: int | None, why: str
) -> None:
    async with ledger(tmp_path) as book:
        fake = Fake(GOOD)
        routed = models(Clock(), prices, most, model=fake)
        routed.book, routed.budgets = book, [DAY_CENT]
        found = await said(routed)
        assert why in found.question.text
        assert fake.asked == []


async def test_without_a_ledger_a_budget_lets_nothing_through() -> None:
    fake = Fake(GOOD)
    routed = models(Clock(), DEAR, model=fake)
    routed.budgets = [DAY_CENT]
    with pytest.raises(NoBudget):
        await routed.asking(Purpose.TALK, ADA_PAYS).ask([("user", "hi")], [])
    assert fake.asked == []


@pytest.mark.parametrize(
    ("fault", "kept"), [(ModelDown("status 500"), False), (ModelDown("no answer in time", charged=True), True)]
)
async def test_a_fault_that_may_be_charged_stays_counted(tmp_path: Path, fault: ModelDown, kept: bool) -> None:
    async with ledger(tmp_path) as book:
        routed = models(Clock(), DEAR, model=Fake(fault))
        budget = Budget("instance", "day", micro("1") * 1_000)
        routed.book, routed.budgets = book, [budget]
        await said(routed)
        (left,) = await book.model_budgets(ADA_PAYS, [budget])
        assert (left.spent > 0) is kept
        (row,) = await book.model_usage(NOW)
        assert (row.calls, row.faults) == (1, 1)


async def test_what_a_stop_cut_off_stays_counted_and_a_new_day_is_new(tmp_path: Path) -> None:
    clock = [NOW]
    async with ledger(tmp_path, lambda: clock[0]) as book:
        assert await book.reserve_model(ADA_PAYS, DAY_CENT.nano, [DAY_CENT]) == 1
    async with ledger(tmp_path, lambda: clock[0]) as book:
        found = await book.reserve_model(ADA_PAYS, 1, [DAY_CENT])
        assert not isinstance(found, int)
        assert found.left == 0
        clock[0] += 86_400
        assert isinstance(await book.reserve_model(ADA_PAYS, DAY_CENT.nano, [DAY_CENT]), int)
        month = Budget("user", "month", DAY_CENT.nano)
        assert not isinstance(await book.reserve_model(ADA_PAYS, 1, [month]), int)


async def test_a_reservation_is_settled_in_the_day_that_it_was_made_in(tmp_path: Path) -> None:
    clock = [NOW]
    async with ledger(tmp_path, lambda: clock[0]) as book:
        fake = Fake(GOOD, usage=Usage(100, 10))
        routed = models(Clock(), DEAR, model=fake)
        routed.book, routed.budgets = book, [Budget("user", "day", micro("1") * 1_000)]

        class Midnight(Fake):
            async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
                clock[0] += 86_400
                return await super().ask(messages, tools)

        routed.entries["model"].model = Midnight(GOOD, usage=Usage(100, 10))
        await said(routed)
        (left,) = await book.model_budgets(ADA_PAYS, routed.budgets)
        assert left.spent == 0
        clock[0] -= 86_400
        (left,) = await book.model_budgets(ADA_PAYS, routed.budgets)
        assert left.spent == DEAR.cost(100, 10)


async def test_calls_without_a_price_are_told_apart(tmp_path: Path) -> None:
    async with ledger(tmp_path) as book:
        routed = models(Clock(), None, model=Fake(Answer("Talk."), usage=Usage(10, 5)))
        routed.book = book
        assert await said(routed, "what is impermanent loss?") == Spoken("Talk.")
        (row,) = await book.model_usage(NOW)
        assert (row.purpose, row.unpriced, row.nano_usd, row.prompt_tokens) == ("talk", 1, 0, 10)


async def test_two_who_become_one_have_spent_together_and_who_is_forgotten_keeps_the_budget(tmp_path: Path) -> None:
    async with ledger(tmp_path) as book:
        for who, nano in (("ada", 3_000_000), ("bob", 4_000_000)):
            await book.settle_model_soon(Payer(who), Spent("talk", "m", 10, 5, nano, 100))
        await book._store.write(lambda db: join_models(db, "ada", "bob"))
        (row,) = await book.model_usage(NOW, "ada")
        assert (row.calls, row.nano_usd) == (2, 7_000_000)
        assert await book.model_usage(NOW, "bob") == []
        (left,) = await book.model_budgets(Payer("ada"), [DAY_CENT])
        assert left.spent == 7_000_000
        await book.forget_person("ada")
        assert await book.model_usage(NOW, "ada") == []
        (row,) = await book.model_usage(NOW)
        assert row.nano_usd == 7_000_000
        (left,) = await book.model_budgets(Payer("ada"), [DAY_CENT])
        assert left.spent == 7_000_000


async def test_a_year_is_kept_and_no_more(tmp_path: Path) -> None:
    clock = [NOW]
    async with ledger(tmp_path, lambda: clock[0]) as book:
        for _ in range(3):
            await book.settle_model_soon(Payer("ada"), Spent("talk", "m", 10, 5, 1_000, 100))
            clock[0] += (KEPT_DAYS + 1) * 86_400
        assert [row.calls for row in await book.model_usage(0)] == [1]
        rows = await book._store.read(
            lambda db: many(db, "SELECT DISTINCT start FROM model_spent WHERE period = 'day'")
        )
        assert len(rows) == 1
