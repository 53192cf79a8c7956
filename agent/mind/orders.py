"""The grammar of orders: a message that sets one, lists them, or takes one away; and answers to what it left open."""

from __future__ import annotations

from collections.abc import Sequence

from agent.intents import Cancel, Order, Origin, Question, Understood
from agent.mind import questions
from agent.mind.context import Pending
from agent.words.orders.asked import order
from agent.words.orders.trade import Half
from agent.words.vocabulary import Vocabulary

OPEN = "order "
"""What the name of a missing field begins with, where it is an order's."""
_LIKE = "Say it like `buy 0.5 ETH with USDC when it is below 2,500` or `100 USDC into ETH every Monday at 9`."
_TIMES = Question(
    "How often, and when? I can do it every so many hours, daily, on days of the week, or on a day of the month. "
    + _LIKE
)
_END = Question(
    "Until when? Say a day like 2027-06-01, `for 6 months`, or `10 times`; ten years are the most. Without an end it "
    "is 90 days for what waits for a price, and a year for what I do again and again."
)
_PROTECTION = Question(
    "Of which token, at which price, and for which other? Say it like `stop loss at 2,000 for my ETH into USDC` "
    "or `take profit at 4,000 for 1 ETH into USDC`. A price is one in dollars: I follow none, and count no "
    "percentages."
)
_PRICED = Question("Which token's price do you mean? Name it: `… when ETH is below 2,500`.")
_WAY = Question(f"Which token for which? {_LIKE}")
FOR_WHAT = Question("For which token?", f"{OPEN}to_asset")
WITH_WHAT = Question("Which token do you give for it?", f"{OPEN}from_asset")

_OPEN = {
    "asset": WITH_WHAT,
    "to_asset": FOR_WHAT,
    "times": _TIMES,
    "end": _END,
    "protection": _PROTECTION,
    "sign": Question("An amount has no sign: say a number above zero."),
    "priced": _PRICED,
    "which": Question(
        "Which order? I take away one at a time, or all: `cancel order 2`, `cancel all my orders`. "
        "`my orders` lists them."
    ),
}


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """The order in a message, None where it is about something else."""
    return _understood((text,), vocabulary)


def answered(text: str, pending: Pending, vocabulary: Vocabulary) -> Understood | None:
    """The order that an answer completes; None where no order is open."""
    return _understood((*pending.said, text), vocabulary) if pending.missing.startswith(OPEN) else None


def _understood(said: Sequence[str], vocabulary: Vocabulary) -> Understood | None:
    found = order(said, vocabulary)
    if found is None:
        return None
    if isinstance(found, Half):
        return Understood(None, question=question(found))
    first = Origin(0, len(said[0]), said[0], 1 - len(said))
    if isinstance(found, Cancel):
        return Understood(found, dict.fromkeys(("action", "ref"), first))
    return Understood(found, origins(found, said, first))


def origins(found: Order, said: Sequence[str], first: Origin) -> dict[str, Origin]:
    """Every field is in the message; the answers stand beside it, the last of them as the origin of what was open."""
    fields = dict.fromkeys((name for name, value in found.model_dump().items() if value is not None), first)
    for place, text in enumerate(said[1:], 2 - len(said)):
        fields[f"answer{-place}"] = Origin(0, len(text), text, place)
    return fields


def question(half: Half) -> Question:
    """What is asked where an order lacks something."""
    match half.missing:
        case "amount":
            return Question(questions.how_much(half.asset).text, f"{OPEN}amount")
        case "given":
            return Question(
                f"Say how much {half.asset} you give, so that the most it takes is fixed. "
                "It is like `100 USDC into ETH every Monday at 9`."
            )
        case "trade":
            return questions.not_understood(half.words)
        case _:
            return _OPEN.get(half.missing, _WAY)
