"""Approvals: exactly what the next step spends, through zero where something was left, taken back on failure."""

from __future__ import annotations

from agent.money import Address, Token
from agent.plans import Role, Step

APPROVE = "approve(address spender,uint256 amount)"


def approve(token: Token, spender: Address, units: int, role: Role) -> Step:
    """The step that lets `spender` take `units` base units of the account's `token`."""
    if token.address is None:
        raise ValueError("the native coin needs no approval")
    return Step(token.address, token.symbol, APPROVE, (spender, units), role=role)


def around(steps: tuple[Step, ...], token: Token, spender: Address, units: int, present: int) -> tuple[Step, ...]:
    """`steps` with the approval that they need before them and its clean-up behind them.

    `present` is the allowance that stands now: non-zero to non-zero goes through zero (some tokens demand it).
    The clean-up runs only where the plan stops after its approval.
    """
    through_zero = (approve(token, spender, 0, Role.APPROVAL),) if present else ()
    before = (*through_zero, approve(token, spender, units, Role.APPROVAL))
    return (*before, *steps, approve(token, spender, 0, Role.CLEANUP))
