"""Liquidity positions moved under a mandate: what the signer holds such a plan to, whatever its size.

A plan says in its intent, which its digest covers, that it was made under a mandate. It takes one position out,
swaps what that gives at the least, and puts no more into a new one; nothing else. Whether it pays is the gate's to
know: the signer has no prices. Of which tokens the old position is it can't see, either, so it bounds the size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.errors import Refused
from agent.money import Amount, Token
from agent.plans import Plan
from agent.policy.decode import argument
from agent.policy.effects import Effect
from agent.policy.limits import totals

ACTION, REST, MARK = "reposition", "finish", "mandate"
RULE = "mandate"


@dataclass(frozen=True, slots=True)
class RangeRight:
    """At most `most` base units by symbol in one plan, one plan in `every` seconds, its fees at most `gas` wei."""

    most: Mapping[str, int]
    every: int
    gas: int


def is_mandated(plan: Plan) -> bool:
    """Whether a plan says that it moves a position under a mandate."""
    return plan.intent.get("action") == ACTION and MARK in plan.intent


def check_move(right: RangeRight | None, plan: Plan, effects: Sequence[Effect], now: int, last: int | None) -> None:
    """Raises Refused("mandate") unless the right covers the plan. `last`: Unix seconds of the move before it."""
    if right is None:
        raise Refused(
            RULE, "No mandate lets liquidity positions be moved.", "Give one: `… and keep my positions in range`."
        )
    if last is not None and now - last < right.every:
        hours = right.every // 3_600
        raise Refused(RULE, f"A position was moved less than {hours} hours ago.", "It waits until they are over.")
    if plan.max_total_fee_wei > right.gas:
        raise Refused(
            RULE,
            "The gas of this move could come to more than the mandate's whole budget.",
            "It waits until gas is cheaper; or give a larger budget.",
        )
    why = _unlike(effects)
    if why:
        raise Refused(RULE, f"That is no move of a position: {why}.", "Say it yourself, and confirm it.")
    for token, units in totals(effects).items():
        _check_size(right, token, units)


def _check_size(right: RangeRight, token: Token, units: int) -> None:
    most = right.most.get(token.symbol, 0)
    if units > most:
        raise Refused(
            RULE,
            f"It would move {Amount(units, token)}; the mandate lets positions move {Amount(most, token)} at once.",
            "Give a mandate with larger moves, or say it yourself.",
        )


def _unlike(effects: Sequence[Effect]) -> str:
    """Why the effects aren't those of one position that is moved, with nothing of the wallet; '' where they are."""
    leaves = [each for each in effects if each.direction == "leave"]
    swaps = [each for each in effects if each.direction == "swap"]
    entries = [each for each in effects if each.direction == "enter"]
    rest = [each for each in effects if each.direction not in ("leave", "swap", "enter", "approve")]
    if rest or len(entries) != 1 or len(swaps) > 1 or not leaves:
        return "it does something else, too"
    (entry,) = entries
    if entry.along is None or any(each.unit != "position" or each.contract != entry.contract for each in leaves):
        return "what is taken out and what goes in aren't at one place"
    if len({_number(each) for each in leaves}) != 1:
        return "more than one position is taken out"
    given = next((_given(each) for each in leaves if each.entry and each.entry.gives), None)
    if given is None:
        return "nothing says what the position gives at the least"
    return _beyond(entry, swaps, given)


def _beyond(entry: Effect, swaps: Sequence[Effect], given: tuple[int, int]) -> str:
    """Whether more goes in than came out."""
    for side, least in zip(entry.sides, given, strict=True):
        paid = sum(each.units for each in swaps if each.token == side.token)
        back = sum(each.least for each in swaps if each.to == side.token)
        if paid > least or side.units > least - paid + back:
            return f"it takes {side.token.symbol} out of the wallet"
    if any({each.token, each.to} != {side.token for side in entry.sides} for each in swaps):
        return "it swaps other tokens"
    return ""


def _number(effect: Effect) -> int:
    return int(argument(effect.args, str(effect.entry.position))) if effect.entry else -1


def _given(effect: Effect) -> tuple[int, int]:
    first, second = effect.entry.gives if effect.entry else ("", "")
    return int(argument(effect.args, first)), int(argument(effect.args, second))
