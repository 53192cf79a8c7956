"""Invites, acknowledgements, servers, links and arrivals in the ledger: each once, each kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.money import Token, address
from agent.policy.spending import Charge, Kind, Spending
from memory.journal.arrivals import Arrival, Mark, Seen
from memory.ledger import Ledger
from memory.people.access import Home, ServerSettings
from memory.people.links import CODE_SECONDS, CODES_AN_HOUR, LINK_DELAY, LinkRow
from memory.rows import Inbound, PlanStatus, User
from tests.unit.memory_parts import ACCOUNT, TOKEN, Clock, confirmed, make_plan, on_disk, opened, proposed, somebody

OTHER = address("0x" + "c3" * 20)


async def two(ledger: Ledger) -> tuple[User, User]:
    return await ledger.ensure_user("discord", "1", "ann"), await ledger.ensure_user("telegram", "2", "ann")


async def claimed(ledger: Ledger, maker: User, claimer: User) -> tuple[str, LinkRow]:
    code = await ledger.add_link(maker.id, "discord", "discord:1")
    return code, await ledger.claim_link(code, claimer.id, "telegram", "telegram:2")


async def agreed(ledger: Ledger, maker: User, claimer: User) -> LinkRow:
    code, _ = await claimed(ledger, maker, claimer)
    await ledger.agree_to_link(code, maker.id)
    return await ledger.agree_to_link(code, claimer.id)


async def test_an_invite_lets_one_person_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await two(ledger)
        code = await ledger.add_invite("command")
        assert len(code) == 16
        assert not await ledger.redeem("A" * 16, ann.id)
        results = await asyncio.gather(*(ledger.redeem(code.lower(), who.id) for who in (ann, bob)))
        assert sorted(results) == [False, True]
        assert [await ledger.admitted(who.id) for who in (ann, bob)].count("invite") == 1
        assert await ledger.verify_audit() == []
    assert not any(code.encode() in content for content in on_disk(tmp_path).values())


async def test_what_was_acknowledged_is_kept_with_version_and_time(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        first = clock.now
        await ledger.acknowledge(ann.id, "risk", "1")
        clock.now += 60
        await ledger.acknowledge(ann.id, "risk", "1")
        assert await ledger.acknowledged(ann.id, "risk", "1") == first
        assert await ledger.acknowledged(ann.id, "risk", "2") is None
        assert not await ledger.backed_up()
        await ledger.acknowledge(ann.id, "backup", "1")
        assert await ledger.backed_up()


async def test_a_servers_settings_are_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        assert await ledger.server("discord", "9") == ServerSettings()
        wanted = ServerSettings(("1", "2"), ("3",))
        await ledger.set_server("discord", "9", wanted, ann.id)
        await ledger.set_server("discord", "9", wanted, ann.id)
        assert await ledger.server("discord", "9") == wanted
        assert await ledger.server("discord", "8") == ServerSettings()


async def test_a_person_is_told_where_nobody_else_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        said: tuple[tuple[str, str, dict[str, object]], ...] = (
            ("discord", "discord:dm", {"server": None}),
            ("discord", "discord:town", {"server": 5}),
            ("telegram", "telegram:-1", {"group": True}),
            ("discord", "discord:town2", {"server": 5}),
        )
        for number, (platform, channel, meta) in enumerate(said):
            await ledger.accept(Inbound(platform, str(number), channel, ann.id, "hello", meta=meta))
        homes = await ledger.homes(ann.id)
        assert sorted(homes, key=lambda each: each.platform) == [
            Home("discord", "discord:dm"),
            Home("telegram", "telegram:-1"),
        ]


async def test_next_index_leaves_the_first_to_the_owner(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await two(ledger)
        assert await ledger.next_index() == 1
        await ledger.ensure_account(bob.id, OTHER, 7)
        assert await ledger.next_index() == 8
        await ledger.ensure_account(ann.id, ACCOUNT, 0)
        assert await ledger.next_index() == 8


async def test_a_link_is_claimed_agreed_and_merged_once(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, twin = await two(ledger)
        await ledger.ensure_account(ann.id, ACCOUNT, 0)
        await ledger.add_contact(ann.id, "bob", OTHER, clock.now)
        await ledger.add_contact(twin.id, "eve", OTHER, clock.now)
        waiting = await proposed(ledger, make_plan(ann))
        button = (await ledger.add_buttons(twin.id, "telegram:2", [("say", "hello")]))[0]
        link = await agreed(ledger, ann, twin)
        assert link.agreed
        await ledger.merge(link, ann.id, twin.id)
        assert await ledger.identities(ann.id) == ["discord:1", "telegram:2"]
        assert (await ledger.ensure_user("telegram", "2", "x")).id == ann.id
        assert [(c.name, c.ripe_at) for c in await ledger.contacts(ann.id)] == [("bob", clock.now + LINK_DELAY)]
        assert await ledger.transfers_from(ann.id) == clock.now + LINK_DELAY
        assert await ledger.merged_into(twin.id) == ann.id
        kept = await ledger.plan(waiting.plan_id)
        assert kept is not None
        assert kept.status is PlanStatus.CANCELLED
        moved = await ledger.button(button.id)
        assert moved is not None
        assert moved.user == ann.id
        with pytest.raises(Refused, match="no such code"):
            await ledger.merge(link, ann.id, twin.id)
        assert await ledger.verify_audit() == []


async def test_a_link_loosens_no_limit(tmp_path: Path) -> None:
    """What either set holds for both, the tighter of two; what either spent is spent."""
    clock = Clock()
    day, ever, venues = "day/all/USDC", "lifetime/all/USDC", "venues"
    async with opened(tmp_path, clock) as ledger:
        ann, twin = await two(ledger)
        await ledger.set_limit(ann.id, day, 500, LINK_DELAY)
        await ledger.set_limit(ann.id, venues, frozenset({"a", "b"}), LINK_DELAY)
        await ledger.set_limit(twin.id, day, 300, LINK_DELAY)
        await ledger.set_limit(twin.id, ever, 1_000, LINK_DELAY)
        await ledger.set_limit(twin.id, ever, 9_000, LINK_DELAY)
        await ledger.set_limit(twin.id, venues, frozenset({"b", "c"}), LINK_DELAY)
        spent = make_plan(twin)
        token = Token(spent.chain_id, "USDC", ACCOUNT, 6)
        row = await proposed(ledger, spent)
        charge = Charge(0, Kind.DEPOSIT, token, 200, 200)
        await ledger.confirm(spent.plan_id, twin.id, row.digest, spent.not_after, Spending((charge,)))
        await ledger.settle(spent.plan_id, (), PlanStatus.SETTLED)
        await ledger.merge(await agreed(ledger, ann, twin), ann.id, twin.id)
        assert await ledger.limit_of(ann.id, day) == 300
        assert await ledger.limit_of(ann.id, ever) == 1_000
        assert await ledger.limit_of(ann.id, venues) == frozenset({"b"})
        caps = (await ledger.limits(ann.id)).caps
        assert set((await ledger.used(ann.id, caps)).values()) == {200}
        clock.now += LINK_DELAY
        assert await ledger.limit_of(ann.id, ever) == 1_000
        assert await ledger.verify_audit() == []


async def test_nothing_is_merged_while_a_plan_is_under_way(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, twin = await two(ledger)
        await confirmed(ledger, make_plan(ann))
        link = await agreed(ledger, ann, twin)
        with pytest.raises(Refused, match="under way"):
            await ledger.merge(link, ann.id, twin.id)
        assert await ledger.identities(ann.id) == ["discord:1"]


async def test_a_code_is_short_lived_and_the_other_sides(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, twin = await two(ledger)
        eve = await ledger.ensure_user("telegram", "3", "eve")
        code = await ledger.add_link(ann.id, "discord", "discord:1")
        for user, platform, why in (
            (ann, "discord", "your own"),
            (ann, "telegram", "your own"),
            (twin, "discord", "joins two platforms"),
        ):
            with pytest.raises(Refused, match=why):
                await ledger.claim_link(code, user.id, platform, "here")
        with pytest.raises(Refused, match="no such code"):
            await ledger.agree_to_link(code, ann.id)  # nobody claimed it yet
        await ledger.claim_link(code, twin.id, "telegram", "telegram:2")
        for attempt in (
            ledger.claim_link(code, eve.id, "telegram", "telegram:3"),
            ledger.agree_to_link(code, eve.id),
            ledger.refuse_link(code, eve.id),
            ledger.claim_link("ABCDEFGH", eve.id, "telegram", "telegram:3"),
        ):
            with pytest.raises(Refused, match="no such code"):
                await attempt
        clock.now += CODE_SECONDS + 1
        with pytest.raises(Refused, match="no such code"):
            await ledger.agree_to_link(code, twin.id)


async def test_a_no_or_a_newer_code_ends_a_code(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, twin = await two(ledger)
        code, _ = await claimed(ledger, ann, twin)
        await ledger.refuse_link(code, twin.id)
        with pytest.raises(Refused, match="no such code"):
            await ledger.agree_to_link(code, ann.id)
        older = await ledger.add_link(ann.id, "discord", "discord:1")
        await ledger.add_link(ann.id, "discord", "discord:1")
        with pytest.raises(Refused, match="no such code"):
            await ledger.claim_link(older, twin.id, "telegram", "telegram:2")


async def test_codes_are_limited_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        codes = {await ledger.add_link(ann.id, "discord", "discord:1") for _ in range(CODES_AN_HOUR)}
        assert len(codes) == CODES_AN_HOUR
        with pytest.raises(Refused, match="an hour"):
            await ledger.add_link(ann.id, "discord", "discord:1")
        clock.now += 3_601
        await ledger.add_link(ann.id, "discord", "discord:1")
    assert not any(code.encode() in content for code in codes for content in on_disk(tmp_path).values())


async def test_a_replaced_contact_is_one_contact(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.add_contact(ann.id, "home", ACCOUNT, 5)
        await ledger.replace_contact(ann.id, "home", OTHER, 9)
        assert [(c.name, c.address, c.ripe_at) for c in await ledger.contacts(ann.id)] == [("home", OTHER, 9)]


async def test_an_arrival_is_written_and_told_once(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.ensure_account(ann.id, ACCOUNT, 0)
        assert await ledger.watch_mark() is None
        arrival = Arrival(ACCOUNT, "token", TOKEN, 2**200, "0xh", 3, 12, clock.now)
        await ledger.arrived(12, [arrival], {ACCOUNT: Seen(2**100, 12)})
        await ledger.arrived(13, [arrival], {})
        assert await ledger.watch_mark() == Mark(13, clock.now)
        assert await ledger.native_seen() == {ACCOUNT: Seen(2**100, 12)}
        ((number, person, found),) = await ledger.untold_arrivals()
        assert (person, found) == (ann.id, arrival)
        rows = await ledger.tell_arrival(number, person, [("terminal", "here")], {"text": "it came"})
        assert [row.body for row in rows] == [{"text": "it came"}]
        assert await ledger.tell_arrival(number, person, [("terminal", "here")], {"text": "it came"}) == []
        assert len(await ledger.unsent()) == 1
        assert await ledger.untold_arrivals() == []
        assert await ledger.told_since(ACCOUNT, "token", clock.now - 1) == 1


async def test_what_arrives_at_a_left_account_is_told_to_who_it_is_now(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, twin = await two(ledger)
        await ledger.ensure_account(twin.id, ACCOUNT, 1)
        await ledger.merge(await agreed(ledger, ann, twin), ann.id, twin.id)
        await ledger.arrived(5, [Arrival(ACCOUNT, "token", TOKEN, 1, "0xh", 0, 5, 0)], {})
        ((_, person, _),) = await ledger.untold_arrivals()
        assert person == ann.id


async def test_a_flooded_message_is_done_without_a_reply(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        row = await ledger.accept(Inbound("terminal", "1", "here", ann.id, "hello"))
        assert row is not None
        await ledger.pass_over(row.id, {"flood": True})
        assert await ledger.unfinished() == []
        assert await ledger.unsent() == []
