"""One turn: a message in, a reply out. Interpret → bind → look or act; every end is a reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.execution.manager import Progress, silent
from agent.gate.binding.bind import bind
from agent.gate.open_doors import check_ledger, note
from agent.intents import (
    Advance,
    Alert,
    Amend,
    Cancel,
    Chat,
    Claim,
    Close,
    Collect,
    Contact,
    Deposit,
    Exit,
    Explain,
    Finish,
    Forget,
    Help,
    History,
    Hours,
    Intent,
    Limit,
    Mandate,
    Order,
    Pause,
    Portfolio,
    Provide,
    Rebalance,
    Remember,
    Repay,
    Reposition,
    Resume,
    Revoke,
    Sequence,
    Swap,
    Transfer,
    Understood,
    Usage,
    Withdraw,
    Yields,
    as_json,
)
from agent.mind.context import Context, Pending, Turn
from agent.mind.mind import Spoken
from agent.mind.phrasebook import pending_after
from agent.model_cost import Payer
from agent.replies import talk
from agent.replies.remarks import remarks
from agent.replies.reply import Reply, of_error
from agent.runtime.acting import NOTHING_PENDING, Acting
from agent.runtime.alarms import Alarms
from agent.runtime.answers import ACKNOWLEDGE, bare, is_yes
from agent.runtime.cancelling import Cancelling
from agent.runtime.contacting import Contacting
from agent.runtime.extending import Extending
from agent.runtime.facts import Facts
from agent.runtime.finishing import Finishing
from agent.runtime.following import Following, bound_to
from agent.runtime.limiting import Limiting
from agent.runtime.mandating import Mandating
from agent.runtime.ordering import Ordering
from agent.runtime.rebalancing import Rebalancing
from agent.runtime.recounting import Recounting
from agent.runtime.recovering import Recovering
from agent.runtime.remembering import Remembering
from agent.runtime.repeating import Repeating
from agent.runtime.reports import Reports
from agent.runtime.smalltalk import is_awaited, small_talk
from agent.runtime.trying import Trying
from agent.runtime.using import usage
from agent.runtime.viewing import Viewing
from agent.runtime.world import World
from agent.trust import Told, Trust, own_words
from agent.voice import voiced
from agent.words.answers import NO
from agent.words.liquidity.stopped import MOVE
from agent.words.requests.pictures import wants_picture
from agent.words.requests.remembering import EXPORT, MEMORY
from agent.words.vocabulary import Vocabulary
from memory.messages.hearing import Known
from memory.rows import ButtonRow, PlanStatus, User

ROLES = {"user": "user", "agent": "assistant"}
RECENT_TURNS = 6


@dataclass(frozen=True, slots=True)
class Said:
    """Who said what where. `progress` shows how far a long turn is; `code` is a one-time code that came for it;
    `known` is what was seen of them when it came.
    """

    user: User
    channel: str
    text: str
    progress: Progress = silent
    code: str = field(default="", repr=False)
    known: Known | None = field(default=None, repr=False)
    server: str = ""
    """The Discord server or Telegram group that it was said in, as platform and id; '' for none."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message was understood as, in which context and with whose words; `reply` is a plug-in's action's."""

    understood: Understood | Spoken
    context: Context
    vocabulary: Vocabulary
    reply: Reply | None = None


class Runtime:
    """Takes messages of one instance. The caller hands them over one at a time per channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acting = Acting(world)
        self.recovering = Recovering(world)
        self.viewing = Viewing(world)
        self.recounting = Recounting(world)
        self.mandating = Mandating(world)
        self.trying = Trying(world)
        self.limiting = Limiting(world)
        self.contacting = Contacting(world)
        self.alarms = Alarms(world)
        self.ordering = Ordering(world)
        self.rebalancing = Rebalancing(world)
        self.remembering = Remembering(world)
        self.repeating = Repeating(world)
        self.reports = Reports(world)
        self.following = Following(world)
        self.extending = Extending(self.viewing)
        self.finishing = Finishing(world)
        self.cancelling = Cancelling(self)
        self.facts = Facts(self.extending)

    async def turn(self, said: Said) -> Reply:
        """The reply to a message. Whatever goes wrong on purpose is a reply, too."""
        known = await self._known(said)
        reply = self.talk(known, said.text)
        if reply is None:
            reply = await self._answered(said, known)
        if (reply.intent or {}).get("action") != "forget":  # what was forgotten isn't recalled by the wish for it
            self.remember(said.user, said.channel, said.text, reply)
        return reply

    async def press(self, said: Said, button: ButtonRow | None) -> Reply:
        """A button, pressed by `said.user`: it belongs to the one whom it was made for, and to its own plan."""
        if button is None:
            return of_error(Refused("button", "I don't know that button any more.", "Say what you want in words."))
        if button.user != said.user.id:
            refused = Refused("owner", "Only the person who asked for that may press it.")
            return replace(of_error(refused), private=True)
        said = replace(said, channel=button.channel)  # it may be pressed where its reply was shown in private
        match button.press:
            case "confirm":
                return await self._pressed(said, confirm=True, plan_id=button.plan_id)
            case "cancel":
                return await self._pressed(said, confirm=False)
            case "say":
                return await self.turn(replace(said, text=button.words))
            case "open":
                return await self._told(said, lambda _: self.repeating.behind_button(button.plan_id or ""))
            case _:
                return await self._told(said, lambda _: self.repeating.details(said.user.id, said.channel, button))

    async def press_details(self, said: Said) -> Reply:
        """The Details button of the channel's latest plan. What waits for a yes goes on waiting for it."""
        return await self._told(said, lambda _: self.repeating.details(said.user.id, said.channel))

    async def press_confirm(self, said: Said) -> Reply:
        """The Confirm button of the channel's latest preview."""
        return await self._pressed(said, confirm=True)

    async def press_cancel(self, said: Said) -> Reply:
        """The Cancel button."""
        return await self._pressed(said, confirm=False)

    async def _pressed(self, said: Said, confirm: bool, plan_id: str | None = None) -> Reply:
        async def press(said: Said) -> Reply:
            await self.world.ledger.set_pending(said.user.id, said.channel, None)
            if confirm:
                return await self.acting.confirm(said.user, said.channel, plan_id, said.progress, said.code)
            return await self.acting.cancel(said.user, said.channel)

        return await self._told(said, press)

    async def _told(self, said: Said, answer: Callable[[Said], Awaitable[Reply]]) -> Reply:
        """The answer in the character's voice, after what became of plans that were left under way."""
        late: list[Reply] = []
        try:
            late = [each.reply for each in await self.recovering.of(said.user)]
            reply = await answer(said)
        except MonetaError as error:
            reply = of_error(error)
        reply = self._worded(said, reply)
        if not late:
            return reply
        told = "\n".join(each.text for each in late)
        txs = (*(tx for each in late for tx in each.txs), *reply.txs)
        offers = tuple(dict.fromkeys((*(offer for each in late for offer in each.offers), *reply.offers)))
        text = f"{told}\n{reply.text}"
        return replace(reply, text=text, txs=txs, offers=offers, private=True)  # it may be from another channel

    def _worded(self, said: Said, reply: Reply) -> Reply:
        reply = voiced(reply, self.world.character, said.text, said.text)
        broken = note(self.world.ledger.broken)
        return replace(reply, text=reply.text + broken) if broken else reply

    def talk(self, known: Known, text: str) -> Reply | None:
        """Help and small talk, answered from the words alone. None for all else, and while anything of theirs waits:
        for an answer, or for its fate on the chain, which is looked up and told first.
        """
        words = self.world.words(known.contacts, known.user.language)
        reply = small_talk(known, text, words, self.world.character)
        if reply is not None:
            self.world.ledger.nothing_pending(known.user.id, known.channel)
        return reply

    async def _known(self, said: Said) -> Known:
        """What was seen with the message, where nothing was written since."""
        known, ledger = said.known, self.world.ledger
        if known is None or (known.user.id, known.channel) != (said.user.id, said.channel):
            return await ledger.known(said.user.id, said.channel)
        return known if ledger.holds(known) else await ledger.known(said.user.id, said.channel)

    async def _answered(self, said: Said, known: Known) -> Reply:
        """The answer to a message that is no mere talk. A model's own words need no look at the chain."""
        try:
            meant = await self._meant(said, known)
        except MonetaError as error:
            return self._worded(said, of_error(error))
        if meant is not None and meant.reply is not None:
            return self._worded(said, meant.reply)
        if meant is not None and isinstance(meant.understood, Spoken):
            return self._worded(said, talk.in_words(meant.understood.text, said.user.speaks))
        return await self._told(said, partial(self._typed, meant=meant))

    async def _meant(self, said: Said, known: Known) -> Meant | None:
        """What a message comes to by its words, before the chain is looked at; None where something of theirs waits,
        which comes first.
        """
        if is_awaited(known, said.text):
            return None
        self.world.ledger.nothing_pending(said.user.id, said.channel)
        return await self._understood(said, {}, self.world.words(known.contacts, known.user.language))

    async def _understood(self, said: Said, pending: dict[str, Any], vocabulary: Vocabulary) -> Meant:
        context = await self._context(said, pending, vocabulary)
        computed = partial(self.facts.of, said.user)
        payer = Payer(said.user.id, said.server)
        extended = await self.extending.reply(said.user, said.text, context, vocabulary)
        if extended is not None:
            return Meant(Understood(None), context, vocabulary, extended)
        recalled = partial(self.extending.beside, self.remembering.recalled, said.user)
        meant = await self.world.mind.understand(said.text, context, vocabulary, computed, recalled, payer)
        return Meant(await self.remembering.read_in(said.text, meant, vocabulary), context, vocabulary)

    async def _typed(self, said: Said, meant: Meant | None) -> Reply:
        """The answer to words; `meant` where they were read already, as no answer to anything."""
        if meant is not None:
            return await self._done(said, meant)
        pending = await self.world.ledger.pending(said.user.id, said.channel)
        await self.world.ledger.set_pending(said.user.id, said.channel, None)
        return await self._answer(said, dict(pending) if pending else {})

    async def _answer(self, said: Said, pending: dict[str, Any]) -> Reply:
        if is_yes(said.text):
            return await self._typed_yes(said, pending)
        if bare(said.text).lstrip("/") == ACKNOWLEDGE:
            known = await self.recovering.acknowledge(said.user)
            if known is not None:
                return known
        if bare(said.text) in NO and "preview" in pending:
            return await self.acting.cancel(said.user, said.channel)
        if bare(said.text) in NO and MOVE in pending:
            left = await self.finishing.leave(said.user, f"{MOVE}:{pending[MOVE]}")
            if left is not None:
                return left
        return await self._done(
            said, await self._understood(said, pending, await self.world.vocabulary(said.user.id, said.user.language))
        )

    async def _done(self, said: Said, meant: Meant) -> Reply:
        """What the message asks for, done or asked back."""
        understood, context, vocabulary = meant.understood, meant.context, meant.vocabulary
        if meant.reply is not None:
            return meant.reply
        if isinstance(understood, Spoken):
            return talk.in_words(understood.text, said.user.speaks)
        if understood.intent is None:
            await self._await_answer(said, pending_after(understood, said.text, context, vocabulary))
            return talk.asked(understood.question)
        try:
            await self._await_answer(said, pending_after(understood, said.text, context, vocabulary))
            texts, record = bound_to(understood, context, said.text)
            turns = own_words(said.user.id, _told_by(said, texts))
            bind(understood.intent, understood.origins, turns, vocabulary, record)
            action = understood.intent.action
            void = await self.following.replaced(said.user, said.channel, said.text, action, vocabulary)
            intent = await self.finishing.meant(said.user, understood.intent)
            reply = await self._do(said, intent, understood)
            spoken = [turns[turn - 1] for turn in sorted({origin.turn for origin in understood.origins.values()})]
            told = " ".join((*dict.fromkeys((*void, *remarks(spoken, vocabulary, action))), reply.text))
            return replace(reply, text=told)
        except NeedsAnswer as error:
            if error.missing:
                await self._await_answer(said, Pending(text=said.text, missing=error.missing))
            return of_error(error, as_json(understood.intent))
        except MonetaError as error:
            return of_error(error, as_json(understood.intent))

    async def _typed_yes(self, said: Said, pending: dict[str, Any]) -> Reply:
        """A typed yes counts only when exactly one preview, the user's last turn, is what it can mean."""
        plan_id = pending.get("preview")
        live = await self.world.ledger.live_previews(said.user.id, said.channel, self.world.now())
        if plan_id is None or [row.plan_id for row in live] not in ([plan_id], []):
            again = await self.repeating.in_doubt(said.user.id, said.channel, live) if plan_id is None else None
            if again is not None:
                return again
            raise Refused("nothing-pending", NOTHING_PENDING, "Say what you want, and I show you a preview first.")
        try:
            return await self.acting.confirm(said.user, said.channel, str(plan_id), said.progress, said.code)
        except MonetaError:
            row = await self.world.ledger.plan(str(plan_id))
            if row is not None and row.status is PlanStatus.PROPOSED:  # so the next yes may still mean it
                await self.world.ledger.set_pending(said.user.id, said.channel, pending)
            raise

    async def _context(self, said: Said, pending: dict[str, Any], vocabulary: Vocabulary) -> Context:
        """What a mind may know besides the message. Earlier turns are the user's own channel, nobody else's."""
        question = Pending.model_validate(pending["question"]) if "question" in pending else None
        asked = question.said if question is not None else ()
        return Context(
            turns=await self._recent(said),
            pending=question,
            now=self.world.now(),
            **await self.following.context(said.user, said.channel, said.text, vocabulary, asked),
        )

    async def _await_answer(self, said: Said, pending: Pending | None) -> None:
        if pending is not None:
            data = {"question": pending.model_dump(mode="json")}
            await self.world.ledger.set_pending(said.user.id, said.channel, data)

    async def _do(self, said: Said, intent: Intent, understood: Understood) -> Reply:
        check_ledger(self.world.ledger.broken, intent.action, intent.ref if isinstance(intent, Cancel) else None)
        match intent:
            case (
                Deposit()
                | Withdraw()
                | Swap()
                | Sequence()
                | Transfer()
                | Revoke()
                | Repay()
                | Claim()
                | Provide()
                | Collect()
                | Close()
                | Reposition()
                | Finish()
                | Exit()
                | Rebalance()
            ):
                return await self.acting.propose(said.user, said.channel, intent, understood.origins)
            case Mandate():
                return await self.mandating.preview(said.user, said.channel, intent, understood.origins)
            case Order() | Amend():
                return await self.ordering.asked(said.user, said.channel, intent, understood.origins)
            case Hours():
                reply = await self.mandating.hours(said.user, said.channel, intent)
            case Limit():
                reply = await self.limiting.set(said.user, said.channel, intent, said.code)
            case Cancel():
                reply = await self.cancelling.cancel(said.user, said.channel, intent.ref or "")
            case Contact():
                reply = await self.contacting.add(said.user, said.channel, intent, said.code)
            case Pause() | Resume():
                reply = await self._pause(said, isinstance(intent, Pause))
            case Advance():
                reply = await self._advance(intent)
            case _:
                reply = await self._note(said, intent) or await self._look(said, intent)
        return replace(reply, intent=as_json(intent))

    async def _note(self, said: Said, intent: Intent) -> Reply | None:
        """What is kept or erased of the user's own; None for what only looks."""
        match intent:
            case Remember() | Forget():
                return await self.remembering.do(said.user, said.channel, said.text, intent)
            case Alert():
                return await self.alarms.set(said.user, intent)
        return None

    async def _look(self, said: Said, intent: Intent) -> Reply:
        match intent:
            case Yields():
                reply = await self.viewing.yields(said.user, intent)
                drawn = wants_picture(said.text)
                return await self.reports.rates_drawn(said.user, reply, intent.asset) if drawn else reply
            case Portfolio():
                reply = await self.viewing.portfolio(said.user)
                return await self.reports.worth_drawn(said.user, reply) if wants_picture(said.text) else reply
            case Explain():
                return await self._explain(said, intent)
            case History():
                return await self.recounting.history(said.user, intent, said.text)
            case Usage():
                return await usage(self.world, said.user, said.server)
            case Help() | Chat():
                return talk.ability() if isinstance(intent, Help) else talk.chat()
            case _:
                raise TypeError(f"no reply for {intent.action}")

    async def _explain(self, said: Said, intent: Explain) -> Reply:
        what, _, about = (intent.ref or "").partition(" ")
        match intent.ref:
            case "policy":
                return await self.limiting.show(said.user)
            case "dry run":
                return await self.trying.tell(said.user, said.channel)
            case "mandate":
                return await self.mandating.show(said.user, said.channel, wants_picture(said.text))
            case _ if what == MEMORY:
                return await self.remembering.show(said.user, about)
            case _ if what == EXPORT:
                return await self.remembering.export(said.user)
        return await self.recounting.explain(said.user, intent, said.text)

    async def _pause(self, said: Said, paused: bool) -> Reply:
        await self.world.ledger.set_paused(said.user.id, paused)
        if not paused:
            return Reply("I'm back: deposits and transfers are possible again.")
        await self.world.ledger.cancel_previews(said.user.id, said.channel, "paused by the user")
        text = "Paused. I put nothing in and send nothing; taking money out still works. Say `resume` to go on."
        if any(row.user == said.user.id for row in await self.world.ledger.unsettled()):
            text += " What you confirmed before this is on its way already."
        return Reply(text)

    async def _advance(self, intent: Advance) -> Reply:
        if self.world.advance is None:
            raise Refused("devnet", "Time passes by itself on a real chain.", "`advance` works on devnet only.")
        try:
            return Reply(await self.world.advance(intent.seconds))
        finally:
            self.facts.forget()

    def remember(self, user: User, channel: str, text: str, reply: Reply) -> None:
        """Into memory.db, without which everything else goes on."""
        self.world.memory.keep_soon(user.id, channel, text, reply.text)

    async def _recent(self, said: Said) -> tuple[Turn, ...]:
        if self.world.mind.model is None:
            return ()  # the phrasebook reads one message
        try:
            recent = await self.world.memory.recent(said.user.id, said.channel, RECENT_TURNS)
        except Unavailable:
            return ()
        return tuple(Turn(role=ROLES[turn.role], text=turn.text, trust=turn.told.trust) for turn in recent)


def _told_by(said: Said, texts: Iterable[str]) -> list[Told]:
    """The turns that may bind: this one, and those of the same user and channel that it goes on with or answers."""
    return [Told(text, said.user.id, said.channel, Trust.USER) for text in texts]
