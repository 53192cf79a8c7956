"""The one way in for every channel: a message is written down, answered once and in order, its reply kept."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from random import SystemRandom
from typing import Protocol

import structlog

from agent.chat.adapter import Adapter
from agent.chat.alerting import Alerting
from agent.chat.announcing import Announcing
from agent.chat.at_once import AtOnce
from agent.chat.codes import KEY, Codes, code_in
from agent.chat.courier import Chance, Courier
from agent.chat.limits import Limits
from agent.chat.limits import Verdict as Pace
from agent.chat.news import News
from agent.chat.ordered import Ordered
from agent.chat.ringing import Ringing
from agent.chat.tongue import Tongue, spoken_from_now_on, wished
from agent.errors import Refused
from agent.harmless import whole
from agent.replies.body import Body, Pressable, body_of, body_text
from agent.replies.reply import Offer, Reply, Status, Verdict, of_error
from agent.replies.spoken import labelled, spoken
from agent.runtime.answers import is_yes
from agent.runtime.recovering import Late
from agent.runtime.turn import Runtime, Said
from agent.tongues.telling import in_language
from memory.ledger import Ledger
from memory.messages.hearing import Known
from memory.rows import ButtonRow, Inbound, InboxRow, OutboxRow, PlanRow, User

CONFIRM, CANCEL, DETAILS = "/confirm", "/cancel", "/details"
PREVIEW_OFFERS = (Offer("Confirm", "confirm"), Offer("Cancel", "cancel"), Offer("Details", "details"))
OPEN = Offer("Open", "open")
INTERRUPTED = "I was stopped before I answered that. Say it again if it still holds."
EARLY = "You said that before I showed you the preview."
UNDELIVERED = "I was stopped before this reached you:"
FAULT = "Something went wrong inside me, so I stopped there. What was under way is looked up with your next message."


class Welcome(Protocol):
    """What every message passes before it is a turn."""

    async def __call__(self, user: User, row: InboxRow, words: str, code: str = "") -> Reply | None:
        """Its own answer, or None. `words` are what was said or what a button says."""

    def passes(self, user: User, row: InboxRow) -> bool:
        """Whether a message is surely a turn, told without looking anything up."""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply and the outbox row that it is delivered by."""

    reply: Reply
    row: OutboxRow


@dataclass
class Service:
    """What adapters call. Messages of one channel are answered one at a time, in order; channels run side by side.

    Two doors: `receive` returns once the message is durable and answers in the background (adapters of platforms);
    `handle` returns the answer (the terminal, which delivers by itself).
    """

    runtime: Runtime
    ledger: Ledger
    adapters: dict[str, Adapter] = field(default_factory=dict)
    welcome: Welcome | None = None
    limits: Limits | None = None
    chance: Chance = SystemRandom().random
    _turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _queues: dict[str, list[tuple[InboxRow, Known | None]]] = field(default_factory=dict)
    _workers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _taken_up: set[tuple[str, int]] = field(default_factory=set)
    _resumed: bool = False
    _leaving: bool = False
    courier: Courier = field(init=False)
    codes: Codes = field(init=False)
    news: News = field(init=False)
    announcing: Announcing = field(init=False)
    alerting: Alerting = field(init=False)
    ringing: Ringing = field(init=False)
    ordered: Ordered = field(init=False)
    tongue: Tongue = field(init=False)
    _at_once: AtOnce = field(init=False)

    def __post_init__(self) -> None:
        self.courier = Courier(self.ledger, self.adapters, self.chance)
        self.codes = Codes(self.runtime.world)
        self.news = News(self.runtime.world, self)
        self.announcing = Announcing(self.runtime.world, self)
        self.alerting = Alerting(self.runtime.world, self)
        self.ringing = Ringing(self.runtime.world, self)
        self.ordered = Ordered(self.runtime.world, self)
        self.tongue = Tongue(self.runtime.world)
        self._at_once = AtOnce(self)

    async def user(self, platform: str, platform_user_id: str, name: str) -> User:
        """The person behind a platform's id."""
        return await self.ledger.ensure_user(platform, platform_user_id, whole(name))

    async def receive(self, message: Inbound) -> InboxRow | None:
        """Takes a message in: durable when this returns, answered in its channel's turn. None: seen before."""
        answered = False

        def meanwhile(row: InboxRow, known: Known) -> None:
            nonlocal answered
            answered = self._at_once.say(row, known)

        heard = await self.ledger.hear(message, meanwhile)
        if heard is None:
            return None
        if not answered:
            self._enqueue(*heard)
        return heard[0]

    async def handle(self, message: Inbound) -> Answer | None:
        """The answer to a message; None where this update was taken in before, or came in a flood."""
        heard = await self.ledger.hear(message)
        return None if heard is None else await self._answer(*heard)

    async def say(self, user: User, platform: str, channel: str, reply: Reply) -> OutboxRow:
        """Says something on the agent's own account: queued durably, then delivered."""
        if reply.offers:  # it asks something: a bare yes from now on may be meant for it, not for a preview
            await self._no_bare_yes(user, channel)
        reply = spoken(reply, user.speaks)
        buttons = await self._buttons(user, channel, reply)
        row = await self.ledger.post(platform, user.id, channel, body_of(reply, buttons).as_json())
        self._post(row)
        return row

    async def say_once(self, kind: str, number: int, user: User, platform: str, channel: str, reply: Reply) -> None:
        """Says what the agent says on its own account once for this kind and number, however often it is asked to."""
        reply = spoken(reply, user.speaks)
        buttons = await self._buttons(user, channel, reply)
        body = body_of(reply, buttons).as_json()
        row = await self.ledger.post_once(kind, number, platform, user.id, channel, body)
        if row is not None:
            if reply.offers:  # as in `say`
                await self._no_bare_yes(user, channel)
            self._post(row)

    async def _no_bare_yes(self, user: User, channel: str) -> None:
        """Forgets the question that is open in the channel, unless it waits for a code, which means nothing else."""
        pending = await self.ledger.pending(user.id, channel)
        if pending is not None and KEY not in pending:
            await self.ledger.set_pending(user.id, channel, None)

    async def recover_of(self, user: User) -> None:
        """Brings a person's plans under way to their end and tells it where they were asked for."""
        for late in await self.runtime.recovering.of(user):
            await self._tell(late)

    async def tell(self, user: User, reply: Reply, but: str = "") -> None:
        """Says something in the last channel of each platform that the person spoke on, `but` one."""
        for home in await self.ledger.homes(user.id):
            if home.platform in self.adapters and home.channel != but:
                await self.say(user, home.platform, home.channel, reply)

    async def tell_once(self, kind: str, number: int, user: User, reply: Reply, but: str = "") -> bool:
        """Says it once for this kind and number in the last channel of each platform, `but` one; False without any.

        A platform that isn't here now hears it when it is.
        """
        homes = [home for home in await self.ledger.homes(user.id) if home.channel != but]
        for home in homes:
            await self.say_once(f"{kind}:{home.platform}", number, user, home.platform, home.channel, reply)
        return bool(homes)

    async def delivered(self, answer: Answer) -> None:
        """The channel has it (for those who came by `handle`)."""
        await self.ledger.sent(answer.row.id)

    async def recover(self) -> list[Reply]:
        """First thing at a start: plans under way are brought to their end, their people told where they asked."""
        told = []
        cut_off = await self.ledger.unfinished()
        for late in await self.runtime.recovering.all():
            plan, reply = late.plan, late.reply
            told.append(reply)
            asked = [] if plan is None else [row for row in cut_off if await self._confirms(row, plan)]
            if asked:  # what became of the plan answers the yes that was cut off
                reply = await self._for(asked[0].user, reply)
                queued = await self.ledger.finish(asked[0].id, reply.as_json(), body_of(reply).as_json())
                if queued.platform not in self.adapters:  # it is told by whoever called this
                    await self.ledger.sent(queued.id)
            else:
                await self._tell(late)
        return told

    async def leftovers(self, platform: str) -> list[Reply]:
        """For a channel without an adapter: what an earlier run left undelivered or unanswered, told now."""
        replies = []
        for unsent in await self.ledger.unsent():
            if unsent.platform == platform:
                text = body_text(Body.from_json(unsent.body))
                before = await self._for(unsent.user, Reply(UNDELIVERED))
                replies.append(Reply(text if unsent.inbox_id is None else f"{before.text} {text}"))
                await self.ledger.sent(unsent.id)
        for row in await self.ledger.unfinished():
            if row.platform == platform:
                said = "" if code_in(row.text) else f" ({row.text!r})"
                before = await self._for(row.user, Reply(INTERRUPTED))
                replies.append(Reply(f"{before.text}{said}"))
                await self.ledger.sent((await self._give_up(row)).id)
        return replies

    async def _confirms(self, row: InboxRow, plan: PlanRow) -> bool:
        """Whether a message was the yes to that plan."""
        if row.user != plan.user or row.channel != plan.channel:
            return False
        if row.kind != "press":
            return row.text.strip() == CONFIRM or is_yes(row.text)
        button = await self.ledger.button(row.text)
        return button is not None and (button.press, button.plan_id) == ("confirm", plan.plan_id)

    async def resume(self) -> None:
        """Answers what was taken in and not answered, and delivers what was not delivered."""
        unsent, unfinished = await self.ledger.unsent(), await self.ledger.unfinished()
        for reply in unsent:
            self._post(reply)
        for row in unfinished:
            if row.platform not in self.adapters:
                continue
            if await self._is_early_yes(row, row.received_at):
                self._post(await self._give_up(row))
            else:
                self._enqueue(row)
        self._resumed = True

    async def _give_up(self, row: InboxRow) -> OutboxRow:
        """Answers a message that a stop cut off. A preview that its turn may have made was never seen: it is void."""
        if code_in(row.text):
            await self.ledger.redact(row.id)
        await self.ledger.set_pending(row.user, row.channel, None)
        await self.ledger.cancel_previews(row.user, row.channel, "I was stopped before it was shown")
        reply = await self._for(row.user, Reply(INTERRUPTED))
        return await self.ledger.finish(row.id, reply.as_json(), body_of(reply).as_json())

    async def _for(self, user_id: str, reply: Reply) -> Reply:
        """The reply in the person's language."""
        user = await self.ledger.user(user_id)
        return reply if user is None else spoken(reply, user.speaks)

    async def _is_early_yes(self, row: InboxRow, since: int) -> bool:
        """Whether a typed yes came in before what it would confirm was there: a preview made at `since` or later."""
        if row.kind == "press" or not (row.text.strip() == CONFIRM or is_yes(row.text)):
            return False
        live = await self.ledger.live_previews(row.user, row.channel, 0)
        return any(plan.created_at >= since for plan in live)

    async def drain(self, seconds: float) -> None:
        """Finishes the turns under way, `seconds` at the most. What isn't begun stays in the ledger for next time."""
        self._leaving = True  # what comes from now on would be answered before what is left behind here
        self._queues.clear()
        if self._workers:
            await asyncio.wait(list(self._workers.values()), timeout=seconds)
        await self.courier.drain(seconds)

    def _first(self, kind: str, row_id: int) -> bool:
        """False for a row that was taken up before: what comes in while `resume` reads may be in what it finds."""
        if (kind, row_id) in self._taken_up:
            return False
        if not self._resumed:
            self._taken_up.add((kind, row_id))
        return True

    def _post(self, row: OutboxRow) -> None:
        if self._first("out", row.id):
            self.courier.post(row)

    def _enqueue(self, row: InboxRow, known: Known | None = None) -> None:
        if self._leaving or not self._first("in", row.id):
            return
        self._queues.setdefault(row.channel, []).append((row, known))
        if row.channel not in self._workers:
            self._workers[row.channel] = asyncio.create_task(self._work(row.channel))

    async def _work(self, channel: str) -> None:
        try:
            while self._queues.get(channel):
                self.courier.write_down(channel)
                row, known = self._queues[channel].pop(0)
                try:
                    answer = await self._answer(row, known)
                except Exception:  # it stays unanswered in the ledger until the next start; those behind it don't
                    log.exception("a message could not be answered", inbox=row.id)
                    continue
                if answer is not None:
                    self._post(answer.row)
        finally:
            self._workers.pop(channel, None)

    def at_rest(self, row: InboxRow) -> bool:
        """Whether nothing of the message's channel is under way, and what is answered there is delivered."""
        channel, ready = row.channel, self._resumed and not self._leaving and row.platform in self.adapters
        return (
            ready
            and channel not in self._workers
            and not self._turns[channel].locked()
            and self.courier.idle(channel)
        )

    async def _answer(self, row: InboxRow, known: Known | None = None) -> Answer | None:
        async with self._turns[row.channel]:
            if row.platform not in self.adapters:  # no schedule looks for a terminal
                await self.announcing.tell_at_terminal()
            if known is None or not self.ledger.holds(known):
                known = await self.ledger.known(row.user, row.channel)
            if known.news:  # before the turn: behind it they would end what a yes may mean
                await self._tell_news(known.user)
                known = await self.ledger.known(row.user, row.channel)
            flood = self._flood(row)
            if flood == "":
                await self.ledger.pass_over(row.id, {"flood": True})
                return None
            known = await self.tongue.settle(known, row)
            reply = Reply(flood, private=True) if flood else await self._reply(known, row)
            reply = spoken(reply, known.user.speaks)
            reply = await self._with_waiting(row, reply)
            buttons = await self._buttons(known.user, row.channel, reply, row.meta.get("shared") is True)
            shown = body_of(reply, buttons).as_json()
            no_news = self.ledger.holds(known) and not known.news
            queued = await self.ledger.finish(row.id, reply.as_json(), shown)
            if not no_news:
                await self._tell_news(known.user)
            return Answer(reply, queued)

    async def _tell_news(self, user: User) -> None:
        """News that can't be told now are told later; they hold up no reply."""
        try:
            await self.news.tell(user)
        except Exception:
            log.exception("news could not be told", user=user.id)

    async def _with_waiting(self, row: InboxRow, reply: Reply) -> Reply:
        """The reply after what waits to be told in a channel that nobody delivers to: the terminal's."""
        if row.platform in self.adapters:
            return reply
        mine = [each for each in await self.ledger.unsent() if each.inbox_id is None and each.channel == row.channel]
        for each in mine:
            await self.ledger.sent(each.id)
        told = [body_text(Body.from_json(each.body)) for each in mine]
        return replace(reply, text="\n".join((*told, reply.text))) if told else reply

    def _flood(self, row: InboxRow) -> str | None:
        """None within the limits; beyond them the one reply to a flood, then '' for what gets none."""
        pace = Pace.PASS if self.limits is None else self.limits.take(row.user, row.kind, row.received_at)
        if self.limits is None or pace is Pace.PASS:
            return None
        return self.limits.notice(row.user, row.kind, row.received_at) if pace is Pace.TELL else ""

    async def _reply(self, known: Known, row: InboxRow) -> Reply:
        """The reply to a message; to a code, what the message that waited for it comes to."""
        user = known.user  # whom the speaker has become, where they were linked since
        try:
            unasked = await self.codes.unasked(known, row)
            waiting = await self.codes.taken(known, row)
            meant, code = (row, "") if waiting is None else (waiting.row, waiting.code)
            return await self.codes.asked(user, meant, await self._heard(known, meant, code, unasked))
        except Exception:  # a broken turn costs its reply, not the channel
            log.exception("a turn failed", inbox=row.id)
            return Reply(FAULT, verdict=Verdict(Status.REFUSED, "fault"))

    async def _heard(self, known: Known, row: InboxRow, code: str, unasked: Reply | None) -> Reply:
        user = known.user
        button = await self.ledger.button(row.text) if row.kind == "press" else None
        if self.welcome is not None:
            first = await self.welcome(user, row, _words(user, row, button), code)
            if first is not None:  # a turn too: a yes after it isn't one to the preview before it
                await self.ledger.set_pending(user.id, row.channel, None)
                return first
        if unasked is not None:
            return unasked
        if await self._is_early_yes(row, row.received_at + 1):
            return of_error(Refused("nothing-pending", EARLY, "Read it, then confirm."))
        if row.kind != "press" and wished(row.text) is not None:
            await self.ledger.set_pending(user.id, row.channel, None)
            return spoken_from_now_on()
        show = partial(self._progress, row, user)
        said = Said(user, row.channel, row.text, show, code, known, server_of(row))
        if row.kind == "press":
            return await self.runtime.press(said, button)
        match row.text.strip():
            case word if word == CONFIRM:
                return await self.runtime.press_confirm(said)
            case word if word == CANCEL:
                return await self.runtime.press_cancel(said)
            case word if word == DETAILS:
                return await self.runtime.press_details(said)
        return await self.runtime.turn(said)

    async def _progress(self, row: InboxRow, user: User, text: str) -> None:
        adapter = self.adapters.get(row.platform)
        if adapter is not None:
            await adapter.progress(row, in_language(text, user.speaks))

    async def _buttons(self, user: User, channel: str, reply: Reply, shared: bool = False) -> list[Pressable]:
        """`shared`: others read along, so a preview also gets a button behind which its asker alone sees it."""
        live = reply.preview is not None and reply.plan is not None and reply.verdict is not None
        ready = live and reply.verdict is not None and reply.verdict.status in (Status.READY, Status.VOID)
        own = (PREVIEW_OFFERS if ready else ()) + ((OPEN,) if ready and shared else ())
        offers = (*(labelled(offer, reply.language) for offer in own), *reply.offers)
        if not offers:
            return []
        plan_id = str(reply.plan["id"]) if reply.plan else None
        rows = await self.ledger.add_buttons(user.id, channel, [(o.press, o.words) for o in offers], plan_id)
        return [Pressable(row.id, offer.label, offer.press) for row, offer in zip(rows, offers, strict=True)]

    async def _tell(self, late: Late) -> None:
        """Tells the person of a recovered plan in the channel that they asked in; of what is about none, at home."""
        user = await self.ledger.user(late.user)
        if user is None:
            return
        if late.plan is None:
            await self.tell(user, late.reply)
            return
        platform = late.plan.channel.partition(":")[0]
        if platform in self.adapters:
            await self.say(user, platform, late.plan.channel, late.reply)


def _words(user: User, row: InboxRow, button: ButtonRow | None) -> str:
    """What the person says with this row: its text, or the words of a button of their own that says some."""
    if row.kind != "press":
        return row.text
    own = button is not None and button.user == user.id and button.press == "say"
    return button.words if own and button is not None else ""


def server_of(row: InboxRow) -> str:
    """The platform's server or group that a message came from, '' for none."""
    server = row.meta.get("server")
    return f"{row.platform}:{server}" if server else ""
