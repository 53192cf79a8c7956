"""The wheel: what is in it and what isn't, and that it runs from a clean environment in another folder."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.e2e.environment import environment
from tests.e2e.program import READY, ROOT, TURN

PACKAGES = {"moneta", "agent", "plugins", "memory", "characters", "chains", "devnet"}
SENTENCE = '{"id":1,"text":"put 5 usdc to work","context":null}\n'
INTENT = {"action": "deposit", "asset": "USDC", "amount": {"kind": "exact", "value": "5"}, "venue": None}


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel in it."""
    return environment(wheel, tmp_path_factory.mktemp("clean"))


def test_it_carries_the_program_with_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    tracked = subprocess.run(
        ["git", "ls-files", *sorted(PACKAGES)], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert set(tracked) <= names
    assert {"agent/policy/erc20.json", "plugins/aave/pool.erc7730.json"} <= names
    assert {"agent/moneta.example.toml", "devnet/artefacts.lock", "agent/execution/signer/__main__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".db", ".pyc"))]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_runs_from_another_folder(clean: Path, tmp_path: Path) -> None:
    def moneta(*arguments: str, stdin: str = "") -> str:
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        done = subprocess.run(
            [str(clean / "moneta"), *arguments], input=stdin, cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = "import agent, devnet; print(agent.__file__, devnet.__file__)"
    found = subprocess.run([str(clean / "python"), "-c", where], cwd=tmp_path, capture_output=True, text=True)
    assert all(path.startswith(str(clean.parent)) for path in found.stdout.split()), found

    assert "demo" in moneta("--help")
    assert json.loads(moneta("schema")) == json.loads((ROOT / "docs" / "intents.schema.json").read_text())
    assert json.loads(moneta("interpret", stdin=SENTENCE)) == {"id": 1, "intent": INTENT, "question": None}
    script = "put 5 usdc to work\n/confirm\n"
    ready, preview, done = map(json.loads, moneta("demo", "--script", "-", "--json", stdin=script).splitlines())
    assert set(ready) == READY
    assert set(preview) == set(done) == TURN
    assert preview["intent"] == INTENT
    assert done["verdict"]["status"] == "settled"
    assert not list(tmp_path.iterdir()), "it left nothing behind"
