"""The `moneta` command. Each subcommand lives in agent/commands and is imported when it is called."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import MonetaError, Refused
from agent.harmless import harmless
from agent.importing import uncollected
from agent.logs import to_stderr
from agent.options import backtest, books, init, models, people, plugins, policy
from agent.options.shared import add, as_json, chain, folder, where, whole

if TYPE_CHECKING:
    from agent.options.shared import Commands

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
    init.add(add(commands, "init", init.WHAT, init.run))
    _talking(commands)
    _devnet(commands)
    _looking(commands)
    _language(commands)
    models.add(commands, add)
    _character(commands)
    people.add_all(commands)
    policy.add_all(commands)
    plugins.add(commands.add_parser("plugins", help=plugins.WHAT))
    return whole


def _talking(commands: Commands) -> None:
    demo = add(commands, "demo", "a chain of your own, a funded throw-away account, the chat", _demo)
    demo.add_argument("--dir", type=Path, help="keep everything in this folder (default: a temporary one)")
    demo.add_argument(
        "--autopilot",
        type=_span,
        metavar="SPAN",
        help="first let 12h, 90d or 2w pass under a mandate, and say what came",
    )
    demo.add_argument("--seed", type=whole, metavar="N", help="with --autopilot: another demand (default: 1)")
    chat = add(commands, "chat", "the chat, on the devnet that runs in a folder", _chat)
    folder(chat)
    chain(chat)
    run = add(commands, "run", "the configured chats and the scheduler, or a read-only watch", _run)
    folder(run, "--watch alone does without")
    chain(run)
    run.add_argument("--watch", action="store_true", help="only look, with nothing but a node: rates, what changes")
    run.add_argument("--account", metavar="0x…", help="with --watch: tell what happens to this account's positions")
    run.add_argument("--every", type=_seconds, metavar="SECONDS", help="with --watch: how often (default: 12)")
    as_json(run)
    for command in (demo, chat):
        command.add_argument("--character", metavar="NAME", help="who speaks: a name, or an ElizaOS file")
        command.add_argument("--script", metavar="FILE", help="read messages from a file, or from `-`, a line each")
        as_json(command)


def _devnet(commands: Commands) -> None:
    parser = commands.add_parser("devnet", help="the chain as a process of its own")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, what in (("up", "start it"), ("status", "say whether it runs"), ("down", "keep its state and end it")):
        action = add(actions, name, what, _devnet_action)
        action.set_defaults(action=name)
        folder(action)
        as_json(action)
    advance = add(actions, "advance", "let time pass", _devnet_advance)
    advance.add_argument("seconds", type=int)
    folder(advance)
    as_json(advance)


def _looking(commands: Commands) -> None:
    sentences = {
        "yields": ("the venues and their rates", "best yield for {}?", "best yields?"),
        "portfolio": ("what you hold and what it earned", "", "portfolio"),
        "history": ("what was done", "", "history"),
    }
    for name, (what, with_asset, without) in sentences.items():
        view = add(commands, name, what, _yields if with_asset else _view)
        if with_asset:
            view.add_argument("asset", nargs="?", help="a token's symbol")
        view.set_defaults(with_asset=with_asset, sentence=without, asset=None)
        folder(view, "without one only the chain is looked at" if with_asset else "")
        chain(view)
        as_json(view)
    books.add(add(commands, "books", books.WHAT, books.run))
    plan = add(commands, "plan", "the preview of a sentence, without carrying it out", _view)
    plan.add_argument("sentence")
    plan.set_defaults(asset=None)
    folder(plan)
    chain(plan)
    as_json(plan)
    replay = add(commands, "replay", "a recorded decision, made again from what was stored with it", _replay)
    replay.add_argument("decision", type=int, metavar="ID", help="the decision's number")
    folder(replay)
    chain(replay)
    as_json(replay)
    export = add(commands, "export", "everything that is kept of one person, as JSON", _export)
    export.add_argument(
        "--user", metavar="WHO", help="platform and id, such as discord:123 (default: the owner here)"
    )
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="write it there, for your eyes only (default: print it)"
    )
    folder(export)
    allocate = add(commands, "allocate", "where money should be, from a file of venues alone", _allocate)
    allocate.add_argument("file", metavar="FILE", help="TOML or JSON (docs/allocate.md), or `-`")
    as_json(allocate)
    backtest.add(add(commands, "backtest", backtest.WHAT, backtest.run))
    doctor = add(commands, "doctor", "whether endpoint, contracts and chain file agree, check by check", _doctor)
    doctor.add_argument("--dir", type=Path, default=Path(), help="the instance's folder, where there is one")
    chain(doctor)
    as_json(doctor)
    audit = commands.add_parser("audit", help="the ledger's audit log, and the ledger against the chain")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    what = "check the log's hash chain, and every transaction, flow and profit against the chain itself"
    verify = add(actions, "verify", what, _audit)
    folder(verify)
    chain(verify)
    as_json(verify)


def _language(commands: Commands) -> None:
    add(commands, "interpret", "JSON Lines of sentences in, intents or questions out", _interpret)
    add(commands, "schema", "the JSON Schema of intents", _schema)
    guard = add(commands, "guard", "recorded tool calls through bind and policy, as a dry run", _guard)
    guard.add_argument("file", metavar="FILE", help="JSON Lines of recorded runs, or `-`")
    as_json(guard)


def _character(commands: Commands) -> None:
    actions = commands.add_parser("character", help="character files").add_subparsers(required=True, metavar="ACTION")
    check = add(actions, "check", "say what a file holds, what is used of it and what is wrong", _character_check)
    check.add_argument("file", nargs="+", help="a character's name or a file")
    as_json(check)
    as_json(add(actions, "list", "the characters that come with Moneta", _character_list))
    show = add(actions, "show", "a character as Moneta reads it", _character_show)
    show.add_argument("file", help="a character's name or a file")
    as_json(show)
    add(actions, "new", "write one by answering questions", _character_new).add_argument("file")


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


def _demo(options: argparse.Namespace) -> int:
    from agent.commands import talking

    if options.autopilot is None:
        if options.seed is not None:
            raise Refused("seed", "A seed is of the months of --autopilot.", "Say --autopilot 90d, or leave it out.")
        return talking.demo(options.dir, options.script, options.json, options.character)
    seed = 1 if options.seed is None else options.seed
    return talking.autopilot(options.dir, options.autopilot, seed, options.script, options.json, options.character)


def _chat(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.talking import chat
        from agent.place import Where  # noqa: F401  (what `_where` imports)

    return chat(where(options, character=options.character), options.script, options.json)


def _run(options: argparse.Namespace) -> int:
    if options.watch:
        with uncollected():
            from agent.commands.watching import watch

        return watch(where(options), options.account, options.every, options.json)
    if options.dir is None:
        raise Refused("folder", "An instance needs its folder.", "Say --dir, or --watch to only look.")
    with uncollected():
        from agent.commands.run import run

    return run(where(options), options.json)


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

    at = where(options)
    if options.dir is None or (at.settings.chain and not has_instance(at)):
        return yields(at, options.asset, options.json, options.dir and options.dir / "cache")
    return _view(options)


def _view(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.looking import say

    sentence = options.with_asset.format(options.asset) if options.asset else options.sentence
    return say(where(options), sentence, options.json)


def _replay(options: argparse.Namespace) -> int:
    from agent.commands.replay import run

    return run(where(options), options.decision, options.json)


def _export(options: argparse.Namespace) -> int:
    from agent.commands.export import run

    return run(options.dir, options.user, options.out)


def _allocate(options: argparse.Namespace) -> int:
    from agent.commands.allocate import allocate

    return allocate(options.file, options.json)


def _doctor(options: argparse.Namespace) -> int:
    with uncollected():
        from agent.commands.doctor import doctor

    return doctor(where(options), options.json)


def _audit(options: argparse.Namespace) -> int:
    from agent.commands.audit import verify

    return verify(where(options), options.json)


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
