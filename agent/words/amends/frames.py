"""How a correction of an order or of a position is said, as data: English, Spanish, German."""

from __future__ import annotations

import re

from agent.words.orders.frames import DAYS
from agent.words.patterns import Patterns

_IT_EN = r"(?:it|that|this|them|the\s+(?:order|position|whole\s+thing|purchase|buy|sale))"
_IT_ES = r"(?:lo|la|(?:la|el)\s+(?:orden|posici[oó]n|compra|venta))"
_IT_DE = r"(?:es|das|ihn|sie|den\s+(?:auftrag|kauf|verkauf)|die\s+(?:order|position))"
LEADS = Patterns(
    rf"(?:please\s+)?(?:make|change|set|move|put|switch|adjust|shift|run|do|keep|lower|raise|cut|increase|reduce|bump)"
    rf"\s+{_IT_EN}(?:\s+be)?(?:\s+(?:to|for|run))?(?=\s)",
    r"(?:let|have)\s+it\s+(?:be|run|go|end|stop|wait)(?=\s)",
    r"(?:please\s+)?(?:make|change|set|move|switch|adjust|lower|raise|cut|increase|reduce|bump)"
    r"(?=\s+(?:the|its)\s+(?:amount|sum|price|limit|range|time|hour|day|end)\b)",
    r"(?:it|that|this)\s+should\s+(?:be|run|end|go|wait)(?=\s)",
    rf"(?:haz|h[aá]z|pon|c[aá]mbia|mueve|ajusta|pasa|que\s+sea|deja)(?:{_IT_ES})?(?:\s+{_IT_ES})?"
    r"(?:\s+(?:al?|para|por))?(?=\s)",
    r"que\s+(?:sea|sean|empiece|termine|corra|se\s+haga|vaya)(?=\s)",
    rf"(?:mach|mache|[aä]ndere?|aendere|stell(?:e)?|setz(?:e)?|verschieb(?:e)?|leg(?:e)?|verleg(?:e)?)"
    rf"\s+{_IT_DE}(?:\s+(?:auf|nach|f[uü]r))?(?=\s)",
    r"(?:es|das)\s+soll(?:te)?(?=\s)",
)
"""What leads to the change, behind "no" or "I meant"."""

_OF = r"(?:the|its|my|el|la|su|mi|der|die|das|den|dem|seinen?|meinen?)"
_TO = r"\s*(?:to|at|be|should\s+be|of|:|=|a|de|en|sea|auf|von|bei|soll(?:te)?|zu)?\s*"
_NO_STATEMENT = r"(?!\s*(?:is|isn|was|are|were|es|era|fue|son|est[aá]|ist|war|sind|steht|liegt)\b)"
AMOUNTS = re.compile(
    rf"^(?:{_OF}\s+)?(?:amount|sum|importe|cantidad|monto|betrag|summe|menge)\b{_NO_STATEMENT}{_TO}", re.IGNORECASE
)
PRICES = re.compile(
    rf"^(?:{_OF}\s+)?(?:(?:limit|stop|trigger|target)\s+)?(?:price|limit|precio|l[ií]mite|preis|kurs)\b{_NO_STATEMENT}{_TO}",
    re.IGNORECASE,
)
_HOUR = r"(?:time(?:\s+of\s+day)?|hour|hora|uhrzeit|zeit)"
_END = r"(?:end|end\s+date|fin|final|ende|enddatum)"
_DAY_NOUN = r"(?:day|weekday|d[ií]a|tag|wochentag)"
NOUNS = (
    (re.compile(rf"^(?:{_OF}\s+)?{_HOUR}\b{_NO_STATEMENT}{_TO}(?:las\s+|um\s+)?(?=\d)", re.IGNORECASE), "at "),
    (re.compile(rf"^(?:{_OF}\s+)?{_END}\b{_NO_STATEMENT}{_TO}(?=\d)", re.IGNORECASE), "until "),
    (
        re.compile(
            rf"^(?:{_OF}\s+)?{_DAY_NOUN}\b{_NO_STATEMENT}{_TO}(?:el\s+|on\s+)?(?=[^\W\d]{{3}})", re.IGNORECASE
        ),
        "",
    ),
)
"""What names the thing that is said anew, and for times what stands for it in an order's words."""
NAMES = (AMOUNTS, PRICES, *(noun for noun, _ in NOUNS))
FROM_TO = re.compile(
    r"^(?:from|de|del|von|vom)\s+(?P<old>\S.{0,40}?)\s+(?:to|al?|auf|nach|zu)\s+(?P<new>\S.*)$", re.IGNORECASE
)

_DAY = r"(?:" + "|".join(sorted(DAYS, key=len, reverse=True)) + ")s?"
_BEFORE_DAY = r"(?:(?:on|to|for|at|el|los|al|para|am|auf|an|den|nach)\s+)*"
WEEKDAYS = re.compile(
    rf"^{_BEFORE_DAY}(?P<weekdays>{_DAY}(?:\s*(?:,|,?\s+and|&|,?\s+y|,?\s+und)\s*(?:on\s+|el\s+|am\s+)?{_DAY})*)"
    r"(?=$|[\s,.!])",
    re.IGNORECASE,
)
MONTH_DAY = re.compile(
    r"^(?:on\s+|to\s+|for\s+)*the\s+(?P<en>[12]?\d|3[01])(?:st|nd|rd|th)\b(?!\s+(?:of\s+)?[a-z]{3,})|"
    r"^(?:al?\s+|en\s+)?(?:el\s+)?d[ií]a\s+(?P<es>[12]?\d|3[01])\b|"
    r"^(?:am|auf\s+den|an\s+dem|der)\s+(?P<de>[12]?\d|3[01])\.(?=$|[\s,!])",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"^(?:(?:to|at|for|by|auf|um|a\s+las?|para\s+las?|las?)\s+)?"
    r"(?P<time>[01]?\d|2[0-4])(?P<rest>(?:[:h][0-5]\d)?\s*(?:a\.?m\.?|p\.?m\.?|o'clock|uhr(?:\s+[0-5]\d)?)|[:h][0-5]\d)"
    r"(?=$|[\s,.!])",
    re.IGNORECASE,
)
"""A time of day by its form, whatever stands before it."""
TO_CLOCK = re.compile(
    r"^(?:(?:to|auf|para|by|for)\s+)(?P<what>noon|midday|midnight|mediod[ií]a|medianoche|mittag|mitternacht)",
    re.IGNORECASE,
)

GLUE = frozenset(
    [
        "it",
        "that",
        "this",
        "them",
        "the",
        "a",
        "an",
        "only",
        "just",
        "please",
        "each",
        "time",
        "per",
        "of",
        "and",
        "but",
        "instead",
        "rather",
        "order",
        "one",
        "purchase",
        "lo",
        "la",
        "el",
        "las",
        "los",
        "una",
        "uno",
        "solo",
        "sólo",
        "cada",
        "vez",
        "por",
        "favor",
        "mejor",
        "orden",
        "pero",
        "es",
        "das",
        "den",
        "die",
        "der",
        "ein",
        "eine",
        "nur",
        "bitte",
        "je",
        "jedes",
        "mal",
        "pro",
        "lieber",
        "auftrag",
        "stattdessen",
        "nochmal",
    ]
)
"""Words around a piece that change nothing of it."""

WIDER = re.compile(
    r"^(?:(?:a\s+(?:bit|little)|much|somewhat|un\s+poco|mucho|m[aá]s|etwas|viel|deutlich|ein\s+bisschen)\s+)*"
    r"(?:wider|broader|narrower|tighter|larger|bigger|smaller|ampli[oa]|anch[oa]|estrech[oa]|angost[oa]|"
    r"breiter|weiter|enger|schmaler)(?:\s+(?:range|rango|bereich|spanne))?[\s.!]*$",
    re.IGNORECASE,
)
"""A range without its width."""
POOL = re.compile(
    r"^(?:(?:in|into|on|use|with|take|en|usa|con|im|in\s+den|nimm|mit)\s+)?(?:(?:the|el|la|den|der)\s+)?"
    r"(?:(?:pool|piscina|grupo)\s+(?:of|with|de|con|del|mit)\s+)?"
    r"(?:\d+(?:[.,]\d+)?\s*(?:%|percent|por\s+ciento|prozent)|\d+\s*bps)"
    r"(?:[\s-]*(?:fee\s+)?(?:pool|tier|fee|piscina|geb[uü]hr|geb[uü]hrenstufe))[\s.!]*$|"
    r"^(?:(?:in|into|on|use|take|en|usa|im|in\s+den|nimm)\s+)?(?:(?:the|el|la|den|der)\s+)?"
    r"pool\s+(?:of|with|de|del|con|mit|von)\s+(?:(?:the|a)\s+)?\d.*$",
    re.IGNORECASE,
)
NAMED_RANGE = re.compile(
    r"^(?:(?:a|an|the|un|una|el|einen?|den)\s+)?"
    r"(?:(?P<narrow>narrow|tight|estrecho|angosto|enge?[nrs]?|schmale?[nrs]?)|"
    r"(?P<wide>wide|broad|amplio|ancho|breite?[nrs]?|weite?[nrs]?)|"
    r"(?P<full>full(?:\s+range)?|whole|entire|completo|entero|volle?[nrs]?|ganze?[nrs]?))(?:\s+one)?[\s.!]*$",
    re.IGNORECASE,
)
"""A named range, without the word range."""
TWO_PRICES = re.compile(
    r"^(?:\$?\s?\d[\d.,_']*\s?k?)\s*(?:to|until|a|hasta|bis|-|–)\s*(?:\$?\s?\d[\d.,_']*\s?k?)"
    r"(?:\s+[A-Za-z]+)?[\s.!]*$",
    re.IGNORECASE,
)

_FORMS = (
    _DAY,
    r"every|each|daily|weekly|monthly|hourly|cada|tod[oa]s\s+l[oa]s|jede|alle\s|täglich|wöchentlich|monatlich|diari|seman|mensual",
    r"until|till|hasta|\bbis\b|\bfor\b|durante|\bfür\b|times|veces|\bmal\b",
    r"\b(?:at|um|a\s+las?)\b|noon|midnight|\d[:h]\d|\d\s*(?:am|pm|uhr)\b",
    r"\b(?:when|if|once|cuando|si|wenn|falls|sobald|below|above|under|over|unter|über|debajo|encima)\b.*\d",
    r"range|rango|bereich|spanne|±|\+\s*/?\s*-|plus|\d\s*(?:to|and|a|y|hasta|bis|und|-|–)\s*\$?\d|between|entre|zwischen",
    r"wid(?:e|er)\b|narrow|tight|broad|ampli|anch|estrech|angost|breit|weit|eng|schmal|\bfull\b|completo|voll|ganz",
    r"\bpool\b|\btier\b|\bfee\b|gebühr|\bwithin\b|\d\s*%",
    r"^(?:with|using|from|into|to|for|mit|aus|in|gegen|con|desde|por|en)\s+[A-Za-z][\w.]*$",
)
HINT = re.compile("|".join(_FORMS), re.IGNORECASE)
"""What a correction that doesn't say that it is one has in it."""

GOODBYES = re.compile(
    r"^(?:hasta\s+(?:luego|mañana|pronto|la\s+vista|ahora|entonces)|bis\s+(?:dann|sp[aä]ter|bald|morgen|gleich|nachher)|"
    r"until\s+(?:then|later|next\s+time))[\s.!]*$",
    re.IGNORECASE,
)
"""What sounds like an end of an order, and isn't."""
