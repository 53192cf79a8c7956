"""Where the autopilot is watched: a live panel at a terminal, lines in a pipe, JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from agent.commands.autopilot.balances import Balances, Outcome, Yardstick
from agent.commands.output import json_line, text_line
from agent.harmless import harmless_line
from agent.money import Amount, grouped
from agent.replies.clock import day_and_time, duration
from agent.usd import cents, dollars

DAY = 86_400
PLACES = 2  # of an amount in passing; the closing table has all of them


@dataclass(frozen=True, slots=True)
class Move:
    """What the schedule did, or chose and didn't do, in its own words; `outcome` is the decision's."""

    at: int
    decision: int
    outcome: str
    text: str
    txs: Sequence[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {
            "event": "move",
            "at": self.at,
            "decision": self.decision,
            "outcome": self.outcome,
            "text": self.text,
            "txs": list(self.txs),
        }


@dataclass(frozen=True, slots=True)
class Day:
    """How it stands after so many `seconds`: with Moneta, and held."""

    seconds: int
    has: Balances
    moneta: Outcome
    held: Outcome
    looks: int
    moves: int
    refused: int

    def as_json(self) -> dict[str, Any]:
        """Base units, wei and USD with 8 decimals as decimal text; rates as decimal fractions a year."""
        return {
            "event": "day",
            "day": self.seconds // DAY,
            "at": self.has.at,
            "looks": self.looks,
            "moves": self.moves,
            "refused": self.refused,
            "rates": {key: rate.fraction for key, rate in self.has.rates.items()},
            "moneta": self.moneta.as_json(),
            "held": self.held.as_json(),
        }


class Screen(Protocol):
    """Shows the months as they pass, until it is left."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def moved(self, move: Move) -> None:
        """Something was done, or could not be."""

    def told(self, at: int, text: str) -> None:
        """Something else was told."""

    def passed(self, seconds: int) -> None:
        """A look, and the time after it."""

    def day(self, day: Day) -> None:
        """The end of a day."""


class _Plain:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def passed(self, seconds: int) -> None:
        return


class JsonLines(_Plain):
    """An object a day and a move."""

    def moved(self, move: Move) -> None:
        json_line(move.as_json())

    def told(self, at: int, text: str) -> None:
        json_line({"event": "told", "at": at, "text": text})

    def day(self, day: Day) -> None:
        json_line(day.as_json())


class PlainLines(_Plain):
    """A line a day and a move."""

    def __init__(self, yardstick: Yardstick) -> None:
        self._yardstick = yardstick

    def moved(self, move: Move) -> None:
        self.told(move.at, move.text)

    def told(self, at: int, text: str) -> None:
        text_line(f"{day_and_time(at)}  {harmless_line(text)}")

    def day(self, day: Day) -> None:
        at_work = ", ".join(positions(self._yardstick, day.has)) or "nothing is at work"
        when = duration(day.seconds) if day.seconds % DAY else f"day {day.seconds // DAY}"
        text_line(f"{when}: {at_work}; {'; '.join(so_far(self._yardstick, day))}")


def short(units: int, yardstick: Yardstick) -> str:
    """'31.20 USDC': rounded down, as nothing that is earned is said too large."""
    asset = yardstick.asset
    scale = 10 ** max(asset.decimals - PLACES, 0)
    whole, _, part = Amount(units // scale * scale, asset).value.partition(".")
    return f"{grouped(whole)}.{part.ljust(PLACES, '0')} {asset.symbol}"


def positions(yardstick: Yardstick, has: Balances) -> list[str]:
    """'40,012.10 USDC in venus:core:USDC at 4.31 %', for each venue."""
    return [
        f"{short(units, yardstick)} in {key} at {has.rates[key]}"
        for key, units in has.positions.items()
        if yardstick.assets[key] == yardstick.asset.symbol
    ]


def so_far(yardstick: Yardstick, day: Day) -> list[str]:
    """What was earned and what it cost, beside holding."""
    gas = dollars(cents(day.moneta.gas, 0, 1))
    return [
        f"earned {short(day.moneta.gained, yardstick)}, held it would be {short(day.held.gained, yardstick)}",
        f"gas {gas}",
    ]
