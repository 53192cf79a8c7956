"""What a model may not say in Spanish and German: that something is or will be done, promises, amounts in words.

The same as `agent.mind.spoken` looks for in English, by the words of these languages.
"""

from __future__ import annotations

import re

_UNITS = r"(?:%|d[oó]lares?|dollars?|euros?|usdc|usdt|dai|eth|weth)\b"
_NUMBERS_ES = (
    "un|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|"
    "sesenta|setenta|ochenta|noventa|cien|ciento|doscientos|quinientos|mil|mill[oó]n|millones|media|medio|mitad"
)
_NUMBERS_DE = (
    r"ein|eins|eine|zwei|drei|vier|f[uü]nf|sechs|sieben|acht|neun|zehn|elf|zw[oö]lf|hundert|tausend|millionen?|halbe?s?|"
    r"\w*(?:zehn|zig|ßig|hundert|tausend)"
)
WORDED = re.compile(
    rf"\b(?:{_NUMBERS_ES})(?: (?:y )?\w+)? (?:por ciento|{_UNITS})|"
    rf"\b(?:{_NUMBERS_DE})(?: \w+)? ?(?:prozent\b|{_UNITS})",
    re.IGNORECASE,
)
"""An amount or a rate in words."""

_ACTS_ES = "deposit|retir|envi|transfer|mov|cambi|invert|inviert|confirm|ejecut|firm|paus|reanud|cancel|program|aprob"
_DONE_DE = (
    "eingezahlt|ausgezahlt|abgehoben|gesendet|geschickt|[uü]berwiesen|bewegt|verschoben|umgeschichtet|getauscht|angelegt|"
    "investiert|best[aä]tigt|ausgef[uü]hrt|signiert|angehalten|abgebrochen|storniert|geplant|freigegeben"
)
_TO_DO_DE = (
    "einzahlen|auszahlen|abheben|senden|schicken|[uü]berweisen|bewegen|verschieben|umschichten|tauschen|anlegen|"
    "investieren|best[aä]tigen|ausf[uü]hren|signieren|anhalten|abbrechen|stornieren|planen|freigeben"
)
CLAIM = re.compile(
    r"^\s*(?:hecho|listo|confirmado|completado|liquidado)\b|"
    rf"\b(?:he|hemos|acabo de|voy a|vamos a|estoy) (?:ya )?(?:{_ACTS_ES})\w*|"
    rf"\b(?:ha|han) sido (?:{_ACTS_ES})\w*|\bse (?:ha|han) (?:{_ACTS_ES})\w*|"
    rf"\b(?:{_ACTS_ES})\w*(?:é|aré|eré|iré|emos)(?!\w)|"
    r"\b(?:frases? semilla|palabras semilla|clave privada|contraseña|garantiz\w*|garant[ií]a|sin riesgos?)\b|"
    r"^\s*(?:erledigt|best[aä]tigt|abgeschlossen|fertig)\b|"
    rf"\bich (?:habe|hab)\b[^.!?]*\b(?:{_DONE_DE})\b|\bich werde\b[^.!?]*\b(?:{_TO_DO_DE})\b|"
    rf"\b(?:wurden?|worden)\b[^.!?]*\b(?:{_DONE_DE})\b|\b(?:{_DONE_DE}) worden\b|"
    r"\bich (?:zahle|hebe|sende|schicke|[uü]berweise|bewege|schichte|tausche|lege|f[uü]hre|breche)\b|"
    r"\b(?:seed[ -]?w[oö]rter|seed|private[rn]? schl[uü]ssel|passwort|garantier\w*|risikofrei|ohne risiko)\b",
    re.IGNORECASE,
)
"""A report, a promise, a request for a secret."""
