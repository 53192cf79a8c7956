"""docs/plugins.md, followed as it stands: from nothing to a deposit in a venue of one's own, from wheels."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.environment import environment
from tests.e2e.program import ROOT

SECTION = (ROOT / "docs" / "plugins.md").read_text().split("\n## ")[1]
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
VENUE = "harbour:stata-prime-USDC:USDC"
SECONDS = 300


@pytest.fixture(scope="module")
def said(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block printed. Pip is kept from any index, and builds with what is here."""
    folder = tmp_path_factory.mktemp("reader")
    bin_folder = environment(wheel, tmp_path_factory.mktemp("environment"))
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MONETA_FIRST", "PIP_"))}
    env |= {"PATH": f"{bin_folder}:{env['PATH']}", "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    env |= {
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    script = "\necho '=====' \n".join(BLOCKS)
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    finally:
        down = [str(bin_folder / "moneta"), "devnet", "down", "--dir", "play"]
        subprocess.run(down, cwd=folder, env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("=====")


def test_what_is_shown_is_what_is_written() -> None:
    (shown,) = re.findall(r"^```py\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
    assert shown in (ROOT / "agent" / "skeleton" / "package" / "venue.py.txt").read_text()


@pytest.mark.timeout(SECONDS + 60)
def test_from_nothing_to_a_deposit(said: list[str]) -> None:
    new, built, seen, listed, chat = said
    assert "harbour/harbour/venue.py" in new
    assert new.rstrip().endswith("usable")

    assert "2 passed" in built
    (row,) = [line for line in built.splitlines() if line.startswith("harbour ")]
    assert row.split()[:4] == ["harbour", "0.1.0", "harbour", "on"]

    (row,) = [line for line in seen.splitlines() if line.startswith(VENUE)]
    assert re.search(r"\d\.\d\d %", row)
    assert "not offered, because the operator's policy doesn't list it" in row
    assert "harbour-vault, sha256 " in listed
    assert f"{VENUE} is listed: money may go in." in listed

    preview, done, portfolio = [json.loads(line) for line in chat.splitlines() if line.startswith('{"turn"')]
    assert preview["verdict"]["status"] == "ready"
    assert [step["function"].partition("(")[0] for step in preview["plan"]["steps"]] == ["approve", "deposit"]
    assert done["verdict"]["status"] == "settled"
    assert done["txs"]
    assert VENUE in portfolio["reply"]
