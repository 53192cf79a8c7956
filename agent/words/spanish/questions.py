"""What is asked in Spanish: topics, question words, dates, as data."""

from __future__ import annotations

TOPICS = {
    "books": "koinly; rotki; cointracking; cointracker; csv; csv file;"
    " impuesto; impuestos; mis impuestos; informe fiscal; mi informe fiscal; declaración; mi declaración;"
    " ganancias realizadas; mis ganancias realizadas; plusvalías; mis plusvalías; contabilidad;"
    " mi contabilidad; pérdidas; mis pérdidas; mi pérdida; cuánto he perdido; cuánto perdí;"
    " qué he perdido; gastado en gas; gasté en gas; pagado en gas; pagué en gas; pagado de gas;"
    " pagué de gas; pagué por el gas; cuánto pagué de gas; cuánto pagué en gas; cuánto gasté en gas;"
    " cuánto he pagado de gas; cuánto he pagado en gas; cuánto he gastado en gas; cuánto gas pagué;"
    " cuánto gas he pagado; cuánto gas gasté; cuánto gas he gastado; mi gas; gastos de gas; costes de gas",
    "yields": "rendimiento; rendimientos; tasa; tasas; tipo de interés; tipos de interés; tasa de interés;"
    " tasas de interés; interés; apy; apys; apr; mejor rendimiento; mejores rendimientos; mejor tasa;"
    " mejores tasas;"
    " rentabilidad; rentabilidades; mejor rentabilidad; qué puedo ganar; cuánto puedo ganar; cuánto ganaría;"
    " cuánto podría ganar; qué ganaría; dónde puedo ganar; dónde gano más; dónde rinde más; dónde puedo invertir;"
    " dónde debería invertir; dónde invertir; cuánto paga; cuánto rinde; cuánto pagan; qué da más; mejor opción;"
    " mejores opciones; qué paga; qué pagan; qué rinde; qué rinden; cuánto da;"
    " cuánto dan; opciones; oportunidades; mejor sitio; mejor lugar; mercados; quién paga más; paga más;"
    " rinde más; plataformas; compara tasas; comparar tasas; compara las tasas",
    "portfolio": "portafolio; portfolio; cartera; mi cartera; saldo; saldos; mi saldo; balance; balances;"
    " mi balance;"
    " posiciones; cómo voy; cómo vamos; cómo me va; cuánto tengo; qué tengo; cuánto dinero tengo;"
    " cuánto he depositado; qué he depositado; cuánto deposité; billetera; mi billetera; mi cuenta; cuenta;"
    " cuánto he"
    " ganado; cuánto llevo ganado; he ganado; ganancias; mis ganancias; beneficio; beneficios; cómo va mi dinero;"
    " cómo está mi dinero; muéstrame mi dinero; estado; cómo van mis posiciones; cómo van mis inversiones;"
    " cómo van mis depósitos; patrimonio; cuánto gané; qué poseo",
    "explain": "por qué; explica; explícame; explique; razón; razones; motivo; motivos; a qué se debe;"
    " cómo elegiste;"
    " cómo decidiste; explicación; porqué; cómo es que; por que; qué te haría cambiar de opinión",
    "mandate": "mandato; mi mandato; el mandato; cuál es mi mandato; muestra mi mandato; muéstrame mi mandato;"
    " ver mi mandato; enséñame mi mandato",
    "dry run": "simulación; una simulación; haz una simulación; qué habrías hecho; qué habrías movido; ensayo;"
    " en seco;"
    " qué habría hecho mi mandato; simulacro",
    "policy": "política; mi política; la política; cuál es mi política; muestra mi política; muéstrame mi política;"
    " mis límites; cuáles son mis límites; muestra mis límites; muéstrame mis límites; ver mis límites;"
    " cuál es mi límite; límites",
    "history": "historial; historia; transacciones; actividad; qué hiciste; qué has hecho; qué pasó; qué ha pasado;"
    " qué hice; qué he hecho; mis transacciones; registro; movimientos; mis movimientos; actividad reciente;"
    " muestra las transacciones; extracto; qué hicimos; operaciones; mis operaciones",
    "usage": "uso; uso del modelo; uso de modelos; cuánto costó el modelo; cuánto cuesta el modelo;"
    " cuánto ha costado el modelo; cuánto costaron los modelos; cuánto han costado los modelos; costo del modelo;"
    " coste del modelo; costes del modelo; costos del modelo; cuánto me cuestas; presupuesto del modelo;"
    " cuántos tokens usaste; cuántos tokens has usado",
    "help": "ayuda; ayúdame; ayudame; qué puedes hacer; qué sabes hacer; cómo funciona; cómo funciona esto;"
    " comandos;"
    " cómo puedo; cómo se; cómo hago; cómo hago para; qué puedo hacer; qué puedo preguntar; qué puedo decir;"
    " qué eres; cómo funcionas; qué es esto; instrucciones de uso; cómo te uso; qué haces; cómo lo hago",
}

QUESTIONS = {
    "what": "qué; cuál; cuáles; quién; dónde; cómo; cuánto; cuánta; cuántos; cuántas; cuándo; muestra; muéstrame;"
    " muestrame; muestre; dime; dígame; enséñame; ver; lista; listar; comprueba; revisa; mira; mirar; enseña;"
    " muéstreme;"
    " consulta; consultar; quiero ver; quiero saber; hay; mostrar",
    "is": "es; son; está; están; era; eran; ha; han; será; serán; estoy; soy; fue; he; has",
}

DATES = {
    "today": "hoy",
    "yesterday": "ayer",
    "before yesterday": "anteayer; antes de ayer; antier",
    "this year": "este año",
    "last year": "el año pasado; año pasado",
    "this week": "esta semana",
    "last week": "la semana pasada; semana pasada",
    "this month": "este mes",
    "last month": "el mes pasado; mes pasado",
    "monday": "lunes; el lunes",
    "tuesday": "martes; el martes",
    "wednesday": "miércoles; el miércoles",
    "thursday": "jueves; el jueves",
    "friday": "viernes; el viernes",
    "saturday": "sábado; el sábado",
    "sunday": "domingo; el domingo",
}
