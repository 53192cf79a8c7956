"""How alerts are asked for, as data: English, Spanish, German. A frame is a whole message or a whole slot."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.words.patterns import Patterns


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(each.strip().replace(" ", r"\s+") for each in words) + ")"


_END = r"[\s.!]*"
WISHES = Patterns(
    r"\s*/?(?:please,?\s+|hey,?\s+|can\s+you\s+|could\s+you\s+|would\s+you\s+)*(?:please\s+)?"
    r"(?:(?:tell|alert|notify|warn|ping|message|remind|text|dm)\s+me|alert|let\s+me\s+know|give\s+me\s+a\s+(?:shout|ping)|"
    r"(?:set|add|create|make)\s+(?:me\s+)?(?:an?\s+)?(?:alert|alarm|notification)(?:\s+for)?|i\s+want\s+to\s+know)"
    r"(?:\s+(?:when|if|once|whenever|as\s+soon\s+as|in\s+case|for\s+when))?\s+(?P<what>\S.*?)(?:,?\s+please)?" + _END,
    r"\s*(?:por\s+favor,?\s+)?(?:av[ií]same|dime|notif[ií]came|al[eé]rtame|pon(?:me)?\s+una\s+alerta|hazme\s+saber)"
    r"(?:\s+(?:cuando|si|en\s+cuanto|para\s+cuando))\s+(?P<what>\S.*?)(?:,?\s+por\s+favor)?" + _END,
    r"\s*(?:bitte,?\s+)?(?:sag(?:e)?\s+mir(?:\s+bitte)?(?:\s+bescheid)?|gib\s+mir(?:\s+bitte)?\s+bescheid|"
    r"warn(?:e)?\s+mich(?:\s+bitte)?|benachrichtig(?:e)?\s+mich(?:\s+bitte)?|meld(?:e)?\s+dich(?:\s+bitte)?|"
    r"alarmier(?:e)?\s+mich(?:\s+bitte)?)"
    r"\s*,?\s*(?:wenn|falls|sobald)\s+(?P<what>\S.*?)(?:,?\s+bitte)?" + _END,
)
LISTS = Patterns(
    r"\s*/?(?:(?:show|list|see|view)\s+(?:me\s+)?|what\s+(?:are|were)\s+|which\s+(?:are\s+)?)?"
    r"(?:all\s+)?(?:of\s+)?(?:my\s+|the\s+)?alerts(?:\s+(?:do\s+i\s+have|have\s+i\s+set|are\s+set))?(?:,?\s+please)?[\s.!?]*",
    r"\s*[¿]?(?:mu[eé]stra(?:me)?\s+|cu[aá]les\s+son\s+|ver\s+)?(?:todas\s+)?(?:mis|las)\s+alertas[\s.!?]*",
    r"\s*(?:zeig(?:e)?\s+(?:mir\s+)?|was\s+sind\s+)?(?:alle\s+)?(?:meine|die)\s+(?:alarme|warnungen|benachrichtigungen)"
    r"[\s.!?]*",
)
_NUMBER = r"(?:\s+(?:number\s+|nr\.?\s+|n[uú]mero\s+|no\.?\s+|#)?(?P<number>[1-9]\d{0,8}))?"
CANCELS = Patterns(
    r"\s*/?(?:please\s+)?(?:cancel|remove|delete|drop|stop|clear|end)\s+(?:all\s+)?(?:of\s+)?(?:my\s+|the\s+)?alerts?"
    + _NUMBER + r"(?:,?\s+please)?" + _END,
    r"\s*(?:por\s+favor,?\s+)?(?:cancela|quita|borra|elimina)\s+(?:todas\s+)?(?:la\s+|las\s+|mi\s+|mis\s+)?alertas?"
    + _NUMBER + _END,
    r"\s*(?:bitte\s+)?(?:l[oö]sche|loesche|entferne|streiche|beende)\s+(?:alle\s+)?(?:den\s+|die\s+|meine?n?\s+)?"
    r"(?:alarme?|warnung(?:en)?|benachrichtigung(?:en)?)" + _NUMBER + _END,
)  # fmt: skip

_TURNS = _either(
    [
        "is",
        "are",
        "gets",
        "get",
        "goes",
        "go",
        "falls",
        "fall",
        "drops",
        "drop",
        "dips",
        "dip",
        "sinks",
        "slips",
        "rises",
        "rise",
        "climbs",
        "climb",
        "jumps",
        "trades",
        "pays",
        "pay",
        "yields",
        "yield",
        "earns",
        "earn",
        "costs",
        "cost",
        "reads",
        "becomes",
        "moves",
        "comes",
        "crashes",
        "has fallen",
        "has dropped",
        "has risen",
    ]
)
_EN = rf"(?P<subject>\S.*?)\s+(?:{_TURNS}\s+)?(?:to\s+|at\s+)?HERE\s*(?P<value>\S.*)"
_ES = (
    r"(?P<subject>\S.*?)\s+(?:(?:est[eéaá]|baj[ea]|cae|caiga|sub[ea]|paga|pague|valga|vale|cueste|cuesta|rinde|"
    r"rinda|sea|es)\s+)?HERE\s*(?P<value>\S.*)"
)
_FALLS = r"(?:f[aä]llt|sinkt|ist|liegt|steigt|kostet|zahlt|bringt|steht|geht|klettert|rutscht)"
_DE = rf"(?P<subject>\S.*?)\s+(?:{_FALLS}\s+)?HERE\s*(?P<value>\S.*?)(?:\s+{_FALLS})?"
_BELOW = {
    _EN: "below;under;beneath;underneath;less than;lower than;smaller than;<",
    _ES: "(?:por )?debajo de;menos de;menos que;inferior a;<",
    _DE: "unter;weniger als;niedriger als;<",
}
_ABOVE = {
    _EN: "above;over;beyond;past;more than;higher than;greater than;exceeds;exceed;>",
    _ES: "(?:por )?encima de;m[aá]s de;m[aá]s que;superior a;supere;supera;>",
    _DE: "[uü]ber;ueber;mehr als;h[oö]her als;>",
}
COMPARISONS = {
    op: Patterns(*(frame.replace("HERE", _either(words.split(";"))) for frame, words in told.items()))
    for op, told in (("below", _BELOW), ("above", _ABOVE))
}


def _word(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_either(words.split(';'))}(?![\w-])", re.IGNORECASE)


RATE = _word(
    "supply rate;deposit rate;interest rate;lending rate;rates;rate;apy;apr;yields;yield;interest;tasa de inter[eé]s;"
    "tasa;inter[eé]s;rendimiento;zinssatz;zinsen;zins;rendite"
)
PRICE = _word("price;prices;precio;preis;kurs")
NOISE = _word(
    "the;my;best;highest;top;of;for;on;at;in;a;an;any;la;el;mi;mejor;de;del;en;para;der;die;das;mein;meine;den;beste;"
    "bester;h[oö]chste;h[oö]chster;von;f[uü]r;fuer;bei;auf;s"
)
GAS = re.compile(
    r"(?:the\s+|el\s+|das\s+|der\s+)?(?:gas|base\s+fee|gas\s+price|gas\s+fees?|precio\s+del\s+gas|gaspreis)",
    re.IGNORECASE,
)
WORTH = re.compile(
    r"(?:my\s+|the\s+|mi\s+|mein(?:e)?\s+|all\s+my\s+)?(?:portfolio|net\s+worth|total\s+balance|total|wealth|"
    r"everything\s+i\s+(?:have|own)|cartera|patrimonio|gesamtverm[oö]gen|verm[oö]gen)",
    re.IGNORECASE,
)
HEALTH = re.compile(
    r"(?:my\s+|the\s+|mi\s+|el\s+|mein\s+|der\s+|a\s+)?(?:health(?:\s+factor)?|hf|factor\s+de\s+salud|gesundheitsfaktor|"
    r"health-?faktor)(?:\s+(?:at|of|on|in|en|de|bei|von)\s+(?P<where>\S.*))?",
    re.IGNORECASE,
)
GWEI = re.compile(r"(?P<number>\S.*?)\s*gwei", re.IGNORECASE)
