"""The questions of `moneta init`, one line each; an empty answer takes what stands in brackets."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import chains
import characters
from agent.commands.output import text_line
from agent.secret_shapes import is_key, shape

Ask = Callable[[str], str]
DEVNET = "devnet"
_IDENTITY = re.compile(r"(discord|telegram):\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said; None: not asked yet, '': nothing."""

    chain: str | None = None
    rpc_file: str | None = None
    rpc_url: str | None = None
    character: str | None = None
    discord_token_file: str | None = None
    telegram_token_file: str | None = None
    owners: tuple[str, ...] = ()
    model: str | None = None
    model_url: str | None = None
    model_key_file: str | None = None
    defillama: bool | None = None


def ask_for(said: Answers, ask: Ask | None = None) -> Answers:
    """Asks for what wasn't said. Raises EOFError where the answers end."""
    asked = ask or _typed
    said = _chain(said, asked)
    if said.character is None:
        listed = ", ".join(characters.names())
        said = replace(said, character=asked(f"Who shall speak: {listed}, or a character file [moneta]? "))
    said = _chats(said, asked)
    said = _model(said, asked)
    if said.defillama is None:
        text_line("DefiLlama publishes rates of places that I can't enter; asking it tells it your IP address.")
        said = replace(said, defillama=asked("Show them, marked as such [y/N]? ").lower() in ("y", "yes"))
    return said


def _chain(said: Answers, ask: Ask) -> Answers:
    if said.chain is None:
        listed = ", ".join(chains.names())
        text_line(f"Chains that I know: {listed}; or the path of a chain file. {DEVNET}: a chain of your own.")
        said = replace(said, chain=ask(f"Which chain [{DEVNET}]? ") or DEVNET)
    if said.chain == DEVNET or said.rpc_file or said.rpc_url:
        return said
    while True:
        answer = ask("A node of it: its URL (kept in a file of its own), or a file with a URL a line? ")
        if answer.startswith(("http://", "https://", "ws://", "wss://")):
            return replace(said, rpc_url=answer)
        if answer and Path(answer).expanduser().is_file():
            return replace(said, rpc_file=answer)
        text_line("That is neither a URL, http://… or https://…, nor a file that is there.")


def _chats(said: Answers, ask: Ask) -> Answers:
    if said.discord_token_file is None:
        said = replace(said, discord_token_file=_file(ask, "A file with your Discord bot's token [no Discord]? "))
    if said.telegram_token_file is None:
        said = replace(said, telegram_token_file=_file(ask, "A file with your Telegram bot's token [no Telegram]? "))
    while (said.discord_token_file or said.telegram_token_file) and not said.owners:
        answer = ask("You there, such as discord:123 or telegram:123 (docs/discord.md, docs/telegram.md)? ")
        named = tuple(answer.replace(",", " ").split())
        if named and all(_IDENTITY.fullmatch(each) for each in named):
            return replace(said, owners=named)
        text_line("That is discord: or telegram: and the number of your account there.")
    return said


def _model(said: Answers, ask: Ask) -> Answers:
    if said.model is None:
        said = replace(said, model=ask("A language model's name (docs/models.md) [none: the phrasebook reads all]? "))
    if not said.model:
        return said
    while not said.model_url:
        answer = ask("Its endpoint, such as http://127.0.0.1:11434/v1? ")
        if answer.startswith(("http://", "https://")):
            said = replace(said, model_url=answer)
    if said.model_key_file is None:
        said = replace(said, model_key_file=_file(ask, "A file with its key [none]? "))
    return said


def _file(ask: Ask, question: str) -> str:
    """A file's path. A secret that was pasted in its place isn't taken, nor shown again."""
    while True:
        answer = ask(question)
        if not (shape(answer) or is_key(answer) or ":" in answer):
            return answer
        text_line(
            "That looks like the secret itself. Put it into a file, (umask 077; cat > FILE), and name the file."
        )


def _typed(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
