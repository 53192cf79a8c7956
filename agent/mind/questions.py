"""What Moneta asks when it can't read something: short, one thing at a time, never offering an amount or a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.intents import Question
from agent.words.reading.text import script

ACTIONS = {
    "deposit": "deposit",
    "withdraw": "withdraw",
    "transfer": "send",
    "swap": "swap",
    "buy": "buy that",
    "sell": "sell that",
    "contact": "add that contact",
    "exit": "leave any position",
    "pause": "pause",
    "resume": "resume",
    "cancel": "cancel",
    "advance": "let time pass",
}

_TRADES = frozenset({"swap", "buy", "sell"})
_ENDS = frozenset({"stop", "quit", "halt", "cease", "deja", "dejes", "para", "hör", "hoer"})
EMPTY = Question("I didn't catch anything. Tell me what to do, or say help.")
QUOTED = Question("I don't act on quoted words or code. Say it yourself, without quotation marks.")
ONE_AT_A_TIME = Question("One thing at a time, please: what shall I do first?")
FORGET_WHAT = Question(
    "What shall I forget? Say `forget that`, `forget this conversation`, `forget everything`, or `forget me`."
)
NOTHING_WAITS = Question("Nothing is waiting for a yes.")
PAST = Question("That sounds like something that happened, so I do nothing. What shall I do?")
NO_RAW_ADDRESS = Question(
    "I only send to names in your address book. Add the contact first: add contact, a name, the address."
)
NO_FOREIGN_DEPOSIT = Question("I deposit into listed venues only, for your own account: never to an address.")
OWN_ACCOUNT = Question("A withdrawal goes to your own account only. Withdraw first, then send from there.")
OWN_ONLY = Question(
    "I look at your own account only, not at another address: say `portfolio`, or `what are my limits`."
)
NO_ANSWER = Question("I don't know that. I can show yields, your portfolio and the history; say help for the rest.")
WHAT_PRICE = Question(
    "What a swap would give stands in its preview: say it like `swap 100 USDC to ETH`. Nothing is done until you "
    "confirm it."
)
PRICED = frozenset({
    "price", "prices", "quote", "worth", "cost", "costs", "how much", "precio", "cuánto", "cuanto", "cuesta", "vale",
    "cotización", "preis", "kurs", "kostet", "wie viel", "wieviel", "wert",
})  # fmt: skip
"""Words of a question that is about what a token costs."""
NOT_A_DATE = Question("That isn't a date, or the first is after the last: write dates like 2026-11-01.")
NOT_YET = Question("Those days haven't come yet: say days up to today.")
NO_DATE = Question("I don't know the present date here: write dates like 2026-11-01.")
HOW_LONG = Question("How long: say it in hours, days or weeks.", "seconds")
WHICH_ASSET = Question("Which token?", "asset")
WHO = Question("To whom? Say a name from your address book.", "recipient")
WHAT_ADDRESS = Question("What is the address? It is 0x and 40 hexadecimal digits.", "address")
BAD_ADDRESS = Question("That isn't a whole, correct address: 0x and 40 hexadecimal digits. Copy it again.", "address")
WHAT_NAME = Question("What shall I call this contact: one word, please.", "name")
EXIT_WHAT = Question("Leave everything, or withdraw how much of which token?")


NO_KEYS = Question(
    "No key and no seed words leave the signer by a chat: whoever reads along here, now or later, could take all the "
    "money with them. At the machine itself, `moneta wallet backup --dir D` in a terminal shows the seed words once. "
    "On somebody else's bot only its operator can do that; your money you can always take: `get me out of "
    "everything`, then send it to an address of your own."
)


def look_alike(words: str, letter: str) -> Question:
    """Names the letter that isn't what it seems."""
    code = f"{script(letter)}, U+{ord(letter):04X}"
    return Question(f"The letter “{letter}” in “{shortened(words)}” isn't Latin ({code}). Type the word again.")


def not_understood(words: Iterable[str]) -> Question:
    """Names up to three words that could change the meaning."""
    named = ", ".join(f"“{shortened(word)}”" for word in list(dict.fromkeys(words))[:3])
    return Question(f"I don't understand {named} here, so I do nothing. Please say it more simply; `help` shows how.")


def reported(words: str) -> Question:
    """Names the words that say somebody else speaks."""
    return Question(
        f"“{shortened(words)}”: that sounds like somebody else's words, and I act on yours only. "
        "Say it outright if you want it yourself."
    )


def elsewhere(words: str) -> Question:
    """Names the venue that a deposit isn't for: which one it is for is the user's to say."""
    return Question(
        f"Not “{shortened(words)}”: then where? Name the venue in one sentence, or say it without a place and I take "
        "the best of all."
    )


def near(word: str, verbs: Sequence[str]) -> Question:
    """Names a word that is almost one verb or several, and is taken for none."""
    said = " or ".join(f"`{verb}`" for verb in verbs[:3])
    return Question(f"I don't know “{shortened(word)}”: did you mean {said}? Say it again with that word.")


def wont(action: str, no: str) -> Question:
    """Names the word that says no: it may not have been meant so. "Stop buying" may be about an order in force."""
    if action in _TRADES and no.casefold().split()[0] in _ENDS:
        goes_on = "An order that is set goes on until you end it: `my orders` lists them, `cancel order 1` ends one."
        return Question(f"I won't {ACTIONS[action]}. {goes_on}")
    return Question(f"I won't {ACTIONS.get(action, 'do it')}. Say so without “{shortened(no)}” if you want me to.")


def only_outright(action: str) -> Question:
    do = ACTIONS.get(action, "act")
    return Question(f"I do nothing on an if or a question. Say it outright if you want me to {do}.")


def unsupported(what: str) -> Question:
    if what == "revoke":
        return Question("Which allowance, and from whom? Say it like `revoke USDC from aave`.")
    if what == "repay":
        return Question("How much of which token, and where? Say it like `repay 100 USDC at aave core`.")
    if what == "claim":
        return Question("Say it like `claim my rewards`, or `claim my rewards at aave`.")
    if what == "alert":
        return Question(
            "What shall I watch? A rate, a price, your health factor, all that you have, or gas: say it like "
            "`tell me when the USDC rate at aave core falls below 3 %`."
        )
    if what == "provide liquidity":
        return Question(
            "Say it like `provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500`, `collect my fees`, or "
            "`close position 9`; `portfolio` shows what you have there."
        )
    if what == "set a schedule":
        return Question(
            "What I do later is a swap, again and again or at a price: say it like "
            "`100 USDC into ETH every Monday at 9` or `buy 0.5 ETH with USDC when it is below 2,500`. "
            "Nothing is done once at another time."
        )
    return Question(f"I can't {what} yet. I can deposit, withdraw and send; say help for the rest.")


def unlisted(word: str, tokens: Sequence[str]) -> Question:
    return Question(f"{shortened(word)} isn't a listed token. Listed: {', '.join(tokens)}.", "asset")


def unknown_recipient(word: str) -> Question:
    return Question(f"“{shortened(word)}” isn't in your address book. Who is it for?", "recipient")


def two_tokens(symbols: Sequence[str]) -> Question:
    return Question(f"{' or '.join(symbols)}: which one?", "asset")


def unread_limit(slot: str) -> Question:
    """What stands where a limit's amount should."""
    said, how = shortened(slot, 40), "Say it like `my limit is 500 USDC a day`, or `… $500 a day`."
    if re.match(r"(?:minus\b|[-−–]\s*[\d$.])", slot, re.IGNORECASE):
        return Question(f"A limit is 0 or more, and “{said}” is less. {how}")
    if re.search(r"\d[.,]?\d*e[+-]?\d", slot, re.IGNORECASE):
        return Question(f"I don't read “{said}” as an amount: write the number out, without an e. {how}")
    later = " What loosens a limit waits a day; there is no way to have it at once."
    return Question(
        f"I don't read “{said}” as the amount of a limit: one number with its token, or in dollars. {how}"
        + (later if re.search(r"\b(?:now|immediately|at once|instantly|today)\b", slot, re.IGNORECASE) else "")
    )


def two_amounts(words: Sequence[str]) -> Question:
    named = " and ".join(f"“{shortened(word)}”" for word in words[:2])
    return Question(f"I read two amounts, {named}. How much?", "amount")


def how_much(asset: str | None) -> Question:
    return Question(f"How much{' ' + asset if asset else ''}: an amount, half, or all of it?", "amount")


def vague(words: str, asset: str | None) -> Question:
    of = f" {asset}" if asset else ""
    return Question(f"“{shortened(words)}” isn't an exact amount. How much{of}?", "amount")


def ambiguous_part(words: str, asset: str) -> Question:
    return Question(f"“{words} {asset}” has two meanings: say “{words} of my {asset}”, or the number.", "amount")


def doubtful(problem: str) -> Question:
    return Question(problem, "amount")


def slippage(words: str) -> Question:
    """A bound that is tighter than what can be promised."""
    return Question(
        f"“{shortened(words)}” is tighter than I can promise: a swap may give up to 0.3 % less than its price, and "
        "the preview says the least that comes back. Say it without, if that will do."
    )


def dollars(asset: str) -> Question:
    return Question(f"{asset} isn't a dollar: say the amount in {asset}.", "amount")


def which_venue(venues: Sequence[str]) -> Question:
    return Question(f"Which one: {', '.join(venues[:-1])} or {venues[-1]}?", "venue")


def no_such_venue(words: str, asset: str) -> Question:
    return Question(f"I know no venue for {asset} that is called “{shortened(words)}”. Which venue, or any?", "venue")


def wrong_role(words: str) -> Question:
    rule = "A deposit goes into a venue, a withdrawal comes from one, and a person gets a transfer"
    return Question(f"{rule}: what is “{shortened(words)}” here?")


def not_a_person(words: str) -> Question:
    return Question(
        f"“{shortened(words)}” is a venue, not a person. Deposit into it, withdraw from it, or send to whom?"
    )


def bad_name(word: str) -> Question:
    return Question(f"“{shortened(word)}” can't be a contact's name: use one word of letters and digits.", "name")


def what_to_do(words: str) -> Question:
    return Question(f"What shall I do with {shortened(words, 40)}: deposit, withdraw, swap or send?", "action")


def which_way(verb: str) -> Question:
    return Question(f"“{verb}” alone doesn't say which way. Deposit, withdraw, swap or send?")


def shortened(word: str, length: int = 24) -> str:
    return word if len(word) <= length else word[: length - 1] + "…"
