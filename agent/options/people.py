"""The options of `moneta invite`, `health`, `smoke` and `wallet`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from agent.options.shared import add, as_json, chain, folder, where, whole

if TYPE_CHECKING:
    from agent.options.shared import Commands


def add_all(commands: Commands) -> None:
    invite = add(commands, "invite", "a code that lets one person in", _invite)
    folder(invite)
    as_json(invite)
    health = add(commands, "health", "whether node and signer answer, for a container's health check", _health)
    folder(health)
    chain(health)
    as_json(health)
    smoke = add(commands, "smoke", "try a live endpoint: doctor, then a little money in and out", _smoke)
    smoke.add_argument("--spend", type=whole, metavar="N", help="put N USDC into the best venue and take them out")
    smoke.add_argument("--asset", default="USDC", metavar="SYMBOL", help="of this token instead")
    smoke.add_argument("--yes", action="store_true", help="confirm without asking, for a script")
    folder(smoke)
    chain(smoke)
    wallet = commands.add_parser("wallet", help="the keystore").add_subparsers(required=True, metavar="ACTION")
    new = add(wallet, "new", "make keystore and policy for a signer that is started apart", _new_wallet)
    folder(new)
    chain(new)
    as_json(new)
    folder(add(wallet, "backup", "show the seed words once and prove that they are written down", _backup))
    imported = add(wallet, "import", "another wallet's account as the keystore of a new folder", _import_wallet)
    source = imported.add_mutually_exclusive_group(required=True)
    source.add_argument("--keystore", type=Path, metavar="FILE", help="a keystore of version 3, of geth or others")
    source.add_argument("--words", nargs="?", const="", metavar="FILE", help="BIP-39 words: typed, or from a file")
    source.add_argument("--key-file", type=Path, metavar="FILE", help="a private key in a file of mode 0600")
    imported.add_argument("--accounts", type=int, default=1, help="how many accounts to derive from words")
    folder(imported)
    chain(imported)
    as_json(imported)
    codes = add(wallet, "totp", "one-time codes for what a stolen chat must not do alone", _totp)
    codes.add_argument("action", choices=["enroll", "remove", "status"])
    folder(codes)


def _invite(options: argparse.Namespace) -> int:
    from agent.commands.people import invite

    return invite(options.dir, options.json)


def _health(options: argparse.Namespace) -> int:
    from agent.commands.health import health

    return health(where(options), options.json)


def _smoke(options: argparse.Namespace) -> int:
    from agent.commands.smoke import smoke

    return smoke(where(options), options.spend, options.asset, options.yes)


def _new_wallet(options: argparse.Namespace) -> int:
    from agent.commands.people import new_wallet

    return new_wallet(where(options), options.json)


def _backup(options: argparse.Namespace) -> int:
    from agent.commands.people import backup

    return backup(options.dir)


def _import_wallet(options: argparse.Namespace) -> int:
    from agent.commands.people import import_wallet

    named = {"--keystore": options.keystore, "--words": options.words, "--key-file": options.key_file}
    words = [text for name, value in named.items() if value is not None for text in (name, str(value)) if text]
    return import_wallet(where(options), [*words, "--accounts", str(options.accounts), *["--json"] * options.json])


def _totp(options: argparse.Namespace) -> int:
    from agent.commands.people import totp

    return totp(options.dir, options.action)
