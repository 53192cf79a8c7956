"""A deposit over several venues on a real chain: previewed part by part, carried out in one plan, replayed."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.money import units_from_text
from agent.replies.reply import Reply
from agent.runtime.replaying import Known, replay
from tests.integration.runtime_parts import AAVE, MORPHO, USDC, Whole, deposit, status

pytestmark = pytest.mark.integration

VENUS, CALM = "venus:core:USDC", "morpho-blue:WETH-77:USDC"
LARGE = "50000"


def entered(reply: Reply) -> dict[str, int]:
    """Base units by contract that the plan's steps put in, approvals apart."""
    assert reply.plan is not None
    found: dict[str, int] = {}
    for step in reply.plan["steps"]:
        name = step["function"].partition("(")[0]
        if name in ("supply", "mint", "deposit"):
            units = next(int(arg) for arg in step["args"] if isinstance(arg, str) and arg.isdigit() and int(arg) > 1)
            found[step["contract"]] = found.get(step["contract"], 0) + units
    return found


async def test_what_is_large_for_one_venue_goes_to_several_in_one_plan(whole: Whole) -> None:
    asked = await whole.ask(deposit(LARGE, venue=None))
    assert asked.preview is not None
    venues = {line.venue: line for line in asked.preview.rates}
    assert set(venues) == {MORPHO, VENUS}
    assert all(line.after < line.before for line in venues.values())
    assert sum(entered(asked).values()) == int(LARGE) * USDC
    notes = " ".join(asked.preview.notes)
    for venue in venues:
        assert f"into {venue}:" in notes
    assert "more than all of it in" in notes
    before = whole.balance("USDC")
    settled = await whole.confirm()
    assert status(settled) == "settled", settled.text
    assert before - whole.balance("USDC") == int(LARGE) * USDC
    held = {venue: await whole.position(venue) for venue in venues}
    assert abs(sum(held.values()) - int(LARGE) * USDC) <= 2 * USDC // 100  # vTokens have 8 decimals
    snapshot = await whole.world.snapshot(whole.account)
    for venue, line in venues.items():  # what the preview said of each rate has come true, up to a block's interest
        assert abs(snapshot.venues[venue].rate.ray - line.after.ray) < line.after.ray // 10_000
    for spender in (MORPHO, VENUS):
        assert whole.allowance("USDC", whole.world.venues[spender].contract.address) == 0


async def test_the_decision_tells_the_parts_and_is_made_again(whole: Whole) -> None:
    plan = await whole.row(await whole.ask(deposit(LARGE, venue=None)))
    await whole.confirm()
    (row,) = await whole.world.ledger.decisions_of_plan(plan.plan_id)
    assert row.chosen == f"{VENUS} + {MORPHO}"
    parts = {each["venue"]: int(each["part"]) for each in row.alternatives}
    assert sum(parts.values()) == int(LARGE) * USDC
    assert {key for key, part in parts.items() if part} == {MORPHO, VENUS}
    world = whole.world
    known = Known(world.registry, world.venues, world.traders, world.hooks)
    found = replay(row, plan.plan, known)
    assert (found.differs, found.digest) == ((), plan.digest)
    why = await whole.say("why did you choose that?")
    assert "into several venues" in why.text
    assert f"more than all of it in {VENUS}" in why.text
    assert why.table is not None
    assert why.table.columns[1] == "part"


async def test_what_is_small_or_has_its_venue_named_goes_to_one(whole: Whole) -> None:
    for said, venue in (("1000", None), (LARGE, AAVE)):
        asked = await whole.ask(deposit(said, venue=venue))
        assert asked.preview is not None
        assert [line.venue for line in asked.preview.rates] == [venue or MORPHO]


async def test_a_closed_venue_gets_no_part(whole: Whole) -> None:
    assert "only these venues" in (await whole.say("only aave and venus")).text
    asked = await whole.ask(deposit(LARGE, venue=None))
    assert asked.preview is not None
    assert MORPHO not in {line.venue for line in asked.preview.rates}


async def test_parts_are_no_way_around_a_limit_of_one_deposit(whole: Whole) -> None:
    reply = await whole.say("my limit is 40,000 USDC a deposit")
    assert "40,000" in reply.text
    with pytest.raises(Refused) as refused:
        await whole.ask(deposit(LARGE, venue=None))
    assert refused.value.rule == "transaction-cap"


async def test_two_parts_in_one_contract_have_an_approval_each(whole: Whole) -> None:
    """Both of Morpho's markets are the same contract: each entry spends its own approval to the last unit."""
    assert "only these venues" in (await whole.say("only morpho")).text
    asked = await whole.ask(deposit("200000", venue=None))
    assert asked.preview is not None
    assert {line.venue for line in asked.preview.rates} == {MORPHO, CALM}
    assert asked.plan is not None
    names = [step["function"].partition("(")[0] for step in asked.plan["steps"]]
    assert names.count("approve") - names.count("supply") <= 2  # clean-ups apart
    settled = await whole.confirm()
    assert status(settled) == "settled", settled.text
    assert whole.allowance("USDC", whole.world.venues[MORPHO].contract.address) == 0


async def test_a_small_depositor_hears_what_gas_costs_before_confirming(whole: Whole) -> None:
    small = await whole.ask(deposit("10", venue=None))
    assert small.preview is not None
    note = next(each for each in small.preview.notes if "today's gas" in each)
    assert note.startswith("Small for devnet")
    assert "holding is cheaper" in note
    least = units_from_text(note.partition("from about ")[2].partition(" USDC")[0].replace(",", ""), 6)
    fine = await whole.ask(deposit(str(least // USDC + 1), venue=None))
    assert fine.preview is not None
    assert any("earns that back within 30 days" in each for each in fine.preview.notes)
    assert status(await whole.confirm()) == "settled"
