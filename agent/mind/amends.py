"""The grammar of corrections of an order or of a position that is shown: what stands anew, or what isn't sure."""

from __future__ import annotations

from agent.intents import Origin, Question, Understood
from agent.mind.context import Context
from agent.words.amends.outcome import Unfit
from agent.words.amends.standing import amendment
from agent.words.amends.turns import amended, may_correct
from agent.words.vocabulary import Vocabulary

_UNSURE = "I changed nothing yet."
_ASKED = {
    "amount": f"How much, as a number? {_UNSURE}",
    "times": "How often, and when? I can do it every so many hours, daily, on days of the week, or on a day of the "
    f"month: say it like `every Tuesday at 10`. {_UNSURE}",
    "end": f"Until when? Say a day like `until 2027-06-01`, `for 6 months`, or `10 times`. {_UNSURE}",
    "range": f"Over which prices? Say it like `range 2,500 to 3,500` or `±10 %`. {_UNSURE}",
    "width": f"How wide? Say it like `range 2,500 to 3,500`, `±10 %`, or `full range`. {_UNSURE}",
    "pool": "I take the pool of the two tokens where the most lies around the price; it isn't chosen by its fee. "
    f"{_UNSURE}",
    "same": "Nothing is different there. Say what shall be, like `make it 50` or `every Tuesday at 10`.",
    "done": "That is done already. `my orders` lists what stands; for anything else, say the whole of it anew, and I "
    "show you a preview.",
    "kind": "An order goes by the clock or by a price, not by both: say the whole of it anew, and I show you a "
    "preview.",
    "fit": "That doesn't go with the rest of it: say the whole of it anew, and I show you a preview.",
}


def standing(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message changes of an order that stands; None where it changes none."""
    found = amendment(text, vocabulary)
    whole = Origin(0, len(text), text)
    return None if found is None else Understood(found, dict.fromkeys(("action", "ref", "change"), whole))


def read(text: str, context: Context, vocabulary: Vocabulary) -> Understood | None:
    """What a message makes of the order or the position that the user's own turns come to; None where it corrects
    none.
    """
    if not context.said or not may_correct(text, vocabulary):
        return None
    own = context.said
    found = amended((*(each.text for each in own), text), vocabulary, context.record.done, not context.record.times)
    if found is None:
        return None
    if isinstance(found.found, Unfit):
        return Understood(None, question=question(found.found))
    base = own[len(own) + found.since].text
    origins = {"action": Origin(0, len(text), text), "base": Origin(0, len(base), base, found.since)}
    return Understood(found.found, origins)


def question(unfit: Unfit) -> Question:
    """What is asked where it isn't sure what stands anew."""
    words = tuple(each[:40] for each in unfit.words)
    match unfit.what:
        case "which":
            return Question(f"Which of these: {' or '.join(f'`{each}`' for each in words)}? {_UNSURE}")
        case "side":
            return Question(f"In the place of {' or '.join(words)}? Say it like `DAI instead of USDC`. {_UNSURE}")
        case "of":
            return Question(f"How much {words[0]}? Say the whole of it anew, and I show you a preview.")
        case "price":
            return Question(f"At which price of {words[0]}? Say the whole of it anew, and I show you a preview.")
        case "old":
            return Question(f"“{words[0]}” wasn't part of it. Say the whole of it anew.")
        case "words":
            said = ", ".join(f"“{each}”" for each in words)
            return Question(f"I don't understand {said} there. {_UNSURE} Say the whole of it anew, or one change.")
    return Question(_ASKED[unfit.what])
