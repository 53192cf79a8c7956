"""The grammar of debts: a message that pays what is owed."""

from __future__ import annotations

from agent.intents import Origin, Question, Understood
from agent.words.requests.repays import Open, repayment
from agent.words.vocabulary import Vocabulary

HOW = "Say it like `repay 100 USDC at aave core`, or `repay everything`."


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message pays back, None where it is about something else."""
    found = repayment(text, vocabulary)
    if found is None:
        return None
    if isinstance(found, Open):
        return Understood(None, question=Question(_asked(found)))
    whole = Origin(0, len(text), text)
    said = (name for name, value in found.model_dump().items() if value is not None)
    return Understood(found, dict.fromkeys(said, whole))


def _asked(found: Open) -> str:
    match found.missing:
        case "venue" if found.fitting:
            return f"Where: {' or '.join(found.fitting)}? {HOW}"
        case "venue":
            return f"I know no such venue for {found.asset}. {HOW}"
        case "asset":
            return f"Which token do you owe that you want to pay? {HOW}"
    of = f" {found.asset}" if found.asset else ""
    return f"How much{of}: an amount, half, or all of it? {HOW}"
