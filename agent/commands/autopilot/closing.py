"""The end of it: what came out, against just holding and against the wallet, as a table, as words, as JSON."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from agent.commands.autopilot.balances import Balances, Outcome, Yardstick, count
from agent.money import Amount, grouped
from agent.replies.clock import day_and_time, duration
from agent.replies.reply import Table
from agent.usd import cents, dollars

MEASURED = (
    "Held: on a copy of the chain, taken when the mandate was given. The same borrowers saw the same demand there, "
    "and nothing was moved. All balances are read from the two chains."
)


@dataclass(frozen=True, slots=True)
class Closing:
    """`start` is common to both chains; `refused` counts the moves that were chosen and didn't come about."""

    yardstick: Yardstick
    seed: int
    seconds: int
    start: Balances
    moneta: Outcome
    held: Outcome
    looks: int
    moves: int
    refused: int
    interrupted: bool = False

    @property
    def ahead(self) -> int:
        """USD with 8 decimals by which Moneta came out ahead of holding, gas taken off."""
        return self.moneta.net - self.held.net

    def as_json(self) -> dict[str, Any]:
        """Base units, wei and USD with 8 decimals as decimal text."""
        return {
            "event": "closed",
            "from": self.start.at,
            "to": self.moneta.end.at,
            "seconds": self.seconds,
            "seed": self.seed,
            "interrupted": self.interrupted,
            "looks": self.looks,
            "moves": self.moves,
            "refused": self.refused,
            "asset": self.yardstick.asset.symbol,
            "start": self.start.as_json(),
            "moneta": self.moneta.as_json(),
            "held": self.held.as_json(),
            "ahead_usd": str(self.ahead),
        }

    def table(self) -> Table:
        """A row for each way; amounts exact, dollars to the cent."""
        symbol = self.yardstick.asset.symbol
        nothing = Outcome(self.start, 0, 0, 0, 0)
        rows = (
            self._row("at the start", self.start, None),
            self._row("with Moneta", self.moneta.end, self.moneta),
            self._row(_held_in(self.start.positions), self.held.end, self.held),
            ("left in the wallet", "0", self._shown(self.yardstick.together(self.start)), *self._money(nothing)),
        )
        columns = ("", f"{symbol} at work", f"{symbol} in the wallet", "gained", "gas", "net of gas")
        return Table(columns, rows, frozenset(range(1, len(columns))))

    def words(self) -> list[str]:
        """What the table comes to, a sentence a line."""
        end = self.moneta.end
        native = self.yardstick.native
        price = dollars(cents(1, 0, end.prices.get(native, 0)))
        return [
            f"{'Stopped after' if self.interrupted else 'After'} {duration(self.seconds)}, "
            f"{day_and_time(self.start.at)} to {day_and_time(end.at)}: {count(self.looks, 'look')}, "
            f"{count(self.moves, 'move')}, {self.refused} refused.",
            self._verdict(),
            f"Gas is in dollars at the chain's own price of {price} an {native}. {MEASURED}",
        ]

    def _verdict(self) -> str:
        apart = dollars(cents(abs(self.ahead), 0, 1))
        if not self.ahead:
            return "Moneta came out as holding did."
        if self.ahead > 0:
            return f"Moneta came out {apart} ahead of holding, its gas taken off."
        return f"Holding came out {apart} ahead of Moneta, whose gas is taken off."

    def _row(self, name: str, has: Balances, outcome: Outcome | None) -> tuple[str, ...]:
        money = ("", "", "") if outcome is None else self._money(outcome)
        wallet = has.wallet.get(self.yardstick.asset.symbol, 0)
        return (name, self._shown(self.yardstick.at_work(has)), self._shown(wallet), *money)

    def _money(self, outcome: Outcome) -> tuple[str, str, str]:
        return (self._shown(outcome.gained), _usd(outcome.gas), _usd(outcome.net))

    def _shown(self, units: int) -> str:
        return grouped(Amount(units, self.yardstick.asset).value)


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))


def _held_in(venues: Collection[str]) -> str:
    return f"held in {next(iter(venues))}" if len(venues) == 1 else "held where it was put"
