"""German, as data. Phrases are case-folded, with umlauts; each is also known with ae, oe, ue, and without."""

from __future__ import annotations

from agent.words.german import mandates, no_slips, questions, speech, talk, verbs
from agent.words.language import Language
from agent.words.reading.readings import Kind
from agent.words.reading.spelled import DE_WORDS, german_number
from agent.words.vocabulary import spellings, typed, typed_each

_PARTICLES = {
    "to work": "arbeiten; für mich arbeiten; gewinnbringend; zinsbringend; verzinst",
    "out": "raus; heraus; aus allem",
    "back": "zurück; wieder",
    "contact": "als kontakt; als neuen kontakt; als einen kontakt; zu meinen kontakten; zu den kontakten;"
    " in mein adressbuch; ins adressbuch; meinen kontakten; kontakt; namens; genannt; mit dem namen;"
    " unter dem namen",
    "keep": "halte; halt; halten; halten sie; kümmere dich um; kümmer dich um; kümmern sie sich um; verwalte;"
    " verwalten;"
    " verwalten sie; behalte",
    "mandate": "automatisch; von selbst; von allein; von alleine; selbständig; selbstständig; eigenständig; ohne zu"
    " fragen; ohne mich zu fragen; ohne rückfrage; ohne nachfrage; laufend; fortlaufend; ständig; regelmäßig;"
    " kontinuierlich; auf autopilot; autopilot; per autopilot; gut angelegt; gut investiert; gut platziert;"
    " am besten"
    " ort; immer gut angelegt; bestmöglich angelegt; am besten platz; optimal angelegt; am besten angelegt",
}

_PREPOSITIONS = {
    "to": "an; an den; an die; zu; zum; zur; nach; ans",
    "in": "in; ins; im; bei; beim; auf; in den; in die; in das; in der; bei der; auf die; innerhalb von",
    "from": "von; vom; aus; aus dem; aus der; von der; von dem",
    "of": "an meinen; wert von",
    "on": "mit; mithilfe von",
    "via": "über; via; durch; mittels",
    "arrow": "→; ->; =>",
    "for": "für; gegen",
    "as": "als",
}

_NEGATIONS = {
    "no": "nein; nee; nö; ne; nein danke; nein, danke; auf keinen fall; keinesfalls; keineswegs; bloß nicht;"
    " bitte nicht",
    "don't": "ja nicht; wehe",
    "not": "nicht; nichts; nie; niemals; kein; keine; keinen; keinem; keiner; keines; keins; ohne; weder;"
    " noch nicht;"
    " nimmer; niemand; niemanden; vermeide; vermeiden; statt; anstatt; anstelle; außer wenn; hör auf; höre auf;"
    " stopp;"
    " stoppe; nicht mehr; kaum; unterlasse; unterlass; lass sein; verweigere; ignoriere; ignorieren; mitnichten;"
    " lieber nicht; weigere",
}

_HYPOTHETICAL = {
    "musing": "was wäre wenn; was wäre, wenn; was wäre; was passiert wenn; was passiert, wenn; was passiert;"
    " was würde passieren; was geschieht, wenn; angenommen; nehmen wir an; nimm an; stell dir vor;"
    " stellen sie sich vor;"
    " gesetzt den fall; sollte; sollte ich; sollten wir; sollten; sollen; soll; soll ich; sollen wir; könnte;"
    " könnte ich;"
    " könnten wir; kann ich; können wir; darf ich; dürfen wir; darf; dürfte; muss ich; müssen wir; müsste; muss;"
    " würde;"
    " würdest du; würde ich; würden wir; hypothetisch; theoretisch; vielleicht; eventuell; womöglich;"
    " möglicherweise;"
    " erwäge; überlege; ich überlege; überlege mir; frage mich; ich frage mich; ob; gedenke; plane zu; habe vor;"
    " ich hätte; hätte; hätten; wäre; wären; als ob; lohnt es sich; lohnt sich; wünschte; könnte man; kann man;"
    " sagen wir; mal angenommen; tu so; wollte; wollten; ich denke darüber nach; denke darüber nach",
    "condition": "wenn; falls; sofern; sobald; solange; nachdem; bevor; ehe; es sei denn; im falle; für den fall;"
    " während; vorausgesetzt; nach dem; vor dem; immer wenn; jedes mal wenn; nur wenn",
    "until": "bis zum; bis",
}

_POLITE = (
    "kannst du; könntest du; könnten sie; können sie; würden sie; würdest du bitte; könntest du bitte;"
    " kannst du bitte;"
    " können sie bitte; könnten sie bitte; würden sie bitte; ich will; ich möchte; ich mag; ich würde gern;"
    " ich würde"
    " gerne; ich hätte gern; ich hätte gerne; ich brauche; wir wollen; wir möchten; wir würden gern;"
    " wir würden gerne;"
    " ich will dass du; ich will, dass du; ich möchte dass du; ich möchte, dass du; ich möchte, dass sie;"
    " ich will, dass"
    " sie; lass uns; lasst uns; sei so gut und; sei so lieb und; seien sie so gut und; seien sie so freundlich und;"
    " magst du; willst du bitte; ich wünsche; ich wünsche mir; würdest du so nett sein und; du kannst; du sollst;"
    " bitte kannst du; bitte könntest du; möchte; möchte gern; möchte gerne; will; kannst du mir; könntest du mir;"
    " können sie mir; könnten sie mir; ich würd gern; ich würde bitte gerne"
)

_FILLER = (
    "bitte; mal; doch; einfach; jetzt; sofort; gleich; nun; gerade; umgehend; schnell; direkt; eben; halt mal;"
    " mir; mich;"
    " dir; dich; uns; sich; der; die; das; den; dem; des; ein; eine; einen; einem; einer; eines; mein; meine;"
    " meinen;"
    " meinem; meiner; meines; dein; deine; deinen; unser; unsere; unseren; unserer; ihr; ihre; ihren; exakt; genau;"
    " präzise; nur; insgesamt; total; komplett; also; so; na; nun ja; äh; ähm; hm; hmm; tokens; token; coins; coin;"
    " münzen; markt; pool; vault; plattform; position; zum besten zinssatz; zu besten zinsen; zum besten"
    " zins; zu den besten zinsen; bestmöglich; möglichst gut; wo es am meisten bringt; wo am meisten bringt;"
    " wo es am"
    " besten ist; dort wo es am meisten bringt; wo du willst; egal wo; irgendwo; verfügbare; verfügbaren; moneta;"
    " @moneta; liebe; und danke; für mich; für uns; du; ihnen; am besten; bei dem;"
    " stück;"
    " dann mal; dort; da; hier; dahin; dorthin; auch noch; noch"
)

_CHAT = (
    "hallo; hi; hey; servus; moin; grüß gott; grüß dich; grüezi; guten tag; guten morgen; guten abend; gute nacht;"
    " tschüss; tschüs; auf wiedersehen; bis bald; bis später; ciao; danke; danke schön; dankeschön; vielen dank;"
    " besten dank; tausend dank; danke dir; danke sehr; super; toll; klasse; prima; perfekt; spitze; cool; wow;"
    " haha;"
    " wie geht's; wie geht es dir; wie gehts; wie geht es ihnen; was geht; gut gemacht; gute arbeit; verstanden;"
    " verstehe; interessant; entschuldigung; sorry; tut mir leid; willkommen; freut mich; wer bist du; schön;"
    " ausgezeichnet;"
    " großartig; herzlichen dank; alles klar; gut; sehr gut; wie heißt du"
)

_AFFIRM = (
    "ja; jo; jep; jawohl; jap; ok; okay; einverstanden; klar; sicher; gerne; gern; bestätigen; bestätige;"
    " bestätigt;"
    " ich bestätige; mach es; mach das; mach's; machs; tu es; ja bitte; ja, bitte; los; leg los; na klar;"
    " natürlich;"
    " in ordnung; passt; geht klar; machen sie das; freilich; jawoll"
)

_OWN = (
    "meine position; meine einlage; die position; alle positionen; alle meine positionen; all meine positionen;"
    " meine positionen; meine einlagen; alle einlagen; mein erspartes; meine ersparnisse; mein geld; geld;"
    " das geld;"
    " mein ganzes geld; all mein geld; meine mittel; mein vermögen; meine anlagen; überall; alle plattformen;"
    " bargeld;"
    " meine token; meine tokens; mein kapital; kapital; ersparnisse; erspartes; meinem geld; meiner position;"
    " all meine"
    " einlagen; alle meine einlagen"
)

_VAGUE = (
    "etwas; ein bisschen; ein wenig; bisschen; wenig; ein paar; paar; einige; mehrere; viel; viele; vieles;"
    " jede menge;"
    " die meisten; das meiste; den großteil; einen großteil; der großteil; genug; so viel wie möglich;"
    " möglichst viel;"
    " einen teil; ein teil; einen teil von; teil; ungefähr; etwa; circa; ca; zirka; rund; fast; beinahe; bis zu;"
    " höchstens; mindestens; wenigstens; maximal; minimal; mehr als; weniger als; nicht mehr als; unter; maximum;"
    " minimum;"
    " ein drittel; zwei drittel; drittel; dritteln; noch ein; noch eine; weitere; weiteren; mehr; doppelt;"
    " das doppelte;"
    " die doppelte menge; das dreifache; annähernd; knapp; gut und gerne; um die; irgendwelche; beliebig; zirka"
)

_REFERENCES = (
    "es; sie; davon; dies; diese; dieses; diesen; jene; jenes; denselben; dasselbe; dieselbe; das gleiche;"
    " den rest; der"
    " rest; rest; das ergebnis; den erlös; der erlös; den ertrag; den übrigen; die übrigen; das übrige"
)

_WALLET = {
    "from": "aus meiner wallet; aus meinem wallet; von meiner wallet; von meinem wallet; aus der wallet; aus meiner"
    " geldbörse; von meinem konto; aus meinem konto; in meiner wallet; in meinem wallet",
    "to": "in meine wallet; in mein wallet; auf meine wallet; auf mein wallet; auf mein konto; in die wallet;"
    " an meine"
    " wallet; zurück auf mein konto; zurück in meine wallet; zurück in mein wallet; an mich; zu mir; auf das konto;"
    " zurück auf meine wallet; zurück an mich",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

GERMAN = Language(
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
            "": "letzten; letzte; letzter; letztes; die letzten; in den letzten; der letzten; vergangenen;"
            " die vergangenen; in den vergangenen; vorherigen"
        },
        Kind.JOIN: {
            "and": "und; sowie; dann; danach; anschließend; und dann; und danach; außerdem; plus; gefolgt von;"
            " auch;"
            " ebenfalls; und anschließend; daraufhin; hinterher",
            "or": "oder; entweder; beziehungsweise; bzw",
            "since": "seit; ab; seit dem",
            "until": "bis heute",
            "between": "zwischen",
        },
        Kind.EXCEPT: {"": "außer; bis auf; ausgenommen; abzüglich; minus; aber; aber behalte; mit ausnahme von"},
        Kind.VAGUE: {"": _VAGUE},
    },
    parts={
        "all": "alles; alle; all; alle meine; all meine; alles von; das ganze; die ganzen; den ganzen; der ganze;"
        " ganze;"
        " ganzen; gesamte; gesamten; das gesamte; die gesamten; meine gesamten; meine ganzen; mein gesamtes;"
        " sämtliche;"
        " den gesamten; restlos alles; aber alles; mein ganzes",
        "50": "die hälfte; hälfte; die hälfte von; hälfte von; ½; 1/2; eine hälfte",
        "25": "ein viertel; viertel; ein viertel von; das viertel; ¼; 1/4",
        "75": "drei viertel; dreiviertel; drei viertel von; dreiviertel von; ¾; 3/4",
        "10": "ein zehntel; zehntel; ein zehntel von",
        "20": "ein fünftel; fünftel; ein fünftel von",
    },
    inexact=frozenset({"⅓", "⅔", "⅙", "⅐", "⅑", "⅚"}),
    of=" von",
    half=frozenset({"½"}),
    articles=frozenset(),
    units={},
    scales={
        "tausend": 3,
        "tsd": 3,
        "million": 6,
        "millionen": 6,
        "mio": 6,
        "milliarde": 9,
        "milliarden": 9,
        "mrd": 9,
        "k": 3,
    },
    suffixes={"k": 3, "m": 6, "mio": 6, "tsd": 3, "mrd": 9},
    number_joins=frozenset({"und"}),
    loose=frozenset({"gut"}),
    pronoun_one=frozenset({"ein", "eine", "einen", "einem", "einer", "eines"}),
    durations={
        **dict.fromkeys(("s", "sek", "sekunde", "sekunden"), 1),
        **dict.fromkeys(("min", "minute", "minuten"), _MINUTE),
        **dict.fromkeys(("h", "std", "stunde", "stunden"), _HOUR),
        **dict.fromkeys(("d", "tag", "tage", "tagen"), _DAY),
        **dict.fromkeys(("woche", "wochen"), 7 * _DAY),
        **dict.fromkeys(("jahr", "jahre", "jahren"), 365 * _DAY),
    },
    doubtful_durations=frozenset({"monat", "monate", "monaten", "quartal", "quartale", "jahrzehnt", "jahrzehnte"}),
    percent=frozenset({"prozent", "%", "pct"}),
    dollars=frozenset({"dollar", "dollars", "usd"}),
    speakers=speech.SPEAKERS,
    objects=speech.OBJECTS,
    first_person=speech.FIRST_PERSON,
    introduces=speech.INTRODUCES,
    code="de",
    decimal=",",
    spelled=german_number,
    number_words=DE_WORDS,
    fractions={
        "anderthalb": "1.5",
        "eineinhalb": "1.5",
        "einundeinhalb": "1.5",
        "zweieinhalb": "2.5",
        "dreieinhalb": "3.5",
        "viereinhalb": "4.5",
        "fünfeinhalb": "5.5",
        "einen halben": "0.5",
        "ein halber": "0.5",
        "ein halbes": "0.5",
        "eine halbe": "0.5",
        "halbe": "0.5",
        "halben": "0.5",
        "halbes": "0.5",
        "halber": "0.5",
        "einer halben": "0.5",
    },
    separable=verbs.SEPARABLE,
    swap_into=frozenset({"in", "to"}),
    same_as=mandates.SAME_AS,
    courtesies=frozenset({"bitte", "danke", "moneta", "@moneta", "mal", "doch", "und danke"}),
    hurry=frozenset({"jetzt", "sofort", "gleich", "umgehend"}),
    follows=typed(talk.FOLLOWS, "de"),
    deeds=typed(talk.DEEDS, "de"),
    alike=typed_each(talk.ALIKE, "de"),
    rest=typed_each(talk.REST, "de"),
    times=typed(talk.TIMES, "de"),
    months={way: month for name, month in talk.MONTHS.items() for way in spellings(name, "de")},
    ago=talk.AGO,
    ago_before=frozenset({"vor"}),
    slippage=frozenset({"slippage", "maximale slippage", "schlupf"}),
    holdings=frozenset({"guthaben", "bestand"}),
    words=frozenset(way for word in no_slips.WORDS for way in spellings(word, "de")),
)
