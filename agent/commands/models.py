"""`moneta models list|measure`: which model is asked for what, and how well each of them does."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent import hooks
from agent.character.files import default
from agent.commands.output import complain, json_line, text_line
from agent.config import Settings
from agent.errors import Refused
from agent.mind.breaker import Breaker
from agent.mind.configured import models_of
from agent.mind.mind import Mind
from agent.mind.models import Entry, Models, Route
from agent.mind.plugged import providers_of
from agent.mind.purpose import Purpose
from agent.replies.reply import Table, table_text
from agent.replies.usage import accuracy
from agent.runtime.measuring import Became, Case, Sentences, load
from agent.runtime.measuring import measure as measured
from memory.ledger import FILE, Ledger
from memory.people.model_book import Measure

NOT_KEPT = " Not kept: a measure is of every sentence."
NONE_SET = "The settings name no language model."


def listed(folder: Path, as_json: bool) -> int:
    """Prints each purpose's models in the order in which they are asked now. Raises Refused."""
    return asyncio.run(_listed(folder, as_json))


def measure(folder: Path, names: Sequence[str], as_json: bool) -> int:
    """Measures the named models, or all; 0 where every one of them answered. The calls come out of the instance's
    budgets, as all do. Raises Refused.
    """
    return asyncio.run(_measured(folder, names, as_json))


async def _listed(folder: Path, as_json: bool) -> int:
    models, ledger = await _open(folder)
    try:
        models.book = ledger
        measures = await ledger.measures()
        rows = [(purpose, entry) for purpose in Purpose for entry in await models.order(purpose)]
    finally:
        await ledger.close()
    if as_json:
        for purpose, entry in rows:
            json_line(_json(purpose, entry, measures.get(entry.name)))
        return 0
    columns = ("purpose", "model", "USD a million in", "out", "on average", "measured")
    text_line(
        table_text(Table(columns, tuple(_line(p, e, measures.get(e.name)) for p, e in rows), frozenset({2, 3, 4, 5})))
    )
    return 0


def _line(purpose: Purpose, entry: Entry, measure: Measure | None) -> tuple[str, ...]:
    price = ("not set", "") if entry.price is None else (_usd(entry.price.prompt), _usd(entry.price.answer))
    return (purpose.value, entry.name, *price, f"{entry.ms} ms" if entry.ms is not None else "", accuracy(measure))


def _json(purpose: Purpose, entry: Entry, measure: Measure | None) -> dict[str, object]:
    return {
        "purpose": purpose.value,
        "model": entry.name,
        "input_usd": entry.price and _usd(entry.price.prompt),
        "output_usd": entry.price and _usd(entry.price.answer),
        "average_ms": entry.ms,
        "accuracy_bps": None if measure is None else measure.accuracy,
    }


def _usd(micro: int) -> str:
    """USD for a million tokens, as decimal text."""
    whole, part = divmod(micro, 10**6)
    return f"{whole}.{f'{part:06d}'.rstrip('0')}".rstrip(".")


async def _measured(folder: Path, names: Sequence[str], as_json: bool) -> int:
    models, ledger = await _open(folder)
    try:
        unknown = next((name for name in names if name not in models.entries), None)
        if unknown is not None:
            raise Refused("model", "No model is called that.", f"They are: {', '.join(models.entries)}.")
        down = 0
        for name in names or models.entries:
            found = await _one(models, name, ledger, load())
            down += found.down
            _told(found, as_json)
        return int(bool(down))
    finally:
        await models.close()
        await ledger.close()


async def _one(models: Models, name: str, ledger: Ledger, sentences: Sentences) -> Measure:
    """One model by itself: no other takes its place, and a fault costs the sentence."""
    routes = dict.fromkeys(Purpose, Route((name,)))
    entry = replace(models.entries[name], breaker=Breaker(models.clock, faults=len(sentences.cases) + 1))
    alone = Models({name: entry}, routes, models.clock, models.now, models.budgets, ledger)

    async def told(case: Case, became: Became) -> None:
        complain(f"{became:<6} {case.text}") if sys.stderr.isatty() else None

    found = await measured(name, Mind(default(), alone), sentences, int(time.time()), time.monotonic, told)
    if not found.down:  # what isn't there says nothing of how well it does
        await ledger.keep_measure(found)
    return found


def _told(found: Measure, as_json: bool) -> None:
    if as_json:
        sums = {"right": found.right, "asked": found.asked, "wrong": found.wrong, "down": found.down}
        json_line({"model": found.model, "accuracy_bps": found.accuracy, **sums, "median_ms": found.ms})
        return
    text_line(
        f"{found.model}: {accuracy(found)} ({found.right} right, {found.asked} asked back, {found.wrong} wrong, "
        f"{found.down} without an answer), {found.ms} ms in the middle.{NOT_KEPT if found.down else ''}"
    )


async def _open(folder: Path) -> tuple[Models, Ledger]:
    if not (folder / FILE).exists():
        raise Refused("ledger", f"There is no ledger in {folder}.", "Name the folder of an instance.")
    settings = Settings.of(folder)
    models = models_of(settings, providers=providers_of(hooks.load(settings).hook.moneta_models()))
    if models is None:
        raise Refused("model", NONE_SET, "docs/models.md says how one is set.")
    return models, await Ledger.open(folder, lambda: int(time.time()))
