"""What counts against a day, against all time, and what needs a code: pure rules that gate and signer share.

Counted is what leaves the account's own hands: entries, transfers, what a swap gives, and what pays a debt. Exits and
approvals aren't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.errors import Refused
from agent.money import Address, Amount, Token
from agent.policy.effects import Effect
from agent.policy.policy import Policy

DAY_SECONDS = 86_400
COUNTED = ("enter", "transfer", "swap", "repay")


@dataclass(frozen=True, slots=True)
class Moved:
    """Base units of one token that an account has moved: within the last 24 hours, and in all."""

    day: int = 0
    all: int = 0


def counts(effect: Effect) -> bool:
    """Whether a call's units count against the caps of a day and of all time."""
    return effect.direction in COUNTED


def bounded(effects: Sequence[Effect]) -> list[Effect]:
    """The calls of a plan in base units of their tokens: a debt that is paid in shares of it costs what the approval
    before it lets it take, and no more. Raises Refused("approvals") where there is none.
    """
    allowed: dict[tuple[Address | None, Token], int] = {}
    found: list[Effect] = []
    for effect in effects:
        if effect.direction == "approve":
            allowed[effect.spender, effect.token] = effect.units
        if effect.direction == "repay" and effect.unit == "shares":
            most = allowed.get((effect.contract.address if effect.contract else None, effect.token), 0)
            if not most:
                raise Refused(
                    "approvals",
                    f"A debt in {effect.token.symbol} is paid in shares, and no approval bounds what that costs.",
                    "Ask for a new preview.",
                )
            effect = replace(effect, units=most, unit="token")
        found.append(effect)
    return found


def totals(effects: Sequence[Effect]) -> dict[Token, int]:
    """Base units by token that these calls move, at their most. `effects` are `bounded`."""
    found: dict[Token, int] = {}
    for effect in effects:
        for part in effect.sides if counts(effect) else ():
            found[part.token] = found.get(part.token, 0) + part.units
    return found


def check_totals(policy: Policy, token: Token, units: int, moved: Moved) -> None:
    """Raises Refused("day-cap") or Refused("lifetime-cap") where `units` more go beyond what may be moved."""
    limits = (
        ("day-cap", policy.day_caps, moved.day, "within 24 hours", "Wait, move less, or let the operator raise it."),
        ("lifetime-cap", policy.lifetime_caps, moved.all, "in all", "Move less, or let the operator raise it."),
    )
    for rule, caps, before, when, remedy in limits:
        cap = caps.get(token.symbol)
        if cap is not None and before + units > cap:
            raise Refused(
                rule,
                f"{Amount(units, token)} more would make {Amount(before + units, token)} {when}; the cap is "
                f"{Amount(cap, token)}. What was signed counts, mined or not.",
                remedy,
            )


def needs_code(policy: Policy, effects: Sequence[Effect]) -> Amount | None:
    """What these calls move together of the first token that is above its step-up threshold, None where none is.

    The sum counts: cut into pieces, a large move is no smaller.
    """
    for token, units in totals(effects).items():
        most = policy.step_up.get(token.symbol)
        if most is not None and units > most:
            return Amount(units, token)
    return None
