"""A body as one Discord message: an embed, files for what doesn't fit, buttons. Text from outside stays text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from agent.harmless import harmless, visible
from agent.replies.body import Body, Pressable
from agent.replies.reply import Status, Table, table_text

MOST_DESCRIPTION, MOST_EMBED, MOST_FIELD, MOST_TITLE = 4096, 6000, 1024, 256
MOST_FILES, MOST_BUTTONS, MOST_LABEL = 10, 25, 80
FENCE = len("```\n\n```\n")
PLAN = "I have a plan for you. Only you can open it."
EYES_ONLY = "That is for your eyes only."
IN_DIRECT_MESSAGE = "That is for your eyes only: I sent it to you in a direct message."
NO_DIRECT_MESSAGE = (
    "That is for your eyes only, and you don't take direct messages from me. Allow them and write to me there: "
    "it comes then. Or use a slash command."
)

COLOURS = {
    Status.READY: discord.Colour.blurple(),
    Status.SETTLED: discord.Colour.green(),
    Status.REFUSED: discord.Colour.red(),
    Status.PARTIAL: discord.Colour.gold(),
    Status.VOID: discord.Colour.gold(),
    Status.ASKED: discord.Colour.teal(),
}
STYLES = {
    "confirm": discord.ButtonStyle.success,
    "cancel": discord.ButtonStyle.danger,
    "open": discord.ButtonStyle.primary,
}
PERSONAL = frozenset({Status.SETTLED, Status.PARTIAL, Status.VOID, Status.REFUSED})
_MARKS = re.compile(r"[\\_*~|`\[\]<]|^[ \t]*[>#-]", re.MULTILINE)
FORMULAS = frozenset("=@+-\t\r")
_NUMBER = re.compile(r"[+-][\d.,]+ ?%?")
_CODE = re.compile(r"(`[^`\n]+`)")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message. Files are read once: render again for another try."""

    embed: discord.Embed
    files: Sequence[discord.File] = ()
    view: discord.ui.View | None = None


def personal(body: Body) -> bool:
    """Others in a channel must not see it: balances, or what became of somebody's money."""
    return body.private or body.status in PERSONAL


def opens(body: Body) -> list[Pressable]:
    """The button behind which a preview waits for its asker alone."""
    return [button for button in body.buttons if button.press == "open"]


def notice(text: str, buttons: Sequence[Pressable] = ()) -> Shown:
    """A few words of the adapter's own, or of a plan that its asker opens."""
    return Shown(discord.Embed(description=escaped(text)), view=view(buttons))


def shown(body: Body) -> Shown:
    """All of a body, for those who may see it."""
    embed = discord.Embed(title=escaped(body.title)[:MOST_TITLE] or None, colour=_colour(body.status))
    files = [_file(f"{index}-{p.name}" if index else p.name, p.png) for index, p in enumerate(body.pictures)]
    text, more = _fitting(body.text, "reply.txt")
    files += more
    for name, lines in _grouped(body.lines).items():
        value = "\n".join(lines)
        if len(value) > MOST_FIELD or len(embed) + len(name) + len(value) + len(text) > MOST_EMBED - 200:
            files.append(_file(f"{_slug(name)}.txt", "\n".join(t for w, t in body.lines).encode()))
            value = _cut(value, min(MOST_FIELD, 200))
        embed.add_field(name=_seen(escaped(name)), value=_seen(value), inline=len(value) < 40)
    if body.table:
        room = min(MOST_DESCRIPTION, MOST_EMBED - len(embed)) - len(text) - FENCE
        block, more = _table(body.table, room)
        text, files = f"{text}\n{block}", files + more
    embed.description = _seen(text)
    if body.pictures and body.pictures[0].is_shown:
        embed.set_image(url=f"attachment://{files[0].filename}")
        captions = "\n".join(picture.caption for picture in body.pictures)
        embed.set_footer(text=_cut(harmless(captions), max(1, min(1024, MOST_EMBED - len(embed)))))
    buttons = [button for button in body.buttons if button.press != "open"]
    return Shown(embed, files[:MOST_FILES], view(buttons))


def view(buttons: Iterable[Pressable]) -> discord.ui.View | None:
    """Buttons whose custom ids are rows of the ledger. The library is told to forget them: presses come as events."""
    made = discord.ui.View(timeout=None)
    for button in list(buttons)[:MOST_BUTTONS]:
        style = STYLES.get(button.press, discord.ButtonStyle.secondary)
        label = _seen(_cut(harmless(button.label), MOST_LABEL))
        made.add_item(discord.ui.Button(label=label, style=style, custom_id=button.id))
    made.stop()
    return made if made.children else None


def disabled(message: discord.Message) -> discord.ui.View:
    """A message's buttons, to be seen and not pressed."""
    kept = discord.ui.View.from_message(message, timeout=None)
    for item in kept.children:
        if isinstance(item, discord.ui.Button):
            item.disabled = True
    kept.stop()
    return kept


def escaped(text: str) -> str:
    """Nothing in it formats, links or mentions; what stands between backticks shows as code."""
    pieces = _CODE.split(harmless(text))
    return "".join(piece if _CODE.fullmatch(piece) else _escaped(piece) for piece in pieces)


def _escaped(text: str) -> str:
    """The library's own escape leaves the second link of a line alive, so the marks are named here."""
    plain = _MARKS.sub(lambda mark: f"{mark.group()[:-1]}\\{mark.group()[-1]}", text)
    return discord.utils.escape_mentions(plain)


def _colour(status: str) -> discord.Colour | None:
    return COLOURS.get(Status(status)) if status else None


def _grouped(lines: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """A preview's rows by what they tell; its numbered steps together."""
    groups: dict[str, list[str]] = {}
    for what, text in lines:
        step = what.rstrip(".").isdigit()
        name = "Transactions" if step else what.capitalize()
        groups.setdefault(name, []).append(f"{what} {escaped(text)}" if step else escaped(text))
    return groups


def _fitting(text: str, name: str) -> tuple[str, list[discord.File]]:
    """The text, cut with the whole of it in a file where it is too long. Tables and fields need room, too."""
    safe = escaped(text)
    most = MOST_DESCRIPTION - 100
    if len(safe) <= most:
        return safe, []
    return _cut(safe, most) + f"\n({name} has all of it)", [_file(name, harmless(text).encode())]


def _table(table: Table, room: int) -> tuple[str, list[discord.File]]:
    """The table in a code block; as many rows as there is room for, and then all of them in a file."""
    whole = _fenced(table_text(table))
    if len(whole) <= room:
        return whole, []
    lines = table_text(table).splitlines()
    note = "The whole table is in table.csv."
    while lines and len(_fenced("\n".join(lines))) + len(note) + 1 > room:
        lines.pop()
    file = _file("table.csv", _csv(table))
    return (f"{_fenced(chr(10).join(lines))}\n{note}" if len(lines) > 1 else note), [file]


def _fenced(text: str) -> str:
    """A code block; a fence in the text can't end it. Mentions do nothing in one."""
    return "```\n" + harmless(text).replace("`", "ˋ") + "\n```"


def _csv(table: Table) -> bytes:
    """Cells that a spreadsheet would take for a formula get an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_cell(harmless(cell)) for cell in row] for row in (table.columns, *table.rows))
    return out.getvalue().encode()


def _cell(text: str) -> str:
    formula = text[:1] in FORMULAS and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def _seen(text: str) -> str:
    """Discord takes no part of a message, and no button, without anything to see."""
    return text if visible(text) else "…"


def _file(name: str, data: bytes) -> discord.File:
    return discord.File(io.BytesIO(data), filename=name)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "more"
