"""What the hooks that choose and tell return, looked at again. Each raises TypeError or ValueError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.curves import Allocation, Candidate, Part, Terms
from agent.hooks import shapes
from agent.money import Rate, Token
from agent.past import Effect, Outlook, Signal
from agent.plugin import Elsewhere, Option, Placement, Shift, Told, Turn, Venue, VenueState

MOST_LINES, MOST_LETTERS = 10, 200


def options(
    found: object, venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int
) -> list[Option]:
    """A ranking's order and its reasons are the plug-in's; the rates in it are the venues' own."""
    kept = []
    for each in shapes.listed(found, Option, "the ranking", 1_000):
        if each.venue not in states or each.venue not in venues or venues[each.venue].asset != asset:
            raise ValueError(f"{str(each.venue)[:80]!r} is no venue of {asset.symbol} here")
        state, after = states[each.venue], venues[each.venue].rate_after(states[each.venue], units)
        kept.append(
            Option(
                each.venue,
                state.rate,
                after,
                shapes.whole(each.income, "its income"),
                tuple(shapes.line(why, "a reason", 120) for why in shapes.listed(each.reasons, str, "reasons", 10)),
                shapes.line(each.why_not, "why_not", MOST_LETTERS),
            )
        )
    if len({each.venue for each in kept}) != len(kept):
        raise ValueError("a venue is in the ranking twice")
    return kept


def placement(found: object, candidates: Sequence[Candidate], terms: Terms) -> Placement:
    """Its legs move what there is, from and to venues that were handed in."""
    one = shapes.of_type(found, Placement, "a placement")
    held = {each.venue: each.position for each in candidates} | {"": terms.cash}
    shifts = tuple(_shift(each, held) for each in shapes.listed(one.shifts, Shift, "its shifts", 100))
    for source in {each.source for each in shifts}:
        if sum(each.units for each in shifts if each.source == source) > held[source]:
            raise ValueError(f"more leaves {source or 'the wallet'} than there is")
    sums = (one.gain_usd, one.cost_usd, one.back_usd, one.doubt_usd, one.seconds)
    for number in sums:
        shapes.of_type(number, int, "a sum of a placement")
    return Placement(
        shifts,
        tuple(_shift(each, held) for each in shapes.listed(one.weighed, Shift, "what it weighed", 10_000)),
        shapes.line(one.why_not, "why_not", MOST_LETTERS),
        *sums,
        tuple(shapes.listed(one.turns, Turn, "its turns", 100)),
    )


def _shift(each: Shift, held: Mapping[str, int]) -> Shift:
    if each.source not in held or each.target not in held or each.source == each.target:
        raise ValueError("a leg is between two of the venues that it was handed")
    shapes.whole(each.units, "a leg", 0, held[each.source])
    for number in (each.gain, each.gain_usd, each.cost_usd, each.back_usd, each.doubt_usd, each.seconds):
        shapes.of_type(number, int, "a figure of a leg")
    shapes.of_type(each.before, Rate, "a rate"), shapes.of_type(each.after, Rate, "a rate")
    return replace(
        each,
        whole=shapes.of_type(each.whole, bool, "whole"),
        why_not=shapes.line(each.why_not, "why_not", MOST_LETTERS),
        signal=shapes.line(each.signal, "a signal", MOST_LETTERS),
    )


def allocation(found: object, candidates: Sequence[Candidate], terms: Terms) -> Allocation:
    """Its parts and what is idle are exactly what there was, none above its cap or below what can leave."""
    one = shapes.of_type(found, Allocation, "an allocation")
    known = {each.venue: each for each in candidates}
    parts = shapes.listed(one.parts, Part, "its parts", 10_000)
    for part in parts:
        if part.venue not in known:
            raise ValueError(f"{str(part.venue)[:80]!r} isn't among the venues")
        venue = known[part.venue]
        shapes.whole(part.units, "a part")
        if part.units > venue.position and (not venue.open or (venue.most is not None and part.units > venue.most)):
            raise ValueError(f"{venue.venue} takes no more")
        if venue.position - part.units > venue.liquidity:
            raise ValueError(f"{venue.venue} can't pay out so much")
    there = terms.cash + sum(each.position for each in candidates)
    if sum(part.units for part in parts) + shapes.whole(one.idle, "what is idle") != there:
        raise ValueError(f"its parts and what is idle aren't the {there} that there are")
    for number in (one.income, one.cost, one.bound, one.nodes):
        shapes.of_type(number, int, "a figure of an allocation")
    left = {str(key): shapes.line(why, "a reason", MOST_LETTERS) for key, why in one.left_out.items()}
    return replace(one, parts=tuple(parts), left_out=left)


def outlook(found: object) -> Outlook:
    """Rates and counts, nothing below zero."""
    one = shapes.of_type(found, Outlook, "an outlook")
    for each in (one.mean, one.now, one.soon):
        shapes.rate(each, "an expected rate")
    for number in (one.sigma, one.seen, one.span):
        shapes.whole(number, "a figure of an outlook")
    return one


def signals(found: object, venue: Venue) -> list[Signal]:
    """Of this venue, each with its words."""
    kept = []
    for each in shapes.listed(found, Signal, "its signals", 50):
        if each.venue != venue.id:
            raise ValueError(f"a signal of {str(each.venue)[:80]!r}, and {venue.id} was asked about")
        kept.append(
            Signal(
                venue.id,
                shapes.name(each.name, "a signal's name"),
                shapes.of_type(each.effect, Effect, "its effect"),
                shapes.line(each.words, "its words", MOST_LETTERS),
                shapes.facts(each.numbers, "its numbers"),
                None if each.most is None else shapes.whole(each.most, "most"),
            )
        )
    return kept


def told(found: object) -> Told:
    """Rows of text and rates, no more than are shown."""
    one = shapes.of_type(found, Told, "what it told")
    places = tuple(
        Elsewhere(
            shapes.line(each.project, "a project", 40),
            shapes.line(each.chain, "a chain", 40),
            shapes.rate(each.rate, "a rate"),
            shapes.rate(each.reward, "a reward"),
            shapes.whole(each.tvl_usd, "its size"),
        )
        for each in shapes.listed(one.places, Elsewhere, "its places", 1_000)
    )
    dropped = {shapes.line(key, "a reason", 80): count for key, count in shapes.facts(one.dropped, "dropped").items()}
    at, trouble = shapes.whole(one.at, "its time"), shapes.line(one.trouble, "its trouble", MOST_LETTERS)
    return Told(shapes.line(one.source, "its source", 40), places, at, dropped, trouble)


def lines(found: object) -> list[str]:
    """What a model may be told: a few short lines."""
    said = shapes.listed([] if found is None else found, str, "its lines", 1_000)[:MOST_LINES]
    return [text for each in said if (text := shapes.line(each, "a line", MOST_LETTERS))]


def tables(found: object) -> list[dict[str, Any]]:
    """Call tables, each one that can be read."""
    from agent.policy.tables import load_table

    kept = [shapes.json_object(each, "a call table") for each in shapes.listed(found, dict, "its call tables", 50)]
    for each in kept:
        load_table(each)
        shapes.name(each["table"], "a call table's name")
    return kept


def typed_tables(found: object) -> list[dict[str, Any]]:
    """Tables of typed data, each one that can be read."""
    from agent.policy.typed_tables import load_typed_table

    kept = [shapes.json_object(each, "a typed table") for each in shapes.listed(found, dict, "its tables", 50)]
    for each in kept:
        load_typed_table(each)
        shapes.name(each["table"], "a typed table's name")
    return kept


def descriptors(found: object, own: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Descriptors of its own call tables: it words nobody else's calls."""
    kept = [shapes.json_object(each, "a descriptor") for each in shapes.listed(found, dict, "descriptors", 50)]
    names = {str(table["table"]) for table in own}
    for each in kept:
        context = shapes.of_type(each.get("context"), dict, "a descriptor's context")
        if context.get("$id") not in names:
            raise ValueError(f"a descriptor of {str(context.get('$id'))[:60]!r}, which is no call table of its own")
    return kept
