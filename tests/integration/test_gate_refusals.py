"""What the gate refuses on a real chain: nothing is stored, nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.abi import Call
from agent.errors import Refused
from agent.intents import All, Deposit, Intent, Transfer
from agent.money import Address, Rate
from agent.plans import Step
from agent.plugin import Block, Flag, Venue, VenueState
from tests.integration.runtime_parts import (
    AAVE,
    BOB,
    MORPHO,
    USDC,
    Whole,
    deposit,
    leave_all,
    status,
    transfer,
    withdraw,
)

pytestmark = pytest.mark.integration


class Cheating(Venue):
    """A real venue that credits only a part (in basis points) of what goes in, as an inflated vault does."""

    def __init__(self, real: Venue, credited_bps: int) -> None:
        self.real, self.credited = real, credited_bps
        self.id, self.name, self.asset, self.receipt = real.id, real.name, real.asset, real.receipt
        self.liquidity_source, self.contract = real.liquidity_source, real.contract

    def reads(self, account: Address) -> tuple[Call, ...]:
        return self.real.reads(account)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        state = self.real.state(answers, block)
        return replace(state, position=state.position * self.credited // 10_000)

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return self.real.rate_after(state, deposit)

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return self.real.deposit(state, account, units)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        return self.real.withdraw(state, account, units)


async def refusal(whole: Whole, intent: Intent) -> str:
    """The rule that refuses; nothing came of it."""
    before = whole.nonce()
    with pytest.raises(Refused) as caught:
        await whole.ask(intent)
    assert await whole.world.ledger.plans_of(whole.user.id, 0, 2**40) == []
    assert whole.nonce() == before
    return caught.value.rule


@pytest.mark.parametrize("venue", [MORPHO, "erc4626:stata-prime-USDC:USDC"])
async def test_shares_worth_less_than_the_deposit(whole: Whole, venue: str) -> None:
    real = whole.world.venues[venue]
    whole.world.venues = {**whole.world.venues, venue: Cheating(real, 9_998)}
    assert await refusal(whole, deposit("1000", venue=venue)) == "shares"
    whole.world.venues = {**whole.world.venues, venue: Cheating(real, 10_000)}
    assert status(await whole.ask(deposit("1000", venue=venue))) == "ready"


async def test_a_vault_inflated_between_preview_and_confirmation(whole: Whole) -> None:
    await whole.ask(deposit("1000"))
    whole.world.venues = {**whole.world.venues, MORPHO: Cheating(whole.world.venues[MORPHO], 5_000)}
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "shares worth" in reply.text
    assert whole.nonce() == 0


async def test_an_entry_keeps_gas_for_leaving_and_an_exit_needs_none_of_it(whole: Whole) -> None:
    await whole.do(deposit("1000"))
    fee = (await whole.row(await whole.ask(deposit("1000")))).plan.max_total_fee_wei
    whole.chain.call("anvil_setBalance", whole.account, hex(fee))  # enough to pay, nothing to keep
    with pytest.raises(Refused) as caught:
        await whole.ask(deposit("1000"))
    assert caught.value.rule == "gas-reserve"
    await whole.do(leave_all())
    assert await whole.position(MORPHO) == 0


async def test_gas_that_can_not_be_paid(whole: Whole) -> None:
    whole.chain.call("anvil_setBalance", whole.account, hex(10**12))
    assert await refusal(whole, deposit("1000")) == "gas"


async def test_amounts_and_tokens_that_are_not_there(whole: Whole) -> None:
    assert await refusal(whole, deposit("10000000.000001")) == "balance"
    assert await refusal(whole, deposit("0.0000001")) == "amount"
    assert await refusal(whole, withdraw("1")) == "balance"
    assert await refusal(whole, leave_all()) == "balance"


async def test_a_paused_venue_is_not_entered_and_says_why_it_keeps_what_is_in_it(whole: Whole) -> None:
    await whole.do(deposit("500", venue=AAVE))
    await whole.do(deposit("700"))
    whole.pause_aave()
    with pytest.raises(Refused) as caught:
        await whole.ask(deposit("500", venue=AAVE))
    assert caught.value.rule == "state"
    preview = await whole.ask(leave_all())
    assert preview.preview is not None
    assert AAVE in " ".join(preview.preview.notes)
    assert status(await whole.confirm()) == "settled"
    assert await whole.position(MORPHO) == 0
    assert await whole.position(AAVE) >= 500 * USDC - 1


async def test_a_rate_that_nobody_can_compute_is_not_entered(whole: Whole) -> None:
    class Unrated(Cheating):
        def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
            return replace(super().state(answers, block), flags=frozenset({Flag.UNRATED}))

    await whole.do(deposit("10"))
    whole.world.venues = {**whole.world.venues, MORPHO: Unrated(whole.world.venues[MORPHO], 10_000)}
    with pytest.raises(Refused) as caught:
        await whole.ask(deposit("10"))
    assert caught.value.rule == "state"
    await whole.do(withdraw(None))


async def test_a_venue_that_can_not_be_read_is_named_when_everything_is_left(whole: Whole) -> None:
    class Broken(Cheating):
        def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
            raise ValueError("another version than I know")

    await whole.do(deposit("10"))
    await whole.do(deposit("10", venue=AAVE))
    whole.world.venues = {**whole.world.venues, MORPHO: Broken(whole.world.venues[MORPHO], 10_000)}
    reply = await whole.ask(leave_all())
    assert reply.preview is not None
    assert MORPHO in " ".join(reply.preview.notes)
    assert status(await whole.confirm()) == "settled"
    assert await whole.position(AAVE) == 0


async def test_one_venue_that_lies_does_not_hold_the_others_back(whole: Whole) -> None:
    class Stuck(Cheating):
        """Its exit reverts, whatever its state says."""

        def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
            return self.real.withdraw(state, account, state.position * 2)

    await whole.do(deposit("10"))
    await whole.do(deposit("10", venue=AAVE))
    whole.world.venues = {**whole.world.venues, MORPHO: Stuck(whole.world.venues[MORPHO], 10_000)}
    reply = await whole.ask(leave_all())
    assert reply.preview is not None
    assert MORPHO in " ".join(reply.preview.notes)
    assert status(await whole.confirm()) == "settled"
    assert await whole.position(AAVE) == 0
    assert await whole.position(MORPHO) > 0


async def test_all_of_the_native_coin_keeps_the_reserve(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    await whole.do(deposit("10"))
    before = whole.native(BOB)
    await whole.do(Transfer(asset="ETH", amount=All(), recipient="bob"))
    assert whole.native(BOB) > before + 99 * 10**18
    await whole.do(leave_all())  # what was kept is enough to leave with
    with pytest.raises(Refused) as caught:
        await whole.ask(Deposit(asset="USDC", amount=All(), venue=MORPHO))
    assert caught.value.rule == "gas-reserve"


async def test_a_transfer_of_more_native_coin_than_there_is(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    assert await refusal(whole, transfer("100.000000000000000001", "ETH")) == "balance"
    assert await refusal(whole, transfer("100", "ETH")) in ("gas", "gas-reserve")
