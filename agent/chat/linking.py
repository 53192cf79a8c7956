"""`link`: one person on two platforms. A code made here, said there, and a yes on both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.chat.limits import MINUTE, Bucket, Limit, Verdict
from agent.chat.service import Service
from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.costs import Costs
from agent.gate.open_doors import check_ledger
from agent.intents import Link, as_json
from agent.mind import links
from agent.replies.reply import Offer, Reply, Status, of_error
from agent.replies.reply import Verdict as Outcome
from agent.runtime.codes import take_code
from agent.runtime.world import World
from memory.people.links import CODE_SECONDS, LinkRow
from memory.rows import InboxRow, User

DUST_GAS = 250_000
"""Native coin for less gas than this is what an emptied account is left with: it can't be moved, so it's no funds."""
TRIES = Limit(5, 5, 60 * MINUTE)  # codes that one person may name an hour
_ANSWER = re.compile(r"\s*(?P<answer>confirm|refuse)\s+link\s+(?P<code>[a-hj-np-z]{8})\s*[.!]*\s*", re.I | re.A)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: `account` says that they have one, `funds` that there is something in it or at work."""

    user: str
    account: bool
    funds: bool


def choose(maker: Side, claimer: Side) -> tuple[str, str] | None:
    """(who stays, who becomes them): the one with funds, else the one with an account, else the code's maker.

    None where both have funds: money is never left behind by a word.
    """
    if maker.funds and claimer.funds:
        return None
    if claimer.funds or (claimer.account and not maker.account and not maker.funds):
        return claimer.user, maker.user
    return maker.user, claimer.user


@dataclass
class Linking:
    """Answers `link`, `link CODE` and the two buttons."""

    world: World
    service: Service
    _tries: dict[str, Bucket] = field(default_factory=dict)

    async def hear(self, user: User, row: InboxRow, words: str, *, known: bool, code: str = "") -> Reply | None:
        """The reply, None where it isn't about linking. Who isn't `known` may name a code, not make one.

        `code` is a one-time code: where an authenticator is enrolled, who makes a link's code needs one.
        """
        try:
            answer = _ANSWER.fullmatch(words)
            if answer is not None:
                check_ledger(self.world.ledger.broken, "link")
                return await self._answered(user, row, answer["code"], answer["answer"].casefold() == "confirm")
            understood = links.read(words)
            if understood is None or not isinstance(understood.intent, Link):
                return None
            if understood.intent.code is None and not known:
                return None
            check_ledger(self.world.ledger.broken, "link")
            if understood.intent.code is None:
                await take_code(self.world, code, "link", user.id)
                return await self._made(user, row, understood.intent)
            return await self._claimed(user, row, understood.intent.code, as_json(understood.intent))
        except MonetaError as error:
            return of_error(error)

    async def _made(self, user: User, row: InboxRow, intent: Link) -> Reply:
        code = await self.world.ledger.add_link(user.id, row.platform, row.channel)
        text = (
            f"Say `link {code}` to me on the other platform within {CODE_SECONDS // 60} minutes. Then I ask you to "
            f"confirm on both sides (here: the button, or `confirm link {code}`). Give the code to nobody: whoever "
            "says it and is confirmed here shares your account."
        )
        return Reply(text, intent=as_json(intent), private=True)

    async def _claimed(self, user: User, row: InboxRow, code: str, intent: dict[str, object]) -> Reply:
        if self._tries.setdefault(user.id, Bucket()).take(TRIES, self.world.now() * 1_000) is not Verdict.PASS:
            raise Refused("link", "Too many codes.", "Try again in an hour.")
        link = await self.world.ledger.claim_link(code, user.id, row.platform, row.channel)
        here, there = await self._named(user.id), await self._named(link.maker)
        offers = _offers(code)
        maker = await self.world.ledger.user(link.maker)
        if maker is not None and link.maker_platform in self.service.adapters:
            text = f"{here} said your code and wants to share one account with you here. Is that you?"
            reply = Reply(text, offers=offers, private=True)
            await self.service.say(maker, link.maker_platform, link.maker_channel, reply)
        text = (
            f"Join this identity with {there}? You will have one account, one address book and one history. For a "
            f"day after it nothing can be sent away. Confirm here, and on {link.maker_platform}, too."
        )
        return Reply(text, intent=dict(intent), offers=offers, verdict=Outcome(Status.ASKED), private=True)

    async def _answered(self, user: User, row: InboxRow, code: str, agreed: bool) -> Reply:
        ledger = self.world.ledger
        if not agreed:
            link = await ledger.refuse_link(code, user.id)
            await self._tell_other(link, user, "The other side said no: nothing was linked.")
            return Reply("Nothing was linked, and the code is void.")
        link = await ledger.agree_to_link(code, user.id)
        if not link.agreed:
            other = link.claimer_platform if user.id == link.maker else link.maker_platform
            return Reply(f"Good. Now confirm on {other}, too.")
        return await self._join(link, row)

    async def _join(self, link: LinkRow, row: InboxRow) -> Reply:
        ledger = self.world.ledger
        maker, claimer = await self._side(link.maker), await self._side(link.claimer or "")
        chosen = choose(maker, claimer)
        if chosen is None:
            raise Refused(
                "link",
                "Both of you have money in your accounts, and I don't move money by linking.",
                "Withdraw everything from one of them and send it to the other, then link again.",
            )
        keep, leave = chosen
        given_up = await ledger.account(leave)
        await ledger.merge(link, keep, leave)
        await self.world.memory.forget(leave)
        user = await ledger.user(keep)
        if user is None:
            raise LookupError(f"no user {keep}")
        account = await ledger.account(keep)
        told = Reply(
            f"Linked: {' and '.join(await ledger.identities(keep))} are one person now"
            + (f" with the account {account.address}" if account else "")
            + (f", and {given_up.address} isn't used any more: send nothing there" if given_up else "")
            + ". For a day nothing can be sent away; that is for the case that it wasn't you. If so, say `pause`."
        )
        await self.service.tell(user, told, but=row.channel)
        return told

    async def _side(self, user: str) -> Side:
        """Raises Unavailable where the chain or a venue can't be read: what isn't known isn't nothing."""
        account = await self.world.ledger.account(user)
        if account is None:
            return Side(user, account=False, funds=False)
        seen = await self.world.snapshot(account.address)
        unread = [name for name in seen.missing if name in self.world.venues or name in self.world.registry.tokens]
        if unread:
            raise Unavailable("node", f"I can't see now what is in {', '.join(unread)}: try again later.")
        base_fee = seen.block.base_fee or (await self.world.rpc.fees()).base_fee
        dust = Costs(base_fee, seen.l1).wei(DUST_GAS)
        positions = any(state.position for state in seen.venues.values())
        return Side(user, account=True, funds=positions or any(seen.balances.values()) or seen.native > dust)

    async def _named(self, user: str) -> str:
        """How one side is shown to the other: ids that the platform vouches for, not names that anybody can take."""
        return " and ".join(await self.world.ledger.identities(user))

    async def _tell_other(self, link: LinkRow, user: User, text: str) -> None:
        maker = user.id == link.maker
        other = link.claimer if maker else link.maker
        platform = link.claimer_platform if maker else link.maker_platform
        channel = link.claimer_channel if maker else link.maker_channel
        found = await self.world.ledger.user(other) if other else None
        if found is not None and platform in self.service.adapters and channel:
            await self.service.say(found, platform, channel, Reply(text, private=True))


def _offers(code: str) -> tuple[Offer, ...]:
    return (Offer("Link them", "say", f"confirm link {code}"), Offer("No", "say", f"refuse link {code}"))
