"""The plain sentence that somebody's text says, whether it is a command or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.chat.commands import named, typed

HELP = "what can you do?"
_COMMAND = re.compile(r"/+(?P<name>\w{1,32})(?:@(?P<bot>\w{1,64}))?(?:\s+(?P<rest>.*))?", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`to_us`: it names this bot, or is a command of ours. `private`: its answer is for the sender alone."""

    text: str
    to_us: bool = False
    private: bool = False


def sentence(text: str, username: str) -> Sentence | None:
    """What the text says; None for a command to another bot. It never begins with a slash."""
    match = _COMMAND.fullmatch(text)
    if match is None:
        return Sentence(text.lstrip("/").strip() or HELP)
    bot = match["bot"]
    if bot is not None and bot.casefold() != username.casefold():
        return None
    name, rest = match["name"].casefold(), (match["rest"] or "").strip()
    if name == "start":  # its argument comes from whoever made the link, not from the person
        return Sentence(HELP, to_us=True)
    command = named(name)
    if command is None:
        return Sentence(f"{name} {rest}".strip(), to_us=bot is not None)
    return Sentence(typed(command, rest), to_us=True, private=command.private)
