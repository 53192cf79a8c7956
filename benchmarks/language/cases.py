"""What is read, and what it should come to: filled templates of EVM-QuestBench, and sentences of our own."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.commands.language import DOLLARS, TOKENS, TRADERS, VENUES
from agent.words.vocabulary import Vocabulary

HERE = Path(__file__).parent
TEMPLATES = "language/evm_questbench"
SEED = 20_251_121
DRAWS = 5
"""How often each template is filled, each time with other parameters."""
CONTACTS = ("alice", "bob", "treasury")
OURS = Vocabulary(tokens=TOKENS, venues=VENUES, contacts=CONTACTS, dollars=DOLLARS, traders=TRADERS)
BSC = Vocabulary(
    tokens=("BNB", "WBNB", "USDT", "BUSD", "USDC", "CAKE", "T1363"),
    venues=("venus:core:USDT", "venus:core:BUSD", "venus:core:USDC", "venus:core:WBNB"),
    contacts=CONTACTS,
    dollars=frozenset({"USDT", "BUSD", "USDC"}),
    traders=("pancakeswap-v2", "pancakeswap-v3"),
)
_SYMBOLS = ("USDT", "BUSD", "CAKE", "USDC")
_SLOT = re.compile(r"\{\{?(\w+)\}?\}")


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence. `intent` is what it means as JSON data, where only the keys that stand there are compared; None:
    nothing may be done, and with `looks` something may be shown. `supported`: an intent was meant.
    """

    group: str
    text: str
    intent: Mapping[str, Any] | None
    vocabulary: Vocabulary
    looks: bool = False

    @property
    def supported(self) -> bool:
        return self.intent is not None


def paraphrases() -> list[Case]:
    """Our own sentences, varied, hurried and hostile, with those that must be asked or must do nothing."""
    rows = map(json.loads, (HERE / "paraphrases.jsonl").read_text(encoding="utf-8").splitlines())
    return [Case(row["group"], row["text"], row["intent"], OURS, row.get("looks", False)) for row in rows]


def templates() -> Path:
    """The folder of EVM-QuestBench; it may be absent."""
    return Path(os.environ.get("MONETA_DATA", "../shared/data")) / TEMPLATES


def questbench(folder: Path) -> Iterator[Case]:
    """Every template filled with random parameters. Where a transfer is meant, twice: with the address as it stands,
    which must be asked, and with a contact's name in its place.
    """
    listed = json.loads((HERE / "questbench.json").read_text(encoding="utf-8"))["tasks"]
    chance = random.Random(SEED)  # noqa: S311 - parameters of a benchmark
    for file in sorted(folder.rglob("*.json")):
        task = json.loads(file.read_text(encoding="utf-8"))
        for place, template in enumerate(task["natural_language_templates"]):
            meant = _of_template(listed[task["id"]], place)
            for _ in range(DRAWS):
                yield from _filled(task["id"], template, meant, chance)


def _of_template(meant: Any, place: int) -> Mapping[str, Any] | None:
    one = meant[place] if isinstance(meant, list) else meant
    return one if isinstance(one, dict) else None


def _filled(task: str, template: str, meant: Mapping[str, Any] | None, chance: random.Random) -> Iterator[Case]:
    values = _values([slot[1] for slot in _SLOT.finditer(template)], chance)
    case = Case(
        f"unsupported: {task.partition('_')[0]}" if meant is None else str(meant["action"]),
        _SLOT.sub(lambda slot: values[slot[1]], template),
        None if meant is None else _with_values(meant, values),
        BSC,
        looks=True,
    )
    if meant is None or meant["action"] != "transfer":
        yield case
        return
    yield replace(case, group="transfer to an address", intent=None, looks=False)
    values["to_address"] = chance.choice(CONTACTS)
    text = _SLOT.sub(lambda slot: values[slot[1]], template)
    yield replace(case, text=text, intent=_with_values(meant, values))


def _values(slots: Sequence[str], chance: random.Random) -> dict[str, str]:
    """A value for each slot, by its name: an address, a symbol, a number. No symbol stands twice."""
    symbols = chance.sample(_SYMBOLS, len(_SYMBOLS))
    return {slot: _value(slot, symbols, chance) for slot in dict.fromkeys(slots)}


def _value(slot: str, symbols: list[str], chance: random.Random) -> str:
    if "address" in slot or slot in ("staking_contract",):
        return "0x" + chance.randbytes(20).hex()
    if "symbol" in slot:
        return symbols.pop()
    if slot.endswith("_name"):
        return chance.choice(("PancakeSwap Router", "Venus Protocol"))
    if slot in ("percentage", "liquidity_percentage"):
        return str(chance.randrange(10, 95, 5))
    if slot == "slippage":
        return chance.choice(("0.5", "1", "1.0", "3", "5.0"))
    if slot in ("message", "data_message"):
        return chance.choice(("Hello", "thanks for lunch", "invoice 42"))
    if slot.startswith("token_id") or slot in ("value", "token_decimals"):
        return str(chance.randrange(1, 5000))
    return chance.choice((str(chance.randrange(1, 500)), f"{chance.randrange(1, 99_999) / 1000:.3f}", "2.0", "1,250"))


def _with_values(data: Any, values: Mapping[str, str]) -> Any:
    if isinstance(data, dict):
        return {key: _with_values(each, values) for key, each in data.items()}
    if isinstance(data, str) and (slot := _SLOT.fullmatch(data)):
        value = values[slot[1]].replace(",", "")
        return value.rstrip("0").rstrip(".") if "." in value else value
    return data
