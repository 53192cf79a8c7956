"""No, not and if in every language that is understood: in whatever sentence one of these stands, it says so.

What a word of these means in the sentence's own language counts first ("no" is both; German "die" isn't here).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NEGATIONS: Mapping[str, frozenset[str]] = MappingProxyType({
    "en": frozenset({
        "no", "nope", "nah", "don't", "dont", "do not", "not", "never", "cannot", "can't", "cant", "won't", "without",
        "nothing", "none", "neither", "nor", "isn't", "wouldn't", "shouldn't", "couldn't", "didn't", "doesn't",
        "mustn't", "no longer", "nobody", "never mind", "refuse", "avoid",
    }),
    "es": frozenset({
        "no", "nunca", "jamás", "jamas", "tampoco", "ni", "sin", "nada", "nadie", "ninguno", "ninguna", "ningún",
        "ningun", "en vez de", "en lugar de", "deja de",
    }),
    "de": frozenset({
        "nein", "nee", "nicht", "nichts", "nie", "niemals", "kein", "keine", "keinen", "keinem", "keiner", "keines",
        "keins", "ohne", "weder", "niemand", "nimmer", "statt", "anstatt", "keinesfalls", "auf keinen fall",
    }),
})  # fmt: skip
IFS = frozenset({"if", "unless", "whenever", "si", "cuando", "wenn", "sofern", "sobald"})
"""Words that make an order conditional, in every language; "when", "once" and "falls" mean too much else."""
