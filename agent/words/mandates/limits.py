"""What a sentence says about acting without being asked: its tokens, its venues, and each limit with its words.

Whole phrases (out on a depeg, hours of rest) are read first (conditions.py), then what is never entered
(venues.py), then the pieces with one number each.

Read once here, for the mind that proposes an intent and for the gate that binds it. Every word must be accounted
for: a limit that isn't wholly understood is a question, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.words.mandates import conditions
from agent.words.mandates import venues as limit_venues
from agent.words.mandates.keys import key_of
from agent.words.mandates.ordered import DRY_RUN, KEEP, MANDATE, NOT_UNDERSTOOD, REVOKE, Ordered, Unclear
from agent.words.mandates.parts import FREE, is_all, numbers_of, pieces, with_late_bounds, without_chatter
from agent.words.mandates.values import read_limit
from agent.words.reading.numbers import Doubtful
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

AT_MAIN = FREE | {Kind.TOKEN, Kind.VENUE, Kind.OWN, Kind.PARTICLE, Kind.REFERENCE}
NO_RULE = (
    "I don't understand “{}” here as a rule, so I do nothing. Rules are like `leave on depeg`, `get out if usdc "
    "falls below 0.985`, `leave when there is danger`, `don't move anything between 22 and 7`."
)
HOURS = "Say the hours in figures, as in `don't move anything between 22 and 7`."
ORDERS = frozenset({(Kind.VERB, MANDATE), (Kind.VERB, "rebalance"), (Kind.TOPIC, MANDATE), (Kind.TOPIC, "portfolio")})


def about(readings: Sequence[Reading]) -> str | None:
    """What the readings order about mandates, whether they can be read or not; None: nothing."""
    try:
        _, rest = conditions.split(readings)
    except Doubtful:
        rest = list(readings)
    order = _order(rest)
    return None if order is None else order[0]


def ordered(readings: Sequence[Reading], vocabulary: Vocabulary, strict: bool = True) -> Ordered | None:
    """What the readings order about mandates, None where they are about something else. Raises Unclear.

    Not `strict`: words that aren't known may stand where no limit, token or venue would, as "pretty please" does.
    """
    said, readings = _conditions(readings)
    order = _order(readings)
    if order is None:
        _check_not_alone(said, readings)
        return None
    what, reading = order
    if any(key_of(each) in conditions.NIGHTS for each in readings):
        raise Unclear(HOURS)
    found = Ordered(what, {"action": reading.origin})
    if what in (REVOKE, DRY_RUN, "show mandate"):
        _check_alone(readings, reading)
        return found
    _check_outright(readings)
    if not strict:
        readings = list(without_chatter(readings))
    try:
        _read(readings, said, found, reading, vocabulary)
    except limit_venues.Ambiguous as doubt:
        raise Unclear(str(doubt)) from doubt
    if found.limits and what == "rebalance":
        found.what = MANDATE
    return found


def _conditions(readings: Sequence[Reading]) -> tuple[list[conditions.Condition], list[Reading]]:
    try:
        return conditions.split(readings)
    except Doubtful as doubt:
        if _order(readings) is None:
            return [], list(readings)
        raise Unclear(str(doubt)) from doubt


def _check_not_alone(said: Sequence[conditions.Condition], rest: Sequence[Reading]) -> None:
    """A rule for acting unasked means something only in a mandate: alone it is a question how to say it."""
    if said and all(each.kind in FREE for each in rest):
        raise Unclear(
            f"“{said[0].origin.words[:60]}” is a rule of a mandate: say it together with its tokens, as in `keep my "
            f"usdc well placed, {said[0].origin.words[:60]}`."
        )


def _read(
    readings: Sequence[Reading],
    said: Sequence[conditions.Condition],
    found: Ordered,
    order: Reading,
    vocabulary: Vocabulary,
) -> None:
    """Fills in what is ordered. Raises Unclear, Ambiguous."""
    excluded, readings = limit_venues.without_excluded(readings)
    parts = with_late_bounds(pieces(readings, order))
    for each in limit_venues.lonely(parts, [bool(numbers_of(part)) for part in parts]):
        raise limit_venues.Ambiguous(f"Which number holds for “{each.words}”? Say it for each venue apart.")
    for part in parts:
        if not numbers_of(part):
            _main(part, found, order)
    _venues([each for part in parts if not numbers_of(part) for each in part], found)
    _excluded(excluded, found)
    for part in parts:
        if numbers_of(part):
            read_limit(part, found, vocabulary)
    for condition in said:
        _condition(condition, found, vocabulary)


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
    if (dry := named.get((Kind.TOPIC, DRY_RUN))) is not None:
        return DRY_RUN, dry
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
            no_rule = each.kind is Kind.VERB or key_of(each) in conditions.SAYING
            raise Unclear((NO_RULE if no_rule else NOT_UNDERSTOOD).format(each.words[:24]))
    for each in part:
        if each.kind is Kind.TOKEN and each.text not in found.assets:
            found.assets = (*found.assets, each.text)
            found.origins.setdefault("assets", each.origin)


def _venues(readings: Iterable[Reading], found: Ordered) -> None:
    """The venues named, those of the tokens named."""
    named = [each for each in readings if each.kind is Kind.VENUE]
    if named:
        found.venues = _ids(named, found)
        found.origins["venues"] = named[0].origin


def _excluded(named: Sequence[Reading], found: Ordered) -> None:
    """The venues that are never entered."""
    if not named:
        return
    ids = _ids(named, found)
    both = sorted(set(ids) & set(found.venues or ()))
    if both:
        raise Unclear(f"You want {both[0]} in it and left out of it: say one of the two.")
    found.limits["excluded"], found.origins["excluded"] = ids, named[0].origin


def _ids(named: Sequence[Reading], found: Ordered) -> tuple[str, ...]:
    ids: set[str] = set()
    for each in named:
        fitting = limit_venues.fitting(each, found.assets)
        if not fitting:
            raise Unclear(f"“{each.words}” is no venue for {', '.join(found.assets)}. Which venue, or any?")
        ids |= set(fitting)
    return tuple(sorted(ids))


def _condition(said: conditions.Condition, found: Ordered, vocabulary: Vocabulary) -> None:
    """A whole phrase; a token that it names must be the mandate's."""
    if said.field in found.limits:
        raise Unclear(f"I read that rule twice: “{said.origin.words[:60]}”. Which one?")
    if said.token and found.assets and (vocabulary.symbol(said.token),) != found.assets:
        raise Unclear(
            f"“{said.origin.words[:60]}”: {said.token[:20]} isn't all that this mandate is for. Say `it`, which "
            "means each of its tokens, or give a mandate for one token at a time."
        )
    found.limits[said.field], found.origins[said.field] = said.value, said.origin
