"""One ERC-4626 vault, and the market under it where the chain file names it, or its own savings rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from moneta import (
    MAX_UINT256,
    Address,
    Block,
    Call,
    Curve,
    Flag,
    Listed,
    Rate,
    Step,
    Token,
    Unavailable,
    Venue,
    VenueState,
)
from plugins.erc4626 import views
from plugins.erc4626.savings import shape, yearly

DEPOSIT = "deposit(uint256 assets,address receiver)"
WITHDRAW = "withdraw(uint256 assets,address receiver,address owner)"
REDEEM = "redeem(uint256 shares,address receiver,address owner)"

PRICED_SHARES = 10**36
"""The share price is asked for this many: a read can't use another read's answer (the account's shares).

A multiple of a ray, so it is exact for vaults that keep an index in ray (StataTokenV2). Vaults that divide assets by
shares may pay one base unit more than is said here.
"""

OWN_READS = 6
SOURCE = "source."

Answer = tuple[Any, ...] | None


class VaultVenue(Venue):
    """A vault of `asset`. Its rate is its source's, which its deposits move, or what its `savings` call answers,
    which they don't; without either it isn't entered.
    """

    entry_gas, exit_gas = 320_000, 250_000  # on devnet, a little more than they take

    def __init__(
        self,
        name: str,
        vault: Listed,
        asset: Token,
        receipt: Token,
        source: Venue | None,
        source_id: str | None,
        savings: Call | None = None,
    ) -> None:
        self.id = f"erc4626:{name}:{asset.symbol}"
        self.name = f"{receipt.symbol} vault"
        self.asset = asset
        self.liquidity_source = source_id or self.id
        self.contract = vault
        self.receipt = receipt
        self._source = source
        self._savings = savings

    def reads(self, account: Address) -> tuple[Call, ...]:
        vault = self.contract.address
        own = (
            views.BALANCE_OF.at(vault, account),
            views.PREVIEW_REDEEM.at(vault, PRICED_SHARES),
            views.MAX_DEPOSIT.at(vault, account),
            views.MAX_REDEEM.at(vault, account),
            views.MAX_WITHDRAW.at(vault, account),
            views.PAUSED.at(vault),
        )
        if self._savings is not None:
            return (*own, self._savings, views.TOTAL_ASSETS.at(vault))
        return (*own, *(self._source.reads(vault) if self._source else ()))

    def state(self, answers: Sequence[Answer], block: Block) -> VenueState:
        if None in answers[: OWN_READS - 1]:
            raise Unavailable(self.id, "the vault can't be read")
        values = [int(answer[0]) for answer in answers[: OWN_READS - 1] if answer]
        shares, price, max_deposit, max_redeem, max_withdraw = values
        source = self._source.state(answers[OWN_READS:], block) if self._source else None
        paused = answers[OWN_READS - 1]
        position = shares * price // PRICED_SHARES
        state = VenueState(
            venue=self.id,
            rate=source.rate if source else Rate(0),
            position=position,
            shares=shares,
            # a vault says only what its holder may take, and that not beyond what he has
            liquidity=source.liquidity if source else max_withdraw,
            room=_room(max_deposit, source),
            flags=source.flags if source else frozenset({Flag.UNRATED}),
            facts=_facts(source),
        )
        if self._savings is not None:
            state = _saved(state, answers[OWN_READS:], self.id)
        flags = _flags(state, bool(paused and paused[0]), stuck=bool(shares and not max_redeem))
        return replace(state, flags=flags, facts={**state.facts, "share": price})

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        if self._source is None:
            return state.rate
        return self._source.rate_after(_of_source(state, self._source), deposit)

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        """Its market's, without a part for itself; a savings vault's is flat."""
        if self._source is not None:
            return self._source.curve(_of_source(state, self._source), seconds)
        if self._savings is None or Flag.UNRATED in state.flags:
            return None
        return shape({"supplied": state.facts["supplied"], "rate": state.rate.ray})

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (self._step(DEPOSIT, (units, account)),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        if units is None:
            return (self._step(REDEEM, (state.shares, account, account)),)
        return (self._step(WITHDRAW, (units, account, account)),)

    def _step(self, function: str, args: tuple[int | str, ...]) -> Step:
        return Step(self.contract.address, self.contract.name, function, args)


def _of_source(state: VenueState, source: Venue) -> VenueState:
    facts = {key.removeprefix(SOURCE): value for key, value in state.facts.items() if key.startswith(SOURCE)}
    return replace(state, venue=source.id, facts=facts)


def _saved(state: VenueState, answers: Sequence[Answer], venue: str) -> VenueState:
    """With the savings rate; all that is in such a vault can leave it. Raises Unavailable where it doesn't say."""
    rate, held = answers
    if rate is None or held is None:
        raise Unavailable(venue, "its savings rate can't be read")
    flags = state.flags - {Flag.UNRATED}
    total = int(held[0])
    return replace(state, rate=yearly(int(rate[0])), liquidity=total, flags=flags, facts={"supplied": total})


def _facts(source: VenueState | None) -> dict[str, int]:
    if source is None:
        return {}
    shown = {key: source.facts[key] for key in ("supplied", "borrowed") if key in source.facts}
    return shown | {SOURCE + key: value for key, value in source.facts.items()}


def _room(max_deposit: int, source: VenueState | None) -> int | None:
    rooms = [max_deposit] if max_deposit < MAX_UINT256 else []
    if source is not None and source.room is not None:
        rooms.append(source.room)
    return min(rooms) if rooms else None


def _flags(state: VenueState, paused: bool, stuck: bool) -> frozenset[Flag]:
    closed = paused or not state.flags.isdisjoint({Flag.PAUSED, Flag.FROZEN})
    raised = {
        Flag.PAUSED: paused,
        Flag.CAPPED: state.room == 0 and not closed,  # a vault also says 0 where it is closed for another reason
        Flag.ILLIQUID: stuck and not paused and Flag.PAUSED not in state.flags,
    }
    kept = state.flags - {Flag.CAPPED}
    return kept | frozenset(flag for flag, up in raised.items() if up)
