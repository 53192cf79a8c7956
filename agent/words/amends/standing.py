"""'Change order 2 to 50 USDC', 'move my Monday buy to Tuesday', 'make my stop loss 1,900': which order, and how.

A whole message, or nothing. What shall be is kept in the user's own words: it is read with the order it is about.
"""

from __future__ import annotations

import re

from agent.intents import Amend, Order
from agent.words.amends.peel import LONGEST
from agent.words.languages import heard
from agent.words.orders.asked import order
from agent.words.orders.cancels import ORDER
from agent.words.orders.frames import DAYS
from agent.words.orders.trade import Half
from agent.words.patterns import Patterns, may
from agent.words.reading.courtesy import whole
from agent.words.reading.quotes import quotes
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary

DAY = "day"
"""In a `ref`, before the number of the weekday: 'order:day 1' is the one that comes on Mondays."""
_ANSWERED = frozenset({"asset", "to_asset", "amount"})
_NUMBER = r"(?:number\s+|nr\.?\s+|nummer\s+|n[uú]mero\s+|no\.?\s+|#)?(?P<number>[1-9]\d{0,8})"
_PRICED = r"(?P<kind>stop[\s-]?loss|stop|take[\s-]?profit|limit(?=[\s-]+order)|l[ií]mite)"
_DAY = r"(?P<day>" + "|".join(sorted(DAYS, key=len, reverse=True)) + r")"
_BUY = r"(?:buy|purchase|order|dca|sale|swap)"
_EN = (
    rf"(?:order\s+{_NUMBER}|(?:my|the)\s+(?:{_DAY}s?\s+{_BUY}|"
    rf"{_PRICED}(?:[\s-]+order)?|(?P<dca>dca|recurring)(?:\s+order)?|order))"
)
_ES = (
    rf"(?:(?:la|mi)\s+orden\s+{_NUMBER}|(?:la|mi|el)\s+(?:compra|orden)\s+(?:del?\s+(?:los\s+)?){_DAY}|"
    rf"(?:la|mi|el)\s+(?:orden\s+(?:de\s+)?(?=l|s|t))?{_PRICED}|(?:la|mi)\s+orden)"
)
_DE = (
    rf"(?:(?:den\s+|meinen\s+|die\s+|meine\s+)?(?:auftrag|order)\s+{_NUMBER}|(?:den|meinen)\s+{_DAY}s?[\s-]?(?:kauf|auftrag)|"
    rf"(?:den|meinen|die|meine)\s+{_PRICED}(?:[\s-]?(?:auftrag|order))?|(?:den|meinen)\s+auftrag)"
)
_THING_EN = r"(?:the\s+(?P<what>amount|price|time|day|end)\s+of\s+)?"
_THING_ES = r"(?:(?:el|la)\s+(?P<what>importe|cantidad|precio|hora|d[ií]a|fin)\s+de\s+)?"
_CHANGE = r"(?P<change>\S.*)"
_FRAMES = Patterns(
    rf"(?:please\s+)?(?:change|amend|update|edit|modify|adjust|move|set|make|switch|reschedule|raise|lower|increase|"
    rf"reduce|cut|shift|put)\s+{_THING_EN}{_EN}(?:\s*[:,]\s*|\s+(?:to\s+(?:be\s+)?|so\s+that\s+it\s+is\s+)?){_CHANGE}",
    rf"(?:cambia|cambiar|modifica|modificar|ajusta|ajustar|mueve|mover|pon|poner|actualiza|pasa)\s+{_THING_ES}{_ES}"
    rf"(?:\s*[:,]\s*|\s+(?:a(?!\s+las?\b)\s+|al\s+|para\s+|por\s+)?){_CHANGE}",
    rf"(?:bitte\s+)?(?:[aä]nder(?:e)?|aendere|verschieb(?:e)?|setz(?:e)?|stell(?:e)?|mach(?:e)?|leg(?:e)?|verleg(?:e)?)"
    rf"\s+{_DE}(?:\s*[:,]\s*|\s+(?:auf\s+|nach\s+|zu\s+)?){_CHANGE}",
)
_HINT = re.compile(r"\border\s|orden|auftrag|stop|limit|profit|dca|recurring|day|kauf|compra|buy|purchase|sale|swap")
_ONLY_NUMBER = re.compile(r"(?:(?:at|en|bei|auf)\s+)?(?P<price>\$?\s?\d[\d.,_']*\s?k?\s*\$?)", re.IGNORECASE)
_KINDS = {"stop": "stop", "take": "limit", "limit": "limit", "límit": "limit"}


def amendment(text: str, vocabulary: Vocabulary) -> Amend | None:
    """The order that a message changes, and in its words what shall be; None where it changes none."""
    plain = clean(text).plain
    if len(plain) > LONGEST or not may(_HINT, plain) or quotes(plain):
        return None
    said = whole(text, heard(text, vocabulary).language, hurried=False)
    if "?" in said or "¿" in said:
        return None
    found = next(filter(None, (each.fullmatch(said) for each in _FRAMES)), None)
    if found is None:
        return None
    outright = order((text,), vocabulary)
    if isinstance(outright, Order) or (isinstance(outright, Half) and outright.missing in _ANSWERED):
        return None
    parts = {name: value for name, value in found.groupdict().items() if value}
    return Amend(ref=f"{ORDER}:{_which(parts)}", change=_change(parts))


def _which(parts: dict[str, str]) -> str:
    if "number" in parts:
        return parts["number"]
    if "day" in parts:
        return f"{DAY} {DAYS[parts['day'].casefold()]}"
    kind = next((name for word, name in _KINDS.items() if parts.get("kind", "").casefold().startswith(word)), "")
    kind = "dca" if "dca" in parts else kind
    return f"one {kind}".strip()


def _change(parts: dict[str, str]) -> str:
    """What shall be; a number alone is the price of what is named by its price."""
    change = parts["change"].strip(" ,;:.!")
    if "what" in parts:
        return f"{parts['what']} {change}"
    price = _ONLY_NUMBER.fullmatch(change) if "kind" in parts else None
    return f"price {price['price']}" if price is not None else change
