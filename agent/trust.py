"""Who said a text, where it came from, and how far it counts. Only a user's own turn ever binds anything.

A text made of others is never trusted more than the least of them: shortening, joining, storing and summarising
launder nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from agent.errors import Refused

RULE = "bind"
SUMMARY = "summary"


class Trust(IntEnum):
    """From the least to the most."""

    FOREIGN = 0  # a page, a name on the chain, a quotation, another person
    MODEL = 1  # a language model's words, whatever it read before
    CODE = 2  # what Moneta computed from the chain and its ledger
    USER = 3  # the turn of the user whose identity the platform vouches for


@dataclass(frozen=True, slots=True)
class Told:
    """`author` is a user's id, or 'agent'; `source` is where it was said or stands: a channel, 'facts', 'summary'."""

    text: str
    author: str
    source: str
    trust: Trust


def summary(text: str, of: Sequence[Told], author: str = "agent") -> Told:
    """A text that stands for others: it has the least trust of them, and never a user's."""
    return Told(text, author, SUMMARY, min([Trust.MODEL, *(each.trust for each in of)]))


def own_words(user: str, told: Sequence[Told]) -> tuple[str, ...]:
    """The texts, the oldest first, where each is a turn of this user's own; else Refused("bind")."""
    for each in told:
        if each.trust is not Trust.USER or each.author != user or each.source == SUMMARY:
            raise Refused(RULE, f"“{each.text[:40]}” isn't your own turn.", "Say it yourself, in one sentence.")
    return tuple(each.text for each in told)
