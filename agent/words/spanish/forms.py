"""Whole sentences in Spanish: debts, rewards, allowances, forgetting, hours, keys, codes. Patterns, no more."""

from __future__ import annotations

from agent.words.forms import Forms
from agent.words.spanish.limits import LIMITS

_BEGIN = r"\s*[¡¿]?/?(?:por favor,?\s+|porfa,?\s+|puedes\s+|podrías\s+|quiero\s+(?:que\s+)?)?"
_END = r"(?:,?\s+(?:por favor|porfa|gracias))?[\s.!]*"
_HOUR = r"([01]?[0-9]|2[0-3])(?::00)?\s*(am|pm|h|horas)?"
_REWARDS = r"(?:(?:todas?\s+)?(?:mis|las|los|tus)?\s*(?:recompensas?|incentivos?|premios?))"
_PERMIT = r"(?:el\s+|la\s+|mi\s+)?(?:permiso|aprobación|autorización|allowance)"
_KEY = (
    r"(?:clave\s+privada|llave\s+privada|claves?|llaves?\s+privadas?|frase\s+(?:semilla|de\s+recuperación|secreta)"
    r"|semilla|palabras\s+(?:semilla|de\s+recuperación|secretas)|mnemónic[oa]|seed)"
)

FORMS = Forms(
    repay=(
        rf"{_BEGIN}(?:devuelve|devolver|devuelva|devuelvas|reembolsa|reembolsar|reembolse|amortiza|amortizar|salda|saldar"
        rf"|salde|repaga|repagar)\s+(?P<what>\S.*?){_END}",
        rf"{_BEGIN}(?:paga|pagar|pague|liquida|liquidar)\s+(?P<what>\S.*?(?:préstamos?|deudas?|debo)\b.*?){_END}",
    ),
    debt=r"\b(?:de\s+)?(?:mi|mis|el|la|los|las)?\s*(?P<debt>préstamos?|deudas?|créditos?)\b(?:\s+(?:de|en)\b(?!\s+aave))?"
    r"|\b(?:de\s+)?lo\s+que\s+debo\b",
    revoke=(
        rf"{_BEGIN}(?:revoca|revocar|revoque)\s+(?:{_PERMIT}\s+(?:de\s+|sobre\s+))?(?:mi\s+|mis\s+|el\s+|los\s+)?"
        rf"(?P<asset>[\w.]+)(?:\s+(?:de|a|para|en|del)\s+(?P<spender>\S.*?))?{_END}",
        rf"{_BEGIN}(?:quita|quitar|retira|retirar|cancela|cancelar|elimina|eliminar|anula|anular)(?:le)?\s+{_PERMIT}\s+"
        rf"(?:de|sobre)\s+(?P<asset>[\w.]+)(?:\s+(?:de|a|para|en)\s+(?P<spender>\S.*?))?{_END}",
    ),
    claim=(
        rf"{_BEGIN}(?:reclama|reclamar|reclame|cobra|cobrar|cobre|recoge|recoger|recolecta|recolectar)\s+{_REWARDS}"
        rf"(?:\s+(?:de|en)\s+(?P<venue>\S.*?))?{_END}",
    ),
    summary=rf"(?:por favor,?\s+)?(?:envíame\s+|mándame\s+|dame\s+)?(?:mi|el|un)?\s*resumen(?:\s+diario)?"
    rf"(?:\s+(?:cada\s+día|todos\s+los\s+días|diario))?\s+a\s+las?\s+{_HOUR}",
    no_summary=r"(?:sin|no\s+más|no\s+quiero(?:\s+más)?|para|quita|cancela)(?:\s+(?:mi|el|los))?(?:\s+más)?\s+"
    r"resúmen(?:es)?(?:\s+diarios?)?",
    quiet=rf"(?:por favor,?\s+)?(?:silencio|horas\s+de\s+silencio|no\s+molestar|no\s+molestes|tranquilo)"
    rf"(?:\s+(?:de|desde|entre))?(?:\s+las)?\s+{_HOUR}\s*(?:a|hasta|y|-|–)(?:\s*las)?\s*{_HOUR}",
    no_quiet=r"(?:sin|no\s+más|quita(?:\s+(?:el|las))?)\s+(?:horas\s+de\s+)?silencio",
    zone=r"(?:mi\s+)?zona\s+horaria(?:\s+es)?\s*:?\s+([A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2})",
    pictures=r"(?:por favor,?\s+)?(?:imágenes|gráficos|gráficas|fotos)\s+(?:en\s+)?(clar[oa]s?|oscur[oa]s?)",
    light=frozenset({"claro", "clara", "claros", "claras"}),
    drawn=r".*\b(?:gráficos?|gráficas?|dibuja|dibújame|imagen|diagrama|curva|historial|evolución|a\s+lo\s+largo\s+del"
    r"\s+tiempo)\b.*",
    keys=rf"{_BEGIN}(?:(?:muéstrame|muestra|mostrar|dame|exporta|exportar|enséñame|enseña|envíame|dime|ver|revela"
    rf"|cuál\s+es|cuáles\s+son|dónde\s+está|cómo\s+(?:veo|exporto|consigo))\s+)?(?:(?:la|mi|mis|el|las|tu|nuestra)\s+)*"
    rf"{_KEY}(?:\s+de\s+(?:mi|la)\s+(?:cuenta|billetera|cartera|wallet))?(?:,?\s+por favor)?[\s.!?]*",
    link=rf"{_BEGIN}/?(?P<action>vincula|vincular|enlaza|enlazar|conecta|conectar|une)"
    r"(?:\s+(?:mi|mis|la|esta)?\s*(?:cuentas?|identidad(?:es)?|telegram|discord|chats?))?(?:\s+con)?"
    rf"(?:\s+(?:el\s+)?código)?(?:\s+(?P<code>[a-hj-np-z]{{8}}))?{_END}",
    code_above=rf"{_BEGIN}(?:(?:pídeme|pide|quiero|exige)\s+)?(?:un\s+|el\s+)?códigos?\s+(?:por\s+encima\s+de"
    rf"|a\s+partir\s+de|para\s+más\s+de|desde)\s+(?P<most>\S.*?){_END}",
    no_code=rf"{_BEGIN}(?:sin|ningún|no\s+(?:pidas|quiero))\s+códigos?\s+(?:para|de)\s+(?P<token>[\w.-]+){_END}",
    home=(
        r"\s*(?:por favor,?\s+)?mi\s+dirección(?:\s+de\s+retiro|\s+de\s+retirada)?\s+(?:es|:)\s*"
        r"(?P<first>0x[0-9a-f]{40})\s*[.!]*\s*",
    ),
    limits=LIMITS,
)
