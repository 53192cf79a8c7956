"""A fault behind the whole mind: the phrasebook, the route, the ledger's budget, the gate's bind."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from agent.character.files import default
from agent.config import Settings
from agent.mind.configured import models_of
from agent.mind.context import Context
from agent.mind.mind import Mind, Spoken
from agent.model_cost import Payer
from agent.runtime.measuring import NOW, bound, load
from benchmarks.models.faults import HEALTHY, KEY, ORDER, ORDERED, Fault
from benchmarks.models.server import ModelServer
from memory.ledger import Ledger
from memory.people.model_book import Budget

SECONDS = 2
BUDGET = "1000"
SET = load()


@dataclass(frozen=True, slots=True)
class Became:
    """What came of a message: what the user saw, the requests, nano-USD; `wrong`: it wasn't their order."""

    saw: str
    calls: int
    nano: int
    wrong: bool
    ms: int


def settings(server: ModelServer, names: dict[str, str], folder: Path) -> Settings:
    """Models by name, each at the behaviour that it stands for; 0.15 and 0.60 USD for a million tokens."""
    key = folder / "key"
    key.write_text(KEY)
    models = [
        {
            "name": name, "url": server.url(behaviour), "key_file": str(key), "seconds": SECONDS, "max_tokens": 500,
            "input_usd": "0.15", "output_usd": "0.60",
        }
        for name, behaviour in names.items()
    ]  # fmt: skip
    return Settings.said(models=models, model_usd_a_day=BUDGET)


async def became(server: ModelServer, fault: Fault, *, second: bool) -> Became:
    """One message to a model with the fault; with a `second` model, a healthy one stands behind it."""
    names = {"first": fault.name} | ({"second": HEALTHY_NAMES[fault.text]} if second else {})
    with tempfile.TemporaryDirectory() as folder:
        models = models_of(settings(server, names, Path(folder)))
        if models is None:
            raise AssertionError("models were set")
        ledger = await Ledger.open(Path(folder), lambda: int(time.time()))
        mind = Mind(default(), models)
        mind.kept_by(ledger)
        before, began = server.asked.total(), time.perf_counter()
        try:
            found = await mind.understand(fault.text, Context(now=NOW), SET.vocabulary, payer=Payer("ada"))
            ms = round((time.perf_counter() - began) * 1_000)
            (left,) = await ledger.model_budgets(Payer("ada"), [Budget("instance", "day", 10**12)])
        finally:
            await mind.close()
            await ledger.close()
    calls = server.asked.total() - before
    if isinstance(found, Spoken):
        return Became(found.text, calls, left.spent, KEY in found.text, ms)
    intent = bound(found, [fault.text], SET.vocabulary)
    if intent is None:
        return Became(found.question.text if found.question else "a question", calls, left.spent, False, ms)
    right = fault.text == ORDER and intent == ORDERED
    return Became("the preview of what they ordered" if right else f"{intent}", calls, left.spent, not right, ms)


HEALTHY_NAMES = {text: f"healthy {number}" for number, text in enumerate(HEALTHY)}
