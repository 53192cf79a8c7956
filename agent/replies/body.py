"""A reply as a channel renders it, kept in the outbox until it is delivered: plain data, no markup."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.gate.preview import Preview
from agent.replies.reply import Picture, Reply, Table, table_text
from agent.tongues.catalogue import ENGLISH
from agent.tongues.telling import in_language


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button: the id of its row, what stands on it, and its kind (see memory.rows.ButtonRow)."""

    id: str
    label: str
    press: str


@dataclass(frozen=True, slots=True)
class Body:
    """`lines` are a preview's rows (what, text); `status` is the verdict's or ''. `private`: for the user alone."""

    text: str
    title: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    pictures: tuple[Picture, ...] = ()
    buttons: tuple[Pressable, ...] = ()
    status: str = ""
    private: bool = False

    def as_json(self) -> dict[str, Any]:
        """JSON data; pictures in base64."""
        return {
            "text": self.text,
            "title": self.title,
            "lines": [list(line) for line in self.lines],
            "table": None if self.table is None else _table_json(self.table),
            "pictures": [
                {"name": p.name, "caption": p.caption, "png": base64.b64encode(p.png).decode()} for p in self.pictures
            ],
            "buttons": [{"id": b.id, "label": b.label, "press": b.press} for b in self.buttons],
            "status": self.status,
            "private": self.private,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Body:
        """What `as_json` wrote."""
        table = data["table"]
        return cls(
            text=data["text"],
            title=data["title"],
            lines=tuple((what, text) for what, text in data["lines"]),
            table=None if table is None else _table(table),
            pictures=tuple(Picture(p["name"], p["caption"], base64.b64decode(p["png"])) for p in data["pictures"]),
            buttons=tuple(Pressable(**b) for b in data["buttons"]),
            status=data["status"],
            private=data["private"],
        )


def body_of(reply: Reply, buttons: Sequence[Pressable] = ()) -> Body:
    """What a channel shows of a reply."""
    return Body(
        text=reply.text,
        title=preview_title(reply.preview, reply.language) if reply.preview else "",
        lines=preview_lines(reply.preview, reply.language) if reply.preview else (),
        table=reply.table,
        pictures=reply.pictures,
        buttons=tuple(buttons),
        status=str(reply.verdict.status) if reply.verdict else "",
        private=reply.private,
    )


def body_text(body: Body) -> str:
    """All of a body as plain lines, its table with aligned columns."""
    lines = [f"  {what} {text}" for what, text in body.lines]
    table = [] if body.table is None else [table_text(body.table)]
    return "\n".join(part for part in (body.text, body.title, *lines, *table) if part)


def preview_title(shown: Preview, language: str = ENGLISH) -> str:
    """What stands above a preview."""
    return in_language(f"Preview on {shown.chain}", language)


def preview_lines(shown: Preview, language: str = ENGLISH) -> tuple[tuple[str, str], ...]:
    """A preview's rows: what happens, in the order of its transactions, and its bounds."""
    lines = [(f"{number}.", step) for number, step in enumerate(shown.steps, 1)]
    lines += [("balance", change) for change in shown.changes]
    lines += [("rate", f"{r.venue}: {r.before} a year now, {r.after} with this done") for r in shown.rates]
    lines += [("note", note) for note in shown.notes]
    lines += [("gas", shown.gas), ("valid", f"{shown.seconds} s"), ("digest", shown.digest[:16] + "…")]
    return tuple((in_language(what, language), in_language(text, language)) for what, text in lines)


def _table_json(table: Table) -> dict[str, Any]:
    return {"columns": list(table.columns), "rows": [list(r) for r in table.rows], "numeric": sorted(table.numeric)}


def _table(data: Mapping[str, Any]) -> Table:
    rows = tuple(tuple(row) for row in data["rows"])
    return Table(tuple(data["columns"]), rows, frozenset(data["numeric"]))
