"""What every message passes before it is a turn: terms, linking, who gets in, the withdrawal address, operators."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.chat import texts
from agent.chat.access import TERMINAL, Access
from agent.chat.linking import Linking
from agent.chat.onboarding import ADDRESS, AccountFor, Onboarding
from agent.chat.operator import Operator
from agent.chat.service import Service
from agent.chat.withdrawal import Withdrawal, said_address
from agent.errors import MonetaError
from agent.replies.reply import Reply, of_error
from agent.runtime.world import World
from memory.rows import InboxRow, User

_TEXT = re.compile(r"/?(?P<which>terms|privacy)(?: of (?:service|use)| policy)?[.?!]*")
_START = re.compile(r"/start(?:\s.*)?")


@dataclass
class Door:
    """The service's `welcome`: a reply where it answers itself, None where the message is a turn.

    The terminal's user is the owner on a machine of their own: no rule and no risk text stands before them.
    """

    world: World
    service: Service
    account_for: AccountFor
    access: Access = field(init=False)
    onboarding: Onboarding = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access.of(self.world.settings)
        self.onboarding = Onboarding(self.world, self.access, self.account_for)
        self._linking = Linking(self.world, self.service)
        self._operator = Operator(self.world, self.access)
        self._withdrawal = Withdrawal(self.world, self.service)

    async def __call__(self, user: User, row: InboxRow, words: str, code: str = "") -> Reply | None:
        """`words` are what was said, or what the pressed button says; '' for the other buttons."""
        try:
            return await self._hear(user, row, words, code)
        except MonetaError as error:
            return of_error(error)

    def passes(self, user: User, row: InboxRow) -> bool:
        """Whether nothing of what is answered here can be meant: told by the words, of somebody who is in."""
        plain = " ".join(row.text.split()).casefold()
        ours = "link" in plain or any(each.fullmatch(plain) for each in (_TEXT, _START, ADDRESS))
        ours = ours or self._operator.heard(row.text) or said_address(row.text) is not None
        return not ours and not row.meta.get("server") and self.onboarding.is_over(user)

    async def _hear(self, user: User, row: InboxRow, words: str, code: str) -> Reply | None:
        if row.kind == "press" and not words:
            return None  # a button that says nothing is the runtime's, which looks at whose it is
        if await self._elsewhere(row):
            return Reply("In this server I answer in other channels; here I say nothing more.", private=True)
        plain = " ".join(words.split()).casefold()
        text = _TEXT.fullmatch(plain)
        if text is not None:
            return self._text(text["which"])
        at_terminal = row.platform == TERMINAL.partition(":")[0]
        if "link" in plain:
            known = at_terminal or await self.world.ledger.account(user.id) is not None
            linked = await self._linking.hear(user, row, words, known=known, code=code)
            if linked is not None:
                return linked
        first = None if at_terminal else await self.onboarding.hear(user, row, words)
        if first is not None:
            return first
        return await self._own(user, row, words, plain, code)

    async def _own(self, user: User, row: InboxRow, words: str, plain: str, code: str) -> Reply | None:
        if self._operator.heard(words):
            person = await self.onboarding.person(user, row)
            reply = await self._operator.hear(user, row, person, words)
            if reply is not None:
                return reply
        if _START.fullmatch(plain):
            return await self.service.runtime.viewing.greeting(user)
        if ADDRESS.fullmatch(plain):
            return await self.onboarding.address(user)
        return await self._withdrawal.hear(user, row, words, code)

    def _text(self, which: str) -> Reply:
        if which == "terms":
            return Reply(texts.terms(self.world.settings.operator, others=self.access.others))
        return Reply(texts.privacy())

    async def _elsewhere(self, row: InboxRow) -> bool:
        """Whether the server's operators named other channels. Settings stay in reach, or nobody could undo it."""
        server = row.meta.get("server")
        if not server or self._operator.heard(row.text):
            return False
        named = (await self.world.ledger.server(row.platform, str(server))).channels
        return bool(named) and row.channel.partition(":")[2] not in named
