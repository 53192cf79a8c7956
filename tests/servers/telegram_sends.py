"""What the Bot API does for a bot: messages, pictures, edits, answers to presses; and how it refuses."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.telegram_html import BadHtml, found_in, parsed, units
from tests.servers.telegram_people import BOT, Message, People

MOST_TEXT, MOST_CAPTION, MOST_DATA, MOST_ANSWER = 4096, 1024, 64, 200
MALFORMED = "malformed"
"""The description of a failure whose body is no JSON."""


@dataclass
class Failure(Exception):
    """An error answer. `parameters` such as retry_after, migrate_to_chat_id."""

    code: int
    description: str
    parameters: Mapping[str, int] = field(default_factory=dict)


def too_many(seconds: int) -> Failure:
    """429 with a time to wait."""
    return Failure(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def bad(what: str) -> Failure:
    """400."""
    return Failure(400, f"Bad Request: {what}")


class Sends:
    """The methods that write. `answers` are the answered presses, `menu` the commands."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.answers: dict[str, dict[str, str]] = {}
        self.stale: set[str] = set()
        self.menu: list[dict[str, str]] = []
        self.documents: list[bytes] = []
        self.photos: list[bytes] = []

    def answer(self, method: str, given: dict[str, str], files: dict[str, bytes]) -> tuple[Any, str]:
        """The result of a call and its type."""
        match method:
            case "getMe":
                return BOT, "User"
            case "sendMessage":
                return self._message(given, **self._text(given, "text", MOST_TEXT)), "Message"
            case "sendPhoto" | "sendDocument":
                return self._message(given, **self._file(method, given, files)), "Message"
            case "editMessageText":
                return self._edited(given, self._text(given, "text", MOST_TEXT)), "Message"
            case "editMessageReplyMarkup":
                return self._edited(given, {}), "Message"
            case "answerCallbackQuery":
                return self._answered(given), "Boolean"
            case "setMyCommands":
                return self._commands(given), "Boolean"
        raise Failure(404, "Not Found")

    def _message(self, given: dict[str, str], **content: Any) -> Message:
        chat = self._chat(int(given["chat_id"]))
        more = {"reply_markup": _keyboard(given)} if "reply_markup" in given else {}
        if "reply_parameters" in given:
            reply = json.loads(given["reply_parameters"])
            replied = self.people.messages.get(reply["message_id"])
            if replied is not None and replied["chat"]["id"] == chat["id"]:
                more["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
            elif not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        return self.people.message(BOT, chat, **content, **more)

    def _chat(self, chat_id: int) -> dict[str, Any]:
        if chat_id in self.people.moved:
            new = self.people.moved[chat_id]
            raise Failure(
                400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": new}
            )
        if chat_id in self.people.closed:
            raise Failure(403, f"Forbidden: {self.people.closed[chat_id]}")
        if chat_id not in self.people.chats:
            raise bad("chat not found")
        return self.people.chats[chat_id]

    def _text(self, given: dict[str, str], name: str, most: int) -> dict[str, Any]:
        entities_name = "entities" if name == "text" else "caption_entities"
        text = given.get(name, "")
        try:
            plain, entities = parsed(text) if given.get("parse_mode") == "HTML" else (text.strip(), found_in(text))
        except BadHtml as error:
            raise bad(f"can't parse entities: {error}") from error
        if name == "text" and not plain:
            raise bad("message text is empty")
        if units(plain) > most:
            raise bad("message is too long" if name == "text" else "message caption is too long")
        return {name: plain} | ({entities_name: entities} if entities else {})

    def _file(self, method: str, given: dict[str, str], files: dict[str, bytes]) -> dict[str, Any]:
        (data,) = files.values()
        caption = self._text(given, "caption", MOST_CAPTION) if given.get("caption") else {}
        ids = {"file_id": f"f{len(self.photos) + len(self.documents)}", "file_unique_id": "u", "file_size": len(data)}
        if method == "sendDocument":
            self.documents.append(data)
            return {"document": ids, **caption}
        if data[:8] != b"\x89PNG\r\n\x1a\n":
            raise bad("IMAGE_PROCESS_FAILED")
        width, height = struct.unpack(">II", data[16:24])
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        self.photos.append(data)
        return {"photo": [{**ids, "width": width, "height": height}], **caption}

    def _edited(self, given: dict[str, str], content: dict[str, Any]) -> Message:
        message = self.people.messages.get(int(given["message_id"]))
        if message is None or message["chat"]["id"] != int(given["chat_id"]):
            raise bad("message to edit not found")
        if message["from"] != BOT:
            raise bad("message can't be edited")
        keyboard = _keyboard(given) if "reply_markup" in given else None
        if message.get("reply_markup") == keyboard and all(message.get(k) == v for k, v in content.items()):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        message.pop("reply_markup", None)
        message.update(content, **({"reply_markup": keyboard} if keyboard else {}))
        return message

    def _answered(self, given: dict[str, str]) -> bool:
        query = given["callback_query_id"]
        if query in self.stale or query in self.answers or query not in self.people.queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if units(given.get("text", "")) > MOST_ANSWER:
            raise bad("MESSAGE_TOO_LONG")
        self.answers[query] = given
        return True

    def _commands(self, given: dict[str, str]) -> bool:
        menu = json.loads(given["commands"])
        if not (len(menu) <= 100 and all(re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]) for each in menu)):
            raise bad("BOT_COMMAND_INVALID")
        if not all(1 <= len(each["description"]) <= 256 for each in menu):
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.menu = menu
        return True


def _keyboard(given: dict[str, str]) -> dict[str, Any]:
    keyboard: dict[str, Any] = json.loads(given["reply_markup"])
    for button in (button for row in keyboard.get("inline_keyboard", []) for button in row):
        if not 1 <= len(button.get("callback_data", "").encode()) <= MOST_DATA:
            raise bad("BUTTON_DATA_INVALID")
    return keyboard
