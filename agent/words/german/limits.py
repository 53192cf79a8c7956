"""How limits are said in German: the frames of whole sentences. Patterns and nothing else."""

from __future__ import annotations

from agent.words.forms import Limits

_BEGIN = r"\s*(?:bitte,?\s+|ab\s+jetzt,?\s+|von\s+jetzt\s+an,?\s+|ab\s+sofort,?\s+)?"
_END = r"(?:,?\s+(?:bitte|ab\s+jetzt|ab\s+sofort))?[\s.!]*"
_MOST = r"(?P<most>\S.*?)"
_NAMES = r"(?P<names>\S.*?)"
_WHOSE = (
    r"(?P<whose>(?:tägliches\s+|täglichen\s+|gesamtes\s+|[a-z]{3,6}[\s-]+)?(?:tages|transaktions|überweisungs|zahlungs"
    r"|einzahlungs|anlage|tausch|gesamt|ausgaben)?[\s-]?)"
)
_VERB = r"(?P<verb>gib|gebe|bewege|verwende|nutze|sende|schicke|zahle|überweise|lege|zahl|investiere|tausche|wechsle)"
_LAST = (
    r"(?P<last>\s+(?:aus|ausgeben|bewegen|verwenden|senden|schicken|überweisen|zahlen|anlegen|einzahlen|tauschen"
    r"|an|ein))?"
)
_PERIOD = (
    r"(?P<period>(?:am|pro|je|jeden|an\s+einem)\s+tag|täglich|(?:in|pro|je)\s+24\s*(?:stunden|h)"
    r"|(?:pro|je|bei\s+jeder|mit\s+jeder|in\s+einer)\s+(?:transaktion|bewegung|überweisung|zahlung|einzahlung|anlage)"
    r"|(?:pro|je|bei\s+jedem|in\s+einem)\s+(?:tausch|transfer|mal)|auf\s+einmal|insgesamt|in\s+summe|überhaupt|alles\s+in"
    r"\s+allem)"
)
_BOUND = r"(?:höchstens|maximal|nicht\s+mehr\s+als|nie\s+mehr\s+als|niemals\s+mehr\s+als|bis\s+zu)"

LIMITS = Limits(
    caps=(
        rf"{_BEGIN}(?:(?:setze?|ändere|erhöhe|senke|reduziere|stelle?|hebe)\s+)?(?:mein|das)\s+{_WHOSE}limit"
        rf"(?:\s+(?:ist|sei|beträgt|auf|von|liegt\s+bei|soll|soll\s+sein)|\s*[:=])?\s+{_MOST}(?:\s+{_PERIOD})?{_END}",
        rf"{_BEGIN}begrenze\s+meine\s+(?P<verb>ausgaben|bewegungen|überweisungen|zahlungen|einzahlungen|tausche)\s+auf\s+"
        rf"{_MOST}\s+{_PERIOD}{_END}",
        rf"{_BEGIN}(?:{_VERB}\s+)?{_BOUND}\s+{_MOST}\s+{_PERIOD}{_LAST}{_END}",
        rf"{_BEGIN}{_MOST}\s+{_PERIOD}\s+(?:höchstens|maximal){_END}",
        rf"{_BEGIN}{_PERIOD},?\s+{_BOUND}\s+{_MOST}{_END}",
    ),
    removals=(
        rf"{_BEGIN}(?:entferne|lösche|streiche|beende)\s+(?:mein|das)\s+{_WHOSE}limit{_END}",
        rf"{_BEGIN}hebe?\s+(?:mein|das)\s+{_WHOSE}limit\s+auf{_END}",
        rf"{_BEGIN}kein\s+{_WHOSE}limit(?:\s+mehr)?{_END}",
    ),
    places=(
        rf"{_BEGIN}(?:nur|ausschließlich)(?:\s+(?:noch|in|bei))?\s+{_NAMES}{_END}",
        rf"{_BEGIN}(?:nutze|nutz|verwende|benutze|investiere)\s+(?:nur|ausschließlich)(?:\s+(?:noch|in|bei))?\s+{_NAMES}{_END}",
    ),
    people=(
        rf"{_BEGIN}(?:nur|ausschließlich)\s+(?:an\s+)(?P<names>\S.*?)\s+(?:zahlen|senden|überweisen|schicken){_END}",
        rf"{_BEGIN}(?:zahle|zahl|sende|schicke|überweise)\s+(?:nur|ausschließlich)(?:\s+noch)?\s+an\s+{_NAMES}{_END}",
    ),
    everything=(
        rf"{_BEGIN}(?:erlaube|nutze|verwende)\s+(?:wieder\s+)?alle\s+(?:meine\s+)?(?P<what>venues|plattformen|märkte|token|tokens"
        rf"|empfänger|kontakte)(?:\s+wieder)?{_END}",
    ),
    what={
        "venues": "venues", "plattformen": "venues", "märkte": "venues", "maerkte": "venues", "markte": "venues",
        "token": "tokens", "tokens": "tokens", "empfänger": "recipients", "empfaenger": "recipients",
        "empfanger": "recipients", "kontakte": "recipients",
    },
    cancel_change=(
        rf"{_BEGIN}(?:storniere|stoppe|widerrufe|lösche)\s+(?:die|meine)\s+(?:limit-?)?änderung(?:en)?"
        rf"(?:\s+(?:nummer\s+)?#?(?P<number>[1-9][0-9]{{0,8}}))?{_END}",
        rf"{_BEGIN}(?:brich|nimm|nehme)\s+(?:die|meine)\s+(?:limit-?)?änderung(?:en)?"
        rf"(?:\s+(?:nummer\s+)?#?(?P<number>[1-9][0-9]{{0,8}}))?\s+(?:ab|zurück){_END}",
        rf"{_BEGIN}(?:(?:die|meine)\s+)?(?:limit-?)?änderung(?:\s+(?:nummer\s+)?#?(?P<number>[1-9][0-9]{{0,8}}))?\s+"
        rf"(?:abbrechen|zurücknehmen|stornieren){_END}",
    ),
    cancel_transaction=(
        rf"{_BEGIN}brich\s+(?:die|meine)\s+(?:hängende|wartende|steckengebliebene|blockierte|ausstehende)\s+transaktion\s+ab"
        rf"{_END}",
        rf"{_BEGIN}(?:(?:storniere|ersetze|stoppe)\s+)?(?:die|meine)\s+(?:hängende|wartende|steckengebliebene|blockierte"
        rf"|ausstehende)\s+transaktion(?:\s+abbrechen)?{_END}",
    ),
    remove_contact=(
        rf"{_BEGIN}(?:lösche|entferne|storniere)\s+(?:den\s+|meinen\s+)?(?:neuen\s+)?kontakt\s+"
        rf"(?P<name>[a-z0-9][a-z0-9_-]{{0,31}}){_END}",
        rf"{_BEGIN}(?:lösche|entferne)\s+(?P<name>[a-z0-9][a-z0-9_-]{{0,31}})\s+aus\s+(?:meinen\s+kontakten|dem\s+adressbuch"
        rf"|meinem\s+adressbuch){_END}",
    ),
    periods={
        "tag": "day", "tages": "day", "täglich": "day", "taeglich": "day", "taglich": "day", "tägliches": "day",
        "täglichen": "day", "24": "day", "transaktion": "transaction", "transaktions": "transaction",
        "bewegung": "transaction", "mal": "transaction", "einmal": "transaction", "insgesamt": "lifetime",
        "summe": "lifetime", "gesamt": "lifetime", "gesamtes": "lifetime", "überhaupt": "lifetime",
        "ueberhaupt": "lifetime", "allem": "lifetime",
    },
    kinds={
        **dict.fromkeys(("überweisung", "überweisungs", "überweisungen", "ueberweisung"), "transfer"),
        **dict.fromkeys(("zahlung", "zahlungs", "zahlungen", "transfer", "sende", "senden", "schicke"), "transfer"),
        **dict.fromkeys(("überweise", "überweisen", "ueberweise", "zahle", "zahl", "zahlen", "schicken"), "transfer"),
        **dict.fromkeys(("einzahlung", "einzahlungs", "einzahlungen", "anlage", "lege", "investiere"), "deposit"),
        **dict.fromkeys(("anlegen", "einzahlen"), "deposit"),
        **dict.fromkeys(("tausch", "tausche", "tauschen", "wechsle"), "swap"),
    },
    any_kind=frozenset({
        "gib", "gebe", "bewege", "bewegen", "bewegungen", "verwende", "verwenden", "nutze", "ausgaben", "ausgeben",
        "aus",
        "am", "pro", "je", "jeden", "an", "in", "ein", "einem", "einer", "bei", "jeder", "jedem", "mit", "auf",
        "alles",         "stunden", "h",
    }),
)  # fmt: skip
