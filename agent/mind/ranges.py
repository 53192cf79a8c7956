"""The grammar of liquidity: a message that provides it, takes its fees, or takes it out again."""

from __future__ import annotations

from agent.intents import Origin, Question, Understood
from agent.words.liquidity.asked import Unclear, ranging
from agent.words.vocabulary import Vocabulary

_EXAMPLE = "Say it like `provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500`."
_ASKED = {
    "range": "Over which prices?",
    "amount": "How much of one of the two?",
    "tokens": "Which two tokens?",
}
_MOVED = (
    "Over which prices shall it lie? Say it like `move position 12 to 2,900 - 3,500`, or `re-centre position 12`."
)
_WHICH = (
    "Which one? `close position 9` takes a position's liquidity out, `withdraw all my USDC` a deposit, and "
    "`get me out of everything` all there is. `portfolio` lists them."
)


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message wants of liquidity positions, None where it is about something else."""
    found = ranging(text, vocabulary)
    if found is None:
        return None
    if isinstance(found, Unclear) and found.what == "prices":
        return Understood(None, question=Question(_MOVED))
    if isinstance(found, Unclear) and found.what == "which":
        return Understood(None, question=Question(_WHICH))
    if isinstance(found, Unclear):
        return Understood(None, question=Question(f"{_ASKED[found.what]} {_EXAMPLE}"))
    said = [name for name, value in found.model_dump().items() if value is not None]
    return Understood(found, dict.fromkeys(said, Origin(0, len(text), text)))
