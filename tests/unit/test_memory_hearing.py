"""A message is taken in with what is known of its speaker; what was seen holds until something is written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from memory.journal.plans import UNSETTLED
from memory.ledger import Ledger
from memory.messages.hearing import KNOWN
from memory.part import many
from memory.rows import AttemptStatus, Identity, Inbound, PlanStatus
from tests.unit.memory_parts import ACCOUNT, TOKEN, Clock, attempted, make_plan, opened, proposed, somebody

pytestmark = pytest.mark.unit

HELLO = Inbound("telegram", "42", "telegram:7", Identity("7", "Ann"), "hello", meta={"chat": 7})


async def test_somebody_unseen_is_made_with_their_first_message_once_of_50(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        heard = [each for each in await asyncio.gather(*[ledger.hear(HELLO) for _ in range(50)]) if each]
        ((row, known),) = heard
        user = await ledger.ensure_user("telegram", "7", "another name")
        assert (known.user, known.channel, row.user) == (user, "telegram:7", user.id)
        assert (user.name, known.pending, known.restless, known.contacts, known.news) == (
            "Ann",
            None,
            False,
            (),
            False,
        )
        assert await ledger.unfinished() == [row]


async def test_all_that_a_turn_begins_with_is_seen_in_one_look(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        contact = await ledger.add_contact(user.id, "carol", ACCOUNT, 0)
        await ledger.set_pending(user.id, "here", {"preview": "p"})
        await ledger.set_paused(user.id, True)
        heard = await ledger.hear(Inbound("terminal", "1", "here", user.id, "hi"))
        assert heard is not None
        known = heard[1]
        assert known.user.paused
        assert known.pending == {"preview": "p"} == await ledger.pending(user.id, "here")
        assert known.contacts == (contact.name,)
        assert known.news  # of the contact
        assert known == await ledger.known(user.id, "here")
        assert (await ledger.known(user.id, "elsewhere")).pending is None
        with pytest.raises(LookupError):
            await ledger.known("nobody", "here")


async def test_what_was_seen_holds_until_the_next_write(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        heard = await ledger.hear(HELLO)
        assert heard is not None
        known = heard[1]
        assert ledger.holds(known)
        assert not (await ledger.known(known.user.id, "there")).user.paused
        assert ledger.holds(known)
        pausing = asyncio.ensure_future(ledger.set_paused(known.user.id, True))
        await asyncio.sleep(0)
        assert not ledger.holds(known)  # as soon as it is asked for, before it is there
        meanwhile = await ledger.known(known.user.id, known.channel)
        await pausing
        assert not ledger.holds(known)
        assert meanwhile.user.paused or not ledger.holds(meanwhile)
        now = await ledger.known(known.user.id, known.channel)
        assert now.user.paused
        assert ledger.holds(now)


async def test_messages_and_replies_leave_what_was_seen_as_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        heard = await ledger.hear(HELLO)
        assert heard is not None
        others = await ledger.hear(replace(HELLO, update_id="43", channel="telegram:8", user=Identity("8", "Bob")))
        assert others is not None
        await ledger.sent((await ledger.finish(others[0].id, {"reply": "hi"})).id)
        await ledger.pass_over(heard[0].id, {"flood": True})
        assert ledger.holds(heard[1])
        assert heard[1] == await ledger.known(heard[1].user.id, HELLO.channel)


async def test_what_was_asked_for_before_a_message_is_seen_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        asking = asyncio.ensure_future(ledger.set_pending(user.id, "here", {"n": 1}))
        await asyncio.sleep(0)
        heard = await ledger.hear(Inbound("terminal", "1", "here", user.id, "hi"))
        assert heard is not None
        assert ledger.holds(heard[1])
        assert heard[1].pending == {"n": 1}
        await asking


async def test_a_write_beside_it_in_the_same_group_is_seen_or_makes_it_stale(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)

        async def hear(number: int) -> None:
            heard = await ledger.hear(Inbound("terminal", str(number), "here", user.id, "hi"))
            assert heard is not None
            if ledger.holds(heard[1]):
                assert heard[1].pending == await ledger.pending(user.id, "here")

        changes = [ledger.set_pending(user.id, "here", {"n": n}) for n in range(30)]
        await asyncio.gather(*[each for n in range(30) for each in (hear(n), changes[n])])


async def test_who_was_linked_since_speaks_as_whom_they_became(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await ledger.ensure_user("discord", "1", "ann")
        heard = await ledger.hear(HELLO)
        assert heard is not None
        twin = heard[1].user
        code = await ledger.add_link(ann.id, "discord", "discord:1")
        link = await ledger.claim_link(code, twin.id, "telegram", "telegram:7")
        await ledger.merge(link, ann.id, twin.id)
        assert not ledger.holds(heard[1])
        assert (await ledger.known(twin.id, "telegram:7")).user == ann
        again = await ledger.hear(replace(HELLO, update_id="43"))
        assert again is not None
        assert (again[0].user, again[1].user) == (ann.id, ann)


async def test_restless_is_who_has_something_without_its_fate(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        await ledger.ensure_account(ann.id, ACCOUNT, 1)
        await ledger.ensure_account(bob.id, TOKEN, 2)

        async def restless() -> list[bool]:
            return [(await ledger.known(each.id, "here")).restless for each in (ann, bob)]

        plan = make_plan(ann)
        row = await proposed(ledger, plan)
        assert await restless() == [False, False]
        await ledger.confirm(plan.plan_id, ann.id, row.digest, plan.not_after)
        assert await restless() == [True, False]
        await attempted(ledger, plan)
        await ledger.set_status(plan.plan_id, PlanStatus.CONFIRMED, PlanStatus.VOID)
        assert await restless() == [True, False]  # the attempt is still open
        await ledger.mark_attempt("0xh0", AttemptStatus.LOST)
        assert await restless() == [False, False]
        assert await ledger.add_stranger(TOKEN, plan.chain_id, 0, "0xs", 1, 1)
        assert await restless() == [False, True]
        await ledger.told_strangers(await ledger.untold_strangers(TOKEN))
        assert await restless() == [False, False]


async def test_plans_under_way_are_found_without_reading_every_plan(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        for sql in (UNSETTLED, KNOWN):
            explained = partial(
                many, sql="EXPLAIN QUERY PLAN " + sql, parameters={"id": "somebody", "channel": "here", "now": 0}
            )
            steps = [step["detail"] for step in await ledger._store.read(explained)]
            assert any("plans USING" in step and "INDEX plans_live" in step for step in steps), steps
            assert not [step for step in steps if step.startswith(("SCAN plans", "SCAN attempts"))], steps


async def test_a_replys_nonce_comes_of_its_message_alone(tmp_path: Path) -> None:
    async def nonces(folder: Path) -> list[str]:
        async with opened(folder, Clock()) as ledger:
            return [await _nonce(ledger, replace(HELLO, update_id=number)) for number in ("42", "43")]

    one, other = await nonces(tmp_path / "a"), await nonces(tmp_path / "b")
    assert one == other
    assert len(set(one)) == 2


async def _nonce(ledger: Ledger, message: Inbound) -> str:
    """Of its reply, which is the same before it is written and after."""
    row = await ledger.accept(message)
    assert row is not None
    draft = ledger.draft(row, {"text": "hello"})
    written = await ledger.finish_soon(row, {"text": "hello"}, {"text": "hello"}, sent=False)
    assert replace(draft, id=written.id) == written
    assert await ledger.finish(row.id, {}) == written
    return draft.nonce
