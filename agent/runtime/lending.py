"""Loans watched: who has some is looked at at every look of the schedule, everybody else once an hour in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.chain.lenders import read_loans
from agent.chain.snapshot import Snapshot
from agent.gate.loans import floor_of
from agent.loans import Loan
from agent.money import RAY, Address
from agent.runtime.world import World
from memory.rows import Account
from memory.standing.loan_levels import LEVELS, Level

LOOK_SECONDS = 3_600
"""How long an account without a known loan isn't looked at."""
AT_ONCE = 50
"""So many of those in one look: a thousand are through in twenty."""
NEAR: int = 11 * RAY // 10
RECOVERED: int = RAY // 20
"""So far above the setting it must be to have recovered: at the edge it would be told again and again."""


def level_of(health: int, floor: int, before: Level) -> Level:
    """The level of a health factor (ray) where `floor` is the setting; a loan that was low recovers above it only."""
    if health < min(NEAR, floor):
        return "near"
    if health < floor:
        return "low"
    return before if before != "safe" and health < floor + RECOVERED else "safe"


@dataclass
class Lending:
    """Keeps the ledger's levels; `service.news` tells them."""

    world: World
    _looked: dict[Address, int] = field(default_factory=dict)

    async def look(self) -> dict[Address, dict[str, Loan]]:
        """Looks at whose turn it is, and gives what they owe by account. Raises Unavailable."""
        known: dict[str, dict[str, Level]] = {}
        for user, lender, level in await self.world.ledger.loans_known():
            known.setdefault(user, {})[lender] = level
        accounts = self._turn(await self.world.ledger.accounts(), known)
        if not accounts:
            return {}
        found = await read_loans(
            self.world.rpc, self.world.registry, self.world.venues, [each.address for each in accounts]
        )
        for each in accounts:
            self._looked[each.address] = self.world.now()
            await self._keep(each.user, found[each.address], known.get(each.user, {}))
        return {address: {key: loan for key, loan in loans.items() if loan.owes} for address, loans in found.items()}

    async def seen(self, user: str, snapshot: Snapshot) -> None:
        """A loan that a turn came upon is watched from then on."""
        if snapshot.loans and not self.world.ledger.broken:
            mine = {lender: level for who, lender, level in await self.world.ledger.loans_known() if who == user}
            await self._keep(user, snapshot.loans, mine)

    def _turn(self, accounts: Sequence[Account], known: Mapping[str, object]) -> list[Account]:
        now = self.world.now()
        owing = [each for each in accounts if each.user in known]
        others = [each for each in accounts if each.user not in known]
        ripe = [each for each in others if now - self._looked.get(each.address, now - LOOK_SECONDS) >= LOOK_SECONDS]
        return [*owing, *ripe[:AT_ONCE]]

    async def _keep(self, user: str, loans: Mapping[str, Loan], known: Mapping[str, Level]) -> None:
        floor = floor_of(self.world.settings.health_factor)
        for key, loan in sorted(loans.items()):
            before = known.get(key)
            if not loan.owes:
                if before is not None:
                    await self.world.ledger.loan_is_paid(user, key)
            elif loan.health is not None:
                level = level_of(loan.health, floor, before or "safe")
                if level != before and (
                    before is None or LEVELS.index(level) > LEVELS.index(before) or level == "safe"
                ):
                    await self.world.ledger.saw_loan(user, key, level, loan.health)
