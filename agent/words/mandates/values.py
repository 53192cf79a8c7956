"""One limit with its number: which one it is, on which side it bounds, and its value."""

from __future__ import annotations

from collections.abc import Sequence

from agent.intents import Exact, VenueCap
from agent.words.mandates import venues as limit_venues
from agent.words.mandates.keys import key_of
from agent.words.mandates.ordered import NOT_UNDERSTOOD, Ordered, Unclear
from agent.words.mandates.parts import CUES, FREE, GLUE, PUTS, cue_of, keys_of, numbers_of
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary, asset_of

DAY = 86_400
UPPER = frozenset({"at most", "up to", "max", "maximum", "most", "under", "less than"})
LOWER = frozenset({"at least", "minimum", "more than"})
PER = frozenset({"per", "each", "every"})
CONDITIONS = frozenset({"if", "when", "whenever", "as long as", "provided"})


def read_limit(part: Sequence[Reading], found: Ordered, vocabulary: Vocabulary) -> None:
    """A part with a number: which limit it is, on which side it bounds, and its value."""
    venue = limit_venues.capped(part)
    if venue is not None:
        _cap_at(part, venue, found, vocabulary)
        return
    said = " ".join(each.words for each in part)
    cue, numbers = cue_of(part), numbers_of(part)
    if cue is None or len(numbers) != 1:
        raise Unclear(f"I don't understand “{said[:40]}” as a limit: a venue, a move, the gain, gas, or days ahead?")
    if cue in found.limits:
        raise Unclear(f"I read that limit twice: “{said[:40]}”. Which one?")
    side = _side(part)
    if side is not None and side != (LOWER if cue == "min_gain_usd" else UPPER) and cue != "horizon_days":
        raise Unclear(f"“{said[:40]}” bounds it from the wrong side, so I do nothing. Please say it again.")
    _check_words(part, cue)
    value = _days(numbers[0]) if cue == "horizon_days" else _value(part, numbers[0], cue, found, vocabulary)
    found.limits[cue], found.origins[cue] = value, numbers[0].origin


def _side(part: Sequence[Reading]) -> frozenset[str] | None:
    """UPPER, LOWER, or None where nothing says; a no turns "more than" and "less than" round."""
    bounds = [key_of(each) for each in part if each.kind is Kind.VAGUE]
    turned = any(each.kind is Kind.NEGATION for each in part)
    if not bounds:
        if turned:
            raise Unclear("I don't act on a “no” that I can't place. Please say it without it.")
        return None
    if len(bounds) > 1 or bounds[0] not in UPPER | LOWER:
        raise Unclear(f"“{bounds[-1]}” isn't an exact limit: say at most, or at least.")
    if not turned:
        return UPPER if bounds[0] in UPPER else LOWER
    if bounds[0] not in ("more than", "less than", "under"):
        raise Unclear("I don't act on a “no” that I can't place. Please say it without it.")
    return UPPER if bounds[0] == "more than" else LOWER


def _check_words(part: Sequence[Reading], cue: str) -> None:
    turned = any(each.kind is Kind.NEGATION for each in part)
    allowed = FREE | {Kind.AMOUNT, Kind.DURATION, Kind.TOKEN, Kind.VAGUE, Kind.NEGATION, Kind.REFERENCE}
    for each in part:
        if turned and key_of(each) in PUTS:
            continue
        condition = each.kind is Kind.HYPOTHETICAL and cue == "min_gain_usd" and key_of(each) in CONDITIONS
        if each.kind not in allowed and key_of(each) not in CUES[cue] | GLUE and not condition:
            raise Unclear(NOT_UNDERSTOOD.format(each.words[:24]))


def _days(number: Reading) -> int:
    seconds = number.value if number.kind is Kind.DURATION and isinstance(number.value, int) else 0
    days, rest = divmod(seconds, DAY)
    if rest or not 0 < days <= 365:
        raise Unclear("How many days ahead: 1 to 365.", "horizon_days")
    return days


def _value(part: Sequence[Reading], number: Reading, cue: str, found: Ordered, vocabulary: Vocabulary) -> str:
    """Decimal text: of dollars for gain and gas, of the token for a venue and a move."""
    spec = number.said.spec if number.kind is Kind.AMOUNT else None
    if not isinstance(spec, Exact):
        raise Unclear(f"“{number.words}” isn't a number that I can hold as a limit. How much?")
    tokens = {each.text for each in part if each.kind is Kind.TOKEN}
    dollars = number.said.dollars or (bool(tokens) and tokens <= vocabulary.dollars)
    if cue in ("gas_budget_usd", "min_gain_usd"):
        if not dollars:
            raise Unclear(f"I count gain and gas in dollars: say ${spec.value}.")
        return spec.value
    unit = tokens - set(found.assets) or (tokens and len(found.assets) > 1) or False
    if unit or (number.said.dollars and not set(found.assets) <= vocabulary.dollars):
        raise Unclear(f"In which token is “{number.words}”? A limit on a venue or a move is in the mandate's token.")
    return spec.value


def _cap_at(part: Sequence[Reading], venue: Reading, found: Ordered, vocabulary: Vocabulary) -> None:
    """'At most 20,000 in morpho': one venue's own cap."""
    numbers, said = numbers_of(part), " ".join(each.words for each in part)[:40]
    others = [name for name, cues in CUES.items() if name != "cap_per_venue" and keys_of(part) & cues]
    each_of = limit_venues.is_each(part, venue)
    if len(numbers) != 1 or others or (keys_of(part) & PER and not each_of):
        raise Unclear(f"I don't understand “{said}” as a limit: say `at most 20,000 in` and one venue.")
    if _side(part) is LOWER:
        raise Unclear(f"“{said}” bounds it from the wrong side, so I do nothing. Please say it again.")
    _check_words([each for each in part if each is not venue], "cap_per_venue")
    named = {each.text for each in part if each.kind is Kind.TOKEN}
    ids = limit_venues.fitting(venue, sorted(named) or found.assets)
    if not ids or not named <= set(found.assets):
        raise Unclear(f"“{venue.words}” is no venue for {', '.join(found.assets)}. Which venue, or any?")
    if len(ids) > 1 and not each_of:
        raise Unclear(
            f"“{venue.words}” is more than one venue: {', '.join(ids)}. Say `in each {venue.words}`, or a number for "
            "each by its name."
        )
    before = found.limits.get("caps")
    caps = [each for each in before if isinstance(each, VenueCap)] if isinstance(before, tuple) else []
    if {cap.venue for cap in caps} & set(ids):
        raise Unclear(f"I read that limit twice: “{said}”. Which one?")
    for one in ids:
        of_one = Ordered(found.what, assets=(asset_of(one),))
        value = _value(part, numbers[0], "cap_per_venue", of_one, vocabulary)
        caps.append(VenueCap(venue=one, value=value))
    found.limits["caps"] = tuple(sorted(caps, key=lambda each: each.venue))
    found.origins.setdefault("caps", numbers[0].origin)
