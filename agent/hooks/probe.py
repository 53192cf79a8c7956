"""Looks at one plug-in in a process of its own (`python -m agent.hooks.probe TARGET`): a line of JSON a finding."""

from __future__ import annotations

import asyncio
import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Any

from agent.errors import MonetaError
from agent.hooks import sample
from agent.hooks.loading import ENTRY_POINTS, Plugins, load
from agent.hooks.plugin import Plugin
from agent.money import Token
from agent.plans import Step
from agent.plugin import Venue
from agent.policy.decode import decode
from agent.policy.policy import Policy, build
from agent.policy.rules import check_step

Finding = tuple[str, str, str]
"""ok, note or wrong; what was looked at; what was found."""
OK, NOTE, WRONG = "ok", "note", "wrong"
MOST_UNITS = 2**200


def examine(target: str) -> Iterator[Finding]:
    """Everything that can be told without a chain."""
    try:
        point = point_of(target)
    except (OSError, ValueError, LookupError) as error:
        yield WRONG, "found", str(error)
        return
    yield OK, "found", f"{point.name} = {point.value}"
    plugins = load(found=[point])
    plugin = plugins.known[-1]
    if plugin.why:
        yield WRONG, "usable", plugin.why
        return
    yield OK, "hooks", ", ".join(plugin.hooks)
    yield from _declared(plugins, plugin)
    yield from _phrases(plugins)
    yield from _venues(plugins, plugin)
    if plugin.why:
        yield WRONG, "usable", plugin.why


def point_of(target: str) -> EntryPoint:
    """The entry point of a project's folder, a package's, a wheel, or an installed plug-in or module."""
    path = Path(target).resolve()
    if path.suffix == ".whl" and path.is_file():
        sys.path.insert(0, str(path))
        return _of_wheel(path)
    if (path / "pyproject.toml").is_file():
        for folder in (path, path / "src"):
            sys.path.insert(0, str(folder))
        named = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))
        points = named.get("project", {}).get("entry-points", {}).get(ENTRY_POINTS, {})
        if len(points) != 1:
            raise ValueError(f"{path}/pyproject.toml names {len(points)} entry points of {ENTRY_POINTS}, not one")
        ((name, value),) = points.items()
        return EntryPoint(str(name), str(value), ENTRY_POINTS)
    if path.exists():
        sys.path.insert(0, str(path.parent))
        return EntryPoint(path.stem.replace("_", "-"), path.stem, ENTRY_POINTS)
    installed = next((each for each in entry_points(group=ENTRY_POINTS) if target in (each.name, each.value)), None)
    return installed or EntryPoint(target.replace("_", "-"), target, ENTRY_POINTS)


def _of_wheel(path: Path) -> EntryPoint:
    found = [
        each
        for distribution in Distribution.discover(path=[str(path)])
        for each in distribution.entry_points
        if each.group == ENTRY_POINTS
    ]
    if len(found) != 1:
        raise ValueError(f"{path.name} names {len(found)} entry points of {ENTRY_POINTS}, not one")
    return found[0]


def _declared(plugins: Plugins, plugin: Plugin) -> Iterator[Finding]:
    hook, own = plugins.hook, plugins.ours
    parts: dict[str, Any] = {
        "protocols": "moneta_protocols",
        "exchanges": "moneta_traders",
        "quoters": "moneta_quoters",
        "actions": "moneta_actions",
        "jobs": "moneta_jobs",
        "models": "moneta_models",
    }
    for what, name in parts.items():
        ours = {each.name for group in own(name) for each in group}
        theirs = [each.name for group in getattr(hook, name)() for each in group if each.name not in ours]
        if theirs:
            yield OK, what, ", ".join(theirs)
    if "moneta_call_tables" in plugin.hooks:
        yield OK, "call tables", ", ".join(str(body["table"]) for body in _tables(plugins))
    yield from _descriptors(plugins)


def _tables(plugins: Plugins) -> list[dict[str, Any]]:
    ours = [body for group in plugins.ours("moneta_call_tables") for body in group]
    return [body for group in plugins.hook.moneta_call_tables() for body in group if body not in ours]


def _descriptors(plugins: Plugins) -> Iterator[Finding]:
    from agent.gate.erc7730 import load_descriptor, table_name
    from agent.policy.tables import load_table

    tables = {str(body["table"]): load_table(body) for body in _tables(plugins)}
    for body in (each for group in plugins.hook.moneta_descriptors() for each in group):
        if table_name(body) in tables:
            try:
                load_descriptor(body, tables[table_name(body)])
            except ValueError as error:
                yield WRONG, f"descriptor of {table_name(body)}", str(error)
            else:
                yield OK, f"descriptor of {table_name(body)}", "every call is said"


def _phrases(plugins: Plugins) -> Iterator[Finding]:
    from agent.mind.context import Context
    from agent.mind.phrasebook import interpret
    from agent.words.vocabulary import Vocabulary

    words = Vocabulary(tokens=("ETH", "USDC"), venues=("aave-v3:core:USDC",))
    ours = {each.name for group in plugins.ours("moneta_actions") for each in group}
    for action in (each for group in plugins.hook.moneta_actions() for each in group if each.name not in ours):
        for phrase in action.phrases:
            if interpret(phrase.replace("{words}", "it"), Context(), words).intent is not None:
                yield WRONG, f"action {action.name}", f"Moneta reads “{phrase}” by itself, so it is never asked that"


def _venues(plugins: Plugins, plugin: Plugin) -> Iterator[Finding]:
    ours = {each.name for group in plugins.ours("moneta_protocols") for each in group}
    for protocol in (each for group in plugins.hook.moneta_protocols() for each in group if each.name not in ours):
        try:
            venues = asyncio.run(protocol.discover(sample.chain(), sample.ask))
        except MonetaError as error:
            yield (WRONG if plugin.why else NOTE), f"protocol {protocol.name}", str(error)
            continue
        if not venues:
            yield NOTE, f"protocol {protocol.name}", "it finds no venue on sample data, so none was tried"
        for venue in venues:
            yield from _venue(venue, plugins)


def _venue(venue: Venue, plugins: Plugins) -> Iterator[Finding]:
    """Its pure functions, each twice with the same in: the same has to come out."""
    try:
        answers = sample.answers(venue.reads(sample.ACCOUNT))
        state = venue.state(answers, sample.BLOCK)
        pure: dict[str, Callable[[], object]] = {
            "state": lambda: venue.state(answers, sample.BLOCK),
            "rate_after": lambda: venue.rate_after(state, sample.UNITS),
            "curve": lambda: venue.curve(state, 86_400),
        }
        steps: dict[str, Callable[[], tuple[Step, ...]]] = {
            "deposit": lambda: venue.deposit(state, sample.ACCOUNT, sample.UNITS),
            "withdraw": lambda: venue.withdraw(state, sample.ACCOUNT, sample.UNITS),
            "withdraw all": lambda: venue.withdraw(state, sample.ACCOUNT, None),
        }
        for what, part in (*pure.items(), *steps.items()):
            if part() != part():
                yield WRONG, f"venue {venue.id}", f"{what} isn't pure: two answers to the same question"
                return
        policy = _policy(venue, _tables(plugins))
        for what, built in steps.items():
            _signed(policy, built(), "enter" if what == "deposit" else "leave")
    except (MonetaError, ValueError, LookupError) as error:
        yield WRONG, f"venue {venue.id}", str(error)
    else:
        yield OK, f"venue {venue.id}", "state, rate, curve and steps hold; its calls read as what they are"


def _policy(venue: Venue, tables: list[dict[str, Any]]) -> Policy:
    """One that lists this venue alone, as the operator's would."""
    coin = Token(sample.CHAIN_ID, "ETH", None, 18)
    return build(
        chain_id=sample.CHAIN_ID,
        chain_name="sample",
        tokens=[venue.asset],
        native=coin,
        listed=[venue.contract],
        tables=tables or [body for body in _built_in_tables() if body["table"] == venue.contract.table],
        caps={venue.asset.symbol: MOST_UNITS},
        max_fee_wei=10**18,
    )


def _built_in_tables() -> list[dict[str, Any]]:
    return [body for group in load(found=[]).hook.moneta_call_tables() for body in group]


def _signed(policy: Policy, steps: tuple[Step, ...], direction: str) -> None:
    """Raises Refused, ValueError where the signer wouldn't sign a step, or it isn't what it should be."""
    if not steps:
        raise ValueError(f"no step of it is a call that would {direction}")
    for step in steps:
        effect = decode(policy, step.to, step.data, step.value)
        if effect.direction != direction:
            raise ValueError(f"{step.function} is told to {effect.direction}, and the venue means to {direction}")
        check_step(policy, sample.ACCOUNT, (), effect)


def main() -> int:
    """Exit code 0 only where nothing is wrong."""
    found = list(examine(sys.argv[1]))
    for verdict, what, told in found:
        sys.stdout.write(json.dumps({"verdict": verdict, "check": what, "found": told}) + "\n")
    return 1 if any(verdict == WRONG for verdict, _, _ in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
