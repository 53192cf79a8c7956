"""Settings of a model: half a setting refuses, a key comes from a file only, LangChain stays unloaded without one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.character import Character
from agent.config import Settings
from agent.errors import Refused
from agent.mind.configured import mind_of
from agent.mind.endpoint import Endpoint
from agent.mind.model import key_from
from agent.mind.models import Models

pytestmark = pytest.mark.unit

ADA = Character("Ada")


def test_without_settings_there_is_no_model() -> None:
    assert mind_of(Settings(), ADA).model is None


@pytest.mark.parametrize(
    ("model", "url"), [("m", ""), ("", "http://127.0.0.1:1/v1"), ("m", "127.0.0.1:1"), ("m", "file:///x")]
)
def test_half_a_setting_refuses(model: str, url: str) -> None:
    with pytest.raises(Refused) as refused:
        mind_of(Settings(model=model, model_url=url), ADA)
    assert refused.value.rule == "model"


def test_the_key_comes_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    path.write_text("secret-canary\n")
    monkeypatch.setenv("MONETA_MODEL", "m")
    monkeypatch.setenv("MONETA_MODEL_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("MONETA_MODEL_KEY_FILE", str(path))
    mind = mind_of(Settings(), ADA)
    assert isinstance(mind.model, Models)
    assert isinstance(mind.model.entries["m"].model, Endpoint)
    assert key_from(path) == "secret-canary"
    assert "secret-canary" not in repr(mind)
    assert key_from(None) == "none"


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", b"\xff\xfe", "ключ".encode()])
def test_a_file_without_a_key_refuses_without_telling_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(Refused, match="MONETA_MODEL_KEY_FILE"):
        key_from(path)
    with pytest.raises(Refused):
        key_from(tmp_path / "absent")


def test_langchain_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from agent.config import Settings; from agent.character import default;"
        "from agent.mind.configured import mind_of;"
        "mind_of(Settings(model='m', model_url='http://127.0.0.1:1/v1'), default());"
        "print([name for name in sys.modules if name.split('.')[0] in ('langchain_core', 'openai', 'httpx')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
