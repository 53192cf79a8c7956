"""What isn't about money: greetings, help, and the plain words around a plan."""

from __future__ import annotations

from agent.errors import NeedsAnswer
from agent.intents import Chat, Question, as_json
from agent.replies.reply import Reply, Status, Table, Verdict
from agent.tongues.catalogue import ENGLISH

ABILITIES = (
    ("best yield for usdc?", "every venue in order, and what your own deposit does to its rate"),
    ("put 1,000 USDC to work", "the best venue for that size: a preview first, then once, if you confirm"),
    ("deposit 500 dai into aave core", "a venue of your choice"),
    ("withdraw half my usdc", "the lowest rate first; also `all`, `25%`, `all but 100`"),
    ("swap half my eth to usdc and put it to work", "the best route, the least that comes back, one plan"),
    (
        "keep my usdc well placed, at most 50,000 a venue",
        "moves it on my own, within limits that you read and confirm",
    ),
    ("rebalance now", "the best move, if it earns its gas back"),
    ("get me out of everything", "leaves every position; works while paused, too"),
    ("how am I doing?", "wallet, positions, what they earned"),
    ("chart my portfolio, chart the usdc rates", "a picture of what was recorded; `light pictures`, `dark pictures`"),
    ("tell me when the usdc rate falls below 3 %", "told once, on all your channels; `my alerts` lists them"),
    (
        "100 usdc into weth every Monday at 9",
        "an order that runs on its own; also `buy 0.5 weth with usdc when it is below 2,500`, `my orders`",
    ),
    (
        "provide 1,000 usdc and eth liquidity, range 2,500 to 3,500",
        "a position on Uniswap v3 with what it may bring; `collect my fees`, `re-centre position 9`, "
        "`close position 9`",
    ),
    ("why did you choose that venue?", "the choice with its alternatives, as it was recorded"),
    ("history", "what was done, with its transactions"),
    ("my profit this year", "gains, interest, rewards and gas in dollars; `my taxes 2026` sends it as a CSV file"),
    ("what did the model cost?", "what language models cost you, and what is left of your budget"),
    ("add 0x… as bob", "an address that you may send to by its name"),
    ("send 20 usdc to bob", "to a contact, never to an address out of the blue"),
    ("pause, resume", "paused, I only take money out"),
    (
        "remember that my rent is due on the 5th",
        "a note; `what do you remember about me?`, `forget me`, `export my data`",
    ),
    ("show my policy, forget everything", "the limits of every transaction; erases what was said"),
)


def greeting(chain: str, account: str) -> Reply:
    """The first thing that somebody reads."""
    return Reply(
        f"I'm Moneta. I put your money to work on {chain}, from your account {account}. "
        "Say what you want in your own words; I show you the exact transactions before anything happens. "
        "Try `best yield for usdc?` or `put 1,000 USDC to work`."
    )


def chat() -> Reply:
    """The answer to small talk."""
    return Reply("Hello! Tell me to put something to work, or ask `what can you do?`.")


def ability() -> Reply:
    """The answer to 'what can you do?'."""
    return Reply(
        "I find the yield, price what your own deposit does to it, show the exact transactions, and carry them out "
        "once, after you confirm. Every amount, token and recipient is one that you said yourself.",
        Table(("say", "and I"), ABILITIES),
    )


def in_words(text: str, language: str = ENGLISH) -> Reply:
    """A model's own words, in the language of what it answers: talk, for the asker alone."""
    return Reply(text, intent=as_json(Chat()), private=True, language=language)


def asked(question: Question | None) -> Reply:
    """What has to be said first. Raises NeedsAnswer where there is no better question."""
    if question is None:
        raise NeedsAnswer("I didn't understand that. Ask `what can you do?`.")
    return Reply(question.text, verdict=Verdict(Status.ASKED))
