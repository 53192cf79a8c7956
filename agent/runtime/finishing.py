"""Moves of positions that stopped on their way: told, gone on with once, or left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.errors import MonetaError, NeedsAnswer, Refused
from agent.execution.outcome import End, Outcome
from agent.gate.liquidity.provided import Close
from agent.gate.liquidity.stopped import Stopped, free_of, kept_of, stopped_of
from agent.gate.liquidity.words import pair_of
from agent.gate.propose import Proposal
from agent.intents import Finish, Intent, Reposition, Resume
from agent.plans import MOVES, Plan
from agent.policy.whole import effects_of
from agent.replies.ranges import left_alone, stopped_move
from agent.replies.reply import Reply
from agent.runtime.world import World
from agent.words.liquidity.stopped import MOVE
from memory.journal.moves import moving
from memory.rows import PlanRow, User

if TYPE_CHECKING:
    from sqlite_utils import Database

    from agent.chain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Finishing:
    """What a user's stopped moves are, and what they say of them."""

    world: World

    async def stopped(self, user: str) -> tuple[Stopped, ...]:
        """Of a user (by id), the oldest first."""
        rows = await self.world.ledger.stopped_moves(user)
        return tuple(stopped_of(row.plan_id, row.facts, row.done, row.spent) for row in rows)

    async def meant(self, user: User, intent: Intent) -> Intent:
        """ "Carry on", said by who isn't paused, is about the move that stopped, where one did."""
        carries_on = isinstance(intent, Resume) and not user.paused and await self.stopped(user.id)
        return Finish(position=None) if carries_on else intent

    def kept(
        self, intent: Intent, proposal: Proposal, snapshot: Snapshot, rest: Stopped | None
    ) -> Callable[[Database], None] | None:
        """What is written beside the plan of a move, so that it can be gone on with; None for any other plan.

        `rest`: the stopped move that it goes on with.
        """
        if not isinstance(intent, Reposition | Finish):
            return None
        plan, effects = proposal.plan, effects_of(self.world.policy, proposal.plan)
        taken = next((move for move in proposal.moves if isinstance(move, Close)), None)
        if taken is not None and taken.position.liquidity:
            number, said, given = (
                taken.position.id,
                intent.range if isinstance(intent, Reposition) else None,
                taken.least,
            )
            said = rest.range if rest is not None else said
        elif rest is not None and (pair := pair_of(self.world.registry, *rest.tokens)) is not None:
            number, said, given = rest.position, rest.range, free_of(snapshot, pair, rest)
        else:
            raise AssertionError("a move takes a position out, or goes on with one that did")
        facts = kept_of(proposal.moves, effects, given, said, number)
        return moving(plan.plan_id, plan.user, None if rest is None else rest.plan_id, facts)

    async def check(self, row: PlanRow) -> None:
        """Raises Refused("position") where a plan goes on with what was gone on with since, left, or spent."""
        found = await self.world.ledger.move_of(row.plan_id)
        if found is None or found[0] is None:
            return
        rest_of, facts = found
        rest = next((each for each in await self.stopped(row.user) if each.plan_id == rest_of), None)
        pair = None if rest is None else pair_of(self.world.registry, *rest.tokens)
        if rest is not None and pair is not None:
            snapshot = await self.world.snapshot(row.account)
            position = rest.at(snapshot)
            free = free_of(snapshot, pair, rest)
            if position is not None and position.liquidity:  # it is taken out as a whole
                return
            if all(have >= int(units) for have, units in zip(free, facts["given"], strict=True)):
                return
        raise Refused(
            "position",
            "What came out of that position isn't as it was in the preview any more.",
            "Say `go on` for a new preview, or look at `portfolio`.",
        )

    async def leave(self, user: User, ref: str) -> Reply | None:
        """Nobody goes on with it any more; None where nothing stopped. Raises NeedsAnswer where there are several."""
        named = ref.removeprefix(MOVE).removeprefix(":")
        found = [each for each in await self.stopped(user.id) if named in ("", str(each.position))]
        if len(found) > 1:
            names, number = " or ".join(str(each.position) for each in found), found[0].position
            raise NeedsAnswer(
                f"The move of which position: {names}? Say it like `leave the move of position {number}`."
            )
        if not found:
            return None
        await self.world.ledger.end_move(found[0].plan_id, "declined")
        return Reply(left_alone(found[0].position))

    async def declined(self, plans: list[str]) -> str:
        """What is said where previews were cancelled that would have gone on with a move; '' for others."""
        said = []
        for plan_id in plans:
            found = await self.world.ledger.move_of(plan_id)
            if found is not None and found[0] is not None and await self.world.ledger.end_move(found[0], "declined"):
                said.append(left_alone(int(found[1]["position"])))
        return " ".join(said)


async def rest_of(world: World, plan: Plan, outcome: Outcome) -> Stopped | None:
    """What is left of a move that stopped. Never fails: what isn't known isn't told."""
    if plan.intent.get("action") not in MOVES or outcome.end not in (End.PARTIAL, End.VOID):
        return None
    try:
        found = await world.ledger.move_of(plan.plan_id)
        of = {plan.plan_id, None if found is None else found[0]}
        return next((each for each in await Finishing(world).stopped(plan.user) if each.plan_id in of), None)
    except MonetaError:  # a ledger that can't be read now
        return None


def with_rest(world: World, stopped: Stopped, reply: Reply) -> Reply:
    """The reply that ends a plan, with what lies where of its move and how to go on."""
    pair = pair_of(world.registry, *stopped.tokens)
    if pair is None:
        return reply
    text, offers = stopped_move(stopped, pair)
    return replace(reply, text=f"{reply.text} {text}", offers=(*reply.offers, *offers))
