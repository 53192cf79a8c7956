"""'Summary at 9', 'quiet from 22 to 7', 'time zone Europe/Vienna', 'light pictures': a whole message, or nothing."""

from __future__ import annotations

import re

from agent.intents import Hours, Quiet
from agent.words.forms import Forms, match
from agent.words.languages import forms_for
from agent.words.reading.courtesy import whole

_HOUR = r"([01]?\d|2[0-3])(?::00)?\s*(am|pm|h|o'clock)?"
_MINE = r"(?:please\s+)?(?:send\s+(?:me\s+)?|give\s+me\s+)?(?:my|the|a)?\s*(?:daily\s+)?"
_SUMMARY = re.compile(rf"{_MINE}summary(?:\s+(?:every\s+day|daily))?\s+at\s+{_HOUR}")
_NO_SUMMARY = re.compile(r"(?:no|stop|end)(?:\s+(?:my|the))?(?:\s+more)?(?:\s+daily)?\s+summar(?:y|ies)")
_QUIET = re.compile(
    r"(?:please\s+)?(?:(?:be\s+)?quiet(?:\s+hours)?|(?:don't|do\s+not|dont|never|no)\s+(?:message|messages|disturb|bother|ping"
    r"|text|write|notify|wake)(?:\s+(?:to\s+)?me)?)"
    rf"(?:\s+(?:from|between))?\s+{_HOUR}\s*(?:to|until|till|and|-|–)\s*{_HOUR}"
)
_NO_QUIET = re.compile(r"(?:no|end|stop)(?:\s+more)?\s+quiet(?:\s+hours)?")
_ZONE = re.compile(r"(?:my\s+)?time\s?zone(?:\s+is)?\s*:?\s+([a-z_]+(?:/[a-z0-9_+-]+){0,2})", re.IGNORECASE)
_PICTURES = re.compile(
    r"(?:please\s+)?(?:(?:make|draw|show)\s+(?:me\s+)?)?(?:my\s+|the\s+)?(light|dark)\s+(?:pictures?|charts?|plots?|graphs?)"
)
_NOTHING = Hours(summary=None, quiet=None, tz=None, pictures=None)


def hours(text: str) -> Hours | None:
    """What the message sets, None where it is about something else or an hour isn't one."""
    spoken, other = forms_for(text)
    plain = whole(text, spoken.language).strip().strip("/.!¡ ")
    said = plain.casefold()
    if other is not None:
        return _in(other, plain)
    try:
        if found := _SUMMARY.fullmatch(said):
            return _set(summary=_hour(found[1], found[2]))
        if found := _QUIET.fullmatch(said):
            return _set(quiet=Quiet(start=_hour(found[1], found[2]), end=_hour(found[3], found[4])))
    except ValueError:
        return None
    if _NO_SUMMARY.fullmatch(said):
        return _set(summary="off")
    if _NO_QUIET.fullmatch(said):
        return _set(quiet="off")
    if found := _PICTURES.fullmatch(said):
        return _set(pictures=found[1])
    zone = _ZONE.fullmatch(plain)
    return _set(tz=zone[1]) if zone else None


def _in(other: Forms, said: str) -> Hours | None:
    """The same in another language than English."""
    try:
        if found := match(said, other.summary):
            return _set(summary=_hour(found[1], found[2]))
        if found := match(said, other.quiet):
            return _set(quiet=Quiet(start=_hour(found[1], found[2]), end=_hour(found[3], found[4])))
    except ValueError:
        return None
    if match(said, other.no_summary):
        return _set(summary="off")
    if match(said, other.no_quiet):
        return _set(quiet="off")
    if found := match(said, other.pictures):
        return _set(pictures="light" if found[1].casefold() in other.light else "dark")
    zone = match(said, other.zone)
    return _set(tz=zone[1]) if zone else None


def _set(**said: int | str | Quiet) -> Hours:
    return _NOTHING.model_copy(update=said)


def _hour(figures: str, half: str | None) -> int:
    """0 to 23. Raises ValueError for '13 pm'."""
    hour = int(figures)
    if half not in ("am", "pm"):
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} {half}")
    return hour % 12 + (12 if half == "pm" else 0)
