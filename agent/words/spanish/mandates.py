"""How limits and rules of a mandate are said in Spanish. SAME_AS: a word that says what an English one does there."""

from __future__ import annotations

_SAME = {
    "gas": "gas", "fees": "comisiones; comisión; tarifas", "gain": "ganancia; ganancias; beneficio; beneficios; gane",
    "venue": "plataforma; plataformas; mercado; mercados; protocolo; protocolos; sitio; lugar; bóveda; pool; venue",
    "move": "movimiento; movimientos; operación", "once": "vez; una vez", "ahead": "adelante; vista",
    "horizon": "horizonte", "per": "por; cada", "limit": "límite; tope", "budget": "presupuesto", "it": "esto; eso",
    "put": "pongas; metas; inviertas; deposites; pon; tengas; poner; meter; tener",
    "at most": "como máximo; como mucho;"
    " no más de; a lo sumo; un máximo de", "up to": "hasta", "maximum": "máximo", "more than": "más de",
    "less than": "menos de", "at least": "al menos; como mínimo; por lo menos", "minimum": "mínimo",
    "if": "si", "when": "cuando; siempre que", "but": "pero",
    "except": "excepto; salvo; menos; a excepción de; quitando",
    "not": "ni", "never": "nunca; jamás", "no": "no", "avoid": "evita", "without": "sin", "use": "uses; usa; usar",
    "exclude": "excluye; excluyendo; excluido", "each": "cada una; cada uno", "the": "el; la; los; las; lo",
    "night": "noche; noches; madrugada; fin de semana; tarde", "danger": "peligro; riesgo; peligroso; emergencia",
    "leave": "sal; salir; salga; sácame; retira", "depeg": "depeg; paridad; desanclaje", "liquidity": "liquidez",
    "hard": "difícil", "quiet": "silencio", "between": "entre", "falls": "cae; baja; caiga; baje",
    "below": "debajo", "safety": "seguridad", "alerts": "alertas; avisa; avísame",
    "repay": "devuelve; paga; reembolsa",
    "loan": "préstamo", "debt": "deuda", "health": "salud", "claim": "reclama; cobra; recoge; reclames",
    "rewards": "recompensas; incentivos",
}  # fmt: skip
SAME_AS = {said.strip(): english for english, words in _SAME.items() for said in words.split(";")}

JOINS = "y|e|pero|también|por favor|además"
BOUNDS = "como máximo|como mucho|al menos|máximo|mínimo|hasta|no más de|nunca|horizonte|gas"

_OUT = (
    r"(?:por favor )?(?:sal(?:te|ga)?(?: de (?:todo|ahí|ellos|ellas|todas las plataformas))?|sácame(?: de todo)?"
    r"|sácalo(?: todo)?|saca todo|retíralo(?: todo)?|retira todo|abandona(?: todo)?)"
)
_WHEN = r"(?:si|cuando|en cuanto|en caso de que)"
_NUMBER = r"(?P<number>[0-9][0-9.,_']*(?<![.,_']))"
_SUBJECT = (
    r"(?:alguno|uno|su precio|el precio|la moneda|el token|(?:una|la) stablecoin"
    r"|(?:el precio de )?(?P<token>[\w.]+?))"
)
_FALLS = r"(?:cae|baja|caiga|baje|cotiza|está)(?: a)? (?:por debajo del?|debajo del?|bajo|del?)"
_PRICE = rf"(?P<dollar>\$ ?)?{_NUMBER} ?(?P<unit>centavos?|centimos?|dólar(?:es)?|usd)?"
_PERCENT = rf"{_NUMBER} ?(?:%|por ciento)"
_OF = r"(?: (?:del dinero|de los depósitos|de lo depositado|del total|de ello|de todo))?"
_LEAVES = r"(?:puede|podría|pudiera|pueda) (?:salir|retirarse|sacarse)"
_HOUR = r"(?:las )?([01]?[0-9]|2[0-3])(?::00)? ?(am|pm|h)?"
_SPAN = rf"{_HOUR} ?(?:y|a|hasta|-) ?{_HOUR}"
_DANGER = (
    r"(?:hay (?:peligro|riesgo|problemas|una emergencia)"
    r"|(?:algo )?(?:se vuelve|es|parece|se pone) (?:demasiado )?peligros[oa])"
)
_HEALTH = r"(?:el |mi )?factor de salud(?: de(?:l préstamo| mi préstamo))?"
_PAY = r"(?:devuelve|paga|reembolsa)(?: (?:el préstamo|mi préstamo|la deuda|mi deuda|algo|parte))?"
_REWARDS = r"(?:todas )?(?:mis |las )?recompensas"
_FEES = r"(?:todas )?(?:mis |las )?comisiones(?: de (?:mis|las) posiciones(?: de liquidez)?)?"
_POSITIONS = r"(?:todas )?(?:mis |las )posiciones(?: de liquidez)?"
_PAYS = r"(?:,? (?:si|cuando) (?:vale la pena|compensa|sale a cuenta))?"

RULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "repay_below",
        "part",
        (rf"{_PAY},? {_WHEN} {_HEALTH} {_FALLS} {_NUMBER}", rf"{_WHEN} {_HEALTH} {_FALLS} {_NUMBER},? {_PAY}"),
    ),
    ("keep_in_range", "no", (rf"no (?:muevas|mantengas en rango) {_POSITIONS}",)),
    (
        "keep_in_range",
        "yes",
        (
            rf"(?:mantén|manten|mantener) {_POSITIONS} (?:en|dentro del?) (?:su )?rango{_PAYS}",
            rf"(?:mantén|manten|mantener) en rango {_POSITIONS}{_PAYS}",
            rf"(?:mueve|devuelve|lleva) {_POSITIONS} (?:de vuelta )?al rango{_PAYS}",
        ),
    ),
    ("collect_fees", "no", (rf"no (?:reclames|cobres|recojas) {_FEES}",)),
    ("collect_fees", "yes", (rf"(?:reclama|cobra|recoge) {_FEES}",)),
    ("claim_rewards", "no", (rf"no (?:reclames|cobres|recojas) {_REWARDS}",)),
    ("claim_rewards", "yes", (rf"(?:reclama|cobra|recoge) {_REWARDS}",)),
    (
        "depeg_usd",
        "price",
        (
            rf"{_OUT},? {_WHEN} {_SUBJECT} {_FALLS} {_PRICE}",
            rf"{_WHEN} {_SUBJECT} {_FALLS} {_PRICE},? {_OUT}",
            rf"{_OUT},? {_WHEN} {_FALLS} {_PRICE}",
        ),
    ),
    (
        "depeg_usd",
        "default",
        (
            rf"{_OUT} (?:en caso de|si hay|ante) (?:un |una )?(?:depeg|desanclaje|pérdida de (?:la )?paridad)",
            rf"{_OUT},? {_WHEN} (?:{_SUBJECT} )?(?:pierde|pierda) (?:la|su) paridad",
        ),
    ),
    (
        "illiquid_percent",
        "part",
        (
            rf"{_OUT},? {_WHEN} menos del? {_PERCENT}{_OF} {_LEAVES}",
            rf"{_OUT},? {_WHEN} la liquidez {_FALLS} {_PERCENT}",
        ),
    ),
    (
        "illiquid_percent",
        "default",
        (
            rf"{_OUT},? {_WHEN} (?:es|sea|se vuelve|se vuelva) (?:demasiado )?difícil(?: salir| retirar)?",
            rf"{_OUT},? {_WHEN} (?:se vuelve|se vuelva|es|sea) ilíquid[oa]",
        ),
    ),
    ("safety_exits", "no", (r"sin salidas? de seguridad", r"solo alertas", r"solo (?:avisa|avísame|alértame)")),
    (
        "safety_exits",
        "yes",
        (
            rf"{_OUT},? {_WHEN} {_DANGER}",
            rf"{_OUT} (?:en caso de|ante) (?:cualquier )?(?:peligro|emergencia|riesgo)",
            r"(?:con |permite )salidas? de seguridad",
        ),
    ),
    (
        "quiet_hours",
        "hours",
        (
            rf"no (?:muevas|toques|hagas)(?: nada| mi dinero)? (?:entre|desde|de) {_SPAN}",
            rf"sin movimientos (?:entre|de|desde) {_SPAN}",
            rf"(?:silencio|horas de silencio)(?: de| entre| desde)? {_SPAN}",
        ),
    ),
    (
        "quiet_hours",
        "awake",
        (rf"(?:mueve|actúa) solo (?:entre|de) {_SPAN}", rf"solo (?:mueve|actúa) (?:entre|de) {_SPAN}"),
    ),
)
