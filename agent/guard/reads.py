"""Calls that only look. The rule: every word of the function's name is a known one, the first of them looks, none
acts, and no argument could carry value. Whatever isn't known is taken for something that moves money.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.guard.record import Call


def _each(names: str) -> frozenset[str]:
    return frozenset(names.split())


_LOOKS = frozenset({"get", "read", "list", "show", "check", "fetch", "view", "query", "lookup", "search", "describe"})
_KNOWN = _each(
    "account accounts address allowance apr apy balance balances block chain chart config current data "
    "details doc document fee fees feed file files for from gas holding holdings history info information "
    "last latest limit limits liquidity list log logs market markets memory of on open oracle order orders "
    "path pool pools portfolio position positions price prices proposal proposals quote rate rates recent "
    "reserves status supply symbol text time token tokens trade trades transaction transactions transfers "
    "trend tvl user value volume wallet web yield yields"
)
_ARGUMENTS = _each(
    "token symbol asset coin tokens symbols file path filename name address account wallet pool pair chain "
    "network query limit count days hours period interval since until start end page id proposal block date "
    "market"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


def words(name: str) -> list[str]:
    """The words of a name in camelCase or snake_case: 'getRecentPrices' is get, recent, prices."""
    return [word.casefold() for word in _WORD.findall(name)]


def only_looks(call: Call) -> bool:
    """Whether the call moves nothing, by its name and arguments alone."""
    name = words(call.function)
    if not name or not call.function.isascii() or name[0] not in _LOOKS or not _all_in(name[1:], _KNOWN):
        return False
    if name[0] == "list" and not name[-1].endswith("s"):  # listing things looks; listing a thing sells it
        return False
    return all(_all_in(words(argument), _ARGUMENTS) for argument in call.args)


def _all_in(given: Sequence[str], known: frozenset[str]) -> bool:
    return bool(given) and all(word in known for word in given)
