"""How liquidity is spoken of, as data: English, Spanish, German. A frame is a whole message without its range."""

from __future__ import annotations

import re

from agent.words.patterns import Patterns


def _frames(*patterns: str) -> Patterns:
    return Patterns(*(rf"\s*/?(?:{each})[\s.!,]*" for each in patterns))


_PAIR = r"(?P<pair>[\w.]+\s*(?:/|-|\s(?:and|y|e|und|with|con|mit)\s)\s*[\w.]+?)"
_AMOUNTS = r"(?P<amounts>\S.*?)"
_KIND = r"(?:liquidity|lp|uniswap(?:\s+v3)?)"
_GIVE = r"(?:provide|add|supply|contribute|put\s+in|put|deposit)"
_OPEN = r"(?:open|create|start|make|mint|set\s+up)(?:\s+me)?(?:\s+(?:a|an|my))?(?:\s+new)?"
_WITH = r"(?:with|using|from|of)"
_DA = r"(?:aporta|aportar|a[nñ]ade|a[nñ]adir|agrega|agregar|provee|proveer|proporciona|proporcionar|pon|poner)"
_ABRE = r"(?:abre|abrir|ábreme|crea|crear)(?:\s+una)?(?:\s+nueva)?"
_OEFFNE = r"(?:er)?(?:[oö]ffne|oeffne)(?:\s+mir)?(?:\s+(?:eine?|die))?(?:\s+neue)?"
_LIQUIDITAET = r"liquidit(?:[aä]|ae)t"

PROVIDES = _frames(
    rf"{_GIVE}\s+{_AMOUNTS}\s+(?:as|of|in|into|to|for)\s+(?:a\s+|the\s+)?{_KIND}(?:\s+(?:position|pool))?",
    rf"(?:provide|add|supply|contribute)\s+{_AMOUNTS}\s+(?:liquidity|lp)",
    rf"(?:provide|add|supply|contribute)\s+(?:some\s+)?liquidity\s+(?:to|for|in|into|on)\s+(?:the\s+)?{_PAIR}"
    rf"(?:\s+(?:pool|pair|position))?\s+{_WITH}\s+{_AMOUNTS}",
    rf"(?:provide|add|supply|contribute)\s+(?:some\s+)?liquidity\s*(?:\s{_WITH}\s|:)\s*{_AMOUNTS}",
    rf"(?:add|supply|contribute|put)\s+{_AMOUNTS}\s+(?:to|in|into)\s+(?:the\s+)?{_PAIR}\s+(?:pool|position)",
    rf"{_OPEN}\s+{_PAIR}(?:\s+{_KIND})?\s+(?:position|pool\s+position)\s+{_WITH}\s+{_AMOUNTS}",
    rf"{_OPEN}(?:\s+{_KIND})?\s+position\s+(?:in|on|for|of)\s+(?:the\s+)?{_PAIR}(?:\s+(?:pool|pair))?\s+{_WITH}\s+"
    rf"{_AMOUNTS}(?:\s+and)?",
    rf"{_OPEN}\s+{_KIND}\s+position\s+{_WITH}\s+{_AMOUNTS}",
    rf"lp\s+{_AMOUNTS}",
    rf"{_DA}\s+{_AMOUNTS}\s+(?:de|como|en|a\s+la)\s+liquidez",
    rf"{_DA}\s+liquidez\s+(?:a|en|para)\s+(?:el\s+par\s+|la\s+piscina\s+|el\s+pool\s+)?{_PAIR}\s+con\s+{_AMOUNTS}",
    rf"{_DA}\s+liquidez\s+(?:con|de)\s+{_AMOUNTS}",
    rf"{_ABRE}\s+posici[oó]n(?:\s+de\s+liquidez)?(?:\s+(?:de|en)\s+{_PAIR})\s+con\s+{_AMOUNTS}",
    rf"{_ABRE}\s+posici[oó]n\s+de\s+liquidez\s+con\s+{_AMOUNTS}",
    rf"(?:stell(?:e)?|gib|f[uü]g(?:e)?)\s+{_AMOUNTS}\s+(?:als|an)\s+{_LIQUIDITAET}(?:\s+(?:bereit|hinzu|ein))?",
    rf"stell(?:e)?\s+{_LIQUIDITAET}\s+(?:mit|aus|von)\s+{_AMOUNTS}\s+bereit",
    rf"{_LIQUIDITAET}\s+(?:mit|aus|von)\s+{_AMOUNTS}\s+bereitstellen",
    rf"{_OEFFNE}\s+{_PAIR}[\s-]*position\s+mit\s+{_AMOUNTS}",
    rf"{_OEFFNE}\s+(?:{_LIQUIDITAET}s)?position\s+(?:in|f[uü]r|von)\s+{_PAIR}\s+mit\s+{_AMOUNTS}",
    rf"{_OEFFNE}\s+{_LIQUIDITAET}sposition\s+mit\s+{_AMOUNTS}",
)

PROVIDES_RANGED = _frames(
    rf"(?:provide|supply|contribute)\s+{_AMOUNTS}",
    rf"{_DA}\s+{_AMOUNTS}",
    rf"stell(?:e)?\s+{_AMOUNTS}\s+bereit",
)
"""With a range of prices beside them these are about liquidity, too; without one they may be anything."""

_ID = r"(?:(?:number|no\.?|nr\.?|nummer|n[uú]mero)\s+|#\s*)?(?P<number>\d{1,30})"
_OF = r"(?:\s+(?:my|the|our|all|any|of|its|these|those|all\s+my))*"
_FEES = r"(?:(?:\s+(?:uniswap|lp|liquidity|pool|trading|swap|position|accrued|waiting|earned|unclaimed))*\s+fees?)"
_HOLT = r"(?:hol(?:e)?|sammle|sammel|kassier(?:e)?|nimm|zieh(?:e)?|zahl(?:e)?)(?:\s+mir)?"
COLLECTS = _frames(
    rf"(?:collect|claim|harvest|take|withdraw|get|pull|cash\s+in|pick\s+up){_OF}{_FEES}"
    rf"(?:\s+(?:of|from|for|on|in|at){_OF}(?:\s+{_KIND})*(?:\s+positions?(?:\s+{_ID})?)?)?",
    rf"(?:cobra|cobrar|recoge|recoger|reclama|reclamar|retira|retirar|recolecta)(?:\s+(?:todas|mis|las|los))*"
    rf"\s+comisiones(?:\s+de(?:\s+(?:la|mi|mis|las|todas))*\s+posici(?:[oó]n|ones)(?:\s+de\s+liquidez)?(?:\s+{_ID})?)?",
    rf"{_HOLT}(?:\s+(?:alle|meine|die))*\s+geb[uü]hren(?:\s+(?:meiner|der|von|aus|aller|f[uü]r|die|meinen|den))*"
    rf"(?:\s+(?:{_LIQUIDITAET}s)?position(?:en)?(?:\s+{_ID})?)?(?:\s+(?:ab|ein|heraus|aus))?",
)
CLOSES = _frames(
    rf"(?:close|exit|unwind|end|remove|withdraw|leave|dissolve)(?:\s+(?:my|the|our))?(?:\s+{_KIND})?\s+position\s+{_ID}",
    rf"(?:close|exit|unwind|end|remove|withdraw|leave|dissolve)(?:\s+(?:my|the|our))?\s+{_KIND}\s+position",
    rf"(?:remove|withdraw|pull|take\s+out)(?:\s+(?:all|of|my|the))*\s+liquidity(?:\s+out)?"
    rf"(?:\s+(?:from|of)\s+(?:my\s+|the\s+)?(?:position\s+{_ID}|uniswap|the\s+pool))?",
    rf"(?:cierra|cerrar|deshaz|deshacer)(?:\s+(?:la|mi))?\s+posici[oó]n(?:\s+de\s+liquidez)?\s+{_ID}",
    r"(?:cierra|cerrar|deshaz|deshacer)(?:\s+(?:la|mi))?\s+posici[oó]n\s+de\s+liquidez",
    rf"(?:retira|retirar|saca|sacar)(?:\s+toda)?(?:\s+(?:la|mi))?\s+liquidez(?:\s+de\s+la\s+posici[oó]n\s+{_ID})?",
    rf"(?:schlie(?:ß|ss)(?:e)?|beende|l[oö]se?)(?:\s+(?:die|meine))?\s+(?:{_LIQUIDITAET}s)?position\s+{_ID}(?:\s+auf)?",
    rf"(?:schlie(?:ß|ss)(?:e)?|beende|l[oö]se?)(?:\s+(?:die|meine))?\s+{_LIQUIDITAET}sposition(?:\s+auf)?",
    rf"(?:zieh(?:e)?|nimm|hol(?:e)?)(?:\s+(?:die|meine|alle|ganze))*\s+{_LIQUIDITAET}"
    rf"(?:\s+(?:aus|von)\s+(?:der\s+)?position\s+{_ID})?(?:\s+(?:ab|heraus|raus))?",
)

UNNAMED = _frames(
    r"close\s+(?:my|the|this|that)\s+(?:open\s+)?position",
    r"(?:cierra|cerrar)\s+(?:mi|la|esta|esa)\s+posici[oó]n",
    r"schlie(?:ß|ss)e?\s+(?:meine|die|diese)\s+position",
)
"""One position, and nothing says whether liquidity is meant or a deposit."""

_TO_RANGE = r"(?:range|the\s+money|the\s+(?:price\s+)?range|its\s+range)"
_ROUND = r"(?:\s+(?:around|about|at|on|to)\s+(?:the\s+)?(?:present\s+|current\s+)?(?:price|market|spot)(?:\s+price)?)"
_MOVE = r"(?:move|shift|bring|put|get|take|set)"
_MINE = r"(?:\s+(?:my|the|our))?"
_PRICES = r"(?P<range>(?:between\s+|±|\+)?\S.*?)"
_MUEVE = r"(?:mueve|mover|lleva|llevar|pon|poner|trae|traer|devuelve|devolver|desplaza|desplazar)"
_CENTRA = r"(?:re-?centra(?:r)?|vuelve\s+a\s+centrar|centra(?:r)?)"
_POSICION = r"posici[oó]n(?:\s+de\s+liquidez)?"
_SCHIEB = r"(?:verschieb(?:e)?|beweg(?:e)?|bring(?:e)?|setz(?:e)?|hol(?:e)?|leg(?:e)?|versetz(?:e)?)"
_BEREICH = r"(?:bereich|preisbereich|spanne|preisspanne)"
RECENTRES = _frames(
    rf"{_MOVE}{_MINE}(?:\s+{_KIND})?\s+position(?:\s+{_ID})?\s+(?:back\s+)?(?:in|into|to|inside){_MINE}\s+"
    rf"{_TO_RANGE}(?:\s+again)?",
    rf"(?:re-?cent(?:re|er)|cent(?:re|er)){_MINE}(?:\s+{_KIND})?\s+position(?:\s+{_ID})?{_ROUND}?(?:\s+again)?",
    rf"{_MOVE}{_MINE}(?:\s+{_KIND})?\s+position(?:\s+{_ID})?{_ROUND}(?:\s+again)?",
    rf"{_MUEVE}(?:\s+(?:la|mi))?\s+{_POSICION}(?:\s+{_ID})?(?:\s+(?:de\s+vuelta|de\s+nuevo|otra\s+vez))?"
    r"\s+(?:al|en|a|dentro\s+del?|en\s+el|en\s+su|a\s+su)\s+rango(?:\s+(?:de\s+nuevo|otra\s+vez))?",
    rf"{_CENTRA}(?:\s+(?:la|mi))?\s+{_POSICION}(?:\s+{_ID})?(?:\s+(?:de\s+nuevo|otra\s+vez))?"
    r"(?:\s+(?:en|alrededor\s+de)(?:l|\s+el)?\s+precio(?:\s+actual)?)?",
    rf"{_SCHIEB}(?:\s+(?:die|meine))?\s+(?:{_LIQUIDITAET}s)?position(?:\s+{_ID})?(?:\s+(?:zur[uü]ck|wieder))?"
    rf"\s+in\s+(?:den|ihren|die|ihre)\s+{_BEREICH}(?:\s+(?:zur[uü]ck|wieder))?",
    rf"(?:re)?zentrier(?:e)?(?:\s+(?:die|meine))?\s+(?:{_LIQUIDITAET}s)?position(?:\s+{_ID})?(?:\s+neu)?"
    r"(?:\s+(?:um|auf)\s+den\s+(?:aktuellen\s+|jetzigen\s+)?(?:preis|kurs))?(?:\s+neu)?",
)
"""A position is to lie around the present price, as wide as it is."""
MOVES = _frames(
    rf"{_MOVE}{_MINE}(?:\s+{_KIND})?\s+position(?:\s+{_ID})?\s+(?P<range>(?:between|from)\s\S.*?)",
    rf"{_MOVE}{_MINE}(?:\s+{_KIND})?\s+position(?:\s+{_ID})?\s+(?:to|into|onto|over)\s+{_PRICES}",
    rf"(?:change|set|reset|move|shift)\s+(?:the\s+|its\s+)?(?:price\s+)?range\s+of{_MINE}(?:\s+{_KIND})?\s+position"
    rf"(?:\s+{_ID})?\s+to\s+{_PRICES}",
    rf"{_MUEVE}(?:\s+(?:la|mi))?\s+{_POSICION}(?:\s+{_ID})?\s+(?:al?|entre|en)\s+{_PRICES}",
    rf"{_SCHIEB}(?:\s+(?:die|meine))?\s+(?:{_LIQUIDITAET}s)?position(?:\s+{_ID})?\s+(?:auf|nach|zwischen|in)\s+"
    rf"(?:(?:den|die|das|einen?)\s+)?{_PRICES}",
    rf"(?:[aä]nder(?:e)?|setz(?:e)?)\s+(?:den\s+{_BEREICH}|die\s+(?:spanne|preisspanne))\s+(?:der|von|meiner)"
    rf"(?:\s+(?:{_LIQUIDITAET}s)?position)(?:\s+{_ID})?\s+auf\s+{_PRICES}",
)
"""A position is to lie over other prices."""

_NUMBER = r"\$?\s?\d[\d.,_']*\s?k?"
_IN = r",?\s*(?:\b(?:in|over|with|within|at|on|across|en|con|sobre|im|in\s+einem|über|ueber|mit)\s+)?"
_A = r"(?:\b(?:a|an|the|un|el|einem?r?|dem|der|den)\s+)?"
_WORD = r"(?:price\s+)?(?:range|rango|bereich|spanne|preisbereich|preisspanne)"
_LED = r"(?:\s*:?\s*(?:of|from|between|de|entre|von|zwischen))?"
_BETWEEN = r"(?:to|and|until|till|a|y|hasta|bis|und|-|–)"
_UNIT = r"(?:\s*(?P<unit>[$€]|(?!bereit\b)[A-Za-z][\w.]*)(?:\s*(?:per|a|an|each|por|je|pro|/)\s+(?P<per>[\w.]+))?)?"
PRICES = Patterns(
    rf"{_IN}{_A}{_WORD}{_LED}\s*(?P<low>{_NUMBER})\s*{_BETWEEN}\s*(?P<high>{_NUMBER}){_UNIT}(?=$|[\s,.!])",
    rf",?\s*\b(?:from|between|de|entre|von|zwischen)\s+(?P<low>{_NUMBER})\s*{_BETWEEN}\s*(?P<high>{_NUMBER}){_UNIT}"
    r"(?=$|[\s,.!])",
)
_PERCENT = r"(?P<value>\d[\d.,]*)\s*(?:%|percent|per\s+cent|por\s+ciento|prozent)"
_PLUS = r"(?:±|\+\s*/\s*-|\+-|plus(?:\s+or)?\s+minus|más\s+menos|mas\s+menos|más\s+o\s+menos|plus/minus)\s*"
_AROUND = (
    r"(?:\s+(?:around|about|either\s+side\s+of|alrededor\s+del?|um)(?:\s+(?:the|el|den))?"
    r"(?:\s+(?:present|current|actual|jetzigen|aktuellen))?(?:\s+(?:price|precio|preis))?)"
)
PERCENTS = Patterns(
    rf"{_IN}{_A}(?:{_WORD}\s*(?:of|de|von)?\s*)?{_PLUS}{_PERCENT}(?:\s+{_WORD})?{_AROUND}?(?=$|[\s,.!])",
    rf"{_IN}{_A}{_WORD}\s*(?:of|de|von)?\s*{_PERCENT}{_AROUND}?(?=$|[\s,.!])",
    rf"{_IN}{_A}{_PERCENT}\s+{_WORD}{_AROUND}?(?=$|[\s,.!])",
    rf"{_IN}{_PERCENT}{_AROUND}(?=$|[\s,.!])",
    rf",?\s*\bwithin\s+{_PERCENT}(?:\s+of\s+(?:the\s+)?(?:present\s+|current\s+)?price)?(?=$|[\s,.!])",
)
_KINDS = {
    "narrow": r"(?:narrow|tight|estrecho|angosto|enge[nrms]?|schmale[nrms]?)",
    "wide": r"(?:wide|broad|amplio|ancho|breite[nrms]?|weite[nrms]?)",
    "full": r"(?:full|whole|entire|completo|entero|volle[nrms]?|ganze[nrms]?|gesamte[nrms]?)",
}
NAMED = {
    kind: Patterns(
        rf"{_IN}{_A}\b{word}[\s-]+{_WORD}\b",
        rf"{_IN}{_A}{_WORD}\s+{word}\b",
        rf"(?<=\ba)\s+{word}(?=\s+\S+.*\bposition\b)",
        rf"(?<=\beine)\s+{word}(?=\s+\S+.*position\b)",
    )
    for kind, word in _KINDS.items()
}
ABOUT = re.compile(
    r"\bprovide|\bsupply|\bcontribute|\baporta|\bprovee|\bproporciona|\bagrega|\bañad|\banad|\bpone?r?\b|\bstelle?\b|"
    r"liquid|\blp\b|uniswap|pool|posici|position|fee|comision|geb[uü]hr"
)
"""The hint of all frames."""
RANGE = re.compile(rf"\b{_WORD}\b|±", re.IGNORECASE)
"""What says that a range was meant, whether or not it is understood."""
JOINS = re.compile(r"\s*(?:/|\+|&|,\s|\s-\s|\b(?:and|with|y|e|con|und|mit)\b)\s*", re.IGNORECASE)
