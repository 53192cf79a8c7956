"""What a sentence says about acting without being asked: its tokens, its venues, and each limit with its words.

Read once here, for the mind that proposes an intent and for the gate that binds it. Every word must be accounted
for: a limit that isn't wholly understood is a question, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent.intents import Exact, Origin
from agent.words.limit_parts import (
    CUES,
    FREE,
    GLUE,
    cue_of,
    is_all,
    key_of,
    numbers_of,
    pieces,
    with_late_bounds,
    without_chatter,
)
from agent.words.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary, asset_of

MANDATE = "mandate"
REVOKE = "end mandate"
KEEP = "keep"
DAY = 86_400
NOT_UNDERSTOOD = "I don't understand “{}” here, so I do nothing. Please say it more simply; `help` shows how."

UPPER = frozenset({"at most", "up to", "max", "maximum", "most", "under", "less than"})
LOWER = frozenset({"at least", "minimum", "more than"})
CONDITIONS = frozenset({"if", "when", "whenever", "as long as", "provided"})
AT_MAIN = FREE | {Kind.TOKEN, Kind.VENUE, Kind.OWN, Kind.PARTICLE, Kind.REFERENCE}
ORDERS = frozenset({(Kind.VERB, MANDATE), (Kind.VERB, "rebalance"), (Kind.TOPIC, MANDATE), (Kind.TOPIC, "portfolio")})


class Unclear(Exception):
    """Words that can't be read as a limit; `field` is what should be asked for, '' for the whole sentence."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.field = field


@dataclass
class Ordered:
    """`what`: 'mandate', 'rebalance', 'end mandate', or 'show mandate'. Fields are an intent's; null is unsaid."""

    what: str
    origins: dict[str, Origin] = field(default_factory=dict)
    assets: tuple[str, ...] = ()
    venues: tuple[str, ...] | None = None
    limits: dict[str, str | int] = field(default_factory=dict)


def about(readings: Sequence[Reading]) -> str | None:
    """What the readings order about mandates, whether they can be read or not; None: nothing."""
    order = _order(readings)
    return None if order is None else order[0]


def ordered(readings: Sequence[Reading], vocabulary: Vocabulary, strict: bool = True) -> Ordered | None:
    """What the readings order about mandates, None where they are about something else. Raises Unclear.

    Not `strict`: words that aren't known may stand where no limit, token or venue would, as "pretty please" does.
    """
    order = _order(readings)
    if order is None:
        return None
    what, reading = order
    found = Ordered(what, {"action": reading.origin})
    if what in (REVOKE, "show mandate"):
        _check_alone(readings, reading)
        return found
    _check_outright(readings)
    if not strict:
        readings = list(without_chatter(readings))
    parts = with_late_bounds(pieces(readings, reading))
    for part in parts:
        if not numbers_of(part):
            _main(part, found, reading)
    _venues(parts, found)
    for part in parts:
        if numbers_of(part):
            _limit(part, found, vocabulary)
    if found.limits and what == "rebalance":
        found.what = MANDATE
    return found


def _order(readings: Sequence[Reading]) -> tuple[str, Reading] | None:
    """What is ordered, and the reading that orders it."""
    named: dict[tuple[Kind, str], Reading] = {}
    for each in readings:
        named.setdefault((each.kind, each.text), each)
    if (Kind.TOPIC, "explain") in named or (Kind.TOPIC, "help") in named:
        return None  # "why did you rebalance?" asks about it
    if (revoke := named.get((Kind.VERB, REVOKE))) is not None:
        return REVOKE, revoke
    how = named.get((Kind.PARTICLE, MANDATE))
    verb, now = named.get((Kind.VERB, MANDATE)), named.get((Kind.VERB, "rebalance"))
    topic, keep = named.get((Kind.TOPIC, MANDATE)), named.get((Kind.PARTICLE, KEEP))
    if verb is not None:
        return MANDATE, verb
    if now is not None:
        return (MANDATE if how is not None else "rebalance"), now
    if keep is not None and how is not None:
        return MANDATE, keep
    if topic is not None:
        gives = any(each.kind in (Kind.TOKEN, Kind.AMOUNT) for each in readings)
        return (MANDATE if gives else "show mandate"), topic
    return None


def _check_alone(readings: Iterable[Reading], order: Reading) -> None:
    """Nothing that could turn it round stands beside it."""
    for each in readings:
        if each is not order and each.kind in (Kind.QUOTED, Kind.LOOKALIKE, Kind.AMOUNT, Kind.VENUE):
            raise Unclear(f"I don't understand “{each.words}” here.")
        if each.kind is Kind.NEGATION and order.text == REVOKE:
            raise Unclear("Shall I end your mandate or keep it? Say “stop rebalancing”, or nothing.")


def _check_outright(readings: Sequence[Reading]) -> None:
    polite = any(each.kind is Kind.POLITE for each in readings)
    for each in readings:
        if each.kind in (Kind.QUOTED, Kind.MENTION, Kind.UNSUPPORTED, Kind.ADDRESS, Kind.BAD_ADDRESS, Kind.NAME):
            raise Unclear(NOT_UNDERSTOOD.format(each.words))
        if each.kind in (Kind.BAD_AMOUNT, Kind.LOOKALIKE):
            raise Unclear(
                each.text if each.kind is Kind.BAD_AMOUNT else f"Type “{each.words}” again, in Latin letters."
            )
        if each.kind is Kind.QUESTION or (each.kind is Kind.ASKS and not polite):
            raise Unclear("I do nothing on a question. Say it outright if you want me to rebalance.")


def _main(part: Sequence[Reading], found: Ordered, order: Reading) -> None:
    """A part without a number: the tokens, the venues, the order itself."""
    for each in part:
        known = each is order or each.kind in AT_MAIN or is_all(each) or (each.kind, each.text) in ORDERS
        if each.kind is Kind.NEGATION:
            raise Unclear("I won't rebalance. Say so without “not” if you want me to.")
        if not known:
            raise Unclear(NOT_UNDERSTOOD.format(each.words[:24]))
    for each in part:
        if each.kind is Kind.TOKEN and each.text not in found.assets:
            found.assets = (*found.assets, each.text)
            found.origins.setdefault("assets", each.origin)


def _venues(parts: Iterable[Sequence[Reading]], found: Ordered) -> None:
    """The venues named, those of the tokens named."""
    named = [each for part in parts for each in part if each.kind is Kind.VENUE]
    if not named:
        return
    venues: list[str] = []
    for each in named:
        fitting = [venue for venue in each.ids if asset_of(venue) in found.assets or not found.assets]
        if not fitting:
            raise Unclear(f"“{each.words}” is no venue for {', '.join(found.assets)}. Which venue, or any?")
        venues += [venue for venue in fitting if venue not in venues]
    found.venues = tuple(sorted(venues))
    found.origins["venues"] = named[0].origin


def _limit(part: Sequence[Reading], found: Ordered, vocabulary: Vocabulary) -> None:
    """A part with a number: which limit it is, on which side it bounds, and its value."""
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
    allowed = FREE | {Kind.AMOUNT, Kind.DURATION, Kind.TOKEN, Kind.VAGUE, Kind.NEGATION, Kind.REFERENCE}
    for each in part:
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
