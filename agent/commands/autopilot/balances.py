"""What an account has by the chain itself, and what became of it: pure, integers in base units throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.chain.snapshot import Snapshot
from agent.gate.mandates.mandate import wei_in_usd
from agent.money import Rate, Token
from agent.usd import PRICE_DECIMALS

USD: int = 10**PRICE_DECIMALS


@dataclass(frozen=True, slots=True)
class Balances:
    """At one block: `positions` in base units of each venue's asset, those that aren't nothing; `wallet` by symbol.

    `rates` are the venues' of that moment, `prices` USD with 8 decimals by symbol.
    """

    at: int
    positions: Mapping[str, int]
    wallet: Mapping[str, int]
    wei: int
    rates: Mapping[str, Rate]
    prices: Mapping[str, int]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Balances:
        states = sorted(snapshot.venues.items())
        return cls(
            at=snapshot.block.timestamp,
            positions={key: state.position for key, state in states if state.position},
            wallet=dict(snapshot.balances),
            wei=snapshot.native,
            rates={key: state.rate for key, state in states},
            prices=dict(snapshot.prices),
        )

    def as_json(self) -> dict[str, Any]:
        """Base units as decimal text."""
        return {
            "positions": {key: str(units) for key, units in self.positions.items()},
            "wallet": {key: str(units) for key, units in sorted(self.wallet.items())},
            "wei": str(self.wei),
        }


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What balances are measured in: one asset, the symbol of the coin that gas is paid in, each venue's asset."""

    asset: Token
    native: str
    assets: Mapping[str, str]

    def at_work(self, held: Balances) -> int:
        """Base units of the asset in venues."""
        return sum(units for key, units in held.positions.items() if self.assets[key] == self.asset.symbol)

    def together(self, held: Balances) -> int:
        """Base units of the asset in venues and in the wallet."""
        return self.at_work(held) + held.wallet.get(self.asset.symbol, 0)

    def outcome(self, start: Balances, end: Balances) -> Outcome:
        """What became of `start`, in dollars at the prices of `end`; a price that isn't there counts as nothing."""
        gained = self.together(end) - self.together(start)
        spent = start.wei - end.wei
        worth = gained * end.prices.get(self.asset.symbol, 0) // int(10**self.asset.decimals)
        return Outcome(end, gained, spent, worth, wei_in_usd(spent, end.prices.get(self.native, 0)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`gained` in base units of the asset, `spent` in wei; `worth` and `gas` are the two in USD with 8 decimals."""

    end: Balances
    gained: int
    spent: int
    worth: int
    gas: int

    @property
    def net(self) -> int:
        """USD with 8 decimals."""
        return self.worth - self.gas

    def as_json(self) -> dict[str, Any]:
        """Integers as decimal text; USD with 8 decimals."""
        return self.end.as_json() | {
            "gained": str(self.gained),
            "gas_wei": str(self.spent),
            "gas_usd": str(self.gas),
            "net_usd": str(self.net),
        }


def count(number: int, what: str) -> str:
    """'1 look', '2 looks'."""
    return f"{number} {what}{'' if number == 1 else 's'}"
