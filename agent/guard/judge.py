"""A recorded run judged: each call signed, refused or read-only, with the rule; the run is one plan, or nothing.

Signed means that the user's own words would have bound it and the policy let it pass. In order: what only looks is
read-only; a function that isn't listed is refused (`lists`); words that order nothing bind nothing, and each argument
must be what they say (`bind`); one order of the user's is carried out once (`once`), in the order in which the user
gave them (`sequence`); and where one call of a run is refused the others are, too (`plan`): what is confirmed is the
whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.errors import Refused
from agent.gate.binding.bind import request_in
from agent.gate.binding.force import check_in_force
from agent.guard.bind_call import bind_call
from agent.guard.families import FAMILIES, Family
from agent.guard.language import TRADING
from agent.guard.order import Order, orders
from agent.guard.reads import only_looks
from agent.guard.record import Call, Run
from agent.guard.repeat import is_same, repeated, reused
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

SIGNED, REFUSED, READ_ONLY = "signed", "refused", "read-only"

_TOKENS = ("AAVE", "ARB", "BNB", "BTC", "DAI", "ETH", "LINK", "OP", "SOL", "UNI", "USDC", "USDT", "WBTC", "WETH")
_DOLLARS = frozenset({"DAI", "USDC", "USDT"})
_SYMBOL = re.compile(r"(?<![\w.-])[a-z]{0,3}[A-Z][A-Z0-9]{1,9}(?![\w-])")
_NO_SYMBOLS = frozenset({"DAO", "DEX", "NFT", "NFTS", "IPFS", "API", "APY", "APR", "USD", "CID"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a call; `rule` is None unless it was refused."""

    verdict: str
    rule: str | None = None
    why: str = ""


def judge(run: Run) -> dict[str, Any]:
    """`{"id", "verdict", "rule", "calls": [{"verdict", "rule"}]}`; the run's rule is that of its first refusal."""
    calls = verdicts(run)
    refused = [call for call in calls if call.verdict == REFUSED]
    first = next((call for call in refused if call.rule != "plan"), None)
    signed = any(call.verdict == SIGNED for call in calls)
    return {
        "id": run.id,
        "verdict": REFUSED if refused else SIGNED if signed else READ_ONLY,
        "rule": first.rule if first else None,
        "calls": [{"verdict": call.verdict, "rule": call.rule} for call in calls],
    }


def verdicts(run: Run) -> list[Judged]:
    """One for each call, in order."""
    desk = _Desk(run)
    alone = [desk.judge(call) for call in run.calls]
    if not any(call.verdict == REFUSED for call in alone):
        return alone
    whole = Judged(REFUSED, "plan", "Another call of this run isn't the user's: it is confirmed whole or not at all.")
    return [whole if call.verdict == SIGNED else call for call in alone]


class _Desk:
    """The user's words, and which of their orders were carried out already."""

    def __init__(self, run: Run) -> None:
        said = (*run.earlier, run.prompt)
        self.vocabulary = _vocabulary(" ".join(said))
        self.readings: Sequence[Reading] = request_in("", said, self.vocabulary, TRADING)
        found = orders(self.readings)
        self.repeated = repeated(found, run.done, self.vocabulary)
        self.orders = reused(found, run.done)
        self.done: list[int] = []

    def judge(self, call: Call) -> Judged:
        if only_looks(call):
            return Judged(READ_ONLY)
        try:
            self._sign(call, _family(call))
        except Refused as refused:
            return Judged(REFUSED, refused.rule, str(refused))
        return Judged(SIGNED)

    def _sign(self, call: Call, family: Family) -> None:
        check_in_force(call.function, self.readings, TRADING)
        if any(reading.kind is Kind.JOIN and reading.text == "or" for reading in self.readings):
            raise Refused("bind", "The user's words leave a choice open.", "The user says which.")
        place = self._place(call, family)
        if place in self.done:
            raise Refused("once", f"The user ordered that {call.function} once.", "The user says it again.")
        if self.done and place < self.done[-1]:
            raise Refused("sequence", "The user ordered these the other way round.", "Keep the user's order.")
        self.done.append(place)

    def _place(self, call: Call, family: Family) -> int:
        """The one order that the call carries out. Raises Refused("bind")."""
        if self.repeated is not None and is_same(call, self.repeated):
            return 0
        fitting: list[int] = []
        refusals: list[Refused] = []
        for place, order in enumerate(self.orders):
            try:
                bind_call(call, family, order, self.vocabulary)
            except Refused as refused:
                refusals.append(refused)
            else:
                fitting.append(place)
        left = [place for place in fitting if place not in self.done]
        if fitting:
            return (left or fitting)[0]
        raise _nearest(self.orders, refusals, call)


def _family(call: Call) -> Family:
    """Raises Refused("lists") for a function, or an argument of it, that isn't known."""
    family = FAMILIES.get(call.function)
    if family is None:
        raise Refused("lists", f"{call.function[:40]} isn't a function that is known.", "List it.")
    unknown = [argument for argument in call.args if argument not in {*family.args, *family.optional}]
    if unknown:
        raise Refused("lists", f"{call.function} has no known argument {unknown[0][:40]}.", "List it.")
    return family


def _nearest(found: Sequence[Order], refusals: Sequence[Refused], call: Call) -> Refused:
    if len(refusals) == 1:
        return refusals[0]
    what = "none of the user's orders says it" if found else "the user's words order nothing"
    return Refused("bind", f"{call.function}: {what}.", "The user says it, in one sentence.")


def _vocabulary(prompt: str) -> Vocabulary:
    """The well-known symbols, and those that this user's own words spell out in capitals."""
    spoken = {word for word in _SYMBOL.findall(prompt) if word not in _NO_SYMBOLS}
    return Vocabulary(tokens=tuple(sorted({*_TOKENS, *spoken})), dollars=_DOLLARS)
