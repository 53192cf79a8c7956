"""A file of venues, capital and limits for the allocator (docs/allocate.md): TOML or JSON, read without a float.

What is wrong with one venue costs that venue alone; what is wrong with capital, horizon or limits refuses the file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from agent.curves import Candidate, Curve, Terms, Weigh
from agent.errors import Refused
from agent.money import RAY

RAY_PLACES = 27
MOST_DECIMALS = 36
LARGEST = 40  # digits before the point: more money than there is, and int() of 1e999999999 would never end
AMOUNTS = ("position", "liquidity", "room", "cap", "least", "enter_cost", "exit_cost")
WORDS = ("id", "kind", "source", "why_not")

CurveOf = Callable[[str, Mapping[str, int], int], Curve | None]


@dataclass(frozen=True, slots=True)
class Task:
    """What a file asks for. `left_out`: venues that could not even be read, with the reason."""

    asset: str
    decimals: int
    candidates: tuple[Candidate, ...]
    terms: Terms
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """The file's own for every venue, in base units; the shares in ray."""

    cap: int | None
    least: int
    of_money: int | None
    of_market: int | None


class Facts(Mapping[str, int]):
    """A venue's numbers for a plug-in: amounts in base units, fractions in ray. It remembers what nobody read."""

    def __init__(self, raw: Mapping[str, Any], decimals: int) -> None:
        self._raw, self._decimals, self.unread = raw, decimals, set(raw)

    def __getitem__(self, key: str) -> int:
        self.unread.discard(key)
        places = self._decimals if key in ("supplied", "borrowed") else RAY_PLACES
        return scaled(self._raw[key], places, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def read(text: str, curve_of: CurveOf) -> Task:
    """Raises Refused where the file isn't one, or its capital, horizon or limits make no sense."""
    whole = _parsed(text)
    try:
        decimals = _decimals(whole)
        terms = _terms(whole, decimals)
        limits = _limits(_table(whole, "limits"), decimals)
    except (ValueError, TypeError) as error:
        raise Refused("file", f"The file makes no sense: {error}.") from error
    rows = whole.get("venues")
    if not isinstance(rows, list) or not rows:
        raise Refused("file", "The file has no venues.", "Add a [[venues]] table for each.")
    candidates: list[Candidate] = []
    left_out: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        name = str(row.get("id") or f"venue {number}") if isinstance(row, dict) else f"venue {number}"
        try:
            candidates.append(_candidate(row, decimals, terms, curve_of))
        except (ValueError, TypeError) as error:
            left_out[name] = str(error)
    money = terms.cash + sum(each.position for each in candidates)
    held = tuple(_limited(each, limits, money) for each in candidates)
    return Task(str(whole.get("asset", "")), decimals, held, terms, left_out)


def scaled(value: object, places: int, name: str) -> int:
    """A number or decimal text as an integer of so many places, rounded down. Raises ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"`{name}` isn't a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"`{name}` isn't a number") from error
    if not number.is_finite():
        raise ValueError(f"`{name}` isn't a number")
    if number < 0:
        raise ValueError(f"`{name}` is negative")
    if number and number.adjusted() > LARGEST:
        raise ValueError(f"`{name}` is larger than anything there is: are decimals swapped?")
    if number.adjusted() < -places:
        return 0
    whole = Context(prec=len(number.as_tuple().digits))  # all its digits: the usual context rounds to 28
    return int(whole.scaleb(number, places))


def _parsed(text: str) -> dict[str, Any]:
    try:
        if text.lstrip().startswith("{"):
            found = json.loads(text, parse_float=Decimal, parse_constant=Decimal)
        else:
            found = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused("file", f"The file is neither TOML nor JSON: {error}.") from error
    return dict(found)


def _decimals(whole: Mapping[str, Any]) -> int:
    decimals = whole.get("decimals")
    if type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(f"`decimals` must be the asset's, 0 to {MOST_DECIMALS}")
    return decimals


def _table(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name, {})
    if not isinstance(found, Mapping):
        raise TypeError(f"`{name}` must be a table")
    return found


def _terms(whole: Mapping[str, Any], decimals: int) -> Terms:
    response = _table(whole, "response")
    days = whole.get("horizon_days")
    if type(days) is not int:
        raise TypeError("`horizon_days` must be whole days")
    if "capital" not in whole:
        raise ValueError("`capital` is missing: what isn't at work yet, in whole tokens")
    band = [scaled(response.get(end, default), RAY_PLACES, end) for end, default in (("low", "0"), ("high", "0.5"))]
    sources = _table(_table(whole, "limits"), "sources")
    return Terms(
        cash=scaled(whole["capital"], decimals, "capital"),
        seconds=days * 86_400,
        response=(band[0], band[1]),
        weigh=Weigh(response.get("weigh", Weigh.MEAN)),
        source_most={name: scaled(most, decimals, name) for name, most in sources.items()},
    )


def _limits(of: Mapping[str, Any], decimals: int) -> Limits:
    def said(name: str, places: int) -> int | None:
        return scaled(of[name], places, name) if name in of else None

    unknown = set(of) - {"cap_per_venue", "least", "share_of_money", "share_of_market", "sources"}
    if unknown:
        raise ValueError(f"there is no limit `{min(unknown)}`")
    return Limits(
        said("cap_per_venue", decimals),
        said("least", decimals) or 0,
        said("share_of_money", RAY_PLACES),
        said("share_of_market", RAY_PLACES),
    )


def _candidate(row: object, decimals: int, terms: Terms, curve_of: CurveOf) -> Candidate:
    """Raises ValueError, TypeError where it isn't even known what is held there."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise TypeError("it has no `id`")
    amounts = {name: scaled(row.get(name, 0), decimals, name) for name in AMOUNTS}
    position = amounts["position"]
    curve, reason = _curve(row, decimals, terms.seconds, curve_of)
    most = [amounts["cap"]] if "cap" in row else []
    if "room" in row:
        most.append(position + amounts["room"])
    free = position if curve is None else max(curve.supplied - curve.borrowed, 0)
    return Candidate(
        venue=row["id"],
        source=str(row.get("source") or row["id"]),
        curve=curve,
        position=position,
        liquidity=amounts["liquidity"] if "liquidity" in row else free,
        most=min(most, default=None),
        least=amounts["least"],
        enter=amounts["enter_cost"],
        leave=amounts["exit_cost"],
        exit_fee=scaled(row.get("exit_fee", 0), RAY_PLACES, "exit_fee"),
        why_not=reason or str(row.get("why_not", "")),
    )


def _curve(row: Mapping[str, Any], decimals: int, seconds: int, curve_of: CurveOf) -> tuple[Curve | None, str]:
    """The curve, or why there is none."""
    skipped = (*AMOUNTS, *WORDS, "exit_fee", "vault_fee")
    facts = Facts({key: value for key, value in row.items() if key not in skipped}, decimals)
    kind = str(row.get("kind", ""))
    try:
        fee = scaled(row.get("vault_fee", 0), RAY_PLACES, "vault_fee")
        curve = curve_of(kind, facts, seconds)
    except KeyError as error:
        return None, f"its `{error.args[0]}` is missing"
    except (ValueError, ArithmeticError) as error:
        return None, str(error)
    if curve is None:
        return None, f"no plug-in knows the curve `{kind}`"
    if facts.unread:
        return None, f"`{min(facts.unread)}` means nothing at the curve `{kind}`"
    if fee > RAY:
        return None, "its `vault_fee` is more than all of it"
    kept = curve.kept * (RAY - fee) // RAY
    return Curve(curve.supplied, curve.borrowed, curve.points, curve.on_borrowed, kept), ""


def _limited(of: Candidate, limits: Limits, money: int) -> Candidate:
    """With the smallest of all limits on what may be held there."""
    known = [each for each in (of.most, limits.cap) if each is not None]
    if limits.of_money is not None:
        known.append(money * limits.of_money // RAY)
    if limits.of_market is not None and of.curve is not None:
        known.append(max(of.curve.supplied - of.position, 0) * limits.of_market // RAY)
    return Candidate(
        of.venue, of.source, of.curve, of.position, of.liquidity, min(known, default=None),
        max(of.least, limits.least), of.enter, of.leave, of.exit_fee, of.why_not,
    )  # fmt: skip
