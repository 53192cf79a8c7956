"""Positions that somebody else's program made with the same account: found, counted from then on, and told.

What the ledger's own flows don't explain was put in from outside. A look counts only where nothing of the account is
under way, so that no plan of ours is taken for somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.chain.snapshot import Snapshot
from agent.money import RAY, Address
from agent.plugin import Venue, VenueState
from agent.runtime.world import World
from memory.journal.adoptions import Adoption, PositionSeen
from memory.rows import NetDeposit

DUST = 10
"""Own units that rounding may add to a position."""
NOTHING = NetDeposit()

Net = Mapping[tuple[str, str], NetDeposit]


def own_units(state: VenueState) -> int:
    """A position in a unit that interest leaves as it is: its shares, or what it was worth at an index of one."""
    index = state.facts.get("index")
    return state.shares if index is None else state.position * RAY // index


def put_in(net: NetDeposit) -> str:
    """What tells one state of the ledger's flows at a venue from another."""
    return f"{net.deposited} {net.withdrawn}"


def found_in(
    snapshot: Snapshot, venues: Mapping[str, Venue], net: Net, seen: Mapping[str, PositionSeen]
) -> tuple[list[Adoption], dict[str, PositionSeen]]:
    """What is to be adopted, and how positions stand now.

    At first sight all of a position that nothing of ours went into; later what its own units grew by while nothing of
    ours moved there. What went out elsewhere isn't told from a loss, so it is left to show as one.
    """
    adopted: list[Adoption] = []
    now: dict[str, PositionSeen] = {}
    for key, state in sorted(snapshot.venues.items()):
        token = str(venues[key].asset.address)
        flows, before, own = net.get((key, token), NOTHING), seen.get(key), own_units(state)
        if own <= DUST and before is None:
            continue
        at = PositionSeen(own, put_in(flows), snapshot.block.number)
        if before is None:
            units = state.position if flows == NOTHING else 0
        else:
            more = own - before.own if before.put_in == at.put_in and at.block > before.block else 0
            units = state.position * more // own if more > DUST else 0
        if before is None or (before.own, before.put_in) != (at.own, at.put_in):
            now[key] = at
        if units > 0:
            adopted.append(Adoption(snapshot.account, key, token, units, snapshot.block.timestamp, at.block))
    return adopted, now


@dataclass(frozen=True, slots=True)
class Adopting:
    """Looks before anybody counts or moves what stands somewhere."""

    world: World

    async def snapshot(self, account: Address) -> Snapshot:
        """The head as `account` has it, once what was found there is adopted. Raises Unavailable."""
        seen = await self.world.snapshot(account)
        await self.look(seen)
        return seen

    async def look(self, snapshot: Snapshot) -> None:
        """Adopts what a snapshot shows, where the ledger knows all that we did up to its block and nothing later."""
        account, ledger = snapshot.account, self.world.ledger
        if ledger.broken or not self.world.executes:
            return
        if any(each.account == account for each in await ledger.unsettled()):
            return
        net, last = await ledger.flows_net(account), await ledger.last_flow_block(account)
        if last > snapshot.block.number:
            return
        adopted, now = found_in(snapshot, self.world.venues, net, await ledger.positions_seen(account))
        if adopted or now:
            await ledger.saw_positions(account, now, adopted)

    async def told_only(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot without positions that their user wasn't told of yet: nothing moves them on its own."""
        untold = {each.venue for each in await self.world.ledger.adoptions(snapshot.account, untold=True)}
        if not untold:
            return snapshot
        venues = {
            key: replace(state, position=0, shares=0) if key in untold else state
            for key, state in snapshot.venues.items()
        }
        return replace(snapshot, venues=venues)
