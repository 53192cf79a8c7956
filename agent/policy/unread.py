"""Refusals of calls that can't be read."""

from __future__ import annotations

from agent.errors import Refused
from agent.plugin import Listed


def unlisted(contract: Listed, table: str, data: bytes) -> Refused:
    """Of a function that the contract's call table doesn't have."""
    return Refused(
        "lists",
        f"The function 0x{data[:4].hex()} of {contract.name} is not in the call table {table}.",
        "Only functions that a call table decodes can be signed. Where the table is older than its plug-in, the "
        f"operator brings it up to date: `moneta policy list {table}`.",
    )


def unreadable(contract: Listed, error: ValueError) -> Refused:
    """Of bytes that aren't exactly of their function's form."""
    return Refused(
        "lists",
        f"The call of {contract.name} can't be read: {error}.",
        "Ask for a new preview; a plug-in that builds such calls has a fault.",
    )
