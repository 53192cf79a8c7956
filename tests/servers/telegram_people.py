"""The people, chats and messages of a Telegram, and what people do in them: each becomes an update for the bot."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.telegram_html import found_in, units

Message = dict[str, Any]
Update = dict[str, Any]

USERNAME = "moneta_test_bot"
BOT: dict[str, Any] = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Moneta",
    "username": USERNAME,
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
_IDS = itertools.count(100)  # for all servers of a run: a ledger that meets two of them sees ids that grow
_COMMAND = re.compile(r"(?:^|(?<=\s))/\w{1,32}(?:@\w{1,64})?")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    is_bot: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}


@dataclass
class People:
    """`closed`: chats that the bot may not write to, and why; `moved`: groups that became supergroups."""

    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)
    queries: set[str] = field(default_factory=set)
    closed: dict[int, str] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    notify: Callable[[], None] = lambda: None

    def person(self, person_id: int, name: str, *, started: bool = True) -> Person:
        """Somebody; `started` is whether they pressed Start, so that the bot may write to them."""
        if started:
            self.chats[person_id] = {"id": person_id, "type": "private", "first_name": name}
        else:
            self.closed[person_id] = "bot can't initiate conversation with a user"
        return Person(person_id, name)

    def group(self, group_id: int, title: str) -> int:
        """A group with the bot in it."""
        self.chats[group_id] = {"id": group_id, "type": "supergroup", "title": title}
        return group_id

    def message(self, sender: dict[str, Any], chat: dict[str, Any], **content: Any) -> Message:
        """A message in a chat, whoever wrote it."""
        number = next(_IDS)
        message = {"message_id": number, "date": int(time.time()), "chat": chat, "from": sender, **content}
        self.messages[number] = message
        return message

    def say(self, person: Person, text: str, chat: int | None = None, **more: Any) -> Update:
        """Somebody writes a text, in their chat with the bot if `chat` is None. `more` are fields of the message."""
        entities = more.pop("entities", [])
        found = found_in(text) + [
            {"type": "bot_command", "offset": units(text[: match.start()]), "length": units(match.group())}
            for match in _COMMAND.finditer(text)
        ]
        if entities or found:
            more["entities"] = [*entities, *found]
        place = self.chats[person.id if chat is None else chat]
        return self.push(message=self.message(person.as_json(), place, text=text, **more))

    def reply(self, person: Person, text: str, to: Message) -> Update:
        """Somebody answers a message."""
        replied = {key: value for key, value in to.items() if key != "reply_to_message"}
        return self.say(person, text, to["chat"]["id"], reply_to_message=replied)

    def forward(self, person: Person, text: str, chat: int | None = None) -> Update:
        """Somebody forwards what somebody else wrote."""
        origin = {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "A stranger"}
        return self.say(person, text, chat, forward_origin=origin)

    def edit(self, message: Message, text: str) -> Update:
        """Somebody changes what they wrote."""
        message.update(text=text, edit_date=int(time.time()))
        return self.push(edited_message=message)

    def press(self, person: Person, message: Message, label: str) -> Update:
        """Somebody presses a button."""
        rows = message["reply_markup"]["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if button["text"] == label)
        return self.press_data(person, message, data)

    def press_data(self, person: Person, message: Message, data: str) -> Update:
        """A press as a client sends it, whether or not the message still shows that button."""
        query = str(next(_IDS))
        self.queries.add(query)
        shown = dict(message)
        sender = person.as_json()
        return self.push(
            callback_query={"id": query, "from": sender, "message": shown, "chat_instance": "1", "data": data}
        )

    def push(self, update_id: int | None = None, **content: Any) -> Update:
        """An update for the bot."""
        update = {"update_id": next(_IDS) if update_id is None else update_id, **content}
        self.updates.append(update)
        self.notify()
        return update

    def again(self, update: Update) -> None:
        """The same update a second time."""
        self.updates.append(update)
        self.notify()

    def told(self, chat: int | Person) -> list[Message]:
        """What the bot wrote there."""
        place = chat.id if isinstance(chat, Person) else chat
        return [m for m in self.messages.values() if m["chat"]["id"] == place and m["from"] == BOT]
