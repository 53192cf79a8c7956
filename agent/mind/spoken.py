"""A model's own words, shown as talk: no figure that code didn't give it, no link, no address, no report.

What a model says moves nothing. But somebody could believe it, so it never looks like something that Moneta computed
or did.
"""

from __future__ import annotations

import re
import unicodedata

from agent.mind import spoken_abroad

MOST_CHARACTERS = 600

_FIGURE = re.compile(r"(\d+(?:[.,]\d+)*)(\s*(?:%|per ?cent))?", re.IGNORECASE)
_WORDED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|million|half|quarter)(?:[ -]\w+)?[ -]"
    r"(?:per ?cent|percent|%|percentage|dollars?|usdc|usdt|dai|eth|weth|bucks)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"://|\bwww\.|\b[\w-]+\.(?:com|org|net|io|xyz|fi|app|me|gg|ru|cc|finance|link|site)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"\b0x[0-9a-f]{4,}", re.IGNORECASE)
_ACTS = (
    "deposit|withdraw|withdrew|withdrawn|send|sent|transfer|move|swap|invest|convert|confirm|execute|sign|settle|pause|"
    "resume|cancel|schedule|approve"
)
_CLAIM = re.compile(
    rf"^\s*(?:done|confirmed|settled|completed|success)\b|\bI(?:'ve|’ve| have|'ll|’ll| will| just|'m going to| am)?"
    rf"(?: just| now| already)? (?:{_ACTS})(?:e?d|ted|red|ped|led|ing)?\b|"
    rf"\b(?:has|have|was|were) been (?:{_ACTS})(?:e?d|ted|red|ped|led)?\b|"
    r"\b(?:seed phrase|private key|password|guarantee[ds]?|risk[ -]free)\b",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Without control, invisible and direction characters, in at most MOST_CHARACTERS."""
    kept = text
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        kept = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    kept = re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]+", " ", kept)).strip()
    return kept if len(kept) <= MOST_CHARACTERS else kept[: MOST_CHARACTERS - 1].rstrip() + "…"


def why_not(text: str, known: str) -> str | None:
    """What keeps the text from being shown, None where nothing does. `known` holds the figures that it may repeat."""
    read = unicodedata.normalize("NFKC", text)
    if not read.strip():
        return "it is empty"
    figures, rates = _figures(unicodedata.normalize("NFKC", known))
    said, said_rates = _figures(read)
    for figure in (*(said - figures), *(said_rates - rates)):
        return f"the figure {figure[:20]} is neither in the facts nor in the user's message"
    worded = _WORDED.search(read) or spoken_abroad.WORDED.search(read)
    if worded and worded[0].casefold() not in known.casefold():
        return f"“{worded[0][:40]}” is neither in the facts nor in the user's message"
    if _LINK.search(read) or _ADDRESS.search(read):
        return "it has a link or an address"
    if _CLAIM.search(read) or spoken_abroad.CLAIM.search(read):
        return "it says that something is or will be done, promises something, or asks for a secret"
    return None


def _figures(text: str) -> tuple[set[str], set[str]]:
    """All figures of a text, and those that are a percentage: an amount of 100 doesn't allow a rate of 100 %."""
    found = [(figure.replace(",", ""), bool(percent)) for figure, percent in _FIGURE.findall(text)]
    return {figure for figure, _ in found}, {figure for figure, is_rate in found if is_rate}
