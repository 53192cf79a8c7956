"""Spanish words by which a turn goes on with what was said or done before, as data."""

from __future__ import annotations

FOLLOWS = {
    "tail": "por favor; porfa; gracias; ahora",
    "not": "no; y no; en vez de; en lugar de; pero no",
    "but": "sino; pero; sino que; más bien",
    "lead": "ok; okay; vale; oh; ah; bueno; pues; eh; mmm; por favor; espera; a ver",
    "correct": "no; no no; no espera; espera; perdón; perdona; ups; quise decir; quería decir; quiero decir; mejor;"
    " en realidad; más bien; que sean; que sea; pon; hazlo; cámbialo a; cámbialo por; corrección; no quise decir;"
    " no mejor; deberían ser; debería ser; digo; mejor dicho; no digo; que sean mejor",
    "correct end": "mejor; en su lugar; en realidad; perdón; quise decir; quería decir; más bien",
    "same": "lo mismo; lo mismo con; lo mismo para; haz lo mismo; haz lo mismo con; haz lo mismo para; igual;"
    " igual con;"
    " igual para; y lo mismo; y lo mismo con; y lo mismo para; ídem; ahora lo mismo con",
    "more": "y; y también; también; además; y además; y luego; luego; más",
    "more end": "también; además; encima",
    "about": "qué tal; qué hay de; y qué hay de; qué pasa con; y qué pasa con; cómo está; y qué tal;"
    " y qué tal con; y en;"
    " y con",
    "again": "otra vez; de nuevo; una vez más; lo mismo otra vez; lo mismo de nuevo; lo mismo; repite; repítelo;"
    " repite eso; hazlo otra vez; hazlo de nuevo; haz lo mismo; y otra vez; igual otra vez; otra vez lo mismo",
    "like": "como; como el; igual que; igual que el; lo mismo que; lo mismo que el; como hice el; haz como el;"
    " hazlo como;"
    " hazlo como el; como lo del",
    "last time": "cuándo fue la última vez que; cuándo fue mi último; cuándo fue mi última; cuándo hice mi último;"
    " cuándo hice la última",
    "earned": "cuánto he ganado; cuánto gané; qué he ganado; he ganado; gané; ganancias; mis ganancias; beneficio;"
    " beneficios; ganancia; mi ganancia; mi beneficio",
    "taxes": "impuesto; impuestos; fiscal; csv; contabilidad; koinly; rotki; cointracking; cointracker",
    "gas paid": "gas; comisiones",
    "moved": "moviste; movido; moví; depositaste; depositado; deposité; retiraste; retirado; retiré; saqué;"
    " sacaste;"
    " cambiaste; cambiado; cambié; vendiste; vendí; compraste; compré; enviaste; envié; enviado; mandé",
    "drop": "mejor no; no mejor no; no no; eso no; ese no; no eso no; no espera; espera no; no déjalo;"
    " no olvídalo; ya no",
}

DEEDS = {
    "withdraw": "lo que retiré; lo que saqué; lo que he retirado; lo que he sacado; el dinero que retiré;"
    " el dinero que"
    " saqué; mi último retiro; el último retiro; mi última retirada; la última retirada",
    "deposit": "lo que deposité; lo que metí; lo que invertí; lo que puse; lo que he depositado;"
    " lo que he invertido;"
    " mi último depósito; el último depósito; el dinero que deposité",
    "transfer": "lo que envié; lo que mandé; lo que pagué; lo que transferí; mi última transferencia; la última"
    " transferencia; mi último envío",
    "swap": "lo que compré; lo que me dieron; lo que obtuve; lo que recibí; lo que dio el cambio",
}
ALIKE = "lo mismo de antes; otro tanto; la misma cantidad; esa cantidad; el mismo importe; ese importe; la misma suma"
REST = "el resto; el resto de eso; lo que queda; lo que sobra; lo demás; lo restante; todo lo que queda"
TIMES = {"2": "el doble; dobla; duplica; dóblalo; duplícalo; dos veces; el doble de eso",
         "3": "el triple; triplica; triplícalo; tres veces; el triple de eso"}  # fmt: skip
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene", "febrero feb", "marzo mar", "abril abr", "mayo", "junio jun", "julio jul", "agosto ago",
            "septiembre setiembre sept sep", "octubre oct", "noviembre nov", "diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
AGO = frozenset({"atrás"})
