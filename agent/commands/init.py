"""`moneta init`: asks what an instance needs, writes its moneta.toml, and says what to type next.

No secret gets into moneta.toml: tokens and keys stay in their files, which it names; a node's URL, which often holds
a key, goes into a file of its own that only its owner can read.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from agent import config_file
from agent.chain.endpoints import endpoints
from agent.character.files import load as load_character
from agent.commands import places
from agent.commands.interview import DEVNET, Answers, ask_for
from agent.commands.output import complain, json_line, text_line
from agent.config import Settings
from agent.errors import Refused
from agent.place import read_secret

RPC_FILE = "rpc.txt"
DEFILLAMA = "https://yields.llama.fi"
FILES = ("rpc_file", "model_key_file", "discord_token_file", "telegram_token_file")
HEAD = f"""\
# Written by `moneta init`. Every other setting: {config_file.example()}
# No secret belongs in here: the files that are named hold them, alone and for you only (chmod 600).

"""


def init(folder: Path, answers: Answers, yes: bool, as_json: bool) -> int:
    """Writes the folder's moneta.toml. Raises Refused: settings where there is one, what can't be used, endpoints."""
    path = folder / config_file.NAME
    _check_free(path)
    if not yes:
        if not sys.stdin.isatty():
            raise Refused(
                "settings",
                "`moneta init` asks at a terminal.",
                "Elsewhere say --yes, and --chain, --rpc-file and what else it should write.",
            )
        try:
            answers = ask_for(answers)
        except EOFError:
            complain("Nothing was written.")
            return 1
    data = _settings(folder, answers)
    _check(path, data)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused("settings", f"{folder} can't be made: {error.strerror}.", "Name another folder.") from error
    made = [path]
    if answers.rpc_url:
        made.insert(0, folder / RPC_FILE)
        _write(folder / RPC_FILE, answers.rpc_url + "\n")
    _write(path, HEAD + tomli_w.dumps(data))
    if as_json:
        json_line({"event": "init", "written": [str(each) for each in made], "settings": data})
    else:
        text_line(
            "\n".join([*(f"wrote {each}" for each in made), *_warnings(folder, data), "", *_next(folder, data)])
        )
    return 0


def _settings(folder: Path, answers: Answers) -> dict[str, Any]:
    """What is written. Files are named from the folder where they lie in it, else whole."""
    chain = answers.chain or DEVNET
    real = chain != DEVNET
    said: dict[str, Any] = {
        "chain": _chain(folder, chain) if real else None,
        "rpc_file": RPC_FILE if answers.rpc_url else _named(folder, answers.rpc_file),
        "character": _character(answers.character),
        "discord_token_file": _named(folder, answers.discord_token_file),
        "telegram_token_file": _named(folder, answers.telegram_token_file),
        "owners": list(answers.owners) or None,
        "model": answers.model or None,
        "model_url": answers.model_url or None,
        "model_key_file": _named(folder, answers.model_key_file),
        "defillama_url": DEFILLAMA if answers.defillama else None,
    }
    data = {name: value for name, value in said.items() if value}
    if real and "rpc_file" not in data:
        raise Refused("endpoints", f"A node of {chain} is needed.", "Say --rpc-file FILE, or --rpc URL.")
    return data


def _chain(folder: Path, named: str) -> str:
    """The chain's name, or its file's whole path. Raises Refused("chain")."""
    file = places.chain_file(named, folder)
    if not named.endswith(".toml"):
        return named
    if not file.is_file():
        raise Refused("chain", f"There is no chain file {named}.", "Name a chain, or a file that is there.")
    return str(file.absolute())


def _character(named: str | None) -> str | None:
    if not named or named == Settings.model_fields["character"].default:
        return None
    load_character(named)
    return str(Path(named).absolute()) if Path(named).suffix else named


def _named(folder: Path, file: str | None) -> str | None:
    """How a file is named from the folder."""
    if not file:
        return None
    path = Path(file).expanduser().absolute()
    inside = folder.absolute()
    return str(path.relative_to(inside)) if path.is_relative_to(inside) else str(path)


def _check(path: Path, data: Mapping[str, Any]) -> None:
    """Raises Refused for what would be refused when it is read."""
    config_file.check(path, data, Settings.model_fields)
    Settings.said(**data)
    if ("model" in data) != ("model_url" in data):
        raise Refused("model", "A model needs its name and the URL of its endpoint.", "Say both, or neither.")
    if "rpc_file" in data and data["rpc_file"] != RPC_FILE:
        file = path.parent / data["rpc_file"]
        if not endpoints(read_secret(file, "It holds a node's URL a line.")):
            raise Refused("endpoints", f"{file} names no node.", "Write a node's URL into it, a line each.")


def _check_free(path: Path) -> None:
    if path.exists():
        raise Refused("settings", f"{path} is there already.", "Edit it, or name another folder with --dir.")


def _write(path: Path, text: str) -> None:
    """A new file for its owner alone. Raises Refused("settings") where there is one."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused("settings", f"{path} is there already.", "Move it away, or name another folder.") from None
    except OSError as error:
        raise Refused("settings", f"{path} can't be written: {error.strerror}.") from error


def _warnings(folder: Path, data: Mapping[str, Any]) -> list[str]:
    """What of the files that are named is still to be done."""
    found = []
    for name in FILES:
        if name in data:
            file = folder / data[name]
            quoted = shlex.quote(str(file))
            if not file.exists():
                found.append(f"{file} isn't there yet: (umask 077; cat > {quoted}), paste it, Enter, Ctrl-D")
            elif stat.S_IMODE(file.stat().st_mode) & 0o077:
                found.append(f"{file} can be read by others: chmod 600 {quoted}")
    return found


def _next(folder: Path, data: Mapping[str, Any]) -> list[str]:
    """What to type now, in the order of what it may cost: nothing, then a look at a preview, then money."""
    where = shlex.quote(str(folder))
    real = "chain" in data
    steps = [
        *([] if real else [(f"moneta devnet up --dir {where}", "a chain of your own, with play money")]),
        (f"moneta yields --dir {where}", "the rates; reads only" if real else "the rates"),
        *([(f"moneta doctor --dir {where}", "whether every address is what it says")] if real else []),
        (f"moneta run --watch --dir {where}", "what changes; reads only, makes no key"),
        (
            f"moneta chat --dir {where}",
            "makes your keystore (it asks for a password) and talks" if real else "makes a throw-away key and talks",
        ),
    ]
    if "discord_token_file" in data or "telegram_token_file" in data:
        steps.append((f"moneta run --dir {where}", "serves the chats"))
    width = max(len(command) for command, _ in steps)
    return ["Next, in this order:", *(f"  {command.ljust(width)}  {what}" for command, what in steps)]
