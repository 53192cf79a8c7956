"""A reply as data: text, a table, a preview, a verdict. Every channel renders the same thing its own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.gate.preview import Preview
from agent.plans import Plan, Role, plain
from agent.tongues.catalogue import ENGLISH
from agent.tongues.telling import in_language


class Status(StrEnum):
    """How the request of a turn stands."""

    READY = "ready"
    REFUSED = "refused"
    ASKED = "asked"
    SETTLED = "settled"
    PARTIAL = "partial"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule` names what refused or voided; None where nothing did."""

    status: Status
    rule: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {"status": str(self.status), "rule": self.rule}


@dataclass(frozen=True, slots=True)
class Table:
    """Text cells; `numeric` are the columns that a renderer sets to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, with a file name and a caption that says what it shows; or another file to keep, by its name."""

    name: str
    caption: str
    png: bytes

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture to see, not a file to keep."""
        return self.name.endswith(".png")


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that a reply offers: its label and what it does. A 'say' button says `words` in its user's name."""

    label: str
    press: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent says in one turn. `plan` and `txs` have the shapes of the command-line contract.

    `private` replies (balances) are for the user's own eyes: a channel with others in it shows them elsewhere.
    `language` is the one that it is told in; its preview is in English always, as the ledger keeps it.
    """

    text: str
    table: Table | None = None
    preview: Preview | None = None
    intent: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    verdict: Verdict | None = None
    txs: tuple[dict[str, Any], ...] = field(default=())
    pictures: tuple[Picture, ...] = ()
    offers: tuple[Offer, ...] = ()
    private: bool = False
    language: str = ENGLISH

    def as_json(self) -> dict[str, Any]:
        """The part of a script's line that the reply gives; `reply` holds everything that a person would read."""
        return {
            "reply": as_text(self),
            "intent": self.intent,
            "plan": self.plan,
            "verdict": self.verdict.as_json() if self.verdict else None,
            "txs": list(self.txs),
        }


def of_error(error: MonetaError, intent: dict[str, Any] | None = None) -> Reply:
    """The reply to something that couldn't be done, told by who must act."""
    match error:
        case NeedsAnswer():
            return Reply(error.question, intent=intent, verdict=Verdict(Status.ASKED))
        case Refused():
            return Reply(f"{error} (rule: {error.rule})", intent=intent, verdict=Verdict(Status.REFUSED, error.rule))
        case Unavailable():
            verdict = Verdict(Status.REFUSED, f"unavailable:{error.dependency}")
            return Reply(f"{error.message} (unavailable: {error.dependency})", intent=intent, verdict=verdict)
        case _:
            return Reply(str(error), intent=intent, verdict=Verdict(Status.REFUSED, "error"))


def plan_json(plan: Plan, status: str) -> dict[str, Any]:
    """A plan in the shape of the command-line contract. Clean-ups aren't listed: they run only on failure."""
    return {
        "id": plan.plan_id,
        "digest": plan.digest,
        "status": status,
        "expires": plan.not_after,
        "steps": [
            {
                "to": step.to,
                "contract": step.contract,
                "function": step.function,
                "args": plain(step.args),
                "value": str(step.value),
            }
            for step in plan.steps
            if step.role is not Role.CLEANUP
        ],
        "expected": [
            {"token": c.token, "holder": c.holder, "min": str(c.min), "max": str(c.max)} for c in plan.expected
        ],
    }


def as_text(reply: Reply) -> str:
    """The whole reply as plain text, tables with aligned columns."""
    parts = [reply.text]
    if reply.preview:
        parts.append(in_language(preview_text(reply.preview), reply.language))
    if reply.table:
        parts.append(table_text(reply.table))
    parts += [f"[{'picture' if each.is_shown else 'file'} {each.name}: {each.caption}]" for each in reply.pictures]
    return "\n".join(part for part in parts if part)


def preview_text(shown: Preview) -> str:
    """A preview as plain lines."""
    lines = [f"On {shown.chain}:"]
    lines += [f"  {number}. {step}" for number, step in enumerate(shown.steps, 1)]
    lines += [f"  balance {change}" for change in shown.changes]
    lines += [f"  {rate.venue}: {rate.before} a year now, {rate.after} with this done" for rate in shown.rates]
    lines += [f"  {note}" for note in shown.notes]
    lines.append(f"  gas {shown.gas}; confirm within {shown.seconds} s")
    return "\n".join(lines)


def table_text(table: Table) -> str:
    """The table with its columns aligned by spaces."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(widths[i]) if i in table.numeric else cell.ljust(widths[i]) for i, cell in enumerate(line)
        ).rstrip()
        for line in lines
    )
