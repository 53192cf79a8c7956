"""moneta.toml: moneta.example.toml tells every setting, what can't be meant is refused, no secret stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent.config import Settings, paths
from agent.config_file import strangers
from agent.errors import Refused
from scripts.settings import FILE, docstrings, example

EXAMPLE = FILE.read_text(encoding="utf-8")
UNCOMMENTED = re.sub(r"^#(?! |$)", "", EXAMPLE, flags=re.MULTILINE)
TELEGRAM = "123456789:" + "AbCdE" * 7
KEY = "0x" + "4c" * 32
WORDS = "test test test test test test test test test test test junk"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MONETA_{name.upper()}", raising=False)


def in_file(text: str, folder: Path = Path()) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "moneta.toml").write_text(text, encoding="utf-8")
    return Settings.of(folder)


def test_the_example_is_up_to_date() -> None:
    assert example() == EXAMPLE, "run `python -m scripts.settings`"


def test_every_setting_has_its_docstring_there() -> None:
    told = docstrings()
    assert set(told) == set(Settings.model_fields)
    assert [name for name, text in told.items() if not text] == []
    prose = " ".join(re.sub(r"^# ?", "", EXAMPLE, flags=re.MULTILINE).split())
    assert [name for name, text in told.items() if text not in prose] == []


def test_as_it_stands_it_sets_nothing() -> None:
    assert tomllib.loads(EXAMPLE) == {}
    assert in_file(EXAMPLE) == Settings()


def test_without_its_marks_it_is_the_defaults_and_all_of_it_is_taken() -> None:
    data = tomllib.loads(UNCOMMENTED)
    assert list(data) == list(Settings.model_fields)
    settings, defaults = in_file(UNCOMMENTED), Settings.model_construct()
    for name, field in Settings.model_fields.items():
        if field.default is None:
            assert getattr(settings, name) is not None
        else:
            assert getattr(settings, name) == getattr(defaults, name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plan_secnds = 5", "`plan_secnds` in moneta.toml is no setting. Did you mean plan_seconds?"),
        ('acess = "invite"', "Did you mean access?"),
        ("PLAN_SECONDS = 5", "Did you mean plan_seconds?"),
        ("colour = 5", f"`colour` in moneta.toml is no setting. {FILE} lists them."),
        ("[mandate]\ncap_usd = 5", "`mandate` in moneta.toml is no setting"),
        ("plan_seconds = ", "moneta.toml is no TOML: Invalid value"),
        ("plan_seconds = 1\nplan_seconds = 2", "is no TOML"),
        ("plan_seconds = 0", "plan_seconds can't be that: input should be greater than or equal to 1"),
        ("plan_seconds = 1.5", "plan_seconds can't be that"),
        ('access = "all"', "access can't be that: input should be 'owner', 'invite', 'allow' or 'role'"),
        ('owners = ["123"]', "owners can't be that"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        in_file(text)
    assert refused.value.rule == "settings"
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "secret", "said"),
    [
        (f'telegram_token = "{TELEGRAM}"', TELEGRAM, "name that file in telegram_token_file"),
        (f'telegram_token_file = "{TELEGRAM}"', TELEGRAM, "name that file in telegram_token_file"),
        (f'operator = "{KEY}"', KEY, "a private key"),
        (f'character = "{WORDS}"', WORDS, "a wallet's words"),
        (f'allow = ["{KEY}"]', KEY, "a private key"),
        (f'[wallet]\ninner = ["{WORDS}"]', WORDS, "a wallet's words"),
        ('password = "hunter2"', "hunter2", "chmod 600"),
        ('model_key = "hunter2"', "hunter2", "Did you mean model_key_file?"),
        ('remote_signer_url = "http://ann:hunter2@127.0.0.1:9000"', "hunter2", "an address with a password in it"),
        ('rpc_url = "https://rpc.example.org/Ab3dEfGhIjKlMnOpQrStUv"', "Ab3dEfGh", "name that file in rpc_file"),
        (f'{KEY} = "x"', KEY, "a key of 66 letters in moneta.toml is no setting"),
        (f'plan_seconds = "{KEY[:60]}"', KEY[:60], "plan_seconds can't be that"),
        (f'plan_seconds = {KEY[:60]}g', KEY[:60], "is no TOML"),
    ],
)  # fmt: skip
def test_a_secret_is_refused_and_not_repeated(text: str, secret: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        in_file(text)
    assert said in str(refused.value)
    assert secret not in f"{refused.value} {refused.value.__cause__}"


def test_a_list_in_the_environment_is_json_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONETA_OWNERS", "discord:123")
    with pytest.raises(Refused, match='A list there is JSON: \\["discord:123"\\]'):
        Settings.of()
    monkeypatch.setenv("MONETA_OWNERS", '["discord:123"]')
    assert Settings.of().owners == ("discord:123",)


def test_the_instances_own_file_comes_before_the_working_folders(tmp_path: Path) -> None:
    (tmp_path / "moneta.toml").write_text("plan_seconds = 1\nreceipt_seconds = 1\n")
    own = tmp_path / "own"
    assert in_file("plan_seconds = 2", own).plan_seconds == 2
    assert Settings.of(own).receipt_seconds == Settings.model_fields["receipt_seconds"].default  # one file, not two
    assert Settings.of(tmp_path / "none").plan_seconds == 1
    assert Settings.of(own, plan_seconds=3).plan_seconds == 3
    assert Settings.of().plan_seconds == 1


def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONETA_PLAN_SECONDS", "7")
    assert in_file("plan_seconds = 2").plan_seconds == 7


def test_files_that_it_names_lie_beside_it(tmp_path: Path) -> None:
    own, lines = tmp_path / "own", {name: f"{name}.txt" for name in sorted(paths(Settings))}
    settings = in_file("".join(f'{name} = "{value}"\n' for name, value in lines.items()), own)
    assert {name: getattr(settings, name) for name in lines} == {name: own / value for name, value in lines.items()}
    assert in_file('rpc_file = "/etc/rpc.txt"', own).rpc_file == Path("/etc/rpc.txt")
    assert in_file('rpc_file = "~/rpc.txt"', own).rpc_file == Path.home() / "rpc.txt"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MONETA_ACESS", "Did you mean MONETA_ACCESS?"),
        ("MONETA_TELEGRAM_TOKEN", "Did you mean MONETA_TELEGRAM_TOKEN_FILE?"),
        ("MONETA_COLOUR", "isn't used."),
    ],
)
def test_a_variable_that_looks_like_a_setting_is_told_of(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "hunter2")
    with capture_logs() as logs:
        Settings.of()
    (told,) = [each["event"] for each in logs if name in each["event"]]
    assert told.endswith(said)
    assert "hunter2" not in str(logs)


def test_settings_and_what_else_is_read_from_the_environment_are_no_strangers() -> None:
    known: list[Any] = [f"MONETA_{name.upper()}" for name in Settings.model_fields]
    assert strangers([*known, "MONETA_PASSWORD_FILE", "MONETA_CACHE", "PATH"], Settings.model_fields) == []


def test_settings_of_the_folder_that_one_stands_in_are_told_of(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (tmp_path / "moneta.toml").write_text("plan_seconds = 7\n")
    with capture_logs() as logs:
        assert Settings.of(own).plan_seconds == 7
    assert [each["event"] for each in logs] == [
        f"{own} has no moneta.toml: the one at {tmp_path / 'moneta.toml'} counts, whoever wrote it."
    ]
    (own / "moneta.toml").write_text("plan_seconds = 8\n")
    with capture_logs() as logs:
        assert Settings.of(own).plan_seconds == 8
        assert Settings.of(tmp_path).plan_seconds == 7
        assert Settings.of(None).plan_seconds == 7
        assert Settings.of(Path()).plan_seconds == 7
    assert logs == []


def test_quoters_are_tables_whose_keys_lie_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    said = (
        '[quoters.1inch]\nurl = "https://example.org/api"\nkey_file = "one.key"\n[quoters.velora]\nurl = "http://v"'
    )
    found = in_file(said, folder).quoters
    assert {name: (each.url, each.key_file) for name, each in found.items()} == {
        "1inch": ("https://example.org/api", folder / "one.key"),
        "velora": ("http://v", None),
    }


@pytest.mark.parametrize(
    "said",
    [
        '[quoters.1inch]\nkey_file = "k"',
        '[quoters.1inch]\nurl = "ftp://x"',
        '[quoters.1inch]\nurl = "https://x?key=1"',
        '[quoters.1inch]\nurl = "https://me@x"',
        '[quoters.1inch]\nurl = "https://x"\nkey = "abc"',
        '[quoters."One Inch"]\nurl = "https://x"',
    ],
)
def test_a_quoter_that_cannot_be_meant_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        in_file(said, tmp_path / "there")
