"""Whether money should move, and where all of it should be: own impact and costs included on every side."""

from collections.abc import Mapping, Sequence

from moneta import Allocation, Candidate, Curve, Limits, Outlook, Past, Placement, Rate, Signal, Terms, hookimpl
from plugins.rebalance import comet


@hookimpl
def moneta_rebalance(
    candidates: Sequence[Candidate],
    terms: Terms,
    limits: Limits,
    outlooks: Mapping[str, Outlook],
    signals: Sequence[Signal],
) -> Placement:
    from plugins.rebalance.rule import place  # numpy: late

    return place(candidates, terms, limits, outlooks, signals)


@hookimpl
def moneta_outlook(past: Past, rate: Rate, seconds: int) -> Outlook:
    from plugins.rebalance.outlook import outlook  # numpy: late

    return outlook(past, rate, seconds)


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    del seconds  # the curve stays what it is
    return comet.curve(facts) if kind == "compound-v3" else None


@hookimpl
def moneta_allocate(candidates: Sequence[Candidate], terms: Terms) -> Allocation:
    from plugins.rebalance.allocate import allocate  # numpy: late

    return allocate(candidates, terms)
