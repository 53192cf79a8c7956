"""News of limits, contacts, loans and allowances left over: told on every channel of their person, once each.

What is to be told stands in the ledger, written with the change itself; a crash in between loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.chain.multicall import read
from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from agent.gate.approvals import APPROVE
from agent.gate.propose import ALLOWANCE
from agent.money import Address, Amount, address
from agent.plans import Step
from agent.replies import limits, loans
from agent.replies.adopted import adopted
from agent.replies.left_over import left_over
from agent.replies.reply import Reply
from agent.runtime.world import World
from memory.journal.adoptions import Adoption
from memory.journal.given_up import GivenUp
from memory.rows import User
from memory.standing.loan_levels import LoanNews
from memory.standing.news import ASKED, NewsRow

if TYPE_CHECKING:
    from agent.chat.service import Service


@dataclass(frozen=True, slots=True)
class News:
    """`tell` says what is due; whoever calls it, and however often, each channel hears each thing once."""

    world: World
    service: Service

    async def tell(self, user: User | None = None) -> None:
        """Tells what is due by now, to one person or to all."""
        for row in await self.world.ledger.news(None if user is None else user.id):
            reply = await self._reply(row)
            person = await self.world.ledger.user(row.user)
            if reply is not None and person is not None:
                heard = row.channel if row.event == ASKED else ""  # what was asked for isn't told where it was asked
                await self.service.tell_once("news", row.id, person, reply, heard)
            await self.world.ledger.told_news(row.id)
        for each in await self.world.ledger.given_up(None if user is None else user.id):
            await self._tell_left_over(each)
        for loan in await self.world.ledger.loan_news(None if user is None else user.id):
            await self._tell_loan(loan)
        for who, adoption in await self.world.ledger.untold_adoptions(None if user is None else user.id):
            await self._tell_adoption(who, adoption)

    async def _tell_loan(self, news: LoanNews) -> None:
        person = await self.world.ledger.user(news.user)
        if person is not None:
            reply = loans.level(news, self.world.settings.health_factor)
            await self.service.tell_once("loan", news.id, person, reply)
        await self.world.ledger.told_loan_news(news.id)

    async def _tell_adoption(self, user: str, adoption: Adoption) -> None:
        person, venue = await self.world.ledger.user(user), self.world.venues.get(adoption.venue)
        if person is not None and venue is not None:
            reply = adopted(Amount(adoption.units, venue.asset), adoption.venue, adoption.at)
            await self.service.tell_once("adopted", adoption.id, person, reply)
        await self.world.ledger.told_adoption(adoption.id)

    async def _tell_left_over(self, given: GivenUp) -> None:
        """What stands of the allowance now, and how it is taken back; nothing where it is gone meanwhile."""
        row = await self.world.ledger.plan(given.plan_id)
        person = await self.world.ledger.user(given.user)
        if row is not None and person is not None:
            try:
                reply = await self._left_over(row.plan.account, row.plan.steps[given.step], given.reason)
            except (Unavailable, RpcError):
                return  # said when the node can be asked what stands
            if reply is not None:
                await self.service.tell_once("left over", given.id, person, reply)
        await self.world.ledger.told_given_up(given.id)

    async def _left_over(self, account: Address, step: Step, why: str) -> Reply | None:
        if step.function != APPROVE:  # handed on by another contract: it ends by itself with the trade's deadline
            return None
        spender = address(str(step.args[0]))
        units = int(await read(self.world.rpc, step.to, ALLOWANCE, "uint256", account, spender))
        token = self.world.registry.token(step.contract)
        listed = self.world.policy.contracts.get(spender)
        name = listed.name if listed is not None else step.venue
        return left_over(Amount(units, token), name, spender, step.venue, why) if units else None

    async def _reply(self, row: NewsRow) -> Reply | None:
        """What there is to say; None of what was taken back, or isn't ripe after all."""
        ledger, now = self.world.ledger, self.world.now()
        if row.about == "contact":
            contact = await ledger.contact_row(row.ref)
            if contact is None:
                return None
            if row.event == ASKED:
                return limits.contact_asked(contact, now)
            return limits.contact_ripe(contact) if contact.ripe_at <= now else None
        change = await ledger.limit(row.ref)
        person = await ledger.user(row.user)
        if change is None or person is None:
            return None
        speaker = await self.service.runtime.limiting.speaker(person)
        return limits.asked(speaker, change) if row.event == ASKED else limits.ripe(speaker, change)
