"""One of Morpho's curated vaults (MetaMorpho): an ERC-4626 vault that lends to the markets that its curator chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moneta import Address, Block, Call, Curve, Flag, Listed, Rate, Step, Token, Unavailable, Venue, VenueState
from plugins.morpho import governance, vault_views, views
from plugins.morpho.allocation import Slot, earned, moved
from plugins.morpho.market import Market
from plugins.morpho.maths import assets_down
from plugins.morpho.vault_curve import Spread, over_one

DEPOSIT = "deposit(uint256 assets,address receiver)"
WITHDRAW = "withdraw(uint256 assets,address receiver,address owner)"
REDEEM = "redeem(uint256 shares,address receiver,address owner)"
PRICED_SHARES = 10**36  # the share price is asked for this many: a read can't use another read's answer
OWN_READS = 6
SLOT_READS = 3  # and one more in a market with a rate model

Answer = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A market that the vault may lend to: its id, and its rate model, None for one without interest."""

    id: bytes
    model: Address | None

    @property
    def reads(self) -> int:
        return SLOT_READS + (self.model is not None)


class VaultVenue(Venue):
    """`places` are the withdraw queue's markets in its order, `supply_queue` places in it by number.

    A vault over one market shares that market's impact (`liquidity_source`); one over several has its own.
    """

    def __init__(
        self,
        name: str,
        vault: Listed,
        morpho: Address,
        asset: Token,
        receipt: Token,
        places: Sequence[Place],
        supply_queue: Sequence[int],
        source: str | None = None,
    ) -> None:
        self.id = f"morpho-vaults:{name}:{asset.symbol}"
        self.name = f"{receipt.symbol} vault on Morpho"
        self.asset = asset
        self.liquidity_source = source or self.id
        self.contract = vault
        self.receipt = receipt
        self._morpho = morpho
        self._places = tuple(places)
        self._supply_queue = tuple(supply_queue)

    def reads(self, account: Address) -> tuple[Call, ...]:
        vault = self.contract.address
        own = (
            vault_views.BALANCE_OF.at(vault, account),
            vault_views.PREVIEW_REDEEM.at(vault, PRICED_SHARES),
            vault_views.MAX_DEPOSIT.at(vault, account),
            vault_views.TOTAL_ASSETS.at(vault),
            vault_views.FEE.at(vault),
            vault_views.LOST_ASSETS.at(vault),
        )
        inside = (call for place in self._places for call in self._of(place))
        return (*own, *inside, *governance.reads(vault, [place.id for place in self._places]))

    def _of(self, place: Place) -> tuple[Call, ...]:
        morpho, vault = self._morpho, self.contract.address
        own = (
            views.MARKET.at(morpho, place.id),
            views.POSITION.at(morpho, place.id, vault),
            vault_views.CONFIG.at(vault, place.id),
        )
        return own if place.model is None else (*own, views.RATE_AT_TARGET.at(place.model, place.id))

    def state(self, answers: Sequence[Answer], block: Block) -> VenueState:
        last = OWN_READS + sum(place.reads for place in self._places)
        own, further = answers[:OWN_READS], answers[OWN_READS:last]
        if None in own[: OWN_READS - 1] or None in further:
            raise Unavailable(self.id, "the vault can't be read")
        shares, price, room, total, fee = (int(answer[0]) for answer in own[: OWN_READS - 1] if answer)
        lost = own[OWN_READS - 1]
        slots = self._slots(further, block.timestamp)
        held = sum(slot.assets for slot in slots) + (int(lost[0]) if lost else 0)
        known = abs(held - total) <= len(slots)  # else its curator has taken in a market since it was found
        liquidity = sum(slot.withdrawable for slot in slots)
        flags = {Flag.UNRATED: not known, Flag.CAPPED: room == 0, Flag.ILLIQUID: liquidity == 0 and total > 0}
        return VenueState(
            venue=self.id,
            rate=earned(slots, total, fee) if known else Rate(0),
            position=shares * price // PRICED_SHARES,
            shares=shares,
            liquidity=liquidity,
            room=room,
            flags=frozenset(flag for flag, up in flags.items() if up),
            facts={
                **_facts(slots, total, fee),
                "share": price,
                "lost": int(lost[0]) if lost else 0,
                **self._removals(further),
                **governance.facts(answers[last:]),
            },
        )

    def _removals(self, answers: Sequence[Answer]) -> dict[str, int]:
        """From when on a market may be cut off with all that the vault has in it (Unix seconds), where that waits."""
        found, start = {}, 0
        for number, place in enumerate(self._places):
            config = answers[start + 2]
            start += place.reads
            if config and config[2]:
                found[f"{number}.removable_at"] = int(config[2])
        return found

    def _slots(self, answers: Sequence[Answer], now: int) -> list[Slot]:
        found: list[Slot] = []
        start = 0
        for place in self._places:
            market, position, config, *target = (answer or () for answer in answers[start : start + place.reads])
            start += place.reads
            supply, supply_shares, borrow, _, last_update, fee = market
            model = int(target[0][0]) if target else None
            then = Market(supply, supply_shares, borrow, last_update, fee, model).accrued(now)
            assets = assets_down(position[0], then.supply_assets, then.supply_shares)
            found.append(Slot(then, assets, int(config[0])))
        return found

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        if Flag.UNRATED in state.flags:
            return state.rate
        slots = moved(self._held(state), self._supply_queue, deposit)
        return earned(slots, max(state.facts["supplied"] + deposit, 0), state.facts["fee"])

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        slots, total, fee = self._held(state), state.facts["supplied"], state.facts["fee"]
        if Flag.UNRATED in state.flags or not slots or total <= 0:
            return None
        if len(slots) == 1:
            return over_one(slots[0], total, fee, seconds)
        return Spread(slots, self._supply_queue, total, fee, state.liquidity).curve(seconds)

    def _held(self, state: VenueState) -> list[Slot]:
        return [_slot(state.facts, place) for place in range(len(self._places))]

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (self._step(DEPOSIT, (units, account)),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        if units is None:
            return (self._step(REDEEM, (state.shares, account, account)),)
        return (self._step(WITHDRAW, (units, account, account)),)

    def _step(self, function: str, args: tuple[int | str, ...]) -> Step:
        return Step(self.contract.address, self.contract.name, function, args)


def _facts(slots: Sequence[Slot], total: int, fee: int) -> dict[str, int]:
    """What `rate_after` needs, the markets by their number in the withdraw queue."""
    facts = {"supplied": total, "fee": fee}
    for number, slot in enumerate(slots):
        market = slot.market
        own = {
            "supplied": market.supply_assets,
            "supply_shares": market.supply_shares,
            "borrowed": market.borrow_assets,
            "fee": market.fee,
            "assets": slot.assets,
            "cap": slot.cap,
        }
        if market.rate_at_target is not None:
            own["rate_at_target"] = market.rate_at_target
        facts |= {f"{number}.{name}": value for name, value in own.items()}
    return facts


def _slot(facts: Any, number: int) -> Slot:
    def own(name: str) -> int:
        return int(facts[f"{number}.{name}"])

    target = facts.get(f"{number}.rate_at_target")
    market = Market(own("supplied"), own("supply_shares"), own("borrowed"), 0, own("fee"), target)
    return Slot(market, own("assets"), own("cap"))
