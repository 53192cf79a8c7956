"""The plain sentence that somebody's text says, whether it is a command or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.chat.commands import named, typed

START = "start"
HELP = "what can you do?"
_COMMAND = re.compile(r"/+(?P<name>\w{1,32})(?:@(?P<bot>\w{1,64}))?(?:\s+(?P<rest>.*))?", re.DOTALL | re.ASCII)
_SLASHES = re.compile(r"\A[/\s]+")
_INVITE = re.compile(r"[A-Za-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`to_us`: it names this bot, or is a command of ours. `private`: its answer is for the sender alone."""

    text: str
    to_us: bool = False
    private: bool = False


def sentence(text: str, username: str) -> Sentence | None:
    """What the text says; None for a command to another bot. Only `/start` keeps its slash: the door knows it."""
    match = _COMMAND.fullmatch(text.strip())
    if match is None:
        return Sentence(_SLASHES.sub("", text).rstrip() or HELP)
    bot = match["bot"]
    if bot is not None and bot.casefold() != username.casefold():
        return None
    name, rest = match["name"].casefold(), (match["rest"] or "").strip()
    if name == START:
        code = _INVITE.fullmatch(rest)  # all else behind a link's `?start=` are the words of whoever made the link
        return Sentence(f"/{START} {rest}" if code else f"/{START}", to_us=True, private=True)
    command = named(name)
    if command is None:
        return Sentence(f"{name} {rest}".strip(), to_us=bot is not None)
    return Sentence(typed(command, rest), to_us=True, private=command.private)
