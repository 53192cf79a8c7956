"""English, as data. Phrases are case-folded; the longest one that fits wins."""

from __future__ import annotations

from agent.words import english_speech
from agent.words.language import Language
from agent.words.readings import Kind

_VERBS = {
    "deposit": "deposit; supply; lend; lend out; invest; park; allocate; earn; earn yield; earn interest;"
    " start earning; make a deposit; make a deposit of",
    "put": "put",
    "make": "make",
    "move": "move",
    "take": "take; get; pull; bring; remove",
    "withdraw": "withdraw; redeem; retrieve; cash out; pull out; take out; get out; bring back; take back; get back;"
    " move out; make a withdrawal; make a withdrawal of",
    "swap": "swap; exchange; convert; trade; swap out; trade in",
    "buy": "buy; purchase",
    "sell": "sell; sell off",
    "transfer": "send; transfer; pay; give; wire; send over",
    "add": "add",
    "contact": "add contact; add a contact; add new contact; add a new contact; new contact; save contact; save;"
    " create contact; create a contact; remember",
    "exit": "exit; get me out; get me out of; get out of; get us out of; exit from; i want out;"
    " i want out of; i want to get out; i want to get out of; let me out; let me out of; emergency exit",
    "close": "close; liquidate; unwind",
    "pause": "pause; stop everything; pause everything; stop acting; pause yourself",
    "resume": "resume; unpause; resume everything; unpause everything; carry on; start again",
    "cancel": "cancel; abort; never mind; nevermind; forget it; scrap that; forget about it; stop it; don't do it;"
    " dont do it; do not do it; leave it; cancel that; cancel it; cancel this; cancel the plan",
    "rebalance": "rebalance; re-balance",
    "mandate": "start rebalancing; keep rebalancing; start to rebalance; auto-rebalance; set a mandate; new mandate;"
    " set up a mandate; give you a mandate; set mandate; i give you a mandate",
    "end mandate": "stop rebalancing; quit rebalancing; no more rebalancing; revoke my mandate; revoke the mandate;"
    " revoke mandate; end my mandate; end the mandate; cancel my mandate; cancel the mandate; cancel mandate;"
    " stop my mandate; stop the mandate; withdraw my mandate; remove my mandate; delete my mandate; drop my mandate;"
    " stop the autopilot; stop autopilot; stop rebalancing automatically",
    "advance": "advance; fast forward; fast-forward; skip; skip ahead; jump ahead; advance time;"
    " advance the clock; advance the clock by;"
    " advance time by;"
    " advance by; fast forward by; skip forward; move time forward; let time pass",
}

_MENTIONS = {
    "deposit": "deposited; depositing; deposits; supplied; supplying; lent; lending; invested; investing; earned;"
    " earning; earns; parked; parking; allocated; allocating; putting",
    "withdraw": "withdrew; withdrawn; withdrawing; withdraws; withdrawal; redeemed; redeeming; retrieved; taking;"
    " took; taken; pulling; pulled; removed; removing",
    "transfer": "sent; sending; sends; transferred; transferring; transfers; paid; paying; gave; given; giving;"
    " wired",
    "swap": "swapped; swapping; swaps; exchanged; exchanging; converted; converting; traded; trading; bought; buying;"
    " sold; selling; purchased; purchasing",
    "contact": "added; adding; saved; saving",
    "exit": "exited; exiting; exits; left; closed; closing; liquidated; liquidating",
    "pause": "paused; pausing",
    "resume": "resumed; resuming",
    "rebalance": "rebalanced; rebalancing; rebalances",
    "advance": "advanced; advancing; skipped; skipping",
}

_UNSUPPORTED = {
    "bridge": "bridge; bridging",
    "borrow": "borrow; borrowing; take a loan",
    "repay": "repay; repaying; pay back",
    "stake": "stake; staking; unstake; restake",
    "claim": "claim; claiming",
    "revoke": "revoke",
    "approve": "approve",
    "mint": "mint; burn",
    "set an alert": "alert; notify; remind; alert me; notify me; remind me; tell me when; warn me",
    "set a schedule": "schedule; every day; every week; every month; daily; weekly; monthly; tomorrow",
    "undo": "undo; revert",
}

_PARTICLES = {
    "to work": "to work; to good use; to use; work",
    "out": "out",
    "back": "back",
    "contact": "as a contact; as contact; as a new contact; as new contact; to my contacts; to contacts;"
    " to my address book; to the address book; contact; named; called",
}

_PARTICLES |= {
    "keep": "keep; look after; take care of; manage",
    "mandate": "automatically; on your own; by yourself; on its own; without asking; without asking me; regularly;"
    " continuously; on autopilot; autopilot; well placed; well-placed; in the best place; at the best place;"
    " well invested; in the best venues",
}

_PREPOSITIONS = {
    "to": "to; into; onto; in to; back into",
    "in": "in; at; within",
    "from": "from; out of; off; off of; out from; from within",
    "of": "of; worth of",
    "on": "on; with; using",
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

_HYPOTHETICAL = {
    "musing": "what if; suppose; supposing; imagine; imagining; assume; assuming; should; should i; should we; could;"
    " could i; could we; can i; can we; may i; may; might; would; hypothetically; what happens; what happens if;"
    " say i; let's say; lets say; perhaps; maybe; consider; considering; wonder; wondering; wish; wished; whether;"
    " thinking of; thinking about; planning to; in theory; pretend; as though; as if; had i; were i; ought; ought i;"
    " must i; shall i; shall we",
    "condition": "if; unless; when; whenever; once; after; before; in case; as soon as; as long as; provided; while",
    "until": "until; till",
}

_QUESTIONS = {
    "what": "what; what's; whats; which; who; who's; where; where's; how; how's; how much; how many; does; do;"
    " do you; do i; am i; is it; did; show; show me; give me; tell me; list; display; check; view; see",
    "is": "is; are; am; was; were; has; will",
}

_POLITE = (
    "can you; could you; would you; will you; can you please; could you please; would you please; i want to;"
    " i want you to; i'd like to; id like to; i would like to; i'd like you to; i would like you to; i wanna;"
    " i need to; i need you to; let's; lets; let us; go ahead and; go and; just go ahead and; would you mind;"
    " we want to; we'd like to; you can; i wish to"
)

_FILLER = (
    "please; pls; plz; now; right now; kindly; just; right away; straight away; immediately; asap; at once; moneta;"
    " @moneta; dear; the; a; an; my; our; your; for me; for us; me; us; exactly; precisely; only; in total; total;"
    " so; well; um; uh; hmm; venue; position; market; vault; pool; protocol; lending market; tokens;"
    " token; coins; coin; interest; some yield; some interest;"
    " at the best rate; for the best rate; at the highest rate; with the best rate; at the best yield;"
    " for the best yield; with the best yield; at best; best; wherever is best; where it earns the most;"
    " where it earns most; wherever it earns most; wherever it earns the most; wherever you like; anywhere;"
    " into the venue with the best yield;"
    " into the venue with the best rate; at the best venue;"
    " in the venue with the best yield; in the venue with the best rate; in the best venue;"
    " into the best venue; into the best one; wherever it's best; available;"
    " to earn yield; to earn interest; to earn; for yield; and thanks; and thank you"
)

_CHAT = (
    "hi; hello; hey; hiya; yo; howdy; hi there; hello there; hey there; good morning; good evening; good afternoon;"
    " gm; gn; good night; bye; goodbye; see you; thanks; thank you; thx; ty; thanks a lot; thank you very much;"
    " thanks so much; cheers; great; nice; cool; awesome; perfect; wow; lol; haha; how are you; how's it going;"
    " how are things; what's up; whats up; good; nice work; well done; good job; love it; amazing; got it; i see;"
    " interesting; many thanks; excellent; sorry; welcome; nice to meet you; good bot; who are you"
)

_AFFIRM = (
    "yes; y; yep; yeah; yup; sure; ok; okay; confirm; do it; go ahead; alright; confirmed; go; i confirm; yes please"
)

_OWN = (
    "my position; my deposit; the position; all positions; all my positions; everywhere; all venues; all my deposits;"
    " my savings; my money; money; my funds; funds; my assets; assets; cash; my cash; savings; my positions;"
    " my deposits; my investments; all of my positions; my tokens; it all"
)

_VAGUE = (
    "some; a few; few; a bit; a bit of; a little; several; lots; lots of; a lot; a lot of; many; much; most; most of;"
    " a couple; a couple of; enough; as much as possible; a part; a part of; part of; any; a small amount of;"
    " a small amount; a portion of; about; around; roughly; approximately; almost; nearly; up to; at most; at least;"
    " more than; less than; under; max; maximum; as much as you can; a third; one third; two thirds; thirds; minimum;"
    " another; more; double; twice"
)

_REFERENCES = (
    "it; that; this; them; those; these; of it; of that; of them; of those; of this; the rest; the same;"
    " the proceeds; the result"
)

_TOPICS = {
    "yields": "yields; yield; rate; rates; apy; apys; apr; aprs; best yield; best yields; best rate; best rates;"
    " best apy; best apr; highest yield; highest apy; highest rate; interest rate; interest rates; deposit rate;"
    " deposit rates; supply rate; supply rates; supply apy; supply apr; lending rate; lending rates; compare venues;"
    " venues; compare rates; options; what can i earn; what could i earn; what would i earn; how much can i earn;"
    " how much could i earn; how much would i earn; what does it pay; where can i earn; where could i earn;"
    " where should i put; where to put; opportunities; best place; markets; highest yielding; earn the most;"
    " earns the most; earns most; pays best; pays the most; best venue; what would it earn; how much will i earn;"
    " what will i earn; would i earn",
    "portfolio": "portfolio; balance; balances; my balance; positions; holdings; net worth; how am i doing;"
    " how are we doing; how am i; how much did i deposit;"
    " what did i deposit; what did i earn; what do i have; what do i own; what have i got; what do i hold;"
    " how much do i have; how much have i; how much money do i have; wallet; my wallet; my account; account;"
    " how much have i earned; have i earned; did i earn; what have i earned; how much have i made; have i made;"
    " earnings; my earnings; earned so far; how's my money; how is my money doing;"
    " show me my money; do i have; pnl; profit; my profit; status; how much did i earn; how much did i make;"
    " how is my money; how are my positions; how is it going; how are my deposits; how are my investments doing",
    "explain": "why; explain; reason; reasons; reasoning; how come; tell me why; what made you; why so;"
    " what would change your mind; change your mind; how did you choose; how did you decide; rationale",
    "mandate": "mandate; my mandate; the mandate; what is my mandate; what's my mandate; show my mandate;"
    " show me my mandate; show mandate",
    "dry run": "dry run; a dry run; dry-run; do a dry run; make a dry run; run it dry; show me a dry run;"
    " what would you have done; what would you have moved; what would it have done; what would that have done;"
    " what would my mandate have done; what would this mandate have done; how would it have done;"
    " how would that have done; how would it have gone; how would that have gone",
    "policy": "policy; my policy; the policy; what is my policy; what's my policy; show my policy; show me my policy;"
    " the operator's policy; caps; what are the caps; transaction limits; my limits; what are my limits;"
    " show my limits; show me my limits; what is my limit; what's my limit",
    "history": "history; transactions; activity; what did you do; what have you done; what happened; what did we do;"
    " what did i do; what have i done; log; past transactions; recent activity; statement; my transactions;"
    " show transactions; what has happened",
    "help": "help; what can you do; what do you do; how does this work; how does it work; commands; how do i;"
    " how can i; how to; how do we; how should i; what can i do; what can i ask; help me; what are you; usage;"
    " how do you work; what is this; what can i say",
}

_DATES = {
    "today": "today",
    "yesterday": "yesterday",
    "this week": "this week",
    "last week": "last week",
    "this month": "this month",
    "last month": "last month",
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
        Kind.VERB: _VERBS,
        Kind.MENTION: _MENTIONS,
        Kind.UNSUPPORTED: _UNSUPPORTED,
        Kind.REPORTED: english_speech.REPORTED,
        Kind.PARTICLE: _PARTICLES,
        Kind.PREPOSITION: _PREPOSITIONS,
        Kind.NEGATION: _NEGATIONS,
        Kind.TOPIC: _TOPICS,
        Kind.DATE: _DATES,
        Kind.HYPOTHETICAL: _HYPOTHETICAL,
        Kind.QUESTION: _QUESTIONS,
        Kind.POLITE: {"": _POLITE},
        Kind.FILLER: {"": _FILLER},
        Kind.CHAT: {"": _CHAT},
        Kind.AFFIRM: {"": _AFFIRM},
        Kind.REFERENCE: {"": _REFERENCES},
        Kind.OWN: {"": _OWN},
        Kind.WALLET: {
            "from": "from my wallet; from the wallet; from wallet; in my wallet; from my account",
            "to": "to my wallet; to the wallet; to my account; into my wallet; back to my wallet; to me; back to me;"
            " into my account; to my own account; to wallet",
        },
        Kind.LAST: {"": "last; past; the last; the past; in the last; over the last; in the past; previous"},
        Kind.JOIN: {
            "and": "and; &; plus; also; as well as; followed by; then; then also; too; as well; and then",
            "or": "or; either; versus; vs",
            "since": "since; starting; beginning",
            "until": "through; to date",
            "between": "between",
        },
        Kind.EXCEPT: {"": "but; except; except for; but keep; leaving; but leave; minus; apart from; save for; less"},
        Kind.VAGUE: {"": _VAGUE},
    },
    parts={
        "all": "all; everything; all of; the whole; whole; the lot; entire; the entire;"
        " every last; every bit of; every penny of; the full amount of; the full amount",
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
    speakers=english_speech.SPEAKERS,
    objects=english_speech.OBJECTS,
    first_person=english_speech.FIRST_PERSON,
    introduces=english_speech.INTRODUCES,
)
