"""What a typed yes and a typed no to a preview are, in each language: these words, alone."""

from __future__ import annotations

YES = frozenset({
    "confirm", "yes", "y",
    "sí", "si", "confirmar", "confirmo", "confirma", "confirmado",
    "ja", "j", "bestätigen", "bestaetigen", "bestätige", "bestaetige", "bestätigt", "ich bestätige",
})  # fmt: skip
NO = frozenset({"no", "n", "nein"})
