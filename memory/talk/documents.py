"""Files to read up on: text, Markdown and PDF, cut into passages that say where they stand.

A PDF is read in a process of its own, which ends in time whatever the file holds:
`python -m memory.talk.documents FILE` prints its passages as JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

LONGEST = 700
"""Characters of a passage, about a paragraph."""
MOST_BYTES = 20 * 1024 * 1024
MOST_PAGES, MOST_PASSAGES = 1_000, 4_000
PDF_SECONDS = 60.0
KINDS = (".txt", ".md", ".markdown", ".pdf")

_HEADING = re.compile(r"^(#{1,6})[ \t]+(?P<text>\S.*?)[ \t#]*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


class Unreadable(Exception):
    """The file can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `place` is where it stands in it: 'page 3', '§ Fees', 'line 12'."""

    place: str
    text: str


def passages(path: Path) -> list[Passage]:
    """The passages of a file, in order. Blocks: not for the event loop. Raises Unreadable."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"it has more than {MOST_BYTES // 1024**2} MB")
        match path.suffix.lower():
            case ".pdf":
                found: Iterable[Passage] = _of_pdf(path)
            case ".md" | ".markdown":
                found = _of_markdown(path.read_text("utf-8", "replace"))
            case _:
                found = _of_text(path.read_text("utf-8", "replace"))
        return list(found)[:MOST_PASSAGES]
    except OSError as error:
        raise Unreadable(error.strerror or "it can't be opened") from error


def _of_text(text: str) -> Iterator[Passage]:
    for line, paragraph in _paragraphs(text.splitlines()):
        yield from (Passage(f"line {line}", piece) for piece in pieces(paragraph))


def _of_markdown(text: str) -> Iterator[Passage]:
    heading, fenced = "", False
    lines: list[str] = []
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found is not None:
            yield from _section(heading, lines)
            heading, lines = found["text"], []
        else:
            lines.append(line)
    yield from _section(heading, lines)


def _section(heading: str, lines: list[str]) -> Iterator[Passage]:
    for number, paragraph in _paragraphs(lines):
        place = f"§ {heading}" if heading else f"line {number}"
        yield from (Passage(place, piece) for piece in pieces(paragraph))


def _paragraphs(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Paragraphs with the number of their first line; short ones that follow each other are one."""
    start, kept = 1, ""
    for number, line in enumerate((*lines, ""), 1):
        if line.strip():
            start = start if kept else number
            kept = f"{kept} {line.strip()}".strip()
        elif len(kept) > LONGEST // 3:
            yield start, kept
            kept = ""
        elif kept and not kept.endswith((".", ":", "!", "?", ";")):
            kept += "."
    if kept:
        yield start, kept


def pieces(paragraph: str) -> Iterator[str]:
    """A paragraph in pieces of at most LONGEST characters, cut between sentences where there are any."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(paragraph.split())):
        while len(sentence) > LONGEST:
            yield from filter(None, (kept, sentence[:LONGEST]))
            kept, sentence = "", sentence[LONGEST:]
        if len(kept) + len(sentence) >= LONGEST:
            yield kept
            kept = ""
        kept = f"{kept} {sentence}".strip()
    if kept:
        yield kept


def _of_pdf(path: Path) -> list[Passage]:
    command = [sys.executable, "-m", "memory.talk.documents", str(path.absolute())]
    try:
        done = subprocess.run(  # noqa: S603  (this very program)
            command, capture_output=True, timeout=PDF_SECONDS, check=False, cwd=Path(__file__).parents[2]
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"it takes more than {PDF_SECONDS:.0f} seconds") from error
    if done.returncode:
        raise Unreadable("it is no PDF that can be read")
    return [Passage(**each) for each in json.loads(done.stdout)]


def _pdf_here(path: str) -> Iterator[Passage]:
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(path).pages[:MOST_PAGES], 1):
        yield from (Passage(f"page {number}", piece) for piece in pieces(page.extract_text()))


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(each) for each in _pdf_here(sys.argv[1])]))
