"""Spanish, as data. Phrases are case-folded with their accents; each is also known without them."""

from __future__ import annotations

from agent.words.language import Language
from agent.words.reading.readings import Kind
from agent.words.reading.spelled import ES_WORDS, spanish_number
from agent.words.spanish import mandates, no_slips, questions, speech, talk, verbs
from agent.words.vocabulary import spellings, typed, typed_each

_PARTICLES = {
    "to work": "a trabajar; trabajando; trabajar; trabajen; trabaje; trabajo; a rendir; rindiendo; a producir;"
    " a generar intereses; a generar rendimiento; a ganar intereses",
    "out": "fuera; afuera",
    "back": "de vuelta; de nuevo; de regreso; otra vez",
    "contact": "como contacto; como nuevo contacto; como un contacto; a mis contactos; a los contactos;"
    " a mi agenda; a la agenda; en mis contactos; en mi agenda; contacto; llamado; llamada; con el nombre",
    "keep": "mantén; manten; mantenga; mantener; cuida; cuide; cuidar; gestiona; gestione; gestionar; conserva",
    "mandate": "automáticamente; de forma automática; por tu cuenta; por sí solo; por ti mismo; tú solo;"
    " sin preguntar;"
    " sin preguntarme; sin pedir permiso; regularmente; con regularidad; continuamente; en piloto automático;"
    " piloto automático; bien colocado; bien colocados; bien colocadas; bien colocada; bien invertido;"
    " bien invertidos;"
    " bien invertida; bien invertidas; en el mejor sitio; en el mejor lugar; en los mejores sitios; siempre bien",
}

_PREPOSITIONS = {
    "to": "a; al; hacia; hacia el",
    "in": "en; dentro de; en el; en la",
    "from": "desde; fuera de",
    "of": "de; del; de la; de los; de las; de mis; de mi; de tus; de nuestros",
    "on": "con; usando; sobre",
    "via": "vía; via; a través de; mediante; por medio de",
    "arrow": "→; ->; =>",
    "for": "por; para",
    "as": "como",
}

_NEGATIONS = {
    "no": "no; nop; para nada; de ninguna manera; de ningún modo; ni hablar; no gracias; no, gracias; qué va",
    "don't": "no lo hagas nunca; ni se te ocurra",
    "not": "nunca; jamás; tampoco; ni; sin; nada; nadie; ninguno; ninguna; ningún; evita; evitar; en lugar de;"
    " en vez de; excepto si; deja de; dejes de; para de; ya no quiero; ignora; ignorar; apenas; niego; rechazo;"
    " rechaza; lejos de",
}

_HYPOTHETICAL = {
    "musing": "qué pasaría si; que pasaría si; qué pasa si; y si; supón; supongamos; suponiendo; imagina;"
    " imaginemos;"
    " imagínate; debería; deberíamos; deberías; debo; debemos; tengo que; tendría que; podría yo; podría;"
    " podríamos;"
    " puedo; podemos; quizá; quizás; tal vez; a lo mejor; acaso; hipotéticamente; en teoría; me pregunto;"
    " considera;"
    " considerando; considero; pensando en; pienso; estoy pensando en; planeo; ojalá; como si; si yo; conviene;"
    " convendría; valdría la pena; vale la pena; sería; habría; haría; depositaría; retiraría; invertiría; hubiera;"
    " hubiese; fuera a; digamos; diría; tendría; merece la pena",
    "condition": "si; a menos que; cuando; siempre que; una vez que; después de; después de que; antes de;"
    " antes de que;"
    " en caso de; en caso de que; en cuanto; tan pronto como; mientras; a no ser que; salvo que; con tal de que;"
    " apenas suba; apenas baje; luego de",
    "until": "hasta que",
}

_POLITE = (
    "puedes; podrías; puede usted; podría usted; puedes por favor; podrías por favor; podéis; quiero; quiero que;"
    " quisiera; quisiera que; me gustaría; me gustaría que; necesito; necesito que; deseo; deseo que; vamos a;"
    " queremos; queremos que; querría; querría que; te importaría; le importaría; harías el favor de;"
    " haz el favor de;"
    " hazme el favor de; quiero por favor; serías tan amable de; me puedes; me podrías; tengo ganas de; vas a;"
    " anda y; ve y; puede por favor; podría por favor; puedes tú; hágame el favor de; me puede"
)

_FILLER = (
    "esta; este; ese; esa; por favor; porfa; porfavor; porfis; xfa; xfavor; ahora; ahora mismo; ya; ya mismo;"
    " inmediatamente; de inmediato;"
    " enseguida; cuanto antes; simplemente; moneta; @moneta; querida; estimada; el; la; los; las; lo; un; una;"
    " mi; mis;"
    " tu; tus; su; nuestro; nuestra; nuestros; nuestras; para mí; para nosotros; me; nos; te; le; les; yo;"
    " exactamente;"
    " precisamente; solo; sólo; solamente; en total; total; entonces; pues; bueno; eh; mmm; tokens; token; monedas;"
    " moneda; criptos; posición; mercado; bóveda; pool; protocolo; plataforma; venue; intereses; al mejor tipo;"
    " a la mejor tasa; con la mejor tasa; con el mejor rendimiento; en la mejor plataforma; en el mejor mercado;"
    " donde más rinda; donde rinda más; donde más gane; donde gane más; donde quieras; donde sea mejor; donde sea;"
    " disponible; disponibles; para ganar intereses; y gracias; unidades; allí; ahí; aquí; usted; tú; que"
)

_CHAT = (
    "hola; buenas; buenos días; buenas tardes; buenas noches; hey; qué tal; qué hay; cómo estás; cómo está;"
    " cómo va; adiós; chao; chau; hasta luego; hasta pronto; nos vemos; gracias; muchas gracias; mil gracias;"
    " muchísimas gracias; genial; perfecto; estupendo; excelente; fantástico; guay; bien; muy bien; bravo;"
    " buen trabajo;"
    " entiendo; entendido; interesante; perdón; perdona; lo siento; bienvenida; encantado; encantada;"
    " mucho gusto; jaja;"
    " jajaja; vaya; guau; quién eres; cómo te llamas; saludos; qué tal estás; todo bien; qué onda; me encanta"
)

_AFFIRM = (
    "sí; vale; ok; okay; de acuerdo; claro; por supuesto; confirmo; confirmar; confirma; confirmado; hazlo;"
    " adelante;"
    " dale; venga; sí por favor; sí, por favor; sí claro; hágalo; listo; correcto; desde luego; sip; sí señor"
)

_OWN = (
    "mi posición; mi depósito; la posición; todas las posiciones; todas mis posiciones; mis posiciones;"
    " mis depósitos;"
    " todos mis depósitos; mis ahorros; mi dinero; dinero; el dinero; mis fondos; fondos; los fondos; mis activos;"
    " activos; mi plata; plata; ahorros; mis inversiones; mi inversión; en todas partes; mi efectivo; efectivo;"
    " todo mi dinero; mis tokens; mi capital; todas las plataformas"
)

_VAGUE = (
    "algo de; algo; unos; unas; unos cuantos; unas cuantas; un poco; un poco de; un poquito; varios; varias;"
    " algunos;"
    " algunas; muchos; muchas; mucho; mucha; bastante; bastantes; la mayoría; la mayor parte; la mayor parte de;"
    " un par; un par de; suficiente; lo máximo; lo máximo posible; una parte; una parte de; parte de; alrededor de;"
    " cerca de; aproximadamente; más o menos; casi; hasta; como mucho; como máximo; al menos; como mínimo;"
    " por lo menos;"
    " más de; menos de; no más de; máximo; mínimo; un tercio; dos tercios; la tercera parte; más; otro; otra;"
    " otros;"
    " el doble; doble; el triple; cualquier; cualquiera; a lo sumo; un máximo de; tanto como puedas"
)

_REFERENCES = (
    "eso; esto; ello; esos; esas; estos; estas; aquello; ellos mismos; el resto; lo mismo; los mismos;"
    " lo que queda;"
    " lo demás; el resultado; de eso; de esto; de ellos; de ese; de esa; lo obtenido; lo que salga; lo que me den"
)

_WALLET = {
    "from": "de mi billetera; de mi cartera; de mi monedero; de la billetera; de la cartera; desde mi billetera;"
    " desde mi cartera; desde mi wallet; de mi wallet; de mi cuenta; desde mi cuenta; en mi billetera;"
    " en mi cartera",
    "to": "a mi billetera; a mi cartera; a mi monedero; a mi wallet; a mi cuenta; a la billetera; a la cartera;"
    " en mi cuenta; hacia mi cuenta; de vuelta a mi cuenta; de vuelta a mi billetera; de vuelta a mi cartera",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

SPANISH = Language(
    phrases={
        Kind.VERB: verbs.VERBS,
        Kind.MENTION: verbs.MENTIONS,
        Kind.UNSUPPORTED: verbs.UNSUPPORTED,
        Kind.REPORTED: speech.REPORTED,
        Kind.PARTICLE: _PARTICLES,
        Kind.PREPOSITION: _PREPOSITIONS,
        Kind.NEGATION: _NEGATIONS,
        Kind.TOPIC: questions.TOPICS,
        Kind.DATE: questions.DATES,
        Kind.HYPOTHETICAL: _HYPOTHETICAL,
        Kind.QUESTION: questions.QUESTIONS,
        Kind.POLITE: {"": _POLITE},
        Kind.FILLER: {"": _FILLER},
        Kind.CHAT: {"": _CHAT},
        Kind.AFFIRM: {"": _AFFIRM},
        Kind.REFERENCE: {"": _REFERENCES},
        Kind.OWN: {"": _OWN},
        Kind.WALLET: _WALLET,
        Kind.LAST: {
            "": "último; últimos; última; últimas; en los últimos; durante los últimos; en las últimas; pasado;"
            " pasada; los últimos; las últimas; la última; el último; en la última"
        },
        Kind.JOIN: {
            "and": "y; e; además; también; así como; luego; después; y luego; y después; y entonces; seguido de;"
            " más tarde",
            "or": "o; u; o bien",
            "since": "desde el; desde la; a partir de; a partir del",
            "until": "hasta el; hasta la; hasta hoy",
            "between": "entre",
        },
        Kind.EXCEPT: {"": "menos; excepto; salvo; pero deja; pero; a excepción de; dejando; quitando; pero no"},
        Kind.VAGUE: {"": _VAGUE},
    },
    parts={
        "all": "todo; todos; toda; todas; todo el; toda la; todos los; todas las; todo lo que tengo; todo mi;"
        " toda mi;"
        " todos mis; todas mis; la totalidad de; la totalidad; entero; entera; absolutamente todo; lo todo;"
        " todo lo que"
        " hay",
        "50": "la mitad; la mitad de; mitad de; mitad; ½; 1/2; una mitad; una mitad de",
        "25": "un cuarto; un cuarto de; la cuarta parte; la cuarta parte de; una cuarta parte;"
        " una cuarta parte de; ¼;"
        " 1/4; cuarto de",
        "75": "tres cuartos; tres cuartos de; las tres cuartas partes; las tres cuartas partes de;"
        " tres cuartas partes;"
        " tres cuartas partes de; ¾; 3/4",
        "10": "un décimo; un décimo de; la décima parte; la décima parte de; una décima parte; una décima parte de",
        "20": "un quinto; un quinto de; la quinta parte; la quinta parte de; una quinta parte; una quinta parte de",
    },
    inexact=frozenset({"⅓", "⅔", "⅙", "⅐", "⅑", "⅚"}),
    of=" de",
    half=frozenset({"½"}),
    articles=frozenset(),
    units={},
    scales={"mil": 3, "miles": 3, "millón": 6, "millones": 6, "millon": 6, "k": 3},
    suffixes={"k": 3, "m": 6, "mm": 6, "mil": 3},
    number_joins=frozenset({"y"}),
    pronoun_one=frozenset({"un", "una", "uno"}),
    durations={
        **dict.fromkeys(("s", "seg", "segundo", "segundos"), 1),
        **dict.fromkeys(("min", "mins", "minuto", "minutos"), _MINUTE),
        **dict.fromkeys(("h", "hora", "horas"), _HOUR),
        **dict.fromkeys(("d", "día", "dia", "días", "dias"), _DAY),
        **dict.fromkeys(("semana", "semanas"), 7 * _DAY),
        **dict.fromkeys(("año", "ano", "años", "anos"), 365 * _DAY),
    },
    doubtful_durations=frozenset({"mes", "meses", "trimestre", "trimestres", "década", "décadas"}),
    percent=frozenset({"%", "por ciento", "porciento", "pct"}),
    dollars=frozenset({"dólares", "dólar", "dolares", "dolar", "usd"}),
    speakers=speech.SPEAKERS,
    objects=speech.OBJECTS,
    first_person=speech.FIRST_PERSON,
    introduces=speech.INTRODUCES,
    code="es",
    decimal=",",
    spelled=spanish_number,
    number_words=ES_WORDS,
    fractions={"medio": "0.5", "media": "0.5", "uno y medio": "1.5", "una y media": "1.5", "un medio": "0.5"},
    clitics=("lo", "la", "los", "las"),
    indirect=("me", "te", "le", "les", "nos", "se"),
    swap_into=frozenset({"in"}),
    alone={"si": Kind.AFFIRM},
    same_as=mandates.SAME_AS,
    courtesies=frozenset(
        {"por favor", "porfa", "porfavor", "gracias", "moneta", "@moneta", "oye", "y gracias", "¡", "¿"}
    ),
    hurry=frozenset({"ahora", "ahora mismo", "ya", "inmediatamente", "enseguida"}),
    follows=typed(talk.FOLLOWS, "es"),
    deeds=typed(talk.DEEDS, "es"),
    alike=typed_each(talk.ALIKE, "es"),
    rest=typed_each(talk.REST, "es"),
    times=typed(talk.TIMES, "es"),
    months={way: month for name, month in talk.MONTHS.items() for way in spellings(name, "es")},
    ago=talk.AGO,
    ago_before=frozenset({"hace"}),
    slippage=frozenset({"slippage", "deslizamiento", "deslizamiento máximo"}),
    holdings=frozenset({"saldo", "balance"}),
    words=frozenset(way for word in no_slips.WORDS for way in spellings(word, "es")),
)
