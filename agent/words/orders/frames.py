"""How orders are said, as data: English, Spanish, German. What is found is cut out; the trade is what is left.

Texts are plain, their accents composed, without greetings around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.words.patterns import Patterns


def _or(words: str) -> str:
    return "(?:" + "|".join(each.strip().replace(" ", r"\s+") for each in words.split(";")) + ")"


DAYS: Mapping[str, int] = {
    form: number
    for number, forms in enumerate(
        (
            "monday mon lunes montag",
            "tuesday tue tues martes dienstag",
            "wednesday wed miércoles miercoles mittwoch",
            "thursday thu thurs jueves donnerstag",
            "friday fri viernes freitag",
            "saturday sat sábado sabado sábados sabados samstag sonnabend",
            "sunday sun domingo domingos sonntag",
        ),
        start=1,
    )
    for form in forms.split()
}
"""1 is Monday."""
WORKDAYS = (1, 2, 3, 4, 5)
_DAY = r"(?:" + "|".join(sorted(DAYS, key=len, reverse=True)) + ")"
DAY = re.compile(rf"\b{_DAY}(?=s?\b)", re.IGNORECASE)
_AND_DAY = r"\s*(?:,|,?\s+and|&|,?\s+y|,?\s+und)\s*(?:on\s+|every\s+|los\s+|cada\s+|jeden\s+)?"
_LIST = rf"(?P<weekdays>{_DAY}s?(?:{_AND_DAY}{_DAY}s?)*)"
_NTH = r"(?P<day>[12]\d|3[01]|[1-9])"
_NTH2 = _NTH.replace("day", "day2")
_LAST = r"(?P<last>last|último|ultimo|letzten)"

EVERY = Patterns(
    # of the month, before the bare names of periods
    rf"\b(?:every\s+month|monthly|each\s+month)\s+on\s+the\s+(?:{_NTH}(?:st|nd|rd|th)?|{_LAST}\s+day)\b",
    rf"\b(?:on\s+)?(?:the|every|each)\s+(?:{_NTH}(?:st|nd|rd|th)|(?P<first>first)|{_LAST})(?:\s+day)?"
    r"(?:\s+(?:of|in)\s+(?:the|every|each|a)\s+month|\s+(?:every|each)\s+month|\s+monthly)\b",
    rf"\b(?:every|each)\s+{_NTH}(?:st|nd|rd|th)\b(?!\s+(?:day|week|hour|minute|month|year|quarter|{_DAY}))",
    rf"\b(?:(?:el\s+(?:día\s+)?)?(?:{_NTH}|{_LAST}\s+día)\s+de\s+(?:cada|todos\s+los)\s+mes(?:es)?|"
    rf"(?:cada\s+mes|mensualmente|todos\s+los\s+meses),?\s+el\s+(?:día\s+)?(?:{_NTH2}|último\s+día))\b",
    rf"\b(?:am\s+|an\s+jedem\s+|jeden\s+)(?:{_NTH}\.|{_LAST})(?:\s+tag)?\s+(?:jedes|jeden|des|im|eines)\s+monats?\b",
    rf"\b(?:jeden\s+monat|monatlich)\s+am\s+(?:{_NTH}\.|{_LAST}\s+tag)(?!\w)",
    # a weekday
    rf"\b(?:every\s+week|weekly|each\s+week|once\s+a\s+week|a\s+week),?\s+on\s+{_LIST}\b",
    rf"\b(?:cada\s+semana|semanalmente|todas\s+las\s+semanas),?\s+(?:el|los)\s+{_LIST}\b",
    rf"\b(?:jede\s+woche|wöchentlich)\s+am\s+{_LIST}\b",
    rf"\b(?:every|each)\s+(?:single\s+)?{_LIST}(?:\s+(?:of\s+)?(?:every|each)\s+week)?\b",
    rf"\bon\s+{_LIST}\s+(?:of\s+)?(?:every|each)\s+week\b",
    rf"\bon\s+{_LIST.replace('s?', 's')}",
    r"\b(?:every|each)\s+(?P<workday>week\s?day|working\s+day|work\s?day|business\s+day)s?\b",
    rf"\b(?:cada|todos\s+los|los)\s+{_LIST}\b",
    rf"\b(?:jede[nrs]?|immer)\s+{_LIST}\b",
    rf"\b(?P<weekdays>{_DAY}s(?:\s*(?:,|und|and|y)\s*{_DAY}s)*)\b",
    # hours
    r"\b(?:every|each|cada|alle)\s+(?P<hours>\d{1,4})\s*(?:hours?|hrs?|h|horas?|stunden)\b",
    r"\b(?P<hourly>every\s+hour|each\s+hour|hourly|cada\s+hora|todas\s+las\s+horas|jede\s+stunde|stündlich)\b",
    r"\b(?P<twice>every\s+other\s+hour|every\s+second\s+hour|alle\s+zwei\s+stunden|cada\s+dos\s+horas)\b",
    # bare periods
    r"\b(?P<daily>every\s+(?:single\s+)?day|each\s+day|daily|(?:once\s+)?a\s+day|per\s+day|cada\s+día|todos\s+los\s+días|a\s+diario|"
    r"diariamente|al\s+día|jeden\s+tag|täglich|am\s+tag|pro\s+tag)\b",
    r"\b(?P<weekly>every\s+week|each\s+week|weekly|(?:once\s+)?a\s+week|per\s+week|cada\s+semana|todas\s+las\s+semanas|"
    r"semanalmente|a\s+la\s+semana|por\s+semana|jede\s+woche|wöchentlich|pro\s+woche|die\s+woche)\b",
    r"\b(?P<monthly>every\s+month|each\s+month|monthly|(?:once\s+)?a\s+month|per\s+month|cada\s+mes|todos\s+los\s+meses|"
    r"mensualmente|al\s+mes|por\s+mes|jeden\s+monat|monatlich|pro\s+monat|im\s+monat)\b",
)
_OFTEN = (
    r"(?:twice|thrice|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|several|many|a\s+few)\s+times|\d+\s*x|"
    r"(?:\d+|dos|tres|cuatro|cinco|seis|varias|muchas)\s+veces|(?:\d+\s*|zwei|drei|vier|fünf|sechs|zehn|mehr)mals?)"
)
ONCE = Patterns(rf"\b(?:on|am|el|next|this|coming|nächsten|kommenden|próximo|este)\s+{_LIST}\b")
"""A day of the week that isn't said to come again: nothing is done once at another time."""
OTHER_EVERY = Patterns(
    rf"\b{_OFTEN}\s+(?:a|per|every|each|in\s+a|al|a\s+la|por|cada|am|pro|jeden|jede|die|im|in\s+der)\s+"
    r"(?:day|week|month|hour|día|semana|mes|hora|tag|woche|monat|stunde)\b",
    r"\b(?:0+|3[2-9]|[4-9]\d|\d{3,})(?:(?:st|nd|rd|th)\s+(?:day\s+)?(?:of|in)\s+(?:the|every|each|a)\s+month|"
    r"\.\s+(?:jedes|jeden|des|im|eines)\s+monats?|\s+de\s+(?:cada|todos\s+los)\s+mes(?:es)?)\b",
    r"\b(?:every|each)\s+(?:other|second|third|\d+|two|three|few)\s+(?:days?|weeks?|months?|minutes?|years?|"
    rf"{_DAY}s?)\b",
    r"\b(?:every|each|cada|jede[ns]?|alle)\s+(?:\d+\s+)?(?:minutes?|years?|minutos?|años?|minuten?|jahre?|quarter|"
    r"trimestre|quartal|fin\s+de\s+semana|weekend|wochenende|tage|wochen|monate|días|semanas|meses)\b",
    r"\b(?:bi-?weekly|fortnightly|yearly|annually|every\s+fortnight|quincenalmente|cada\s+quincena|"
    r"vierteljährlich|jährlich|anualmente)\b",
)
"""Times that are no order's: asked about."""
TIMED = re.compile(
    rf"every\s|each\s|day|daily|week|month|hour|year|annual|fortnight|cada|tod[oa]s|seman|mes|mensual|día|diari|hora|anual|quincen|"
    rf"alle|jede|tag|täglich|woche|wöch|monat|stund|stünd|jähr|{_DAY}"
)
"""The hint of EVERY and OTHER_EVERY."""
_TZ = r"(?:\s+(?:\(\s*)?(?P<tz>UTC|[A-Z][A-Za-z_]+/[A-Za-z_]+(?:/[A-Za-z_]+)?)(?:\s+time)?(?:\s*\))?)?"
_CLOCK = r"(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d))?(?![\d]|[.,:]\d|\s*[%$€])"
TIMES = Patterns(
    r"\b(?:at|a|al|um|zu)\s+(?P<noon>noon|midday|mediodía|mittag)" + _TZ + r"\b",
    r"\b(?:at|a\s+la|a|um)\s+(?P<midnight>midnight|medianoche|mitternacht)" + _TZ + r"\b",
    rf"\bat\s+{_CLOCK}\s*(?P<half>a\.?m\.?|p\.?m\.?)?(?:\s*(?:o'clock|hours|h))?(?:\s+in\s+the\s+(?P<part>morning|"
    r"afternoon|evening))?(?:\s+sharp)?" + _TZ + r"(?!\w)",
    rf"\ba\s+las?\s+{_CLOCK}(?:\s*(?:horas|hrs|h))?(?:\s+de\s+la\s+(?P<part>mañana|tarde|noche))?" + _TZ + r"(?!\w)",
    rf"\bum\s+{_CLOCK}(?:\s*uhr(?:\s+(?P<past>[0-5]\d)(?=\s|$))?)?(?:\s+(?P<part>morgens|früh|vormittags|nachmittags|abends))?"
    + _TZ
    + r"(?!\w)",
)
LATE = frozenset({"pm", "afternoon", "evening", "tarde", "noche", "nachmittags", "abends"})
EARLY = frozenset({"am", "morning", "mañana", "morgens", "früh", "vormittags"})
_DATE = r"(?P<date>\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})"
ENDS = Patterns(
    rf"\b(?:until|till|up\s+to|through|hasta(?:\s+el)?|bis(?:\s+zum)?)\s+{_DATE}",
    r"\b(?:for|over|during|durante|por|für|während)\s+(?:the\s+next\s+|los\s+próximos\s+|las\s+próximas\s+|die\s+nächsten\s+)?"
    r"(?P<number>\d{1,4})\s+(?P<unit>days?|weeks?|months?|years?|días?|semanas?|mes(?:es)?|años?|tagen?|tage?|wochen?|"
    r"monaten?|monate?|jahren?|jahre?)\b",
    r"\b(?:for|over|durante|für)\s+(?P<a>an?|one|un|una|ein|eine|einen)\s+"
    r"(?P<unit>day|week|month|year|día|semana|mes|año|tag|woche|monat|jahr)\b",
    r"(?:\bfor\s+)?\b(?P<count>\d{1,5})\s*-?\s*(?:times|veces|vez|mal)\b",
    r"(?P<once>\bfor\s+ever\b|\bforever\b|\bpara\s+siempre\b|\bfür\s+immer\b|\bauf\s+ewig\b)",
)
OTHER_ENDS = Patterns(
    r"\b(?:until|till|hasta)\s+(?!it\b|the\s+price|que\b)\S+|\bbis\s+(?!zu\s+\$?\d|der\b|es\b|er\b)\S+",
    r"\b\d+\s*-?\s*(?:times|veces|mal)\b",
)
"""Ends that are no order's: asked about."""
UNITS: Mapping[str, tuple[str, int]] = {
    form: told
    for told, forms in {
        ("days", 1): "day days día días tag tage tagen",
        ("days", 7): "week weeks semana semanas woche wochen",
        ("months", 1): "month months mes meses monat monate monaten",
        ("months", 12): "year years año años jahr jahre jahren",
    }.items()
    for form in forms.split()
}

_WHEN_EN = r"(?:(?:but\s+)?(?:only\s+)?(?:when(?:ever)?|if|once|as\s+soon\s+as|in\s+case|should))"
_WHEN_ES = r"(?:(?:sólo\s+|solo\s+)?(?:cuando|si|en\s+cuanto|siempre\s+que|en\s+caso\s+de\s+que))"
_WHEN_DE = r"(?:(?:nur\s+)?(?:wenn|falls|sobald|sofern))"
_SUBJECT = r"(?P<subject>\S+(?:\s+\S+){0,4}?)"
_VALUE = r"(?P<value>\$?\s?\d(?:[\d.,'_]*\d)?(?:\s?[kK])?)(?!\d|\w|\s?%)"
_DOLLARS = r"(?:\s*(?P<dollars>usd|us\s+dollars?|dollars?|bucks|dólares|dolares|us-dollar|dollar|\$)(?!\w))?"
PRICE = _VALUE + r"(?:\s+(?P<unit>UNITS)(?!\w))?" + _DOLLARS
"""UNITS: the symbols of tokens that are worth a dollar."""
_BELOW_EN = _or("below;under;beneath;less than;lower than;cheaper than;<=;<;at most;at or below;no more than")
_ABOVE_EN = _or("above;over;more than;higher than;exceeds;past;beyond;>=;>;at least;at or above;no less than")
_TURNS_EN = _or(
    "is;are;gets;goes;falls;drops;dips;sinks;slips;crashes;rises;climbs;jumps;trades;costs;moves;comes;fall;drop;rise;"
    "climb;dip;crash;trading;has fallen;has dropped;has risen"
)
_DOWN_EN = _or("falls;drops;dips;sinks;slips;crashes;goes down;comes down;fall;drop;dip;crash")
_UP_EN = _or("rises;climbs;jumps;goes up;rise;climb")
_REACH_EN = _or("reaches;hits;touches;gets to;goes to;comes to;is at;trades at;is;reach;hit;touch;is worth;costs")
_TURNS_ES = _or(
    "est[eéaá];baj[ea];ca[ie]ga;cae;sub[ea];valga;vale;cueste;cuesta;sea;es;cotice;cotiza;llegue;se sit[uú]e"
)
_BELOW_ES = _or("por debajo de;debajo de;menos de;inferior a")
_ABOVE_ES = _or("por encima de;encima de;más de;mas de;superior a;supere;supera;pase de;pasa de;exceda")
_DOWN_ES = _or("baje de;baja de;caiga de;cae de;baje a;baja a;caiga a;cae a;caiga hasta;baje hasta")
_UP_ES = _or("suba de;sube de;suba a;sube a;suba hasta")
_REACH_ES = _or("llegue a;llega a;alcance;alcanza;toque;toca;esté a;está a;valga;vale;cueste;cuesta")
_FALL_DE = r"(?:fällt|sinkt|rutscht|stürzt)"
_RISE_DE = r"(?:steigt|klettert|springt)"
_BE_DE = r"(?:ist|liegt|steht|kostet|notiert|geht|kommt)"
_ANY_DE = rf"(?:{_FALL_DE}|{_RISE_DE}|{_BE_DE})"
_BELOW_DE = _or("unter;weniger als;niedriger als;höchstens;unterhalb von")
_ABOVE_DE = _or("über;mehr als;höher als;mindestens;oberhalb von")


PRICED = re.compile(
    r"(?:\b(?:when|whenever|if|once|soon|case|should|below|under|beneath|above|over|at|cuando|si|cuanto|que|por|a|de|"
    r"wenn|falls|sobald|sofern|unter|über|zu|bei|von)|@)\s.*\d",
    re.DOTALL,
)
"""The hint of all conditions."""


def conditions(units: str) -> tuple[tuple[str, Patterns], ...]:
    """What a price has to do, 'below', 'above' or '' (to get there), with the patterns of it. `units`: symbols of
    dollar tokens, as alternatives.
    """
    price = PRICE.replace("UNITS", units or "usd")
    en, es, de = (rf",?\s*\b{when}\s+" for when in (_WHEN_EN, _WHEN_ES, _WHEN_DE))
    some = rf"(?:{_SUBJECT}\s+)??"
    return (
        (
            "below",
            Patterns(
                rf"{en}{_SUBJECT}\s+(?:{_TURNS_EN}\s+)?(?:to\s+|at\s+)?{_BELOW_EN}\s*{price}",
                rf"{en}{_SUBJECT}\s+{_DOWN_EN}\s+(?:back\s+)?to\s+{price}",
                rf"{es}{some}(?:{_TURNS_ES}\s+)?{_BELOW_ES}\s*{price}",
                rf"{es}{some}{_DOWN_ES}\s*{price}",
                rf"{de}{_SUBJECT}\s+(?:{_ANY_DE}\s+)?(?:auf\s+)?{_BELOW_DE}\s*{price}(?:\s+{_ANY_DE})?",
                rf"{de}{_SUBJECT}\s+auf\s+{price}\s+{_FALL_DE}",
                rf"\s(?:at|a|zu|bei)\s+{price}\s+(?:or\s+(?:less|lower|below|under|cheaper)|o\s+menos|oder\s+weniger)\b",
                rf"(?<!\bfor)\s(?:below|under|beneath)\s+(?:a\s+price\s+of\s+)?{price}",
                rf"(?<!\bfür)(?<!\bum)\s(?:por\s+debajo\s+de|unter)\s+{price}",
            ),
        ),
        (
            "above",
            Patterns(
                rf"{en}{_SUBJECT}\s+(?:{_TURNS_EN}\s+)?(?:to\s+|at\s+)?{_ABOVE_EN}\s*{price}",
                rf"{en}{_SUBJECT}\s+{_UP_EN}\s+(?:back\s+)?to\s+{price}",
                rf"{es}{some}(?:{_TURNS_ES}\s+)?{_ABOVE_ES}\s*{price}",
                rf"{es}{some}{_UP_ES}\s*{price}",
                rf"{de}{_SUBJECT}\s+(?:{_ANY_DE}\s+)?(?:auf\s+)?{_ABOVE_DE}\s*{price}(?:\s+{_ANY_DE})?",
                rf"{de}{_SUBJECT}\s+auf\s+{price}\s+{_RISE_DE}",
                rf"\s(?:at|a|zu|bei)\s+{price}\s+(?:or\s+(?:more|higher|above|over)|o\s+más|oder\s+mehr)\b",
                rf"(?<!\bfor)\s(?:above|over)\s+(?:a\s+price\s+of\s+)?{price}",
                rf"(?<!\bfür)(?<!\bum)\s(?:por\s+encima\s+de|über)\s+{price}",
            ),
        ),
        (
            "",
            Patterns(
                rf"{en}{_SUBJECT}\s+{_REACH_EN}\s+(?:a\s+price\s+of\s+)?{price}",
                rf"{es}{some}{_REACH_ES}\s*{price}",
                rf"{de}{_SUBJECT}\s+(?:bei\s+|auf\s+)?{price}\s+(?:{_BE_DE}|erreicht)",
                rf"{de}{_SUBJECT}\s+(?:erreicht|{_BE_DE})\s+(?:bei\s+)?{price}",
                rf"\s(?:at|@)\s+(?:a\s+(?:limit\s+|price\s+)?(?:price\s+)?(?:of\s+)?)?{price}(?:\s+or\s+better)?",
                rf"\s(?:a(?:\s+un\s+precio\s+de)?|bei(?:\s+einem\s+(?:kurs|preis)\s+von)?|zu(?:\s+einem\s+(?:kurs|preis)\s+von)?)\s+{price}",
            ),
        ),
    )


IT = re.compile(
    r"(?:the\s+|its\s+|el\s+|su\s+|der\s+|sein\s+)?(?:it|this|that|they|price|rate|es|er|sie|das|precio|kurs|preis|este)",
    re.IGNORECASE,
)
OF_PRICE = re.compile(
    r"\b(?:the|a|el|la|der|die|das|den|price\s+of|precio\s+del?|(?:kurs|preis)\s+(?:von|des))\s+|(?:'s)?\s+price\b|'s\b|"
    r"\s+(?:kurs|preis)\b|-(?:kurs|preis)\b",
    re.IGNORECASE,
)
LEADS = re.compile(
    r"^[\s,;:.-]*(?:(?:then|please|entonces|dann|also|bitte)[\s,:]+)?"
    r"(?:(?:set|place|make|create|add|open|pon|crea|coloca|setze|erstelle|lege)\s+(?:up\s+)?(?:me\s+)?"
    r"(?:an?\s+|una\s+|eine\s+|einen\s+)?(?:(?:limit|stop|stop-?\s?loss|dca|recurring|standing|límite)[\s-]*)?"
    r"(?:order|orden|auftrag|stop)?(?:\s+an)?(?:\s+(?:to|that|de|para|zum|um\s+zu))?[\s:,]+)?"
    r"(?:(?:limit|stop|stop-?\s?loss|dca|auto)(?:\s+order)?[\s:,-]+(?:order\s+)?(?:to\s+)?)?",
    re.IGNORECASE,
)
INVEST = re.compile(
    r"^(?:(?:dca|invest|put|move|throw|stack|convert|auto-?buy|set\s+aside|drip)|(?:invierte|invierta|invertir|mete|"
    r"meter|pon|poner|convierte|pasa)|(?:investiere|investier|investieren|stecke|steck|lege|leg|wandle|packe))\s+"
    r"(?=[$\d])",
    re.IGNORECASE,
)
"""Before an amount: what puts money into a token."""
BARE_AMOUNT = re.compile(r"^[$\d]")
WHOLE = re.compile(
    r"^(?P<verb>(?:sell|dump|swap|convert|exchange|trade|vende|vender|venda|cambia|cambiar|verkaufe?|verkaufen|tausche?|"
    r"tauschen)(?:\s+off)?)\s+(?P<own>(?:my|mis?|meine?n?)\s+(?:whole\s+)?)(?P<token>[A-Za-z][\w.]*)",
    re.IGNORECASE,
)
"""'Sell my ETH' in an order: all of it."""
OF_DOLLARS = re.compile(
    r"^buy\s+(?P<sum>\$\s?\d(?:[\d.,]*\d)?k?|\d(?:[\d.,]*\d)?k?)(?:\s+(?!worth\b|of\b|in\b)(?P<unit>[A-Za-z][\w.]*))?\s+(?:worth\s+)?(?:of|in)\s+"
    r"(?P<token>[A-Za-z][\w.]*)(?:\s+(?:with|from|using)\s+(?:my\s+)?(?P<given>[A-Za-z][\w.]*))?$",
    re.IGNORECASE,
)
"""'Buy 100 USDC of ETH', 'buy $100 worth of ETH with USDC': what is given is named by its worth."""
DOLLAR_WORDS = frozenset({"dollar", "dollars", "usd", "bucks"})
IN_TOKEN = re.compile(r"\s(?:in|on)\s+(?=[A-Za-z][\w.]*$)", re.IGNORECASE)
ALL = {"en": "all my", "es": "todo mi", "de": "all mein"}
SELL = {"en": "sell", "es": "vende", "de": "verkaufe"}
SWAP = {"en": "swap", "es": "cambia", "de": "tausche"}
FOR = {"en": "for", "es": "por", "de": "gegen"}
WITH = {"en": "with", "es": "con", "de": "mit"}

_END = r"[\s.!?]*"
LISTS = Patterns(
    r"\s*/?(?:(?:show|list|see|view)\s+(?:me\s+)?|(?:what|which)\s+(?:(?:are|were)\s+)?)?(?:all\s+)?(?:of\s+)?"
    r"(?:my\s+|the\s+)?(?:open\s+|standing\s+|limit\s+|stop\s+)?orders(?:\s+(?:do\s+i\s+have|have\s+i\s+set|are\s+(?:set|open)))?"
    r"(?:,?\s+please)?" + _END,
    r"\s*[¿]?(?:mu[eé]stra(?:me)?\s+|cu[aá]les\s+son\s+|ver\s+|lista\s+)?(?:todas\s+)?(?:mis|las)\s+[oó]rdenes"
    + _END,
    r"\s*(?:zeig(?:e)?\s+(?:mir\s+)?|was\s+sind\s+)?(?:alle\s+)?(?:meine|die)\s+(?:auftr[aä]ge|orders?)" + _END,
)
