"""Whole sentences in German: debts, rewards, allowances, forgetting, hours, keys, codes. Patterns, no more."""

from __future__ import annotations

from agent.words.forms import Forms
from agent.words.german.limits import LIMITS

_BEGIN = (
    r"\s*/?(?:bitte,?\s+|(?:kannst|könntest)\s+du\s+(?:bitte\s+)?|(?:können|könnten)\s+sie\s+(?:bitte\s+)?"
    r"|ich\s+(?:will|möchte)\s+)?"
)
_END = r"(?:,?\s+(?:bitte|danke))?[\s.!]*"
_SIE = r"(?:\s+sie)?(?:\s+bitte)?"
_HOUR = r"([01]?[0-9]|2[0-3])(?::00)?\s*(am|pm|h|uhr)?"
_REWARDS = r"(?:(?:alle\s+)?(?:meine|die|deine)?\s*(?:belohnungen|belohnung|rewards|prämien|prämie))"
_AT = r"(?:\s+(?:bei|von|aus|in|auf)\s+(?P<venue>\S.*?))?"
_PERMIT = r"(?:freigabe|erlaubnis|genehmigung|allowance|berechtigung)"
_SPENDER = r"(?:\s+(?:für|von|bei|gegenüber|an)\s+(?P<spender>\S.*?))?"
_KEY = (
    r"(?:privat(?:er|en|e)\s+schlüssel|privatschlüssel|private\s+keys?|seed(?:[\s-]?phrase)?|seed[\s-]?wörter|schlüssel"
    r"|wiederherstellungs(?:wörter|phrase)|geheim(?:e|en)?\s+(?:wörter|phrase)|mnemonic|keystore)"
)

FORMS = Forms(
    repay=(
        rf"{_BEGIN}(?:zahle?|bezahle?|gebe?|gib|zahlen|bezahlen){_SIE}\s+(?P<what>\S.*?)\s+zurück{_END}",
        rf"{_BEGIN}(?:tilge?|tilgen){_SIE}\s+(?P<what>\S.*?){_END}",
        rf"{_BEGIN}(?P<what>\S.*?)\s+(?:zurückzahlen|zurückbezahlen|zurückzuzahlen|tilgen|abbezahlen|abzahlen){_END}",
    ),
    debt=r"\b(?:von\s+)?(?:mein(?:e[nsmr]?)?|de[rsnm]|die|das)?\s*(?P<debt>(?:(?!(?:mein|die|de[rsnm]|das|bei|in)\b)[\w.]+"
    r"[\s-]+)?(?:kredite?s?|darlehens?|schulden|schuld))\b(?:\s+(?:in|an|von)\b(?!\s+aave))?|\bwas\s+ich\s+schulde\b",
    revoke=(
        rf"{_BEGIN}(?:widerrufe?|entziehe?|widerrufen){_SIE}\s+(?:(?:die|meine)\s+)?(?:{_PERMIT}\s+(?:von|für|über)\s+)?"
        rf"(?:meine\s+|die\s+)?(?P<asset>[\w.]+?)(?:[\s-]+{_PERMIT})?{_SPENDER}{_END}",
        rf"{_BEGIN}nimm\s+(?:die|meine)\s+(?P<asset>[\w.]+)[\s-]+{_PERMIT}{_SPENDER}\s+zurück{_END}",
        rf"{_BEGIN}(?:(?:die|meine)\s+)?(?P<asset>[\w.]+?)[\s-]+{_PERMIT}{_SPENDER}\s+(?:widerrufen|entziehen){_END}",
    ),
    claim=(
        rf"{_BEGIN}(?:hole?|sammle?|sammel|fordere?|löse?|nimm|beanspruche?|claime?){_SIE}\s+{_REWARDS}{_AT}"
        rf"(?:\s+(?:ab|ein))?{_END}",
        rf"{_BEGIN}{_REWARDS}{_AT}\s+(?:abholen|einsammeln|einfordern|beanspruchen|einlösen|claimen){_END}",
    ),
    summary=rf"(?:bitte\s+)?(?:schicke?\s+mir\s+|sende\s+mir\s+|gib\s+mir\s+)?(?:meine|die|eine)?\s*(?:tägliche\s+)?"
    rf"(?:zusammenfassung|übersicht)(?:\s+(?:jeden\s+tag|täglich))?\s+um\s+{_HOUR}",
    no_summary=r"(?:keine|stoppe?|beende)(?:\s+(?:meine|die))?(?:\s+täglichen?)?\s+zusammenfassung(?:en)?(?:\s+mehr)?",
    quiet=rf"(?:bitte\s+)?(?:ruhe|ruhezeit(?:en)?|stille|nicht\s+stören)(?:\s+(?:von|zwischen))?\s+{_HOUR}\s*"
    rf"(?:bis|und|-|–)\s*{_HOUR}",
    no_quiet=r"keine\s+(?:ruhe|ruhezeit(?:en)?)(?:\s+mehr)?|ruhezeit\s+aus",
    zone=r"(?:meine\s+)?zeitzone(?:\s+ist)?\s*:?\s+([A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2})",
    pictures=r"(?:bitte\s+)?(helle|dunkle)\s+(?:bilder|diagramme|grafiken|charts)",
    light=frozenset({"helle"}),
    drawn=r".*\b(?:diagramme?|grafik(?:en)?|graph|zeichne|bild|kurve|verlauf|chart|im\s+zeitverlauf)\b.*",
    keys=rf"{_BEGIN}(?:(?:zeige?|zeigen\s+sie|gib|exportiere?|exportieren|sende|schicke?|sag|verrate?|wie\s+lautet"
    rf"|was\s+ist|wo\s+ist|wo\s+finde\s+ich|wie\s+exportiere\s+ich)\s+)?(?:mir\s+)?(?:(?:den|die|das|mein(?:e[nsmr]?)?"
    rf"|unsere?n?)\s+)*{_KEY}(?:\s+(?:von|zu|meiner|meines)(?:\s+meiner)?\s+(?:wallet|kontos?))?(?:\s+(?:zeigen|exportieren"
    rf"|anzeigen|sehen))?(?:,?\s+bitte)?[\s.!?]*",
    link=rf"{_BEGIN}/?(?P<action>verbinde|verbinden|verknüpfe|verknüpfen)"
    r"(?:\s+(?:mein|meine|das|dieses)?\s*(?:konto|konten|identität(?:en)?|telegram|discord|chats?))?(?:\s+mit)?"
    rf"(?:\s+(?:dem\s+)?code)?(?:\s+(?P<code>[a-hj-np-z]{{8}}))?{_END}",
    code_above=rf"{_BEGIN}(?:(?:verlange?|frage?|ich\s+will)\s+)?(?:immer\s+)?(?:einen?\s+|nach\s+einem\s+)?codes?\s+"
    rf"(?:ab|über|für\s+mehr\s+als)\s+(?P<most>\S.*?){_END}",
    no_code=rf"{_BEGIN}(?:kein|keinen|keine)\s+codes?(?:\s+mehr)?\s+(?:für|bei)\s+(?P<token>[\w.-]+){_END}",
    home=(
        r"\s*(?:bitte\s+)?meine\s+(?:auszahlungs|heimat)?adresse\s+(?:ist|lautet|:)\s*(?P<first>0x[0-9a-f]{40})\s*[.!]*\s*",
    ),
    limits=LIMITS,
)
