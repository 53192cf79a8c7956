"""Listing a contract anew that isn't what it was: shown first, then asked of the signer, where it waits."""

from __future__ import annotations

from dataclasses import dataclass

from agent.chain.fingerprint import fingerprints
from agent.errors import Refused
from agent.money import Address, address
from agent.policy import bodies
from agent.policy.fingerprint import Fingerprint
from agent.replies.clock import day_and_time
from agent.runtime.operating import Became
from agent.runtime.world import World

RULE = "relist"


@dataclass(frozen=True, slots=True)
class Listing:
    """A listed contract: what it was when it was listed, None where nobody wrote that down, and is at the head."""

    place: Address
    name: str
    was: Fingerprint | None
    now: Fingerprint

    @property
    def same(self) -> bool:
        return self.was == self.now

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """(what, was, is) of each part of it."""
        parts = ("code", "implementation", "admin", "owner")
        return tuple(
            (name, str(getattr(self.was, name, None) or "none"), str(getattr(self.now, name) or "none"))
            for name in parts
        )


@dataclass(frozen=True, slots=True)
class Relisting:
    """The operator's. What was recorded is what new money is held to, so another record is a loosening."""

    world: World

    async def look(self, named: str) -> Listing:
        """The contract of that name or address. Raises Refused("relist") where there isn't exactly one."""
        await self.world.refresh()
        place = self._place(named)
        policy = self.world.policy
        now = (await fingerprints(self.world.rpc, self.world.registry, [place]))[place]
        known = policy.contracts.get(place)
        return Listing(place, known.name if known else place, policy.codes.get(place), now)

    async def ask(self, listing: Listing, code: str) -> Became:
        """Asks the signer to record what the contract is now. Raises Refused: limits, step-up."""
        wanted = {"codes": {listing.place: bodies.fingerprint_body(listing.now)}}
        answer = await self.world.signer.limits(wanted, code or None)
        await self.world.refresh()
        if answer["waits"] is None:
            return Became("signer", f"{listing.name} is listed as what it is now.", 0)
        ripe = int(answer["waits"]["ripe_at"])
        text = (
            f"It waits: from {day_and_time(ripe)} on {listing.name} is listed as what it is now. Until then "
            f"nothing is put in. It is told to everybody here (change {answer['waits']['id']} of the signer)."
        )
        return Became("signer", text, ripe)

    def _place(self, named: str) -> Address:
        contracts, recorded = self.world.policy.contracts, self.world.policy.codes
        try:
            found = [place for place in (address(named),) if place in contracts or place in recorded]
        except ValueError:
            plain = named.strip().casefold()
            found = [place for place, one in contracts.items() if one.name.casefold() == plain]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(RULE, f"{len(found)} contracts are called {named}.", f"Name one: {', '.join(found)}.")
        known = ", ".join(sorted({one.name for one in contracts.values()}))
        raise Refused(RULE, f"No contract {named} is listed.", f"There are: {known}; or give its address.")
