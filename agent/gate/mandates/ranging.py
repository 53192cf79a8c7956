"""Whether a mandate moves a position that the price left: what was weighed, what was chosen, and why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import Refused
from agent.gate.liquidity.choice import DAYS, RangeOption, width_text
from agent.gate.liquidity.move import Weighed
from agent.gate.mandates.mandate import Terms
from agent.gate.mandates.positions import check_gain, check_size
from agent.intents import Range, Reposition
from agent.money import text_from_units
from agent.ranges import RangeOutlook

KIND = "range"
RULE = (
    "a position that the price left is moved where its new range is forecast to bring more than what it costs and "
    "your least gain"
)
AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True)
class Decided:
    """`why_not` is '' where the position is to be moved to the best of what was weighed."""

    weighed: Weighed
    why_not: str

    @property
    def intent(self) -> Reposition:
        """The same as a wish: around the present price, as wide as was chosen."""
        return Reposition(position=str(self.weighed.position.id), range=range_of(self.weighed.option.width))

    @property
    def chosen(self) -> str:
        return "" if self.why_not else width_text(self.weighed.option.width)

    @property
    def alternatives(self) -> list[dict[str, Any]]:
        """The range that it has, then every width, as JSON data."""
        position = self.weighed.position
        now = _option(AS_IT_IS, position.low, position.high, self.weighed.present)
        return [now, *(_of(option) for option in self.weighed.options)]

    def facts(self, terms: Terms) -> dict[str, Any]:
        """What stands beside the snapshot; amounts are US cents."""
        found = self.weighed
        return {
            "asset": found.pair.base.symbol,
            "pair": found.pair.name,
            "position": str(found.position.id),
            "terms": terms.as_json(),
            "why_not": self.why_not,
            "worth": str(found.worth),
            "gain": str(found.gain()),
            "cost": str(found.cost),
        }


def decided(terms: Terms, found: Weighed, prices: Mapping[str, int]) -> Decided:
    """What the mandate makes of it."""
    try:
        check_size(terms, found.pair, found.worth, prices)
        check_gain(terms, found.gain(), DAYS)
    except Refused as error:
        return Decided(found, f"{error}".rstrip("."))
    return Decided(found, "")


def range_of(width: int | None) -> Range:
    """A width in basis points to each side, as it is said."""
    return Range(kind="full") if width is None else Range(kind="percent", value=text_from_units(width, 2))


def _of(option: RangeOption) -> dict[str, Any]:
    return _option(width_text(option.width), option.low, option.high, option.outlook)


def _option(name: str, low: int, high: int, outlook: RangeOutlook) -> dict[str, Any]:
    return {
        "width": name,
        "low": str(low),
        "high": str(high),
        "in_range": str(outlook.in_range),
        "fees": str(outlook.fees),
        "loss": str(outlook.loss),
    }
