"""English, as data. Phrases are case-folded; the longest one that fits wins."""

from __future__ import annotations

from agent.words.english import no_slips, questions, speech, talk, verbs
from agent.words.language import Language
from agent.words.reading.readings import Kind

_PARTICLES = {
    "to work": "to work; to good use; to use; work; into whatever pays best; into whatever pays most;"
    " in whatever pays best; in whatever pays most; into whatever earns most; whatever pays best;"
    " whatever pays most; somewhere it earns; somewhere it pays; somewhere good; where it earns the most;"
    " where it earns most; wherever it earns most; wherever it earns the most; wherever is best;"
    " where it pays the most; where it pays most; wherever pays most; wherever pays the most;"
    " wherever it pays most; wherever it pays the most",
    "out": "out",
    "back": "back",
    "contact": "as a contact; as contact; as a new contact; as new contact; to my contacts; to contacts;"
    " to my address book; to the address book; in my address book; in the address book; in my contacts;"
    " into my contacts; into my address book; contact; named; called",
}

_PARTICLES |= {
    "keep": "keep; look after; take care of; manage",
    "mandate": "automatically; on your own; by yourself; on its own; without asking; without asking me; regularly;"
    " continuously; on autopilot; autopilot; well placed; well-placed; in the best place; at the best place;"
    " well invested; in the best venues",
}

_PREPOSITIONS = {
    "to": "to; into; onto; in to; back into; back to; over to; across to; straight into; straight to; right into",
    "in": "in; at; within; inside",
    "from": "from; out of; off; off of; out from; from within",
    "of": "of; worth of",
    "on": "on; with; using; paying with; paying in; paid with; use; utilising; utilizing",
    "via": "via; through; by way of; routed through; routing through; routing path through;"
    " a multi-hop routing path through; using a multi-hop routing path through; using a routing path through;"
    " using a route through",
    "arrow": "→; ->; =>",
    "for": "for",
    "as": "as",
}

_NEGATIONS = {
    "no": "no; nope; nah; no way; no thanks; no thank you",
    "don't": "don't; dont; do not; please don't; please do not; don't you dare",
    "not": "not; never; cannot; can't; cant; won't; wont; without; refuse; avoid; nothing; none; neither; nor;"
    " isn't; aren't; wasn't; wouldn't; shouldn't; couldn't; didn't; doesn't; mustn't; needn't; hardly; nobody;"
    " rather not; stop; instead of; anything but; far from; ain't; no longer; quit; ignore",
}


_POLITE = (
    "i'd love to; id love to; i would love to; will ya; would ya; can ya; could ya; can u; could u; would u;"
    " would you kindly; could you kindly; could you possibly; i was hoping you could;"
    " i was wondering if you could; i'd appreciate it if you could; i would appreciate it if you could;"
    " be so kind as to; would you be so kind as to; be a dear and; do me a favour and; do me a favor and;"
    " i'd be grateful if you could; can you; could you; would you; will you; can you please; could you please;"
    " would you please; i want to; i want you to; i'd like to; id like to; i would like to; i'd like you to;"
    " i would like you to; i wanna; i need to; i need you to; let's; lets; let us; go ahead and; go and;"
    " just go ahead and; we want to; we'd like to; you can; i wish to"
)

_FILLER = (
    ", shall we; absolutely; literally; totally; any dex; any exchange; pretty please; quickly; quick; fast; rn;"
    " for now; at the moment; real quick; native; both; my contact; actually; simply; address; wallet address;"
    " i have; that i have; i own; that i own; i hold; that i hold; i've got; that i've got;  to start earning;"
    " terribly; thx in advance; for better liquidity; for the best price; at the best price; at market;"
    " at market price; with optimal routing; with the best routing; with optimal multi-hop routing;"
    " by the best route; via the best route; via intermediate tokens; through intermediate tokens; please; pls;"
    " plz; now; right now; kindly; just; right away; straight away; immediately; asap; at once; moneta; @moneta;"
    " dear; the; a; an; my; our; your; for me; for us; me; us; exactly; precisely; only; in total; total; so;"
    " well; um; uh; hmm; venue; position; market; vault; pool; protocol; lending market; tokens; token; coins;"
    " coin; interest; some yield; some interest; at the best rate; for the best rate; at best price;"
    " at the best price; for the best price; at the best market price; at a market price; at the highest rate;"
    " with the best rate; at the best yield; for the best yield; with the best yield; at best; best;"
    " wherever you like; anywhere; into the venue with the best yield; into the venue with the best rate;"
    " at the best venue; in the venue with the best yield; in the venue with the best rate; in the best venue;"
    " into the best venue; into the best one; wherever it's best; available; to earn yield; to earn interest;"
    " to earn; for yield; and thanks; and thank you"
)

_CHAT = (
    "you're great; you are great; you're the best; you rock; panic; emergency; thanks mate; cheers mate;"
    " thanks man; thanks bro; thanks buddy; ty bro; thanks a million; thanks again; thank you so much;"
    " how are you today; how are you doing; hi; hello; hey; hiya; yo; howdy; hi there; hello there; hey there;"
    " good morning; good evening; good afternoon; gm; gn; good night; bye; goodbye; see you; thanks; thank you;"
    " thx; ty; thanks a lot; thank you very much; thanks so much; cheers; great; nice; cool; awesome; perfect;"
    " wow; lol; haha; how are you; how's it going; how are things; what's up; whats up; good; nice work;"
    " well done; good job; love it; amazing; got it; i see; interesting; many thanks; excellent; sorry; welcome;"
    " nice to meet you; good bot; who are you"
)

_AFFIRM = (
    "yes; y; yep; yeah; yup; sure; ok; okay; confirm; do it; go ahead; alright; confirmed; go; i confirm; yes please"
)

_OWN = (
    "my position; my deposit; the position; all positions; all my positions; everywhere; all venues;"
    " all my deposits; my savings; my money; money; my funds; funds; my assets; assets; cash; my cash; savings;"
    " my positions; my deposits; my investments; all of my positions; my tokens; it all"
)

_VAGUE = (
    "some; a few; few; a bit; a bit of; a little; several; lots; lots of; a lot; a lot of; many; much; most;"
    " most of; a couple; a couple of; enough; as much as possible; a part; a part of; part of; any;"
    " a small amount of; a small amount; a portion of; about; around; roughly; approximately; almost; nearly;"
    " up to; at most; at least; more than; less than; under; max; maximum; as much as you can; a third; one third;"
    " two thirds; thirds; minimum; another; more; double; twice"
)

_REFERENCES = (
    "it; that; this; them; those; these; of it; of that; of them; of those; of this; the rest; the same;"
    " the proceeds; the result"
)


_DATES = {
    "today": "today",
    "yesterday": "yesterday",
    "before yesterday": "the day before yesterday; day before yesterday",
    "this week": "this week",
    "last week": "last week",
    "this month": "this month",
    "last month": "last month",
    "this year": "this year",
    "last year": "last year",
    "monday": "monday",
    "tuesday": "tuesday",
    "wednesday": "wednesday",
    "thursday": "thursday",
    "friday": "friday",
    "saturday": "saturday",
    "sunday": "sunday",
}

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {
    "zero": 0,
    **{word: value for value, word in enumerate(f"{_ONES} eighteen nineteen".split(), start=1)},
    **{word: value * 10 for value, word in enumerate(_TENS.split(), start=2)},
}
_COMPOUNDS = {f"{tens}-{one}": _UNITS[tens] + _UNITS[one] for tens in _TENS.split() for one in _ONES.split()[:9]}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

ENGLISH = Language(
    phrases={
        Kind.VERB: verbs.VERBS,
        Kind.MENTION: verbs.MENTIONS,
        Kind.UNSUPPORTED: verbs.UNSUPPORTED,
        Kind.REPORTED: speech.REPORTED,
        Kind.PARTICLE: _PARTICLES,
        Kind.PREPOSITION: _PREPOSITIONS,
        Kind.NEGATION: _NEGATIONS,
        Kind.TOPIC: questions.TOPICS,
        Kind.DATE: _DATES,
        Kind.HYPOTHETICAL: questions.HYPOTHETICAL,
        Kind.QUESTION: questions.QUESTIONS,
        Kind.POLITE: {
            "": _POLITE,
            "mind": "would you mind; do you mind; would you mind terribly; if you don't mind;"
            " if you wouldn't mind; if you would; if you please; if you could; if that's ok; if that's okay;"
            " if possible",
        },
        Kind.FILLER: {"": _FILLER},
        Kind.CHAT: {"": _CHAT},
        Kind.AFFIRM: {"": _AFFIRM},
        Kind.REFERENCE: {"": _REFERENCES},
        Kind.OWN: {"": _OWN},
        Kind.WALLET: {
            "from": "from my wallet; from the wallet; from wallet; in my wallet; from my account",
            "to": "to my wallet; to the wallet; to my account; into my wallet; back to my wallet; to me;"
            " back to me; into my account; to my own account; to wallet; back into my wallet; back in my wallet;"
            " back to wallet; back to my account",
        },
        Kind.LAST: {"": "last; past; the last; the past; in the last; over the last; in the past; previous"},
        Kind.JOIN: {
            "and": "and; &; plus; also; as well as; followed by; then; then also; too; as well; and then",
            "or": "or; either; versus; vs",
            "since": "since; starting; beginning",
            "until": "to date",
            "between": "between",
        },
        Kind.EXCEPT: {"": "but; except; except for; but keep; leaving; but leave; minus; apart from; save for; less"},
        Kind.VAGUE: {"": _VAGUE},
    },
    parts={
        "all": "all available; the maximum amount of; maximum amount of; the max amount of; max amount of;"
        " the entirety of; all; everything; all of; the whole; whole; the lot; entire; the entire; every last;"
        " every bit of; every penny of; the full amount of; the full amount",
        "50": "half; half of; ½; one half; a half; 1/2",
        "25": "a quarter; a quarter of; quarter; one quarter; quarter of; ¼; 1/4",
        "75": "three quarters; three quarters of; ¾; three-quarters; 3/4; three-quarters of",
        "10": "a tenth; one tenth; a tenth of; one tenth of",
        "20": "a fifth; one fifth; a fifth of; one fifth of",
    },
    inexact=frozenset({"⅓", "⅔", "⅙", "⅐", "⅑", "⅚"}),
    of=" of",
    half=frozenset({"half", "½"}),
    articles=frozenset({"a", "an"}),
    units={**_UNITS, **_COMPOUNDS},
    scales={"hundred": 2, "thousand": 3, "grand": 3, "million": 6, "billion": 9, "k": 3, "mil": 6, "mln": 6},
    suffixes={"k": 3, "m": 6, "mn": 6, "mln": 6, "b": 9, "bn": 9, "million": 6, "thousand": 3, "billion": 9},
    number_joins=frozenset({"and"}),
    pronoun_one=frozenset({"one"}),
    durations={
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
        **dict.fromkeys(("min", "mins", "minute", "minutes"), _MINUTE),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
        **dict.fromkeys(("d", "day", "days"), _DAY),
        **dict.fromkeys(("w", "wk", "week", "weeks"), 7 * _DAY),
        **dict.fromkeys(("y", "yr", "year", "years"), 365 * _DAY),
    },
    doubtful_durations=frozenset({"month", "months", "quarters", "decade", "decades"}),
    percent=frozenset({"percent", "pct", "%", "per cent"}),
    dollars=frozenset({"dollars", "dollar", "bucks", "usd"}),
    speakers=speech.SPEAKERS,
    objects=speech.OBJECTS,
    first_person=speech.FIRST_PERSON,
    introduces=speech.INTRODUCES,
    gerunds=verbs.GERUNDS,
    words=no_slips.WORDS,
    courtesies=no_slips.COURTESIES,
    hurry=no_slips.HURRY,
    loose=frozenset({"like", "good"}),
    maximum=frozenset({"max", "maximum", "the max", "the maximum"}),
    slippage=frozenset(
        {
            "slippage",
            "slippage tolerance",
            "max slippage",
            "maximum slippage",
            "slippage at most",
            "max slippage tolerance",
        }
    ),
    holdings=frozenset({"balance", "balances", "holdings", "wallet balance"}),
    follows=talk.FOLLOWS,
    deeds=talk.DEEDS,
    alike=talk.ALIKE,
    rest=talk.REST,
    times=talk.TIMES,
    months=talk.MONTHS,
    ago=talk.AGO,
)
