"""How limits and rules of a mandate are said in German. SAME_AS: a word that says what an English one does there."""

from __future__ import annotations

_SAME = {
    "gas": "gas; gaskosten; gasgebühren", "fees": "gebühren; gebühr; kosten",
    "gain": "gewinn; gewinne; nutzen; vorteil;"
    " mehrertrag", "venue": "plattform; plattformen; markt; märkte; protokoll; ort; pool; vault; venue; venues",
    "move": "bewegung; bewegungen; umschichtung; umschichtungen; zug", "once": "einmal; auf einmal",
    "ahead": "voraus; im voraus", "horizon": "horizont", "per": "pro; je", "each": "jede; jeder; jedem; jeden; jedes",
    "limit": "limit; grenze", "budget": "budget", "it": "es; das; dies", "that": "bringt; dass",
    "put": "legen; anlegen; lege; halten; halte; investieren; stecken; einzahlen", "at most": "höchstens; maximal;"
    " nicht mehr als", "up to": "bis zu", "maximum": "maximum", "more than": "mehr als", "less than": "weniger als",
    "at least": "mindestens; wenigstens", "minimum": "minimum", "under": "unter",
    "if": "wenn; falls; nur wenn; sofern",
    "as long as": "solange", "but": "aber", "except": "außer; ausgenommen; bis auf; mit ausnahme von", "not": "nicht",
    "never": "nie; niemals", "no": "kein; keine; keinen", "avoid": "vermeide; meide", "without": "ohne",
    "use": "nutze; verwende; nutzen", "exclude": "ausgeschlossen", "the": "der; die; das; den; dem",
    "night": "nacht; nachts; nächte; abends; wochenende; wochenenden",
    "danger": "gefahr; gefährlich; riskant; notfall",
    "leave": "raus; aussteigen; verlasse; steig; steige; geh", "depeg": "depeg; bindung", "liquidity": "liquidität",
    "hard": "schwer; schwierig", "quiet": "ruhe; ruhezeit", "hours": "stunden; uhr", "between": "zwischen",
    "falls": "fällt; sinkt; rutscht", "safety": "sicherheitsausstieg", "alerts": "warnungen; warne; warnen",
    "repay": "tilge; zurückzahlen", "loan": "kredit; darlehen", "debt": "schulden", "health": "gesundheitsfaktor",
    "claim": "sammle; hole; beanspruche", "rewards": "belohnungen; belohnung",
}  # fmt: skip
SAME_AS = {said.strip(): english for english, words in _SAME.items() for said in words.split(";")}

JOINS = "und|aber|auch|bitte|außerdem"
BOUNDS = "höchstens|mindestens|maximal|bis zu|nicht mehr als|nie|horizont|gas"

_OUT = (
    r"(?:bitte )?(?:(?:steig|steige|geh|gehe)(?: (?:überall|sofort))? (?:aus|raus)|raus|aussteigen|hol"
    r" (?:mich|alles) raus"
    r"|hole (?:mich|alles) raus|zieh alles ab|verlasse (?:alles|sie|alle plattformen))"
)
_WHEN = r"(?:wenn|falls|sobald)"
_NUMBER = r"(?P<number>[0-9][0-9.,_']*(?<![.,_']))"
_SUBJECT = (
    r"(?:es|er|sie|einer(?: davon)?|(?:der|ihr|sein) (?:preis|kurs)|der stablecoin|der token"
    r"|(?:der (?:preis|kurs) von )?(?P<token>[\w.]+?))"
)
_FALL = r"(?:fällt|sinkt|rutscht|geht|liegt)"
_PRICE = rf"(?P<dollar>\$ ?)?{_NUMBER} ?(?P<unit>cents?|dollar|usd)?"
_PERCENT = rf"{_NUMBER} ?(?:%|prozent)"
_OF = r"(?: (?:davon|der einlagen|des geldes|der einlage|von allem))?"
_LEAVES = r"(?:herauskommen|rauskommen|abgezogen werden|abgehoben werden) (?:könnten?|können|kann)"
_HOUR = r"([01]?[0-9]|2[0-3])(?::00)? ?(am|pm|h|uhr)?"
_SPAN = rf"{_HOUR} ?(?:und|bis|-) ?{_HOUR}"
_DANGER = r"(?:gefahr (?:besteht|droht)|es (?:zu )?(?:gefährlich|riskant) wird|es ernst wird)"
_HEALTH = r"(?:der |mein )?gesundheitsfaktor(?: (?:des|meines) kredits)?"
_PAY = r"(?:zahle?|bezahle?)(?: (?:den kredit|meinen kredit|die schulden|meine schulden|etwas|einen teil))? zurück"
_REWARDS = r"(?:alle )?(?:meine |die )?belohnungen"
_FEES = r"(?:alle )?(?:meine |die )?gebühren(?: meiner (?:liquiditäts)?positionen)?"
_POSITIONS = r"(?:alle )?(?:meine |die )(?:liquiditäts)?positionen"
_PAYS = r"(?:,? wenn (?:es|das) sich (?:lohnt|rechnet))?"

RULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "repay_below",
        "part",
        (
            rf"{_PAY},? {_WHEN} {_HEALTH} unter {_NUMBER} {_FALL}",
            rf"{_WHEN} {_HEALTH} unter {_NUMBER} {_FALL},? {_PAY}",
        ),
    ),
    (
        "keep_in_range",
        "no",
        (rf"halte {_POSITIONS} nicht im bereich", rf"(?:verschiebe?|bewege?) {_POSITIONS} nicht"),
    ),
    (
        "keep_in_range",
        "yes",
        (
            rf"halte {_POSITIONS} im bereich{_PAYS}",
            rf"{_POSITIONS} im bereich halten{_PAYS}",
            rf"(?:verschiebe?|bringe?|hole?) {_POSITIONS} (?:zurück|wieder) in den bereich(?: zurück)?{_PAYS}",
        ),
    ),
    ("collect_fees", "no", (r"(?:hole?|sammle) keine gebühren (?:ab|ein)",)),
    ("collect_fees", "yes", (rf"(?:hole?|sammle) {_FEES} (?:ab|ein)", rf"{_FEES} (?:abholen|einsammeln)")),
    ("claim_rewards", "no", (r"(?:hole?|sammle) keine belohnungen (?:ab|ein)",)),
    ("claim_rewards", "yes", (rf"(?:hole?|sammle) {_REWARDS} (?:ab|ein)", rf"{_REWARDS} (?:abholen|einsammeln)")),
    (
        "depeg_usd",
        "price",
        (
            rf"{_OUT},? {_WHEN} {_SUBJECT} unter {_PRICE} {_FALL}",
            rf"{_WHEN} {_SUBJECT} unter {_PRICE} {_FALL},? {_OUT}",
            rf"{_OUT} bei (?:einem )?depeg unter {_PRICE}",
        ),
    ),
    (
        "depeg_usd",
        "default",
        (
            rf"{_OUT} bei (?:einem |jedem )?(?:depeg|verlust der bindung)",
            rf"bei (?:einem |jedem )?depeg {_OUT}",
            rf"{_OUT},? {_WHEN} {_SUBJECT} (?:seine|ihre|die) bindung verliert",
        ),
    ),
    (
        "illiquid_percent",
        "part",
        (
            rf"{_OUT},? {_WHEN} weniger als {_PERCENT}{_OF} {_LEAVES}",
            rf"{_OUT},? {_WHEN} die liquidität unter {_PERCENT} {_FALL}",
        ),
    ),
    (
        "illiquid_percent",
        "default",
        (
            rf"{_OUT},? {_WHEN} es (?:zu )?(?:schwer|schwierig) wird(?:,? (?:rauszukommen|herauszukommen"
            rf"|auszusteigen))?",
            rf"{_OUT},? {_WHEN} es illiquide? wird",
        ),
    ),
    (
        "safety_exits",
        "no",
        (r"(?:ohne|kein) sicherheitsausstieg", r"nur (?:warnen|warnungen)", r"warne? mich nur(?: bei gefahr)?"),
    ),
    (
        "safety_exits",
        "yes",
        (
            rf"{_OUT},? {_WHEN} {_DANGER}",
            rf"{_OUT} (?:bei|im) (?:jeder )?(?:gefahr|notfall)",
            rf"(?:bei gefahr|im notfall) {_OUT}",
            r"(?:steig|steige|geh|gehe) (?:bei gefahr|im notfall) (?:aus|raus)",
            r"mit sicherheitsausstieg",
        ),
    ),
    (
        "quiet_hours",
        "hours",
        (
            rf"(?:bewege?|verschiebe|tu|mach) (?:nichts|kein geld) (?:zwischen|von) {_SPAN}",
            rf"zwischen {_SPAN} nichts (?:bewegen|verschieben|tun|machen)",
            rf"(?:nichts|kein geld) (?:zwischen|von) {_SPAN} (?:bewegen|verschieben)",
            rf"keine (?:bewegungen|umschichtungen) (?:zwischen|von) {_SPAN}",
            rf"(?:mit )?(?:ruhe|ruhezeit)(?: von| zwischen)? {_SPAN}",
        ),
    ),
    (
        "quiet_hours",
        "awake",
        (
            rf"(?:bewege?|verschiebe) nur (?:zwischen|von) {_SPAN}",
            rf"nur (?:zwischen|von) {_SPAN} (?:bewegen|umschichten)",
        ),
    ),
)
