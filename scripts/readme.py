"""Fills the README's transcript and figures in from real runs. Run it from the repository's root.

python scripts/readme.py transcript            runs the demo on docs/story.txt
python scripts/readme.py figures BENCH.jsonl   takes the lines that `make bench` printed
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

README = Path("README.md")


def fill(name: str, text: str) -> None:
    """Replaces what stands between `<!-- name -->` and `<!-- /name -->`."""
    mark = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    page = README.read_text(encoding="utf-8")
    if not mark.search(page):
        raise SystemExit(f"README.md has no place for {name}")
    README.write_text(mark.sub(lambda _: f"<!-- {name} -->\n{text}\n<!-- /{name} -->", page), encoding="utf-8")


def transcript() -> str:
    """The demo's own output."""
    command = [sys.executable, "-m", "moneta", "demo", "--script", "docs/story.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (our own program)
    return "```text\n" + done.stdout.strip() + "\n```"


def figures(path: Path) -> str:
    """A table of the benchmark's JSON lines."""
    rows = ["| figure | value | target | holds |", "|---|---|---|---|"]
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join([*rows, *(_row(json.loads(line)) for line in lines if line.startswith("{"))])


def _row(figure: dict[str, object]) -> str:
    holds = {True: "yes", False: "**no**"}.get(figure["holds"], "") if figure["target"] is not None else ""  # type: ignore[call-overload]
    target = figure["target"] if figure["target"] is not None else ""
    return f"| {figure['name']} | {figure['value']} {figure['unit']} | {target} | {holds} |"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["transcript"]:
            fill("transcript", transcript())
        case ["figures", path]:
            fill("figures", figures(Path(path)))
        case _:
            raise SystemExit(__doc__)
