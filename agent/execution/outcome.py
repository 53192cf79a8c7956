"""What became of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class End(StrEnum):
    """PENDING: something was sent and its fate isn't known yet. It is looked up again; nothing is sent twice."""

    SETTLED = "settled"
    PARTIAL = "partial"
    VOID = "void"
    PENDING = "running"


@dataclass(frozen=True, slots=True)
class Sent:
    """One transaction as a person sees it: `status` is 'mined', 'reverted', 'cancelled' or 'pending'."""

    hash: str
    status: str
    block: int | None
    gas_used: int | None

    def as_json(self) -> dict[str, str | int | None]:
        return {"hash": self.hash, "status": self.status, "block": self.block, "gas_used": self.gas_used}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done` and `undone` are steps in words; `changes` are base units by token that receipts prove.

    `shallow` says of a pending one of which everything is mined how deep it has to be yet; '' for all others.
    `ordered`: pending is an order, which somebody else may fill.
    """

    end: End
    reason: str
    txs: tuple[Sent, ...] = ()
    done: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    changes: dict[str, int] = field(default_factory=dict)
    shallow: str = ""
    ordered: bool = False
