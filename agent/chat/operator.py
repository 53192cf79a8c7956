"""What only an operator may say: freeze, unfreeze, status, invite, what waits at the signer, a server's settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.chat.access import Access, Person, Rule
from agent.errors import MonetaError, Refused
from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table, of_error
from agent.replies.trouble import UNLISTED
from agent.runtime.operating import said
from agent.runtime.world import World
from agent.words.reading.text import clean
from memory.people.access import ServerSettings
from memory.rows import InboxRow, User

LANGUAGES = ("en",)
MOST_NAMED = 50
_WORDS = re.compile(
    r"\s*(?:/?(?P<word>freeze|unfreeze|invite)|(?:/|operator |service )(?P<status>status)"
    r"|(?:cancel|withdraw)\s+(?:the\s+)?signer(?:'s)?\s+change\s+#?(?P<change>[1-9]\d{0,8})"
    r"|remove\s+(?:the\s+)?signer(?:'s)?\s+contact\s+(?P<contact>0x[0-9a-fA-F]{40})"
    r"|/?settings(?:\s+(?P<what>channels|roles|language)\s+(?P<values>\S.*))?)\s*[.!]?\s*",
    re.IGNORECASE | re.ASCII,
)
_NAMED = re.compile(r"<?[#@&]{0,2}(\d{5,20})>?")  # an id, or Discord's own way to write a channel or a role
NOTHING = (["all"], ["any"], ["none"])


@dataclass(frozen=True, slots=True)
class Operator:
    """Answers operators; to everybody else these words mean nothing here."""

    world: World
    access: Access

    def heard(self, words: str) -> bool:
        """Whether the words could be an operator's: cheap, before anything is looked up."""
        return _WORDS.fullmatch(clean(words).plain) is not None

    async def hear(self, user: User, row: InboxRow, person: Person, words: str) -> Reply | None:
        found = _WORDS.fullmatch(clean(words).plain)
        if found is None or not self.access.operates(person):
            return None
        try:
            if found["change"]:
                return await self._withdraw(found["change"])
            if found["contact"]:
                return await self._remove(found["contact"].casefold())
            match (found["word"] or found["status"] or "settings").casefold():
                case "freeze":
                    return await self._freeze(True)
                case "unfreeze":
                    return await self._freeze(False)
                case "status":
                    return await self._status()
                case "invite":
                    return await self._invite(user)
                case _:
                    return await self._settings(user, row, (found["what"] or "").casefold(), found["values"] or "")
        except MonetaError as error:
            return of_error(error)

    async def _freeze(self, frozen: bool) -> Reply:
        await self.world.ledger.set_frozen(frozen)
        text = "Frozen: nobody's money moves, withdrawals included, until you say `unfreeze`."
        again = " I forget that when I am started anew: say it again then." if self.world.ledger.broken else ""
        return Reply((text if frozen else "No longer frozen.") + again)

    async def _withdraw(self, change: str) -> Reply:
        """Takes back what waits at the signer. Raises Refused("limits")."""
        was = await self.world.signer.withdraw(change)
        text = (
            f"Cancelled at the signer: {said(was['changes'], self.world.registry)}. What holds now goes on holding."
        )
        return Reply(text, private=True)

    async def _remove(self, place: str) -> Reply:
        """Takes an address off the signer's recipients, whatever it is called there."""
        named = [each for each in await self.world.signer.contacts() if each["address"].casefold() == place]
        for each in named:
            await self.world.signer.remove_contact(str(each["name"]))
        if not named:
            raise Refused("recipients", "The signer knows no such recipient.", "`moneta policy show` lists them.")
        return Reply(f"The signer doesn't pay {named[0]['address']} any more.", private=True)

    async def _status(self) -> Reply:
        ledger, counts = self.world.ledger, await self.world.ledger.counts()
        head = await self.world.rpc.block()
        signer = await self.world.signer.status()
        rows = (
            ("frozen", "yes" if await ledger.frozen() else "can't be read" if ledger.unsure else "no"),
            ("ledger", ledger.trouble or "kept"),
            ("people", str(counts.people)),
            ("accounts", str(counts.accounts)),
            ("plans under way", str(counts.unsettled)),
            ("messages waiting", str(counts.unanswered)),
            ("replies on their way", str(counts.undelivered)),
            ("replies a platform refused", str(counts.refused)),
            ("signer", "unlocked" if signer["unlocked"] else "locked"),
            ("not offered", _not_offered(self.world)),
            ("chain", f"{self.world.registry.network}, block {head.number} of {day_and_time(head.timestamp)}"),
            ("who gets in", str(self.access.rule)),
            ("words backed up", "yes" if await ledger.backed_up() else "no: run `moneta wallet backup`"),
        )
        return Reply("So it stands:", Table(("what", "is"), rows), private=True)

    async def _invite(self, user: User) -> Reply:
        if self.access.rule is not Rule.INVITE:
            raise Refused(
                "access", f"Who gets in is decided by `{self.access.rule}` here.", "Set access to `invite`."
            )
        code = await self.world.ledger.add_invite(user.id)
        return Reply(f"Pass this on, it works once: `invite {code}`. I can't show it again.", private=True)

    async def _settings(self, user: User, row: InboxRow, what: str, values: str) -> Reply:
        server = row.meta.get("server")
        if not server:
            raise Refused("settings", "Settings are a server's.", "Say it in the server that you mean.")
        ledger = self.world.ledger
        now = await ledger.server(row.platform, str(server))
        if what:
            now = changed(now, what, values)
            await ledger.set_server(row.platform, str(server), now, user.id)
        rows = (
            ("channels", " ".join(now.channels) or "all"),
            (
                "roles",
                " ".join(now.roles) or ("none" if self.access.rule is Rule.ROLE else "none (rule: not by role)"),
            ),
            ("language", now.language),
        )
        text = "Set." if what else "Say `settings channels ID …`, `settings roles ID …` or `all` and `none` to clear."
        return Reply(text, Table(("setting", "is"), rows), private=True)


def _not_offered(world: World) -> str:
    """What the chain contradicts, and may only be left or isn't used."""
    known = {**world.untrusted, **world.missing}
    doubted = sorted(key for key, why in known.items() if why != UNLISTED)
    return ", ".join(doubted[:MOST_NAMED]) + (" and more" if len(doubted) > MOST_NAMED else "") or "none"


def changed(now: ServerSettings, what: str, values: str) -> ServerSettings:
    """The settings with one of them replaced. Raises Refused("settings")."""
    said = values.split()
    if what == "language":
        if values.strip().casefold() not in LANGUAGES:
            raise Refused("settings", f"I speak {', '.join(LANGUAGES)} for now.", "Leave it as it is.")
        return replace(now, language=values.strip().casefold())
    ids: tuple[str, ...] = ()
    if [each.casefold() for each in said] not in NOTHING:
        named = [_NAMED.fullmatch(each) for each in said]
        if not all(named) or len(named) > MOST_NAMED:
            raise Refused("settings", f"That names no {what}.", "Give their ids, or mention them.")
        ids = tuple(dict.fromkeys(str(each[1]) for each in named if each))
    return replace(now, channels=ids) if what == "channels" else replace(now, roles=ids)
