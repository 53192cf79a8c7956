"""How limits are said in Spanish: the frames of whole sentences. Patterns and nothing else."""

from __future__ import annotations

from agent.words.forms import Limits

_BEGIN = r"\s*[¡¿]?(?:por favor,?\s+|a\s+partir\s+de\s+ahora,?\s+|desde\s+ahora,?\s+)?"
_END = r"(?:,?\s+(?:por favor|a\s+partir\s+de\s+ahora))?[\s.!]*"
_MOST = r"(?P<most>\S.*?)"
_NAMES = r"(?P<names>\S.*?)"
_WHOSE = (
    r"(?P<whose>(?:\s+(?:diario|total|de\s+por\s+vida|por\s+(?:transacción|operación|transferencia|día)"
    r"|de\s+(?:transferencias?|envíos?|pagos?|depósitos?|cambios?|(?!0x)[a-z]{3,6}(?=\s))|en\s+[\w.]+))*)"
)
_VERB = (
    r"(?P<verb>gasta|gastes|gastar|mueve|muevas|usa|uses|envía|envíes|paga|pagues|transfiere|transfieras|deposita"
    r"|deposites|invierte|inviertas|cambia|cambies|intercambia|intercambies)"
)
_PERIOD = (
    r"(?P<period>(?:al|por|cada|en\s+un|en\s+cualquier)\s+día|diarios?|diariamente|(?:en|cada|por)\s+24\s*(?:horas|h)"
    r"|(?:por|cada|en\s+cada|en\s+una)\s+(?:transacción|operación|movimiento|transferencia|envío|pago|depósito|cambio"
    r"|vez)|de\s+una\s+vez|en\s+total|en\s+conjunto|para\s+siempre)"
)
_BOUND = r"(?:como\s+máximo|como\s+mucho|no\s+más\s+de|nunca\s+más\s+de|hasta|máximo|un\s+máximo\s+de|a\s+lo\s+sumo)"

LIMITS = Limits(
    caps=(
        rf"{_BEGIN}(?:(?:pon|fija|establece|cambia|sube|aumenta|baja|reduce|eleva)\s+)?(?:mi|el)\s+límite{_WHOSE}"
        rf"(?:\s+(?:es\s+de|es|será|a|en|de|sea|son)|\s*[:=])?\s+{_MOST}(?:\s+{_PERIOD})?{_END}",
        rf"{_BEGIN}limita\s+mis\s+(?P<verb>gastos|movimientos|transferencias|envíos|pagos|depósitos|cambios)\s+a\s+"
        rf"{_MOST}\s+{_PERIOD}{_END}",
        rf"{_BEGIN}(?:no|nunca)\s+(?:{_VERB}\s+)?más\s+de\s+{_MOST}\s+{_PERIOD}{_END}",
        rf"{_BEGIN}(?:{_VERB}\s+)?{_BOUND}\s+{_MOST}\s+{_PERIOD}{_END}",
        rf"{_BEGIN}{_MOST}\s+{_PERIOD}\s+(?:como\s+máximo|como\s+mucho){_END}",
        rf"{_BEGIN}{_PERIOD},?\s+{_BOUND}\s+{_MOST}{_END}",
    ),
    removals=(
        rf"{_BEGIN}(?:quita|elimina|borra|retira|anula|cancela)\s+(?:mi|el)\s+límite{_WHOSE}{_END}",
        rf"{_BEGIN}(?:sin|no\s+más|ya\s+no\s+quiero)\s+límite{_WHOSE}{_END}",
    ),
    places=(
        rf"{_BEGIN}(?:solo|sólo|solamente|únicamente)(?:\s+(?:usa|en|invierte\s+en|deposita\s+en|toca))?\s+{_NAMES}{_END}",
        rf"{_BEGIN}(?:usa|invierte\s+en|deposita\s+en|toca)\s+(?:solo|sólo|solamente|únicamente)\s+(?:en\s+)?{_NAMES}{_END}",
    ),
    people=(
        rf"{_BEGIN}(?:solo|sólo|solamente|únicamente)\s+(?:paga|envía|transfiere|pagos|envíos)(?:\s+(?:dinero|fondos))?"
        rf"\s+a\s+{_NAMES}{_END}",
        rf"{_BEGIN}(?:paga|envía|transfiere)(?:\s+(?:dinero|fondos))?\s+(?:solo|sólo|solamente|únicamente)\s+a\s+{_NAMES}"
        rf"{_END}",
    ),
    everything=(
        rf"{_BEGIN}(?:permite|autoriza|usa)\s+(?:a\s+)?(?:todas?|todos|cualquier)\s+(?:las\s+|los\s+|mis\s+)?"
        rf"(?P<what>venues|plataformas?|mercados?|tokens?|monedas?|destinatarios?|contactos?)(?:\s+de\s+nuevo)?{_END}",
    ),
    what={
        "venues": "venues", "plataforma": "venues", "plataformas": "venues", "mercado": "venues",
        "mercados": "venues",
        "token": "tokens", "tokens": "tokens", "moneda": "tokens", "monedas": "tokens", "destinatario": "recipients",
        "destinatarios": "recipients", "contacto": "recipients", "contactos": "recipients",
    },
    cancel_change=(
        rf"{_BEGIN}(?:cancela|anula|retira|detén)\s+(?:el|los|mi)\s+(?:cambios?|nuevos?\s+límites?)(?:\s+de\s+límites?)?"
        rf"(?:\s+(?:número\s+)?#?(?P<number>[1-9][0-9]{{0,8}}))?{_END}",
    ),
    cancel_transaction=(
        rf"{_BEGIN}(?:cancela|detén|reemplaza|desbloquea|anula)\s+(?:la|mi)\s+transacción\s+(?:atascada|pendiente|colgada"
        rf"|bloqueada|que\s+(?:espera|está\s+(?:atascada|pendiente))){_END}",
    ),
    remove_contact=(
        rf"{_BEGIN}(?:cancela|elimina|borra|quita)\s+(?:el\s+|mi\s+|al\s+)?(?:nuevo\s+)?contacto\s+"
        rf"(?P<name>[a-z0-9][a-z0-9_-]{{0,31}}){_END}",
        rf"{_BEGIN}(?:elimina|borra|quita)\s+a\s+(?P<name>[a-z0-9][a-z0-9_-]{{0,31}})\s+de\s+(?:mis\s+contactos|mi\s+agenda"
        rf"|los\s+contactos){_END}",
    ),
    periods={
        "día": "day", "dia": "day", "diario": "day", "diarios": "day", "diariamente": "day", "24": "day",
        "transacción": "transaction", "transaccion": "transaction", "operación": "transaction",
        "operacion": "transaction", "movimiento": "transaction", "vez": "transaction", "total": "lifetime",
        "conjunto": "lifetime", "siempre": "lifetime", "vida": "lifetime",
    },
    kinds={
        **dict.fromkeys(("transferencia", "transferencias", "envío", "envíos", "envio", "envios"), "transfer"),
        **dict.fromkeys(("envía", "envia", "envíes", "envies", "paga", "pagues", "pago", "pagos"), "transfer"),
        **dict.fromkeys(("transfiere", "transfieras"), "transfer"),
        **dict.fromkeys(("depósito", "depósitos", "deposito", "depositos", "deposita", "deposites"), "deposit"),
        "invierte": "deposit",
        "inviertas": "deposit",
        **dict.fromkeys(("cambio", "cambios", "cambia", "cambies", "intercambia", "intercambies"), "swap"),
    },
    any_kind=frozenset({
        "gasta", "gastes", "gastar", "gastos", "mueve", "muevas", "movimientos", "usa", "uses", "de", "por", "en",
        "al",         "cada", "propio", "para", "un", "una", "horas", "h",
    }),
)  # fmt: skip
