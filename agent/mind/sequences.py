"""The grammar of steps: "withdraw 100 dai from aave, swap it to usdc and put it in morpho", "move … from … to …".

Each step takes all that the one before it gave; a part of it, or a thing beside it, is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent import intents
from agent.intents import All, Origin, Question, Understood
from agent.mind import questions
from agent.mind.grammar import Asks, command
from agent.mind.swaps import ALL_OF_IT, check_rest, strays, venue_of
from agent.words.reading.clauses import Clause, action_of
from agent.words.reading.readings import Kind
from agent.words.reading.trades import passes_on, slips, takes_all
from agent.words.vocabulary import Vocabulary

_SHAPES = (["withdraw", "deposit"], ["withdraw", "swap"], ["withdraw", "swap", "deposit"])
INTO_WHAT = Question("Which token shall I swap all of it to? Say it in one sentence, with all its steps.")
AGAIN = "Say it in one sentence, with all its steps."


def read(found: Sequence[Clause], vocabulary: Vocabulary) -> Understood | None:
    """What clauses that begin with a withdrawal ask for; None where they don't, or where other steps follow."""
    if [action_of(clause) for clause in found] not in _SHAPES:
        return None
    first = command(_without_join(found[0]), vocabulary)
    if not isinstance(first.intent, intents.Withdraw):
        asked = first.question or questions.ONE_AT_A_TIME
        return Understood(None, question=Question(f"{asked.text} {AGAIN}" if asked.missing else asked.text))
    try:
        return _steps(first.intent, first.origins, found[1:])
    except Asks as asks:
        return Understood(None, question=Question(asks.question.text))


def _without_join(clause: Clause) -> Clause:
    """The clause without the "and" or "then" that leads on to the next one."""
    placed = clause.placed
    while placed and placed[-1].reading.kind is Kind.JOIN and placed[-1].reading.text == "and":
        placed = placed[:-1]
    return replace(clause, placed=placed)


def _steps(first: intents.Withdraw, origins: dict[str, Origin], rest: Sequence[Clause]) -> Understood:
    steps: list[intents.Intent] = [first]
    told = {name if name == "action" else f"steps.0.{name}": origin for name, origin in origins.items()}
    asset = first.asset
    for place, clause in enumerate(rest, start=1):
        if action_of(clause) == "swap":
            steps.append(_swap(clause, asset, told, place))
            asset = steps[-1].to_asset if isinstance(steps[-1], intents.Swap) else asset
            continue
        check_rest(clause)
        if not takes_all(clause, asset):
            raise Asks(ALL_OF_IT)
        steps.append(intents.Deposit(asset=asset, amount=All(), venue=venue_of(clause, asset)))
        for venue in clause.of(Kind.VENUE)[-1:]:
            told[f"steps.{place}.venue"] = venue.origin
    return Understood(intents.parse({"action": "sequence", "steps": [step.model_dump() for step in steps]}), told)


def _swap(clause: Clause, asset: str, told: dict[str, Origin], place: int) -> intents.Swap:
    tight, wanted = slips(clause), passes_on(clause, asset)
    if tight is not None:
        raise Asks(questions.slippage(tight.words))
    if wanted is None:
        raise Asks(INTO_WHAT)
    others = list(strays(clause, answering=True))
    if others:
        raise Asks(questions.not_understood(others))
    told[f"steps.{place}.to_asset"] = wanted.origin
    return intents.Swap(asset=asset, amount=All(), to_asset=wanted.text, to_amount=None)
