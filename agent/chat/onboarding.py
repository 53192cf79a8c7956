"""From a stranger to somebody with an account: the operator's rule, the risk text, the account, its address.

The stage is computed from what the ledger holds, so a crash between two steps repeats none and skips none.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agent.chain import l1_costs
from agent.chain.rpc_types import RpcError
from agent.chat import texts
from agent.chat.access import Access, Person, Rule
from agent.chat.limits import MINUTE, Bucket, Limit, Verdict
from agent.chat.qr import picture
from agent.errors import Unavailable
from agent.execution.costs import Costs
from agent.money import Address, Amount
from agent.replies.reply import Offer, Reply, Status
from agent.replies.reply import Verdict as Outcome
from agent.runtime.world import World
from memory.people.access import roles_in
from memory.rows import InboxRow, User


class AccountFor(Protocol):
    """The person's account, made where there is none yet."""

    def __call__(self, user: User, *, owner: bool = False) -> Awaitable[Address]: ...


FIRST_GAS = 2_000_000
"""Gas for a first deposit with its approval, and for leaving again, twice over."""
FIRST_TRANSACTIONS = 6
FIRST_DEPOSIT = 20  # whole dollars
INVITES = Limit(5, 5, 60 * MINUTE)  # wrong codes of one person; a code can't be guessed, so this is for the log
ADDRESS = re.compile(r"/?(?:my |deposit |what is my |what's my |show (?:me )?my )*(?:deposit )?address[.?!]*")
INVITE = re.compile(r"/?(?:invite|start|join)\s+(?:code\s+)?(?P<code>[A-Za-z2-7]{16})\.?")
UNDERSTOOD = re.compile(
    r"(?:(?:yes[,.]? )?i (?:have read and )?understand(?: the risks?)?|"
    r"(?:s[ií][,.]? )?(?:lo |los )?entiendo(?: los riesgos)?|"
    r"(?:ja[,.]? )?(?:ich verstehe(?: die risiken)?|(?:ich habe )?(?:die risiken )?verstanden))[.!]*"
)


class Stage(StrEnum):
    STRANGER = "stranger"  # the operator's rule doesn't let them in
    RISK = "risk"  # the risk text waits to be acknowledged
    ACCOUNT = "account"  # acknowledged, the account still has to be made
    DONE = "done"


def stage(way_in: Rule | None, *, acknowledged: bool, account: bool) -> Stage:
    """Where somebody stands. Who has an account stays in, whatever the rule says today: their money is there."""
    if account:
        return Stage.DONE
    if way_in is None:
        return Stage.STRANGER
    return Stage.ACCOUNT if acknowledged else Stage.RISK


@dataclass
class Onboarding:
    """Answers everybody who has no account yet; None for those who have one."""

    world: World
    access: Access
    account_for: AccountFor
    _done: set[str] = field(default_factory=set)
    _sent_away: set[str] = field(default_factory=set)
    _shown: set[str] = field(default_factory=set)
    _tries: dict[str, Bucket] = field(default_factory=dict)

    async def hear(self, user: User, row: InboxRow, words: str) -> Reply | None:
        """The reply of the present stage. `words` are what was said, or what a pressed button says."""
        if user.id in self._done:
            return None
        person = await self.person(user, row)
        way_in = await self._way_in(user, row, person, words)
        ledger = self.world.ledger
        acknowledged = await ledger.acknowledged(user.id, "risk", texts.RISK_VERSION) is not None
        now = stage(way_in, acknowledged=acknowledged, account=await ledger.account(user.id) is not None)
        match now:
            case Stage.DONE:
                self._done.add(user.id)
                return None
            case Stage.STRANGER:
                return self._stranger(user, person, words)
            case Stage.RISK:
                return await self._risk(user, row, words, way_in is Rule.OWNER)
            case Stage.ACCOUNT:
                return await self._welcome(user, way_in is Rule.OWNER)

    def is_over(self, user: User) -> bool:
        """Whether they were seen to have an account; False where nobody looked yet."""
        return user.id in self._done

    async def person(self, user: User, row: InboxRow) -> Person:
        """What the rules may know of who speaks."""
        ledger = self.world.ledger
        identities = frozenset(await ledger.identities(user.id))
        return Person(identities, roles_in(row.meta), await ledger.admitted(user.id))

    async def address(self, user: User) -> Reply:
        """The account with its QR picture, the chain and what to send first."""
        account = await self.world.account(user)
        chain = self.world.registry.network
        text = f"Your account on {chain} is\n{account}\nSend only on {chain}, and only tokens that I list."
        return Reply(text, pictures=(picture(account, chain),), private=True)

    async def _way_in(self, user: User, row: InboxRow, person: Person, words: str) -> Rule | None:
        server = row.meta.get("server")
        set_there = await self.world.ledger.server(row.platform, str(server)) if server else None
        found = self.access.way_in(person, set_there.roles if set_there else ())
        if found is Rule.ROLE and person.admitted != Rule.ROLE:
            await self.world.ledger.admit(user.id, Rule.ROLE)  # in a direct message nobody has roles
        invite = INVITE.fullmatch(words.strip())
        if found is None and self.access.rule is Rule.INVITE and invite is not None and self._may_try(user):
            return Rule.INVITE if await self.world.ledger.redeem(invite["code"], user.id) else None
        return found

    def _may_try(self, user: User) -> bool:
        bucket = self._tries.setdefault(user.id, Bucket())
        return bucket.take(INVITES, self.world.now() * 1_000) is Verdict.PASS

    def _stranger(self, user: User, person: Person, words: str) -> Reply:
        """One full text a person, then one line each time: a bot that argues at length can be made to flood."""
        refused = Outcome(Status.REFUSED, "access")
        if INVITE.fullmatch(words.strip()) and self.access.rule is Rule.INVITE:
            return Reply("That is no invite code that I know, or it was used.", verdict=refused)
        if user.id in self._sent_away:
            return Reply(texts.stranger_again(self.access.rule), verdict=refused)
        self._sent_away.add(user.id)
        identity = next(iter(sorted(person.identities)), "unknown")
        return Reply(texts.stranger(self.access.rule, self.world.settings.operator, identity), verdict=refused)

    async def _risk(self, user: User, row: InboxRow, words: str, owner: bool) -> Reply:
        """The text must have been seen: in this run, or above the button that was pressed."""
        seen = user.id in self._shown or row.kind == "press"
        if seen and UNDERSTOOD.fullmatch(words.strip().casefold()):
            await self.world.ledger.acknowledge(user.id, "risk", texts.RISK_VERSION)
            return await self._welcome(user, owner)
        text = texts.waiting() if seen else texts.risk(self.world.settings.operator, owner=owner)
        self._shown.add(user.id)
        offer = Offer(texts.UNDERSTOOD, "say", texts.UNDERSTOOD)
        return Reply(text, offers=(offer,), verdict=Outcome(Status.ASKED))

    async def _welcome(self, user: User, owner: bool) -> Reply:
        account = await self.account_for(user, owner=owner)
        self._done.add(user.id)
        registry, operator = self.world.registry, self.world.settings.operator
        proved = owner and await self.world.ledger.backed_up()
        text = texts.welcome(registry.network, account, await self._first_deposit())
        text += "\n\n" + texts.backup(owner=owner, proved=proved, operator=operator)
        return Reply(text, pictures=(picture(account, registry.network),), private=True)

    async def _first_deposit(self) -> str:
        """A small sum to begin with, and native coin for its gas at what gas costs now."""
        registry = self.world.registry
        dollar = next(iter(sorted(registry.usd_stable)), None)
        parts = [f"{FIRST_DEPOSIT} {dollar}"] if dollar else []
        try:
            base_fee = (await self.world.rpc.fees()).base_fee
            costs = Costs(base_fee, await l1_costs.read(self.world.rpc, registry))
            gas = Amount(_rounded(costs.wei(FIRST_GAS, FIRST_TRANSACTIONS)), registry.native)
            parts.append(f"{gas} for gas (without it nothing can be moved)")
        except (Unavailable, RpcError):
            parts.append(f"some {registry.native.symbol} for gas (without it nothing can be moved)")
        return " and ".join(parts)


def _rounded(wei: int) -> int:
    """Up to one digit: 0.00312 becomes 0.004."""
    step = int(10 ** max(len(str(wei)) - 1, 0))
    return -(-wei // step) * step
