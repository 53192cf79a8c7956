"""The options of `moneta policy`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from agent.options.shared import add, as_json, chain, folder, where

if TYPE_CHECKING:
    from agent.options.shared import Commands


def add_all(commands: Commands) -> None:
    actions = commands.add_parser("policy", help="limits: what holds, the operator's own, what a sentence would meet")
    parsers = actions.add_subparsers(required=True, metavar="ACTION")
    shown = add(parsers, "show", "every list and cap with whose it is, and what waits", _policy_show)
    changed = add(parsers, "set", "set a limit for everybody: `at most 500 USDC a day`", _policy_set)
    tested = add(parsers, "test", "what would happen to a sentence, rule by rule", _policy_test)
    anew = add(parsers, "relist", "list a contract that changed as it is now, after the wait", _policy_relist)
    anew.add_argument("name", help="the contract's name, or its address")
    new = add(
        parsers, "list", "show a contract that isn't on the signer's list; with its code hash, list it", _policy_list
    )
    new.add_argument("name", help="the venue or exchange, or its contract's address")
    new.add_argument(
        "--code", metavar="0x…", help="the hash of the contract's code, which you compared with its source"
    )
    for each in (changed, tested):
        each.add_argument("sentence")
    for each in (shown, tested):
        each.add_argument("--user", metavar="WHO", default="", help="for whom: `discord:123` (default: the owner)")
    for each in (shown, changed, tested, anew, new):
        folder(each)
        chain(each)
        as_json(each)


def _policy_show(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.show(where(options), options.json, options.user)


def _policy_set(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.change(where(options), options.sentence, options.json)


def _policy_test(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.test(where(options), options.sentence, options.json, options.user)


def _policy_relist(options: argparse.Namespace) -> int:
    from agent.commands.relist import relist

    return relist(where(options), options.name, options.json)


def _policy_list(options: argparse.Namespace) -> int:
    from agent.commands.enlist import enlist

    return enlist(where(options), options.name, options.code, options.json)
