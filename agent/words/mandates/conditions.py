"""What a mandate says in whole phrases: out on a depeg, out when it gets hard to leave, out on danger, hours of rest.

Each is one closed form of words, between marks or "and": what isn't such a form wholly is left for the rest of the
grammar, which asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from agent.intents import Origin, Quiet
from agent.words import forms
from agent.words.german import mandates as german_mandates
from agent.words.language import Lang
from agent.words.reading.numbers import Doubtful, canonical, figures, shifted
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.text import clean
from agent.words.spanish import mandates as spanish_mandates

DEFAULT = "default"
"""The value of a rule that was said without its number."""
DEPEG, ILLIQUID, SAFETY, QUIET = "depeg_usd", "illiquid_percent", "safety_exits", "quiet_hours"
REPAY, CLAIM, FEES, RANGES = "repay_below", "claim_rewards", "collect_fees", "keep_in_range"
NIGHTS = frozenset({"night", "nights", "overnight", "evenings", "mornings", "weekends", "weekend"})
SAYING = NIGHTS | frozenset({
    "leave", "leaves", "exit", "exits", "depeg", "depegs", "peg", "danger", "dangerous", "risky", "emergency", "hard",
    "liquidity", "illiquid", "quiet", "hours", "between", "floor", "falls", "drops", "below",
    "safety", "alert", "alerts", "warn", "anything", "repay", "health", "loan", "loans", "debt", "claim", "rewards",
    "range", "ranges", "position", "positions",
})  # fmt: skip
"""Words of these rules: beside a mandate they are never mere chatter."""

Value = str | bool | Quiet
Reads = Callable[[re.Match[str]], Value]
Rule = tuple[str, re.Pattern[str], Reads]

_OUT = (
    r"(?:please )?(?:(?:get|pull|take|move)(?: (?:me|us|it|them|everything|all|my money|all of it))? out|leave|exit|"
    r"withdraw)(?: of (?:it|them|there|everything|all venues)| everything| it all| all(?: of it)?| (?:all )?venues?)?"
)
_WHEN = r"(?:if|when|whenever|once|as soon as|in case)"
_NUMBER = r"(?P<number>\.?\d[\d.,_']*(?<![.,_'])|\.\d+)"
_SUBJECT = (
    r"(?:it|they|one|any(?: of them)?|either(?: of them)?|(?:its|their|the) price|the (?:stable)?coin|the token|"
    r"(?:a|the) stable(?:coin)?|(?:the price of )?(?P<token>[\w.]+?)(?:'s price)?)"
)
_FALLS = r"(?:falls?|drops?|goes|trades?|slips?|sinks?|is|gets)(?: to)? (?:below|under|lower than|less than)"
_PRICE = rf"(?P<dollar>\$ ?)?{_NUMBER} ?(?P<unit>cents?|dollars?|usd)?"
_PERCENT = rf"{_NUMBER} ?(?:%|percent|per cent|pct)"
_OF = (
    r"(?: of (?:it|them|the (?:money|deposits?|venue|market|pool|vault)|what is (?:there|in)|all(?: deposits)?|"
    r"deposits))?"
)
_LEAVES = r"(?:could|can|may|is able to) (?:leave|get out|come out|be withdrawn|be taken out|exit)"
_LIQUID = r"(?:the )?(?:liquidity|available liquidity|what (?:could|can) leave)"
_HOUR = r"([01]?\d|2[0-3])(?:[:.]00)? ?(am|pm|h|o'clock)?"
_SPAN = rf"(?:the hours (?:of )?)?{_HOUR} ?(?:and|to|until|till|-) ?{_HOUR}"
_DANGER = (
    r"(?:there(?:'s| is)(?: any| a| real)? (?:danger|trouble|risk|emergency)|you see(?: any| real)? danger|"
    r"(?:it|that|things|a venue|one)(?:'s| is| gets?| becomes?| looks?| turns?)(?: too)? (?:dangerous|risky|unsafe)|"
    r"in danger)"
)
_NOT = r"(?:please )?(?:don't|do not|dont|never)"
_MOVE = (
    r"(?:move|touch|shift|trade|rebalance|act|do)(?: (?:anything|my money|money|it|them|my (?:positions|funds)))?"
    r"(?: on your own| at all)?"
)
_PAY = (
    r"(?:please )?(?:repay|pay back|pay down|pay off)"
    r"(?: (?:it|some|some of it|(?:some of )?(?:my|the) (?:loans?|debts?)|loans?|debts?|what i owe))?"
)
_HEALTH = r"(?:(?:the|its|my|a) )?health(?: factor)?(?: of (?:it|my loans?|the loan|a loan))?"
_TAKE = r"(?:claim|collect|harvest)(?: all)?(?: of)?(?: my| the| any)? rewards?(?: for me)?"
_TAKE_FEES = (
    r"(?:claim|collect|harvest)(?: all)?(?: of)?(?: my| the| any)?(?: uniswap| lp| liquidity| pool| trading)? fees"
    r"(?: of (?:my|the|all|all my)(?: liquidity)? positions?)?(?: for me)?"
)
_POSITIONS = r"(?:all )?(?:of )?(?:my|the)(?: uniswap| lp| liquidity| pool)* (?:positions?|ranges?)"
_IN_RANGE = (
    rf"(?:keep {_POSITIONS} (?:in|within) (?:their |its )?range|keep {_POSITIONS} (?:centred|centered|up to date)|"
    rf"(?:move|bring|put) {_POSITIONS} back in(?:to)? (?:their |its )?range|(?:re-?cent(?:re|er)) {_POSITIONS})"
    r"(?: for me)?(?: (?:if|when|whenever|where|as long as) (?:it|that|this) pays?(?: off)?| automatically)?"
)
_WORTH = (
    rf"(?: {_WHEN} (?:they|it|that)(?:'re|'s| are| is) worth (?:(?:their|its|the) (?:gas|cost|costs)|it)|"
    rf" {_WHEN} (?:they|it|that) pays?(?: off)?)?"
)
_NEAR = 12  # letters before a phrase in which its mark or "and" stands
_HALVES = ("am", "pm")
_BEFORE = re.compile(r"(?:[,;.:!()\n-]|\b(?:and|but|also|please))$")
_AFTER = re.compile(
    r" *(?:$|[,;!)\n]|\.(?!\d)|: |- |(?:and|but|also|please|at most|at least|max|min|minimum|maximum|up to|"
    r"no more than|look|horizon|gas)\b)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that was said: the field that it fills, its value, its words; `token`: the one that it names, or ''."""

    field: str
    value: Value
    origin: Origin
    token: str = ""


def split(readings: Sequence[Reading]) -> tuple[list[Condition], list[Reading]]:
    """The rules in the readings, and all other readings, with a mark where a rule stood.

    Raises Doubtful for a number that can be read in two ways.
    """
    found: list[Condition] = []
    rest: list[Reading] = []
    for turn in dict.fromkeys(reading.turn for reading in readings):
        here = tuple(reading for reading in readings if reading.turn == turn)
        conditions = _in_turn(here, turn)
        found += conditions
        rest += _without(here, conditions) if conditions else here
    return found, rest


@lru_cache(maxsize=16)  # as `read`: several look for rules in one message
def _in_turn(readings: tuple[Reading, ...], turn: int) -> tuple[Condition, ...]:
    original, plain = _texts(readings)
    found: list[Condition] = []
    code = readings[0].code if readings else "en"
    if code == "en" and not HINT.search(plain):
        return ()
    before, after, rules = _said_in(code)
    for field, pattern, value in rules:
        for match in pattern.finditer(plain):
            start, end = match.span("rule")
            if not _stands_alone(plain, start, end, before, after):
                continue
            origin = Origin(start, end, original[start:end], turn)
            if any(origin.start < other.origin.end and other.origin.start < end for other in found):
                continue
            token = match.groupdict().get("token") or ""
            found.append(Condition(field, value(match), origin, token))
    return tuple(sorted(found, key=lambda each: each.origin.start))


def _stands_alone(plain: str, start: int, end: int, leads: re.Pattern[str], follows: re.Pattern[str]) -> bool:
    """Whether marks or an "and" are on both sides of a phrase, or the ends of the turn."""
    before = plain[max(start - _NEAR, 0) : start].rstrip(" ")
    begins = not before and not plain[:start].strip(" ")
    return (begins or leads.search(before) is not None) and follows.match(plain, end) is not None


def _texts(readings: Sequence[Reading]) -> tuple[str, str]:
    """The turn as it was typed and as it is read, place for place; quoted words are blotted out."""
    end = max((reading.end for reading in readings), default=0)
    original, plain = [" "] * end, [" "] * end
    for each in readings:
        original[each.start : each.end] = each.words
        simple = clean(each.words).plain.lower()
        hidden = each.kind in (Kind.QUOTED, Kind.QUOTED_LINE) or len(simple) != len(each.words)
        plain[each.start : each.end] = "\0" * len(each.words) if hidden else simple
    return "".join(original), "".join(plain)


def _without(readings: Iterable[Reading], conditions: Sequence[Condition]) -> Iterator[Reading]:
    """The readings outside of the rules, with a comma in the place of each rule."""
    left = list(conditions)
    for each in readings:
        inside = next((c for c in conditions if each.start < c.origin.end and c.origin.start < each.end), None)
        if inside is None:
            yield each
        elif inside in left:
            left.remove(inside)
            place = inside.origin
            yield Reading(Kind.FILLER, ",", place.start, place.end, ",", place.turn)


def _price(match: re.Match[str]) -> str:
    value = figures(match["number"])
    return shifted(value, -2) if (match["unit"] or "").startswith("cent") else value


def _part(match: re.Match[str]) -> str:
    return canonical(figures(match["number"]))


def _hours(match: re.Match[str]) -> Quiet:
    first, half, last, other = match.groups()[-4:]
    if (half in _HALVES) != (other in _HALVES):
        raise Doubtful(f"Say am or pm for both hours of “{match['rule']}”, or for none.")
    return Quiet(start=_hour(first, half), end=_hour(last, other))


def _awake(match: re.Match[str]) -> Quiet:
    hours = _hours(match)
    return Quiet(start=hours.end, end=hours.start)


def _hour(said: str, half: str | None) -> int:
    hour = int(said)
    if half not in _HALVES:
        return hour
    if not 1 <= hour <= 12:
        raise Doubtful(f"“{hour} {half}” is no hour of the day.")
    return hour % 12 + (12 if half == "pm" else 0)


@cache
def _said_in(code: Lang) -> tuple[re.Pattern[str], re.Pattern[str], Sequence[Rule]]:
    """What leads to a rule and follows one in a language, and its rules."""
    if code == "en":
        return _BEFORE, _AFTER, [(field, re.compile(source), value) for field, source, value in _RULES]
    of = spanish_mandates if code == "es" else german_mandates
    rules = [
        (field, forms.pattern(source), _VALUES[value])
        for field, value, said in of.RULES
        for _, source, _ in _rule(field, _VALUES[value], *said)
    ]
    before = forms.pattern(rf"(?:[,;.:!()\n-]|\b(?:{of.JOINS}))$")
    after = forms.pattern(rf" *(?:$|[,;!)\n]|\.(?![0-9])|: |- |(?:{of.JOINS}|{of.BOUNDS})\b)")
    return before, after, rules


def _local_price(match: re.Match[str]) -> str:
    """The same with a decimal comma."""
    value = figures(match["number"], ",")
    return shifted(value, -2) if (match["unit"] or "").startswith("cent") else value


def _local_part(match: re.Match[str]) -> str:
    return canonical(figures(match["number"], ","))


_VALUES: dict[str, Reads] = {
    "price": _local_price,
    "part": _local_part,
    "hours": _hours,
    "awake": _awake,
    "yes": lambda _: True,
    "no": lambda _: False,
    "default": lambda _: DEFAULT,
}


def _rule(field: str, value: Reads, *forms: str) -> list[tuple[str, str, Reads]]:
    spaced = (form.replace(" ?", "\0").replace(" ", " +").replace("\0", " *") for form in forms)
    return [(field, rf"(?<![\w'])(?P<rule>{form})(?![\w'])", value) for form in spaced]


HINT = re.compile(
    "health|reward|fees|below|under|lower|less|fewer|peg|price|liquid|hard|difficult|dries|runs|thin|scarce|safety|alert|"
    "warn|tell|danger|trouble|risk|unsafe|emergency|don't|do +not|dont|never|no +move|quiet|only|position|range"
)
"""Each English rule has one of these in it: what is said without any holds none, and needs none of their patterns."""

_RULES = [
    *_rule(
        REPAY,
        _part,
        rf"{_PAY},? {_WHEN} {_HEALTH} {_FALLS} {_NUMBER}",
        rf"{_WHEN} {_HEALTH} {_FALLS} {_NUMBER},? {_PAY}",
    ),
    *_rule(
        RANGES,
        lambda _: False,
        rf"{_NOT} {_IN_RANGE}",
        rf"{_NOT} (?:move|touch|rebalance) {_POSITIONS}",
    ),
    *_rule(RANGES, lambda _: True, _IN_RANGE),
    *_rule(FEES, lambda _: False, rf"{_NOT} {_TAKE_FEES}"),
    *_rule(FEES, lambda _: True, rf"{_TAKE_FEES}{_WORTH}"),
    *_rule(CLAIM, lambda _: False, rf"{_NOT} {_TAKE}"),
    *_rule(
        CLAIM,
        lambda _: True,
        rf"{_TAKE}{_WORTH}",
    ),
    *_rule(
        DEPEG,
        _price,
        rf"{_OUT},? {_WHEN} {_SUBJECT} {_FALLS} {_PRICE}",
        rf"{_WHEN} {_SUBJECT} {_FALLS} {_PRICE},? {_OUT}",
        rf"{_OUT} (?:on|upon|at|in case of) (?:a |any )?de-?peg (?:below|under|at|of|to) {_PRICE}",
        rf"(?:with )?(?:a )?(?:depeg|de-peg|price) (?:floor|limit|exit)(?: of| at| below)? {_PRICE}",
    ),
    *_rule(
        DEPEG,
        lambda _: DEFAULT,
        rf"{_OUT} (?:on|upon|at|in case of) (?:a |any )?(?:de-?peg|de-?pegging|loss of (?:the |its )?peg)",
        rf"{_OUT} {_WHEN} {_SUBJECT} (?:de-?pegs?|loses? (?:its|the|their) peg)",
        rf"{_OUT} {_WHEN} (?:the|its|their) peg (?:breaks?|is lost|is broken|slips?|fails?|goes)",
    ),
    *_rule(
        ILLIQUID,
        _part,
        rf"{_OUT},? {_WHEN} (?:less|fewer) than {_PERCENT}{_OF} {_LEAVES}",
        rf"{_WHEN} (?:less|fewer) than {_PERCENT}{_OF} {_LEAVES},? {_OUT}",
        rf"{_OUT},? {_WHEN} {_LIQUID} {_FALLS} {_PERCENT}",
    ),
    *_rule(
        ILLIQUID,
        lambda _: DEFAULT,
        rf"{_OUT} {_WHEN} (?:it|leaving|that|a venue) (?:gets?|becomes?|is|turns?) (?:too )?(?:hard|difficult|harder)"
        r"(?: to (?:leave|get out|exit|withdraw))?",
        rf"{_OUT} {_WHEN} (?:it|a venue) (?:gets?|becomes?|is|turns?) illiquid",
        rf"{_OUT} {_WHEN} {_LIQUID} (?:dries up|runs out|gets (?:thin|scarce)|is (?:thin|scarce))",
    ),
    *_rule(
        SAFETY,
        lambda _: False,
        r"(?:with )?no safety exits?",
        r"safety exits? off",
        r"alerts? only",
        r"only (?:alert|warn|tell) me(?: (?:of|about|in case of|on|when there is) danger)?",
    ),
    *_rule(
        SAFETY,
        lambda _: True,
        rf"{_OUT} {_WHEN} {_DANGER}",
        rf"{_OUT} (?:on|upon|at|in|in case of) (?:a |any )?(?:danger|emergency|trouble)",
        r"(?:with |allow |allowing )?safety exits?(?: on| allowed)?",
    ),
    *_rule(
        QUIET,
        _hours,
        rf"{_NOT} {_MOVE} (?:between|from|during|in) {_SPAN}",
        rf"(?:make )?no moves? (?:between|from|during) {_SPAN}",
        rf"(?:with )?quiet(?: hours)?(?: from| between)? {_SPAN}",
    ),
    *_rule(
        QUIET,
        _awake,
        rf"(?:only (?:move|act|rebalance)|(?:move|act|rebalance) only) (?:between|from) {_SPAN}",
    ),
]
