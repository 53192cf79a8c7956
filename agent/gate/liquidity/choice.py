"""Which range: the one whose fees are forecast to exceed its loss against holding by the most. Pure; integers.

All widths are weighed by the same forecast (a position manager's own), over the same days. A range that the price
left is opened anew only where the new one is forecast to bring more than what it costs to get there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.money import Address, text_from_units
from agent.ranges import PoolSeen, RangeOutlook

WIDTHS: tuple[int | None, ...] = (200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, None)
"""Basis points to each side of the price; None is the full range."""
DAYS = 30
"""Over which a range is weighed, without being moved in between."""


@dataclass(frozen=True, slots=True)
class RangeOption:
    """A range of one width, with what it is forecast to bring."""

    width: int | None
    low: int
    high: int
    outlook: RangeOutlook


def weigh(
    ticks: Callable[[int | None], tuple[int, int]], outlook: Callable[[int, int], RangeOutlook]
) -> tuple[RangeOption, ...]:
    """Every width at the present price, the best first."""
    options = [RangeOption(width, *ticks(width), outlook(*ticks(width))) for width in WIDTHS]
    return tuple(sorted(options, key=lambda option: -option.outlook.net))


def best(options: Sequence[RangeOption]) -> RangeOption:
    """The first of what `weigh` gave."""
    return options[0]


def pays(new: RangeOutlook, present: RangeOutlook, cost: int) -> bool:
    """Whether a range is worth moving to, for a cost in millionths of what is moved."""
    return new.net - present.net > cost


def width_text(width: int | None) -> str:
    """'±7.5 %', or 'full range'."""
    if width is None:
        return "full range"
    return f"±{text_from_units(width, 2)} %"


def facts(seen: Mapping[Address, PoolSeen]) -> dict[str, Any]:
    """What a choice was made from, as JSON data beside its snapshot; {} of nothing."""
    if not seen:
        return {}
    return {"pools_seen": {pool: {key: str(n) for key, n in asdict(each).items()} for pool, each in seen.items()}}


def seen_in(data: Mapping[str, Any]) -> dict[Address, PoolSeen]:
    """What `facts` wrote."""
    found = data.get("pools_seen", {})
    return {Address(pool): PoolSeen(**{key: int(n) for key, n in each.items()}) for pool, each in found.items()}
