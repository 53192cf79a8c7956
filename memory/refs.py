"""What recall can find, by one number: a turn or a note. Notes have the higher numbers, so they are met first."""

from __future__ import annotations

_NOTE = 1 << 48


def of_turn(turn_id: int) -> int:
    return turn_id


def of_note(note_id: int) -> int:
    return _NOTE | note_id


def parts(ref: int) -> tuple[bool, int]:
    """Whether it is a note, and the row's id."""
    return bool(ref & _NOTE), ref & ~_NOTE
