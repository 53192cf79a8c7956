"""Writes a conversation down for docs/: its words, its buttons, its pictures."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.chats import Told
from tests.e2e.program import ROOT

WANTED = "MONETA_WRITE_DOCS"
PICTURES = "pictures"


class Transcript:
    """What was said on one platform, in the order in which it was."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self._parts: list[str] = []
        self._pictures: list[bytes] = []

    def said(self, text: str) -> None:
        self._parts.append(f"**Ada:** {text}")

    def pressed(self, label: str) -> None:
        self._parts.append(f"**Ada** presses **{label}**")

    def told(self, told: Told) -> None:
        """The bot's words as a block, so that nothing in them is markup here."""
        shown = [f"**Moneta:**\n\n~~~~text\n{told.text.strip()}\n~~~~"]
        for png in told.pictures:
            self._pictures.append(png)
            shown.append(f"![a picture]({self._link(len(self._pictures))})")
        if told.labels:
            shown.append(" ".join(f"`[{label}]`" for label in told.labels))
        self._parts.append("\n\n".join(shown))

    def write(self) -> None:
        """Writes docs/transcripts/PLATFORM.md and its pictures, where MONETA_WRITE_DOCS=1 asks for it."""
        if os.environ.get(WANTED) != "1":
            return
        docs = ROOT / "docs"
        for folder in ("transcripts", PICTURES):
            (docs / folder).mkdir(exist_ok=True)
        for number, png in enumerate(self._pictures, 1):
            (docs / "transcripts" / self._link(number)).resolve().write_bytes(png)
        about = (
            f"# The whole story, in {self.platform.title()}\n\n"
            "Written by `MONETA_WRITE_DOCS=1 python -m pytest tests/e2e/test_chats_story.py`: `moneta run` on "
            "devnet, the unpatched library, a server on the same machine that speaks the platform's protocol.\n"
        )
        text = "\n\n".join([about.strip(), *self._parts]) + "\n"
        (docs / "transcripts" / f"{self.platform}.md").write_text(text, encoding="utf-8")

    def _link(self, number: int) -> str:
        return str(Path("..") / PICTURES / f"{self.platform}-{number}.png")
