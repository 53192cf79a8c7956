"""How long the autopilot is to be watched: `90d`, `12h`, `2w`."""

from __future__ import annotations

import re

HOUR, DAY = 3_600, 86_400
UNITS = {"h": HOUR, "d": DAY, "w": 7 * DAY}
LEAST, MOST = HOUR, 365 * DAY

_SPAN = re.compile(r"([0-9]{1,6})\s*([hdw])", re.IGNORECASE)


def span(text: str) -> int:
    """Seconds. Raises ValueError, saying how a span is written and how long it may be."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text[:40]!r} is no span of time: say a whole number of hours, days or weeks, 12h, 90d or 2w"
        )
    seconds = int(found[1]) * UNITS[found[2].lower()]
    if not LEAST <= seconds <= MOST:
        raise ValueError(
            f"{text.strip()} is too {'short' if seconds < LEAST else 'long'}: from 1h to 365d are possible"
        )
    return seconds
