"""Telegram's adapter: updates in by long polling or webhook, bodies out as messages with inline keyboards."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from agent.chat.adapter import RetryLater, Undeliverable
from agent.chat.commands import COMMANDS
from agent.chat.service import Service
from agent.chat.telegram.delivery import AT_ONCE, Deliveries
from agent.chat.telegram.errors import for_good, refused_webhook, understood
from agent.chat.telegram.incoming import ALLOWED, PLATFORM, Heard, heard
from agent.chat.telegram.polling import SETTLED_SECONDS, Poller
from agent.chat.telegram.progress import Progress
from agent.chat.telegram.webhook import Webhook, serve
from agent.harmless import whole
from memory.rows import ButtonRow, Identity, Inbound, InboxRow, OutboxRow

if TYPE_CHECKING:
    from telegram import Update

LONGEST_PAUSE_SECONDS = 60.0
LEAVE_SECONDS = 0.5  # for the answers to presses that are on their way once `stop` is set
KEEPING = frozenset({"details", "open"})  # presses that only show something: the keyboard stays
MENU = [("start", "Say hello"), *((each.name, each.description) for each in COMMANDS)]

log = structlog.get_logger()


class TelegramAdapter:
    """One bot. Polls, unless a webhook is given. `base_url` is that of another Bot API server, up to the token.

    `pause` is the first wait after the network failed, in seconds; `settled` see polling. Close it after the drain.
    """

    platform = PLATFORM

    def __init__(
        self,
        service: Service,
        token: str,
        *,
        base_url: str | None = None,
        webhook: Webhook | None = None,
        pause: float = 1.0,
        settled: float = SETTLED_SECONDS,
    ) -> None:
        from telegram import Bot
        from telegram.request import HTTPXRequest

        for name in ("httpx", "telegram"):
            logging.getLogger(name).setLevel(logging.WARNING)  # they log addresses, and the token stands in them
        self._requests = (HTTPXRequest(2), HTTPXRequest(AT_ONCE * 2, pool_timeout=10))
        place: dict[str, Any] = {} if base_url is None else {"base_url": base_url}
        self._bot = Bot(token, get_updates_request=self._requests[0], request=self._requests[1], **place)
        self._service = service
        self._webhook = webhook
        self._pause = pause
        self._settled = settled
        self.connected = asyncio.Event()
        self._progress = Progress(self._bot)
        self._deliveries = Deliveries(self._bot, service)
        self._aside: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`. Raises Refused where Telegram refuses the token or the webhook."""
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
        finally:
            self.connected.clear()
            for task in (serving, stopping):
                task.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)
            if self._aside:
                await asyncio.wait(list(self._aside), timeout=LEAVE_SECONDS)
            for task in list(self._aside):
                task.cancel()

    async def close(self) -> None:
        """Closes the connections. What is delivered after it is tried again at the next start."""
        for request in self._requests:
            await request.shutdown()

    async def deliver(self, row: OutboxRow) -> None:
        """Sends the row's body; see Deliveries."""
        await self._progress.end(row.inbox_id)
        await self._deliveries.deliver(row)

    async def progress(self, row: InboxRow, text: str) -> None:
        """Shows the text in the turn's progress message, soon."""
        self._progress.show(row, text)

    async def take(self, updates: Sequence[Update]) -> None:
        """Commits the updates to the inbox, in order per chat; when this returns they may be acknowledged."""
        chats: dict[int, list[Heard]] = defaultdict(list)
        for update in updates:
            if (said := heard(update, self._bot.bot)) is not None:
                chats[said.meta["chat"]].append(said)
        async with asyncio.TaskGroup() as group:
            for each in chats.values():
                group.create_task(self._take_all(each))

    async def _take_all(self, said: Sequence[Heard]) -> None:
        for each in said:
            if each.kind == "press":
                await self._take_press(each)
            else:
                await self._commit(each)

    async def _take_press(self, pressed: Heard) -> None:
        button = await self._service.ledger.button(pressed.text)
        user = await self._service.user(PLATFORM, str(pressed.sender), pressed.name)
        foreign = button is not None and button.user != user.id
        row = await self._commit(pressed)
        if row is not None and not foreign:  # a foreign press is answered by its refusal, in a window
            self._beside(self._acknowledge(pressed, button))

    async def _commit(self, said: Heard) -> InboxRow | None:
        speaker = Identity(str(said.sender), whole(said.name))
        return await self._service.receive(
            Inbound(PLATFORM, str(said.update_id), said.channel, speaker, said.text, said.kind, said.meta)
        )

    async def _acknowledge(self, pressed: Heard, button: ButtonRow | None) -> None:
        """Stops the button's spinner and takes the keyboard away, as far as Telegram lets it."""
        from telegram.error import TelegramError

        calls: list[Awaitable[object]] = [self._bot.answer_callback_query(pressed.meta["query"])]
        if button is not None and button.press not in KEEPING:
            calls.append(
                self._bot.edit_message_reply_markup(pressed.meta["chat"], pressed.meta["message"], reply_markup=None)
            )
        for result in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(result, TelegramError):  # too late, or the keyboard is gone already: nothing is lost
                log.debug("a press was not acknowledged", error=type(result).__name__)

    def _beside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _serve(self) -> None:
        await self._patiently(self._bot.initialize)
        await self._patiently(lambda: self._bot.set_my_commands(MENU))
        hook = self._webhook
        if hook is None:
            await self._patiently(self._bot.delete_webhook)
            await Poller(self._bot, self.take, self.connected, self._pause, self._settled).run()
            return
        listening = asyncio.Event()
        serving = asyncio.create_task(serve(hook, self._bot, self.take, listening))
        telling = asyncio.create_task(self._tell_where(hook, listening))
        try:
            await asyncio.wait([serving, telling], return_when=asyncio.FIRST_COMPLETED)
            await (serving if serving.done() else telling)
            await serving
        finally:
            for task in (serving, telling):
                task.cancel()
            await asyncio.gather(serving, telling, return_exceptions=True)

    async def _tell_where(self, hook: Webhook, listening: asyncio.Event) -> None:
        await listening.wait()
        await self._patiently(lambda: self._push_to(hook))
        self.connected.set()

    async def _push_to(self, hook: Webhook) -> None:
        from telegram.error import BadRequest

        try:
            await self._bot.set_webhook(hook.url, secret_token=hook.secret_token, allowed_updates=list(ALLOWED))
        except BadRequest as no:
            if not for_good(no):
                raise
            raise refused_webhook(no.message) from None

    async def _patiently(self, call: Callable[[], Awaitable[object]]) -> None:
        """Calls until the network lets it through. A call that Telegram refuses is logged: the bot works without."""
        pause = self._pause
        while True:
            try:
                with understood():
                    await call()
                    return
            except RetryLater as later:
                wait = pause if later.seconds is None else later.seconds
                log.warning(str(later), again_in=wait)
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            except Undeliverable as no:
                log.warning("Telegram refused a setting", error=str(no))
                return
