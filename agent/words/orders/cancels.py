"""'Cancel order 2', 'cancel my stop loss', 'cancel all my orders': which of them is taken away.

All go only where all are said: one that is named by no number is the only one there is, or is asked about.
"""

from __future__ import annotations

import re

from agent.words.patterns import Patterns

ORDER = "order"
"""What the `ref` of a cancellation begins with: 'order:2', or alone for all. See `Which`."""
_KINDS = {"limit": "limit", "take": "limit", "stop": "stop", "dca": "dca", "recurring": "dca", "standing": ""}
_KIND = r"(?P<kind>limit|stop(?:[\s-]?loss(?:es)?)?|take[\s-]?profits?|dcas?|recurring|standing|límite|limite)"
_NUMBER = r"(?:\s+(?:number\s+|nr\.?\s+|nummer\s+|n[uú]mero\s+|no\.?\s+|#)?(?P<number>[1-9]\d{0,8}))?"
_END = r"(?:,?\s+(?:please|por\s+favor|bitte|now|ahora|jetzt))*[\s.!]*"
_EN = (
    r"\s*/?(?:please\s+)?(?:cancel|remove|delete|drop|stop|clear|end|kill|get\s+rid\s+of)\s+"
    r"(?P<all>(?:all|every)\s+)?"
)
_EN_OF = r"(?:of\s+)?(?:(?:my|the|that|this|these|those)\s+)?(?:open\s+)?"
_ES = (
    r"\s*(?:por\s+favor,?\s+)?(?:cancela|cancelar|quita|borra|elimina|anula|detén|para)\s+(?P<all>tod[oa]s\s+)?"
    r"(?:(?:la|las|el|los|mi|mis|esa|esta)\s+)?"
)
_DE = (
    r"\s*(?:bitte\s+)?(?:l[oö]sche?|loesche|entferne|streiche|beende|storniere|stoppe)\s+(?P<all>alle\s+)?"
    r"(?:(?:den|die|das|meine?[nrs]?|diese[nrs]?)\s+)?"
)
_CANCELS = Patterns(
    rf"{_EN}{_EN_OF}(?:{_KIND}[\s-]+)?(?P<noun>orders?){_NUMBER}{_END}",
    rf"{_EN}{_EN_OF}{_KIND}{_NUMBER}{_END}",
    rf"{_ES}(?P<noun>[oó]rden(?:es)?)(?:\s+(?:de\s+)?{_KIND})?{_NUMBER}{_END}",
    rf"{_ES}{_KIND}{_NUMBER}{_END}",
    rf"{_DE}(?:{_KIND}[\s-]*)?(?P<noun>auftr[aä]ge|auftraege|auftrag|orders?){_NUMBER}{_END}",
    rf"{_DE}{_KIND}{_NUMBER}{_END}",
)
_UNCLEAR = Patterns(
    r"\s*/?(?:please\s+)?(?:cancel|remove|delete|drop|clear|kill|get\s+rid\s+of)\b.*"
    r"\b(?:orders?|stop[\s-]?loss(?:es)?|dcas?)\b.*",
    r"\s*(?:por\s+favor,?\s+)?(?:cancela|cancelar|quita|borra|elimina|anula)\b.*\b[oó]rden(?:es)?\b.*",
    r"\s*(?:bitte\s+)?(?:l[oö]sche?|loesche|entferne|streiche|storniere)\b.*\b(?:auftr[aä]ge|auftrag|orders?)\b.*",
)
_ONE = "one"
THE_ORDER = f"{ORDER}:{_ONE}"
"""The one that there is."""
_PLURAL = re.compile(r"(?:orders|losses|profits|dcas|auftr[aä]e?ge|[oó]rdenes)$", re.IGNORECASE)


def is_order(ref: str | None) -> bool:
    """Whether a cancellation is of orders."""
    return ref is not None and ref.partition(":")[0] == ORDER


def cancelled(plain: str) -> str | None:
    """The `ref` of the orders that a message takes away: 'order' for all, 'order:2', 'order:one' for the only one,
    'order:stop' for all of a kind, 'order:one stop' for the only one of it. None where it takes away none.
    """
    found = next(filter(None, (each.fullmatch(plain) for each in _CANCELS)), None)
    if found is None:
        return None
    parts = found.groupdict()
    if parts.get("number"):
        return f"{ORDER}:{parts['number']}"
    kind = _kind(parts.get("kind"))
    noun = parts.get("noun") or parts.get("kind") or ""
    several = bool(parts.get("all") or _PLURAL.search(noun))
    which = " ".join(filter(None, ("" if several else _ONE, kind)))
    return f"{ORDER}:{which}" if which else ORDER


def unclear(plain: str) -> bool:
    """Whether orders are to be taken away, but not which: "cancel order 1 and 2", "cancel all orders but 1"."""
    return any(each.fullmatch(plain) for each in _UNCLEAR)


def which(ref: str) -> tuple[int | None, bool, str]:
    """Of such a `ref`: the number, whether it is of one only, and the kind ("" for any)."""
    said = ref.partition(":")[2]
    if said.isdecimal():
        return int(said), True, ""
    one, _, kind = said.rpartition(" ")
    return None, _ONE in (one, kind), "" if kind == _ONE else kind


def _kind(said: str | None) -> str:
    word = (
        re.split(r"[\s-]", (said or "").casefold())[0]
        .rstrip("s")
        .replace("stoplo", "stop")
        .replace("límite", "limit")
    )
    return _KINDS.get(word, _KINDS.get(word.replace("limite", "limit"), ""))
