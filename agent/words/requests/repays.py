"""'Repay 100 USDC at aave core', 'pay back half of my loan', 'repay everything': a whole message, or nothing.

What stands behind the verb is read by the reader, so an amount, a token or a venue means what it means everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import All, AmountSpec, Percentage, Repay
from agent.words.forms import match, pattern
from agent.words.languages import forms_for
from agent.words.reading.clauses import merged, spec_for
from agent.words.reading.courtesy import whole
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary, asset_of

LONGEST = 200
"""Characters: a longer message isn't looked through."""
_FRAMES = tuple(
    re.compile(r"\s*/?" + frame + r"[\s.!]*", re.IGNORECASE | re.ASCII)
    for frame in (
        r"(?:repay|pay\s+back|pay\s+down)\s+(?P<what>\S.*?)",
        r"pay\s+(?P<what>\S.*?)\s+(?:back|off)",
        r"(?P<whole>pay\s+off|clear|settle|close\s+out)\s+(?P<what>\S.*?)",
    )
)
_OWE = r"i\s+(?:still\s+)?(?:owe|borrowed)"
_DEBT = re.compile(
    r"\b(?:of\s+)?(?:my|the|that)?\s*(?:whole\s+|entire\s+|full\s+)?"
    r"(?P<debt>(?:(?!whole\b|entire\b|full\b|of\b|my\b|the\b)[\w.]+\s+)?(?:loans?|debts?|borrowings?))\b"
    rf"|\b(?:of\s+)?(?:what|that)\s+{_OWE}\b|(?<=\s){_OWE}\b",
    re.IGNORECASE | re.ASCII,
)
_TO_ME = re.compile(r"(?<!\w)(?:me|us(?!\s+dollar)|mir|uns|nos|mí)(?!\w)", re.IGNORECASE)
"""What is paid back to the user is no debt of theirs."""
_PAYS = frozenset({"pay off"})
_ALLOWED = frozenset({Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.PREPOSITION, Kind.FILLER, Kind.REFERENCE})
_PLACES = frozenset({"to", "in", "on", "of", "from"})


@dataclass(frozen=True, slots=True)
class Open:
    """A debt is to be paid, and one thing is to be asked. `fitting`: the venues that may be meant, of several."""

    missing: str
    asset: str | None = None
    fitting: tuple[str, ...] = ()


def repayment(text: str, vocabulary: Vocabulary) -> Repay | Open | None:
    """What a message pays back; None where it says anything else."""
    spoken, other = forms_for(text, vocabulary)
    said = whole(text, spoken.language)
    if len(said) > LONGEST:
        return None
    if other is None:
        found, debts = next(filter(None, (frame.fullmatch(said) for frame in _FRAMES)), None), _DEBT
    else:
        found, debts = match(said, *other.repay), pattern(other.debt)
    if found is None or _TO_ME.search(found["what"]):
        return None
    debt = debts.search(found["what"])
    what = debts.sub(lambda each: f" {_token_of(each, vocabulary)} ", found["what"])
    readings = [each for each in read(what, vocabulary, language=spoken) if each.kind is not Kind.FILLER]
    if not {each.kind for each in readings} <= _ALLOWED or any(
        each.kind is Kind.PREPOSITION and each.text not in _PLACES for each in readings
    ):
        return None
    if any(each.kind is Kind.REFERENCE for each in readings) and debt is None:
        return None
    if found.groupdict().get("whole") and debt is None and " ".join(found["whole"].casefold().split()) not in _PAYS:
        return None  # "clear 100 usdc"
    return _read(readings, vocabulary, whole=debt is not None and bool(found.groupdict().get("whole")))


def _token_of(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """The token in 'my USDC loan'; '' where there is none, and then whatever word stands there isn't dropped."""
    words = (found["debt"] or "").replace("-", " ").split()
    if len(words) < 2:
        return ""
    return vocabulary.symbol(words[0]) or words[0]


def _read(readings: list[Reading], vocabulary: Vocabulary, whole: bool) -> Repay | Open | None:
    """`whole`: the verb says all of it, as "pay off my loan" does."""
    tokens = {each.text for each in readings if each.kind is Kind.TOKEN}
    amounts = merged([each for each in readings if each.kind is Kind.AMOUNT])
    venues = [each for each in readings if each.kind is Kind.VENUE]
    if len(tokens) > 1 or len(amounts) > 1 or len(venues) > 1:
        return None
    asset = next(iter(tokens), None)
    if not amounts and not whole:
        return Open("amount", asset)
    spec = _spec(amounts[0], asset, vocabulary) if amounts else All()
    if spec is None:
        return Open("asset" if asset is None else "amount", asset)
    if not venues:
        return Repay(asset=asset, amount=spec, venue=None)
    fitting = tuple(venue for venue in venues[0].ids if asset is None or asset_of(venue) == asset)
    if len(fitting) == 1:
        return Repay(asset=asset, amount=spec, venue=fitting[0])
    return Open("asset" if asset is None else "venue", asset, fitting)


def _spec(amount: Reading, asset: str | None, vocabulary: Vocabulary) -> AmountSpec | None:
    """The amount of the asset; without one, all or a part of whatever is owed."""
    if asset is not None:
        return spec_for(amount, asset, vocabulary)
    spec = amount.said.spec
    return spec if isinstance(spec, All | Percentage) and not amount.said.dollars else None
