"""Draws docs/demo.svg: a real run of the demo, as a terminal shows it. Run it from the repository's root.

python scripts/picture.py
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

import devnet
from agent.chat.lines import Lines
from agent.chat.terminal import Terminal
from agent.commands import places
from agent.compose import open_instance
from agent.config import Settings

STORY = ("put 1,000 USDC to work", "y", "advance 30 days", "how am I doing?", "get me out of everything", "y", "exit")
WIDTH = 118
# Rich's own SVG template loads its font from the web; a picture in a repository shouldn't.
NO_WEB_FONT = ("@font-face", "}")


class Still(Console):
    """A console whose spinner doesn't turn: a picture would show every frame of it."""

    def status(self, *_: Any, **__: Any) -> Any:
        return contextlib.nullcontext()


def typed(console: Console) -> Lines:
    """The story's lines, shown as if somebody typed them."""
    lines = iter(STORY)

    async def line(prompt: str) -> str | None:
        text = next(lines, None)
        if text is not None and text != "exit":
            console.print(Text(prompt, "bold") + Text(text, "bold green"))
        return text

    return line


async def draw(folder: Path) -> str:
    """The SVG of one run on a devnet of its own."""
    console = Still(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with devnet.start(folder) as node:
        place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
        async with open_instance(place, Settings()) as instance:
            await places.fund(place, instance.world.account)
            terminal = Terminal(instance.service, typed(console), console)
            await terminal.run(await instance.service.runtime.viewing.greeting())
    return without_web_fonts(console.export_svg(title="moneta demo", theme=DIMMED_MONOKAI))


def without_web_fonts(svg: str) -> str:
    """The SVG with its `@font-face` rules cut out; the viewer's own monospace font serves."""
    start, end = NO_WEB_FONT
    while start in svg:
        head, _, tail = svg.partition(start)
        svg = head.rstrip() + "\n" + tail.partition(end)[2].lstrip()
    return svg.replace("Fira Code", "DejaVu Sans Mono").rstrip() + "\n"


if __name__ == "__main__":
    devnet.setup()
    with tempfile.TemporaryDirectory() as temporary:
        Path("docs/demo.svg").write_text(asyncio.run(draw(Path(temporary))), encoding="utf-8")
