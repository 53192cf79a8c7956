"""The `moneta` command. Each subcommand lives in agent/commands and is imported when it is called."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent import backtest_options, init_options, model_options, plugins_options
from agent.errors import MonetaError, Refused
from agent.harmless import harmless
from agent.importing import uncollected
from agent.logs import to_stderr

if TYPE_CHECKING:
    from agent.place import Where

    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

FAILED, INTERRUPTED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 means that what was asked for happened."""
    if sys.platform == "win32":
        sys.stderr.write("Moneta runs on Linux and macOS. On Windows use WSL2 or Docker.\n")
        return FAILED
    if isinstance(sys.stdin, io.TextIOWrapper):  # UTF-8 whatever the locale; a bad byte or a lone \r ends nothing
        sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    options = parser().parse_args(arguments)
    to_stderr(options.verbose)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except MonetaError as error:
        sys.stderr.write(f"moneta: {harmless(str(error))}\n")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output is gone; a complaint would go nowhere
    except Exception as error:
        if not type(error).__module__.startswith("devnet"):
            raise
        sys.stderr.write(f"moneta: {harmless(str(error))}\n")
    return FAILED


def parser() -> argparse.ArgumentParser:
    """The whole command line; docs/commands.md is made from it."""
    whole = argparse.ArgumentParser(
        prog="moneta", description="A conversational agent that puts your money to work in DeFi."
    )
    whole.add_argument("-v", "--verbose", action="store_true", help="log what happens, on standard error")
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init_options.add(_add(commands, "init", init_options.WHAT, init_options.run))
    _talking(commands)
    _devnet(commands)
    _looking(commands)
    _language(commands)
    model_options.add(commands, _add)
    _character(commands)
    _people(commands)
    _policy(commands)
    plugins_options.add(commands.add_parser("plugins", help=plugins_options.WHAT))
    return whole


def _talking(commands: _Commands) -> None:
    demo = _add(commands, "demo", "a chain of your own, a funded throw-away account, the chat", _demo)
    demo.add_argument("--dir", type=Path, help="keep everything in this folder (default: a temporary one)")
    demo.add_argument(
        "--autopilot",
        type=_span,
        metavar="SPAN",
        help="first let 12h, 90d or 2w pass under a mandate, and say what came",
    )
    demo.add_argument("--seed", type=_whole, metavar="N", help="with --autopilot: another demand (default: 1)")
    chat = _add(commands, "chat", "the chat, on the devnet that runs in a folder", _chat)
    _folder(chat)
    _chain(chat)
    run = _add(commands, "run", "the configured chats and the scheduler, or a read-only watch", _run)
    _folder(run, "--watch alone does without")
    _chain(run)
    run.add_argument("--watch", action="store_true", help="only look, with nothing but a node: rates, what changes")
    run.add_argument("--account", metavar="0x…", help="with --watch: tell what happens to this account's positions")
    run.add_argument("--every", type=_seconds, metavar="SECONDS", help="with --watch: how often (default: 12)")
    _json(run)
    for command in (demo, chat):
        command.add_argument("--character", metavar="NAME", help="who speaks: a name, or an ElizaOS file")
        command.add_argument("--script", metavar="FILE", help="read messages from a file, or from `-`, a line each")
        _json(command)


def _devnet(commands: _Commands) -> None:
    parser = commands.add_parser("devnet", help="the chain as a process of its own")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, what in (("up", "start it"), ("status", "say whether it runs"), ("down", "keep its state and end it")):
        action = _add(actions, name, what, _devnet_action)
        action.set_defaults(action=name)
        _folder(action)
        _json(action)
    advance = _add(actions, "advance", "let time pass", _devnet_advance)
    advance.add_argument("seconds", type=int)
    _folder(advance)
    _json(advance)


def _looking(commands: _Commands) -> None:
    sentences = {
        "yields": ("the venues and their rates", "best yield for {}?", "best yields?"),
        "portfolio": ("what you hold and what it earned", "", "portfolio"),
        "history": ("what was done", "", "history"),
    }
    for name, (what, with_asset, without) in sentences.items():
        view = _add(commands, name, what, _yields if with_asset else _view)
        if with_asset:
            view.add_argument("asset", nargs="?", help="a token's symbol")
        view.set_defaults(with_asset=with_asset, sentence=without, asset=None)
        _folder(view, "without one only the chain is looked at" if with_asset else "")
        _chain(view)
        _json(view)
    plan = _add(commands, "plan", "the preview of a sentence, without carrying it out", _view)
    plan.add_argument("sentence")
    plan.set_defaults(asset=None)
    _folder(plan)
    _chain(plan)
    _json(plan)
    replay = _add(commands, "replay", "a recorded decision, made again from what was stored with it", _replay)
    replay.add_argument("decision", type=int, metavar="ID", help="the decision's number")
    _folder(replay)
    _chain(replay)
    _json(replay)
    export = _add(commands, "export", "everything that is kept of one person, as JSON", _export)
    export.add_argument(
        "--user", metavar="WHO", help="platform and id, such as discord:123 (default: the owner here)"
    )
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="write it there, for your eyes only (default: print it)"
    )
    _folder(export)
    allocate = _add(commands, "allocate", "where money should be, from a file of venues alone", _allocate)
    allocate.add_argument("file", metavar="FILE", help="TOML or JSON (docs/allocate.md), or `-`")
    _json(allocate)
    backtest_options.add(_add(commands, "backtest", backtest_options.WHAT, backtest_options.run))
    doctor = _add(commands, "doctor", "whether endpoint, contracts and chain file agree, check by check", _doctor)
    doctor.add_argument("--dir", type=Path, default=Path(), help="the instance's folder, where there is one")
    _chain(doctor)
    _json(doctor)
    audit = commands.add_parser("audit", help="the ledger's audit log, and the ledger against the chain")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    what = "check the log's hash chain, and every transaction, flow and profit against the chain itself"
    verify = _add(actions, "verify", what, _audit)
    _folder(verify)
    _chain(verify)
    _json(verify)


def _language(commands: _Commands) -> None:
    _add(commands, "interpret", "JSON Lines of sentences in, intents or questions out", _interpret)
    _add(commands, "schema", "the JSON Schema of intents", _schema)
    guard = _add(commands, "guard", "recorded tool calls through bind and policy, as a dry run", _guard)
    guard.add_argument("file", metavar="FILE", help="JSON Lines of recorded runs, or `-`")
    _json(guard)


def _character(commands: _Commands) -> None:
    actions = commands.add_parser("character", help="character files").add_subparsers(required=True, metavar="ACTION")
    check = _add(actions, "check", "say what a file holds, what is used of it and what is wrong", _character_check)
    check.add_argument("file", nargs="+", help="a character's name or a file")
    _json(check)
    _json(_add(actions, "list", "the characters that come with Moneta", _character_list))
    show = _add(actions, "show", "a character as Moneta reads it", _character_show)
    show.add_argument("file", help="a character's name or a file")
    _json(show)
    _add(actions, "new", "write one by answering questions", _character_new).add_argument("file")


def _people(commands: _Commands) -> None:
    invite = _add(commands, "invite", "a code that lets one person in", _invite)
    _folder(invite)
    _json(invite)
    health = _add(commands, "health", "whether node and signer answer, for a container's health check", _health)
    _folder(health)
    _chain(health)
    _json(health)
    smoke = _add(commands, "smoke", "try a live endpoint: doctor, then a little money in and out", _smoke)
    smoke.add_argument("--spend", type=_whole, metavar="N", help="put N USDC into the best venue and take them out")
    smoke.add_argument("--asset", default="USDC", metavar="SYMBOL", help="of this token instead")
    smoke.add_argument("--yes", action="store_true", help="confirm without asking, for a script")
    _folder(smoke)
    _chain(smoke)
    wallet = commands.add_parser("wallet", help="the keystore").add_subparsers(required=True, metavar="ACTION")
    new = _add(wallet, "new", "make keystore and policy for a signer that is started apart", _new_wallet)
    _folder(new)
    _chain(new)
    _json(new)
    _folder(_add(wallet, "backup", "show the seed words once and prove that they are written down", _backup))
    imported = _add(wallet, "import", "another wallet's account as the keystore of a new folder", _import_wallet)
    source = imported.add_mutually_exclusive_group(required=True)
    source.add_argument("--keystore", type=Path, metavar="FILE", help="a keystore of version 3, of geth or others")
    source.add_argument("--words", nargs="?", const="", metavar="FILE", help="BIP-39 words: typed, or from a file")
    source.add_argument("--key-file", type=Path, metavar="FILE", help="a private key in a file of mode 0600")
    imported.add_argument("--accounts", type=int, default=1, help="how many accounts to derive from words")
    _folder(imported)
    _chain(imported)
    _json(imported)
    codes = _add(wallet, "totp", "one-time codes for what a stolen chat must not do alone", _totp)
    codes.add_argument("action", choices=["enroll", "remove", "status"])
    _folder(codes)


def _policy(commands: _Commands) -> None:
    actions = commands.add_parser("policy", help="limits: what holds, the operator's own, what a sentence would meet")
    parsers = actions.add_subparsers(required=True, metavar="ACTION")
    shown = _add(parsers, "show", "every list and cap with whose it is, and what waits", _policy_show)
    changed = _add(parsers, "set", "set a limit for everybody: `at most 500 USDC a day`", _policy_set)
    tested = _add(parsers, "test", "what would happen to a sentence, rule by rule", _policy_test)
    anew = _add(parsers, "relist", "list a contract that changed as it is now, after the wait", _policy_relist)
    anew.add_argument("name", help="the contract's name, or its address")
    new = _add(
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
        _folder(each)
        _chain(each)
        _json(each)


def _add(
    commands: _Commands, name: str, what: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(run=run)
    return parser


def _folder(parser: argparse.ArgumentParser, else_: str = "") -> None:
    said = "the instance's folder"
    parser.add_argument("--dir", type=Path, required=not else_, help=f"{said}; {else_}" if else_ else said)


def _span(text: str) -> int:
    from agent.commands.autopilot.span import span

    try:
        return span(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 86_400:
        raise argparse.ArgumentTypeError("whole seconds, 1 to 86400")
    return int(text)


def _chain(parser: argparse.ArgumentParser) -> None:
    """For commands that ask the chain: which one, and where."""
    parser.add_argument("--chain", metavar="NAME", help="a real chain, or a chain file (default: the settings')")
    parser.add_argument("--rpc", metavar="URL", help="a node of that chain (default: the settings')")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def _where(options: argparse.Namespace, **said: str | None) -> Where:
    from agent.config_file import holds_key
    from agent.place import Where

    if options.rpc and holds_key(options.rpc):
        sys.stderr.write(
            "moneta: others here can see the key in that URL (ps): a file, rpc_file, keeps it to yourself\n"
        )
    return Where.of(options.dir or Path(), chain=options.chain, rpc_url=options.rpc, **said)


def _demo(options: argparse.Namespace) -> int:
    from agent.commands import talking

    if options.autopilot is None:
        if options.seed is not None:
            raise Refused("seed", "A seed is of the months of --autopilot.", "Say --autopilot 90d, or leave it out.")
        return talking.demo(options.dir, options.script, options.json, options.character)
    seed = 1 if options.seed is None else options.seed
    return talking.autopilot(options.dir, options.autopilot, seed, options.script, options.json, options.character)


def _chat(options: argparse.Namespace) -> int:
    from agent.commands.talking import chat

    return chat(_where(options, character=options.character), options.script, options.json)


def _run(options: argparse.Namespace) -> int:
    if options.watch:
        with uncollected():
            from agent.commands.watching import watch

        return watch(_where(options), options.account, options.every, options.json)
    if options.dir is None:
        raise Refused("folder", "An instance needs its folder.", "Say --dir, or --watch to only look.")
    with uncollected():
        from agent.commands.run import run

    return run(_where(options), options.json)


def _devnet_action(options: argparse.Namespace) -> int:
    from agent.commands import devnet

    actions = {"up": devnet.up, "down": devnet.down, "status": devnet.status}
    return actions[options.action](options.dir, options.json)


def _devnet_advance(options: argparse.Namespace) -> int:
    from agent.commands import devnet

    return devnet.advance(options.dir, options.seconds, options.json)


def _yields(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.watching import has_instance, yields

    where = _where(options)
    if options.dir is None or (where.settings.chain and not has_instance(where)):
        return yields(where, options.asset, options.json, options.dir and options.dir / "cache")
    return _view(options)


def _view(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.looking import say

    sentence = options.with_asset.format(options.asset) if options.asset else options.sentence
    return say(_where(options), sentence, options.json)


def _replay(options: argparse.Namespace) -> int:
    from agent.commands.replay import run

    return run(_where(options), options.decision, options.json)


def _export(options: argparse.Namespace) -> int:
    from agent.commands.export import run

    return run(options.dir, options.user, options.out)


def _allocate(options: argparse.Namespace) -> int:
    from agent.commands.allocate import allocate

    return allocate(options.file, options.json)


def _doctor(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.doctor import doctor

    return doctor(_where(options), options.json)


def _audit(options: argparse.Namespace) -> int:
    from agent.commands.audit import verify

    return verify(_where(options), options.json)


def _invite(options: argparse.Namespace) -> int:
    from agent.commands.people import invite

    return invite(options.dir, options.json)


def _health(options: argparse.Namespace) -> int:
    from agent.commands.health import health

    return health(_where(options), options.json)


def _policy_show(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.show(_where(options), options.json, options.user)


def _policy_set(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.change(_where(options), options.sentence, options.json)


def _policy_test(options: argparse.Namespace) -> int:
    from agent.commands import policy

    return policy.test(_where(options), options.sentence, options.json, options.user)


def _policy_relist(options: argparse.Namespace) -> int:
    from agent.commands.relist import relist

    return relist(_where(options), options.name, options.json)


def _policy_list(options: argparse.Namespace) -> int:
    from agent.commands.enlist import enlist

    return enlist(_where(options), options.name, options.code, options.json)


def _whole(text: str) -> int:
    """A number of whole units, from 1 up."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def _smoke(options: argparse.Namespace) -> int:
    from agent.commands.smoke import smoke

    return smoke(_where(options), options.spend, options.asset, options.yes)


def _new_wallet(options: argparse.Namespace) -> int:
    from agent.commands.people import new_wallet

    return new_wallet(_where(options), options.json)


def _backup(options: argparse.Namespace) -> int:
    from agent.commands.people import backup

    return backup(options.dir)


def _import_wallet(options: argparse.Namespace) -> int:
    from agent.commands.people import import_wallet

    named = {"--keystore": options.keystore, "--words": options.words, "--key-file": options.key_file}
    words = [text for name, value in named.items() if value is not None for text in (name, str(value)) if text]
    return import_wallet(_where(options), [*words, "--accounts", str(options.accounts), *["--json"] * options.json])


def _totp(options: argparse.Namespace) -> int:
    from agent.commands.people import totp

    return totp(options.dir, options.action)


def _interpret(_: argparse.Namespace) -> int:
    from agent.commands.language import interpret

    return interpret()


def _schema(_: argparse.Namespace) -> int:
    from agent.commands.language import schema

    return schema()


def _guard(options: argparse.Namespace) -> int:
    from agent.commands.guard import guard

    return guard(options.file)


def _character_check(options: argparse.Namespace) -> int:
    from agent.commands import character

    return character.check(options.file, options.json)


def _character_list(options: argparse.Namespace) -> int:
    from agent.commands import character

    return character.list_(options.json)


def _character_show(options: argparse.Namespace) -> int:
    from agent.commands import character

    return character.show(options.file, options.json)


def _character_new(options: argparse.Namespace) -> int:
    from agent.commands import character

    return character.new(options.file)
