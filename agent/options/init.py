"""The options of `moneta init`."""

from __future__ import annotations

import argparse
from pathlib import Path

WHAT = "ask what an instance needs, write its moneta.toml, say what to type next"


def add(init: argparse.ArgumentParser) -> None:
    """One option for each thing that it would ask."""
    init.add_argument("--dir", type=Path, default=Path(), help="the instance's folder (default: this one)")
    init.add_argument("--chain", metavar="NAME", help="a real chain, a chain file, or devnet")
    node = init.add_mutually_exclusive_group()
    node.add_argument("--rpc-file", metavar="FILE", help="a file with the URLs of its nodes, one a line")
    node.add_argument("--rpc", metavar="URL", help="one node; it is kept in a file of its own")
    init.add_argument("--character", metavar="NAME", help="who speaks: a name, or an ElizaOS file")
    init.add_argument("--discord-token-file", metavar="FILE", help="a file with the Discord bot's token")
    init.add_argument("--telegram-token-file", metavar="FILE", help="a file with the Telegram bot's token")
    init.add_argument(
        "--owner", action="append", default=[], metavar="ID", help="you there: discord:123, telegram:123"
    )
    init.add_argument("--model", metavar="NAME", help="a language model")
    init.add_argument("--model-url", metavar="URL", help="its OpenAI-compatible endpoint")
    init.add_argument("--model-key-file", metavar="FILE", help="a file with its key")
    init.add_argument("--defillama", action="store_true", default=None, help="show rates elsewhere, too")
    init.add_argument("--yes", action="store_true", help="ask nothing: what isn't said stays as it is by default")
    init.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def run(options: argparse.Namespace) -> int:
    """Asks for what wasn't said, and writes."""
    from agent.commands.init import init
    from agent.commands.interview import Answers

    answers = Answers(
        chain=options.chain,
        rpc_file=options.rpc_file,
        rpc_url=options.rpc,
        character=options.character,
        discord_token_file=options.discord_token_file,
        telegram_token_file=options.telegram_token_file,
        owners=tuple(options.owner),
        model=options.model,
        model_url=options.model_url,
        model_key_file=options.model_key_file,
        defillama=options.defillama,
    )
    return init(options.dir, answers, options.yes, options.json)
