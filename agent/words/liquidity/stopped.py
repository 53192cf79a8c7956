"""How somebody goes on with a move of a position that stopped on its way, or leaves it: English, Spanish, German."""

from __future__ import annotations

import re

from agent.intents import Cancel, Finish
from agent.words.patterns import Patterns, may

MOVE = "move"
"""What a `ref` begins with that is about such a move; the position's number stands behind a colon, if any is said."""
GO_ON = frozenset({
    "go on", "go on with it", "go on with that", "continue", "continue with it", "continue with that", "keep going",
    "finish it", "carry it on",
    "sigue con ello", "sigue con eso", "continúa con ello", "continúa con eso", "termínalo", "terminalo",
    "weiter", "mach damit weiter", "mache damit weiter", "geh damit weiter", "bring es zu ende",
})  # fmt: skip
"""Messages that say so and nothing else. What means "start again", too, is read as that (agent/runtime/turn.py)."""
LEAVE = frozenset({
    "leave it there", "leave it in my wallet", "leave it in the wallet", "don't go on", "don't continue",
    "don't finish it", "do not go on", "do not continue",
    "déjalo ahí", "dejalo ahi", "déjalo en mi cartera", "no sigas", "no lo termines",
    "lass es dort", "lass es liegen", "lass es da", "lass es in meiner wallet", "lass es im wallet",
    "mach nicht weiter", "nicht weiter",
})  # fmt: skip
ABOUT = re.compile(
    r"\b(?:the|my|that)\s+(?:\w+\s+)?move\b|\bmoving\b|\bmovimiento|\btraslado|\bmover\b|\bmoviendo\b|verschieb|"
    r"umschicht|\bposici[oó]n\b|position\b"
)
"""The hint of all frames."""
_ID = r"(?:(?:number|no\.?|nr\.?|nummer|n[uú]mero)\s+|#\s*)?(?P<number>\d{1,30})"
_KIND = r"(?:liquidity|lp|uniswap(?:\s+v3)?)"
_POSITION = rf"(?:my\s+|the\s+|our\s+)?(?:{_KIND}\s+)?position(?:\s+{_ID})?"
_MOVE = rf"(?:the|my|that)\s+(?:(?:stopped|unfinished|interrupted)\s+)?move(?:\s+of\s+{_POSITION})?"
_POSICION = rf"(?:de\s+)?(?:la\s+|mi\s+)?posici[oó]n(?:\s+de\s+liquidez)?(?:\s+{_ID})?"
_MOVIMIENTO = rf"(?:el|mi|ese)\s+(?:movimiento|traslado)(?:\s+{_POSICION})?"
_DER_POSITION = rf"(?:(?:von|der|die|meiner|meine)\s+)*(?:liquidit(?:[aä]|ae)ts)?position(?:\s+{_ID})?"
_VERSCHIEBUNG = rf"(?:(?:die|meine)\s+(?:verschiebung|umschichtung)|das\s+verschieben)(?:\s+{_DER_POSITION})?"


_PLEASE = re.compile(r"^[\s/¡]*(?:(?:please|por favor|bitte),?\s+)?|[\s,]*(?:please|por favor|bitte)?[\s.!,]*$")
"""What may stand around a few words that are the whole message: "you can continue" is said to who was paused."""


def _frames(*patterns: str) -> Patterns:
    return Patterns(*(rf"\s*/?(?:{each})[\s.!,]*" for each in patterns))


FINISHES = _frames(
    rf"(?:finish|continue|complete|resume|go\s+on\s+with|carry\s+on\s+with|proceed\s+with)\s+{_MOVE}",
    rf"(?:finish|continue|go\s+on|carry\s+on|keep)\s+moving\s+{_POSITION}",
    rf"(?:continue|go\s+on|carry\s+on)\s+with\s+{_POSITION}",
    rf"(?:termina|terminar|acaba|acabar|completa|completar|contin[uú]a|continuar|sigue|seguir)(?:\s+con)?\s+{_MOVIMIENTO}",
    rf"(?:termina|acaba|contin[uú]a|sigue)\s+(?:de\s+mover|moviendo|con)\s+{_POSICION}",
    rf"(?:beende|vollende|f[uü]hre?|mach(?:e)?|setz(?:e)?)\s+{_VERSCHIEBUNG}(?:\s+(?:zu\s+ende|fort|fertig|weiter))?",
    rf"mach(?:e)?\s+mit\s+{_DER_POSITION}\s+weiter",
    rf"mach(?:e)?\s+weiter\s+mit\s+{_DER_POSITION}",
)
DECLINES = _frames(
    rf"(?:leave|forget|drop|abandon|cancel|stop|don['’]?t\s+finish|do\s+not\s+finish|don['’]?t\s+go\s+on\s+with)\s+{_MOVE}",
    rf"(?:olvida|olvidar|deja|dejar|cancela|cancelar|abandona|no\s+termines|no\s+sigas\s+con)\s+{_MOVIMIENTO}",
    rf"(?:vergiss|lass(?:e)?|verwirf)\s+{_VERSCHIEBUNG}(?:\s+(?:sein|bleiben|liegen))?",
    rf"brich\s+{_VERSCHIEBUNG}\s+ab",
)


def going_on(said: str, text: str) -> Finish | Cancel | None:
    """What a message says of a move that stopped, `said` without its courtesies; None where it says anything else."""
    bare = _PLEASE.sub("", text.casefold().replace("’", "'"))
    if bare in GO_ON:
        return Finish(position=None)
    if bare in LEAVE:
        return Cancel(ref=MOVE)
    if not may(ABOUT, said):
        return None
    found = _first(FINISHES, said)
    if found is not None:
        return Finish(position=_number(found))
    found = _first(DECLINES, said)
    if found is None:
        return None
    number = _number(found)
    return Cancel(ref=MOVE if number is None else f"{MOVE}:{number}")


def _first(patterns: Patterns, said: str) -> re.Match[str] | None:
    return next(filter(None, (each.fullmatch(said) for each in patterns)), None)


def _number(found: re.Match[str]) -> str | None:
    number = found.groupdict().get("number")
    return None if number is None else str(int(number))
