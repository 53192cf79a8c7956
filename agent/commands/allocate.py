"""`moneta allocate`: the allocator alone, on a file of venues. Nothing is read from a chain, nothing is signed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent import hooks
from agent.commands.allocate_file import Task, read
from agent.commands.output import complain, json_line, text_line
from agent.curves import Allocation, Part
from agent.errors import Refused, Unavailable
from agent.money import grouped, text_from_units


def allocate(file: str, as_json: bool) -> int:
    """Prints where all money should be. Raises Refused where the file, or no venue of it, makes sense."""
    manager = hooks.load()
    task = read(
        _text(file), lambda kind, facts, seconds: manager.hook.moneta_curve(kind=kind, facts=facts, seconds=seconds)
    )
    found: Allocation = manager.hook.moneta_allocate(candidates=task.candidates, terms=task.terms)
    left_out = {**task.left_out, **found.left_out}
    for venue, reason in left_out.items():
        complain(f"left out: {venue}: {reason}")
    if len(left_out) == len(task.candidates) + len(task.left_out):
        raise Refused("venues", "No venue of the file can be weighed.", "Mend what is said of them above.")
    (_as_json if as_json else _as_text)(task, found, left_out)
    return 0


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable("file", f"{file} can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Refused("file", f"{file} isn't text in UTF-8.") from error


def _as_json(task: Task, found: Allocation, left_out: dict[str, str]) -> None:
    def amount(units: int) -> str:
        return text_from_units(units, task.decimals)

    for part in (*found.parts, *_empty(task, found, left_out)):
        json_line(
            {
                "venue": part.venue,
                "amount": amount(part.units),
                "moved": amount(part.moved),
                "rate_low": part.rate_low.fraction,
                "rate_high": part.rate_high.fraction,
                "income_low": amount(part.low),
                "income_high": amount(part.high),
                "cost": amount(part.cost),
            }
        )
    for venue, reason in left_out.items():
        json_line({"venue": venue, "left_out": reason})
    totals = {name: amount(getattr(found, name)) for name in ("idle", "income", "cost", "net", "bound", "gap")}
    json_line({"asset": task.asset, **totals, "exact": found.exact, "relaxations": found.nodes})


def _empty(task: Task, found: Allocation, left_out: Mapping[str, str]) -> Iterator[Part]:
    """The venues that hold nothing, and what they would pay."""
    moved = {part.venue: part.moved for part in found.parts}
    held = Counter[str]()
    for each in task.candidates:
        held[each.source] += moved.get(each.venue, 0)
    for each in sorted(task.candidates, key=lambda each: each.venue):
        if each.venue not in moved and each.venue not in left_out and each.curve is not None:
            low, high = (each.curve.rate(held[each.source], response) for response in task.terms.response)
            yield Part(each.venue, 0, 0, low, high, 0, 0, 0)


def _as_text(task: Task, found: Allocation, left_out: dict[str, str]) -> None:
    def amount(units: int) -> str:
        return f"{grouped(text_from_units(units, task.decimals))} {task.asset}".rstrip()

    def line(part: Part) -> str:
        rate = str(part.rate_low) if part.rate_low == part.rate_high else f"{part.rate_low} to {part.rate_high}"
        told = "income not known" if part.venue in left_out else rate
        return f"{part.venue}: {amount(part.units)} ({told})" + (
            f", moved {amount(part.moved)}" if part.moved else ""
        )

    for part in found.parts:
        text_line(line(part))
    if found.idle:
        text_line(f"idle: {amount(found.idle)}")
    days = task.terms.seconds // 86_400
    text_line(f"In {days} days: {amount(found.income)}, less {amount(found.cost)} for moves.")
    sure = "the best there is" if found.exact else f"at most {amount(found.gap)} below the best there is"
    text_line(f"This is {sure}.")
