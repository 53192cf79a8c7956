"""`python -m scripts.chains [--check]`: writes chains/*.toml and the tables of docs/chains.md.

With --check it only says which differ from what it would write, and exits 1 where one does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import chains
from devnet.progress import to_stderr
from scripts.chains import page
from scripts.chains.books import fetched
from scripts.chains.making import chain_file, picks, written


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    books = fetched(to_stderr)
    stale = [
        file
        for name, pick in picks().items()
        if _differs(file := chains.FOLDER / f"{name}.toml", written(chain_file(books, name, pick)), check)
    ]
    told = page.PAGE.read_text(encoding="utf-8")
    if _differs(page.PAGE, page.filled(told), check):
        stale.append(page.PAGE)
    said = "differs" if check else "written"
    sys.stderr.write("".join(f"{file.name}: {said}\n" for file in stale) or "nothing to change\n")
    return 1 if stale and check else 0


def _differs(file: Path, text: str, check: bool) -> bool:
    """Whether the file has another text; without `check` it then gets this one."""
    same = file.is_file() and file.read_text(encoding="utf-8") == text
    if not same and not check:
        file.write_text(text, encoding="utf-8")
    return not same


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
