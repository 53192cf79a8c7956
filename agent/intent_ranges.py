"""Intents of liquidity positions: what is put in between which prices, what is taken out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from agent.intent_parts import AmountSpec, Closed, Decimal, Percent, Symbol

PositionId = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d{0,77})$")]


class Range(Closed):
    """Prices that liquidity is provided between: from `low` to `high`, `value` percent to each side of the present
    one, or one of those that code knows.
    """

    kind: Literal["prices", "percent", "narrow", "wide", "full"]
    low: Decimal | None = None
    high: Decimal | None = None
    value: Percent | None = None

    @model_validator(mode="after")
    def _whole(self) -> Range:
        prices = self.low is not None and self.high is not None
        if (self.kind == "prices") != prices or (self.low is None) != (self.high is None):
            raise ValueError("a range of prices, and only that, has a low and a high")
        if (self.kind == "percent") != (self.value is not None):
            raise ValueError("a range in percent, and only that, has a value")
        return self


class Provide(Closed):
    """Puts two tokens into a liquidity position. Where one amount is said, the other follows from the range; `range`
    null: code chooses it, from what was seen of the pool.
    """

    action: Literal["provide"] = "provide"
    asset: Symbol
    amount: AmountSpec | None
    to_asset: Symbol
    to_amount: AmountSpec | None
    range: Range | None

    @model_validator(mode="after")
    def _some(self) -> Provide:
        if self.amount is None and self.to_amount is None:
            raise ValueError("an amount of one of the two tokens is said")
        if self.asset == self.to_asset:
            raise ValueError("a position is of two tokens")
        return self


class Collect(Closed):
    """Takes the fees that wait for a liquidity position, by its number; null: of all."""

    action: Literal["collect"] = "collect"
    position: PositionId | None


class Close(Closed):
    """Takes all out of a liquidity position; `position` null: the only one."""

    action: Literal["close"] = "close"
    position: PositionId | None


class Reposition(Closed):
    """Moves a liquidity position to other prices, in one plan; `position` null: the only one. `range` null: as wide
    as it is, evenly around the present price.
    """

    action: Literal["reposition"] = "reposition"
    position: PositionId | None
    range: Range | None


class Finish(Closed):
    """Goes on with a move of a liquidity position that stopped on its way; `position` null: the only such one."""

    action: Literal["finish"] = "finish"
    position: PositionId | None
