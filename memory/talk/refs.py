"""What recall can find, by one number: a turn or a note. Notes have the higher numbers, so they are met first."""

from __future__ import annotations

NOTES = 1 << 48
"""From here on they are notes."""


def of_turn(turn_id: int) -> int:
    return turn_id


def of_note(note_id: int) -> int:
    return NOTES | note_id


def parts(ref: int) -> tuple[bool, int]:
    """Whether it is a note, and the row's id."""
    return bool(ref & NOTES), ref & ~NOTES
