"""A reply in its reader's language: its words, its table, its buttons' labels. What it is about stays to the letter.

Intent, plan, verdict, transactions and what a button says know no language.
"""

from __future__ import annotations

from dataclasses import replace

from agent.replies.reply import Offer, Picture, Reply, Table
from agent.tongues.catalogue import ENGLISH
from agent.tongues.telling import in_language


def spoken(reply: Reply, language: str) -> Reply:
    """The reply told in that language; one that is told in it already, or in English, as it is."""
    if language in (ENGLISH, reply.language):
        return reply
    return replace(
        reply,
        text=in_language(reply.text, language),
        table=None if reply.table is None else _table(reply.table, language),
        pictures=tuple(Picture(p.name, in_language(p.caption, language), p.png) for p in reply.pictures),
        offers=tuple(labelled(offer, language) for offer in reply.offers),
        language=language,
    )


def labelled(offer: Offer, language: str) -> Offer:
    """The offer with its label told; the words that it says stay."""
    return replace(offer, label=in_language(offer.label, language))


def _table(table: Table, language: str) -> Table:
    columns = tuple(in_language(cell, language) for cell in table.columns)
    rows = tuple(tuple(in_language(cell, language) for cell in row) for row in table.rows)
    return Table(columns, rows, table.numeric)
