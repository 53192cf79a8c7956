"""'Stop loss at 2,000 for my ETH', 'take profit on 1 ETH at 4,000 into USDC': a sale at a price, said by its name.

Said like that, it is rewritten as "sell all my ETH for USDC" with its price; nothing that isn't said is added but
"all my", which "my ETH" means in an order anyway and the preview says. Without a price or a token it is asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.words.orders import frames
from agent.words.reading.readings import Lang
from agent.words.vocabulary import Vocabulary

_NAME = (
    r"(?:(?P<below>stop[\s-]?loss(?:es)?|stoploss)|(?P<above>take[\s-]?profits?|toma\s+de\s+(?:ganancias|beneficios)|"
    r"gewinnmitnahme))"
)
_SET = (
    r"(?:(?:set|put|place|make|create|add|open|use|i\s+want|pon|ponme|crea|coloca|setz(?:e)?|erstell(?:e)?|leg(?:e)?)\s+"
    r"(?:up\s+|me\s+|mir\s+)?)?(?:an?\s+|una?\s+|eine[nr]?\s+|my\s+|the\s+)?"
)
_OPENING = re.compile(
    rf"^\s*/?{_SET}{_NAME}(?:[\s-]+(?:order|orden|auftrag|price|precio|preis))?(?=$|[\s:,])", re.IGNORECASE
)
_AT = (
    r"(?:(?:if|when|once|wenn|si|cuando|falls)\s+)?"
    r"(?:at|of|if|when|below|under|above|over|a|en|de|bajo|por\s+debajo\s+de|bei|unter|auf|zu|von|über)\s+"
)
_FILLER = re.compile(
    r"^(?:[\s,:]|\b(?:for|on|of|at|to\s+sell|sell|selling|para|de|en|sobre|für|fuer|auf|von|zum\s+verkauf\s+von|it|"
    r"if|when|price)\b)+",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:it|the\s+price|its\s+price)\s+(?:falls|drops|goes|is|gets|rises)(?:\s+to)?\b", re.IGNORECASE
)
_ALL = re.compile(
    r"^(?:(?:all\s+(?:of\s+)?)?(?:my|mis?|meine?n?)\s+|todos?\s+mis?\s+|alle\s+meine\s+|all\s+)", re.IGNORECASE
)
_INTO = re.compile(r"\s+(?:in\s?to|to|for|por|a|en|in|gegen|für)\s+(?P<token>[A-Za-z][\w.]*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Protection:
    """`rest`: a sentence that sells; `token`: what is sold, "" where none is said; `price`: as it was said, None
    where it wasn't; `unit`: its dollar token.
    """

    rest: str
    op: str
    token: str
    price: str | None
    unit: str | None


def names_protection(said: str) -> bool:
    """Whether a message asks for a stop loss or a take profit, first of all."""
    return _OPENING.match(said) is not None


def protection(said: str, vocabulary: Vocabulary, code: Lang) -> Protection | None:
    """The sale that a stop loss or a take profit asks for; None where the message names neither first of all."""
    found = _OPENING.match(said)
    if found is None:
        return None
    rest = _ASIDE.sub(" ", said[found.end() :])
    units = "|".join(re.escape(each) for each in sorted(vocabulary.dollars, key=len, reverse=True)) or "usd"
    priced = _price(rest, frames.PRICE.replace("UNITS", units), vocabulary)
    if priced is not None:
        rest = f"{rest[: priced.start()]} {rest[priced.end() :]}"
    rest = re.sub(r"\s+", " ", _FILLER.sub("", rest)).strip(" ,;:.!")
    into = _INTO.search(rest)
    rest, target = (rest[: into.start()], into["token"]) if into is not None else (rest, None)
    rest = _FILLER.sub("", rest)
    bare = _ALL.sub("", rest)
    if vocabulary.symbol(bare) is not None:
        rest = f"{frames.ALL[code]} {bare}"
    sale = f"{frames.SELL[code]} {rest}" + (f" {frames.FOR[code]} {target}" if target is not None else "")
    value, unit = (priced["value"], priced["unit"]) if priced is not None else (None, None)
    token = bare.rpartition(" ")[2]
    known = token if vocabulary.symbol(token) is not None else ""
    return Protection(sale, "below" if found["below"] else "above", known, value, unit)


def _price(rest: str, price: str, vocabulary: Vocabulary) -> re.Match[str] | None:
    """The price: behind its word, or the only number that no token stands behind."""
    led = re.search(rf"\b{_AT}{price}", rest, re.IGNORECASE) or re.search(
        rf"(?:^|\s)@\s*{price}", rest, re.IGNORECASE
    )
    for found in filter(None, (led, *re.finditer(rf"(?:^|\s){price}", rest, re.IGNORECASE))):
        behind = re.match(r"\s*([A-Za-z][\w.]*)", rest[found.end() :])
        if behind is None or vocabulary.symbol(behind[1]) is None:
            return found
    return None
