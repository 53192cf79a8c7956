"""`python -m scripts.chains [--check]`: writes chains/*.toml; with --check only says which differ, exit 1."""

from __future__ import annotations

import sys

import chains
from devnet.progress import to_stderr
from scripts.chains.books import fetched
from scripts.chains.making import chain_file, picks, written


def main(arguments: list[str]) -> int:
    books = fetched(to_stderr)
    stale = []
    for name, pick in picks().items():
        text, file = written(chain_file(books, name, pick)), chains.FOLDER / f"{name}.toml"
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                file.write_text(text, encoding="utf-8")
    said = "differs from the books" if "--check" in arguments else "written"
    sys.stderr.write("".join(f"chains/{name}.toml: {said}\n" for name in stale) or "chains/: nothing to change\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
