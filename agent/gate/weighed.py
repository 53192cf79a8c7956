"""What a placement was weighed from, as JSON data and back: the rule gives the same answer from it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from agent.curves import Candidate, Curve, Terms, Weigh
from agent.money import Rate
from agent.past import Effect, Outlook, Signal
from agent.plugin import Limits


@dataclass(frozen=True, slots=True)
class Weighed:
    """All that `moneta_rebalance` is handed, for one asset."""

    candidates: tuple[Candidate, ...]
    terms: Terms
    limits: Limits
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Integers as decimal text, as everywhere in a decision."""
        return {
            "candidates": [_candidate(each) for each in self.candidates],
            "terms": {
                "cash": str(self.terms.cash),
                "seconds": str(self.terms.seconds),
                "response": [str(each) for each in self.terms.response],
                "weigh": str(self.terms.weigh),
                "source_most": {key: str(most) for key, most in sorted(self.terms.source_most.items())},
            },
            "outlooks": {key: _outlook(each) for key, each in sorted(self.outlooks.items())},
            "signals": [_signal(each) for each in self.signals],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], limits: Limits) -> Weighed:
        """What `as_json` wrote."""
        terms = data["terms"]
        low, high = terms["response"]
        return cls(
            candidates=tuple(_candidate_of(each) for each in data["candidates"]),
            terms=Terms(
                cash=int(terms["cash"]),
                seconds=int(terms["seconds"]),
                response=(int(low), int(high)),
                weigh=Weigh(terms["weigh"]),
                source_most={key: int(most) for key, most in terms["source_most"].items()},
            ),
            limits=limits,
            outlooks={key: _outlook_of(each) for key, each in data["outlooks"].items()},
            signals=tuple(_signal_of(each) for each in data["signals"]),
        )


def limits_json(limits: Limits) -> dict[str, Any]:
    """Integers as decimal text."""
    data = {
        key: None if value is None else str(value)
        for key, value in asdict(limits).items()
        if key not in ("venues", "exits", "caps")
    }
    venues = None if limits.venues is None else sorted(limits.venues)
    caps = {key: str(units) for key, units in sorted(limits.caps.items())}
    return data | {"venues": venues, "exits": limits.exits, "caps": caps}


def limits_of(data: Mapping[str, Any]) -> Limits:
    """What `limits_json` wrote."""
    return Limits(
        venues=None if data["venues"] is None else frozenset(data["venues"]),
        cap=_int(data["cap"]),
        most=_int(data["most"]),
        min_gain=int(data["min_gain"]),
        gas=int(data["gas"]),
        price=int(data["price"]),
        seconds=int(data["seconds"]),
        decimals=int(data["decimals"]),
        exits=bool(data["exits"]),
        caps={key: int(units) for key, units in data.get("caps", {}).items()},
    )


NUMBERS = ("position", "liquidity", "least", "enter", "leave", "exit_fee")


def _candidate(each: Candidate) -> dict[str, Any]:
    curve = each.curve
    return {
        "venue": each.venue,
        "source": each.source,
        "why_not": each.why_not,
        "most": None if each.most is None else str(each.most),
        **{name: str(getattr(each, name)) for name in NUMBERS},
        "curve": None
        if curve is None
        else {
            "supplied": str(curve.supplied),
            "borrowed": str(curve.borrowed),
            "kept": str(curve.kept),
            "on_borrowed": curve.on_borrowed,
            "points": [[str(at), str(rate)] for at, rate in curve.points],
        },
    }


def _candidate_of(data: Mapping[str, Any]) -> Candidate:
    curve = data["curve"]
    return Candidate(
        venue=data["venue"],
        source=data["source"],
        why_not=data["why_not"],
        most=_int(data["most"]),
        **{name: int(data[name]) for name in NUMBERS},
        curve=None
        if curve is None
        else Curve(
            supplied=int(curve["supplied"]),
            borrowed=int(curve["borrowed"]),
            points=tuple((int(at), int(rate)) for at, rate in curve["points"]),
            on_borrowed=bool(curve["on_borrowed"]),
            kept=int(curve["kept"]),
        ),
    )


def _outlook(each: Outlook) -> dict[str, str]:
    return {
        name.name: str(value.ray if isinstance(value := getattr(each, name.name), Rate) else value)
        for name in fields(each)
    }


def _outlook_of(data: Mapping[str, str]) -> Outlook:
    mean, now, soon = (Rate(int(data[key])) for key in ("mean", "now", "soon"))
    return Outlook(mean, int(data["sigma"]), int(data["seen"]), int(data["span"]), now=now, soon=soon)


def _signal(each: Signal) -> dict[str, Any]:
    return {
        "venue": each.venue,
        "name": each.name,
        "effect": str(each.effect),
        "words": each.words,
        "numbers": {key: str(number) for key, number in sorted(each.numbers.items())},
        "most": None if each.most is None else str(each.most),
    }


def _signal_of(data: Mapping[str, Any]) -> Signal:
    return Signal(
        venue=data["venue"],
        name=data["name"],
        effect=Effect(data["effect"]),
        words=data["words"],
        numbers={key: int(number) for key, number in data["numbers"].items()},
        most=_int(data["most"]),
    )


def _int(text: str | None) -> int | None:
    return None if text is None else int(text)
