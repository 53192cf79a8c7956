"""What positions earn over a time by the rates that are expected, own impact on every market included. Integers.

Venues over one market feel a move together: what leaves it raises the rate of what stays there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from moneta import RAY, SOON, Candidate, Curve, Limits, Outlook, Rate, Terms

Moved = Mapping[str, int]
"""Base units by venue that come (or go, below 0)."""

DEAREST = 100 * RAY
"""No point of a curve is expected above 10,000 %, the most that the allocator takes for a rate."""


@dataclass(frozen=True, slots=True)
class Books:
    """The venues of one asset over `terms.seconds`, each with its curve as it is expected on average in that time.

    `now` has their curves of now. `soon`: the time is that in which a move has to pay for its way there and back.
    """

    venues: Mapping[str, Candidate]
    now: Mapping[str, Candidate]
    outlooks: Mapping[str, Outlook]
    terms: Terms
    limits: Limits
    soon: bool

    @classmethod
    def of(
        cls,
        candidates: Iterable[Candidate],
        terms: Terms,
        limits: Limits,
        outlooks: Mapping[str, Outlook],
        soon: bool = False,
    ) -> Books:
        now = {each.venue: each for each in sorted(candidates, key=lambda each: each.venue)}
        venues = {key: expected(each, outlooks.get(key), soon) for key, each in now.items()}
        seconds = min(terms.seconds, SOON) if soon else terms.seconds
        return cls(venues, now, outlooks, replace(terms, seconds=seconds), limits, soon)

    @property
    def least(self) -> int:
        """USD with 8 decimals: the mandate's minimum gain over its horizon, in proportion to the time, rounded up."""
        return -(-self.limits.min_gain * self.terms.seconds // self.limits.seconds)

    def income(self, moved: Moved, markets: Iterable[str] | None = None) -> int:
        """Base units that all positions earn once `moved` is done; those in `markets` alone where they are given."""
        wanted = None if markets is None else set(markets)
        change: dict[str, int] = {}
        for key, units in moved.items():
            source = self.venues[key].source
            change[source] = change.get(source, 0) + units
        earned = 0
        for key, each in self.venues.items():
            held = each.position + moved.get(key, 0)
            if held > 0 and each.curve is not None and (wanted is None or each.source in wanted):
                earned += self._earned(each.curve, held, change.get(each.source, 0))
        return earned

    def gain(self, moved: Moved) -> int:
        """Base units that all positions earn more with `moved` done; costs aren't taken off."""
        markets = {self.venues[key].source for key in moved}
        return self.income(moved, markets) - self.income({}, markets)

    def rate(self, venue: str, moved: Moved) -> Rate:
        """What the venue's rate is expected to be on average with `moved` done; 0 where it isn't known."""
        each = self.venues[venue]
        added = sum(units for key, units in moved.items() if self.venues[key].source == each.source)
        return Rate(0) if each.curve is None else each.curve.rate(added, self.terms.response[0])

    def usd(self, units: int) -> int:
        """Base units in USD with 8 decimals, rounded towards less."""
        worth: int = units * self.limits.price // 10**self.limits.decimals
        return worth

    def _earned(self, curve: Curve, held: int, added: int) -> int:
        low, high = (curve.rate(added, response).income(held, self.terms.seconds) for response in self.terms.response)
        return self.terms.expected(low, high)


def expected(of: Candidate, outlook: Outlook | None, soon: bool) -> Candidate:
    """With its curve as much higher or lower as its rate is expected to be on average than now."""
    if of.curve is None or outlook is None or not outlook.seen or outlook.now.ray <= 0:
        return of
    mean, now = max((outlook.soon if soon else outlook.mean).ray, 0), outlook.now.ray
    points = tuple((at, min(rate * mean // now, DEAREST)) for at, rate in of.curve.points)
    return replace(of, curve=replace(of.curve, points=points))


def share(units: int, part: int) -> int:
    """`part` (ray) of `units`, rounded up."""
    return -(-units * part // RAY)
