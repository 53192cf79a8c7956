"""The signer's own command line: what each command needs, what it says, and what it hands on."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer import __main__ as command
from agent.execution.signer import guard, importing, server
from agent.execution.signer.keystore import LIGHT, STRONG, addresses, unseal
from agent.execution.signer.totp import Totp, code_at
from tests.unit.signer_parts import KEY, NOW, OWNER, PASSWORD, WORDS, Bench
from tests.unit.test_signer_client import served
from tests.unit.test_signer_importing import PBKDF2, VECTOR_ACCOUNT, VECTOR_PASSWORD

pytestmark = pytest.mark.unit


class Typed(io.StringIO):
    """Standard input; `terminal` where a person types."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(autouse=True)
def hardened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What hardening would do to the tests' own process is written down instead."""
    calls: list[str] = []
    monkeypatch.setattr(guard, "harden", lambda: calls.append("hardened"))
    return calls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "signer"
    made.mkdir(mode=0o700)
    return made


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "", terminal: bool = False) -> int:
    monkeypatch.setattr(sys, "argv", ["moneta-signer", *arguments])
    monkeypatch.setattr(sys, "stdin", Typed(typed, terminal=terminal))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    return command.main()


def test_init_makes_a_keystore_of_what_it_is_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = json.dumps({"password": PASSWORD, "words": WORDS})
    assert run(monkeypatch, "init", "--dir", str(folder), "--light", typed=request + "\nmore\n") == 0
    assert json.loads(capsys.readouterr().out) == {"accounts": [OWNER]}
    text = (folder / "keystore.json").read_text()
    assert unseal(text, PASSWORD).words == WORDS
    assert str(LIGHT) in text
    assert str(STRONG) not in text


def test_init_takes_another_wallets_keystore(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {"password": PASSWORD, "keystore": PBKDF2, "keystore_password": VECTOR_PASSWORD}
    assert run(monkeypatch, "init", "--dir", str(folder), "--light", typed=json.dumps(request)) == 0
    assert json.loads(capsys.readouterr().out) == {"accounts": [VECTOR_ACCOUNT]}


def test_a_refusal_is_one_object_for_the_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "init", "--dir", str(folder), typed='{"password": "short"}\n') == 2
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {
        "error": {
            "kind": "refused",
            "rule": "password",
            "message": "The password is too short.",
            "remedy": "Use 8 characters or more.",
        }
    }
    assert printed.err == ""
    assert not (folder / "keystore.json").exists()


@pytest.mark.parametrize("failure", [ValueError("no such thing"), OSError("no such thing")])
def test_what_fails_otherwise_is_unavailable(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise failure

    monkeypatch.setitem(command._RUN, "init", fail)
    assert run(monkeypatch, "init", "--dir", str(folder)) == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": {"kind": "unavailable", "rule": "", "message": "no such thing", "remedy": ""}
    }


def test_a_refusal_is_words_for_a_person(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "import", "--dir", str(folder)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("moneta: One thing is imported at a time.")


@pytest.mark.parametrize("name", ["words", "backup"])
def test_secrets_are_shown_at_a_terminal_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    Bench(folder)
    password = folder.parent / "password"
    password.write_text(PASSWORD + "\n")
    arguments = [name, "--dir", str(folder), "--password-file", str(password)]
    assert run(monkeypatch, *arguments) == 2
    assert json.loads(capsys.readouterr().out)["error"]["rule"] == "terminal"
    answers, prompts = iter(["", *(["wrong"] * 9)]), []

    def asked(prompt: str = "") -> str:
        prompts.append(prompt.strip())
        return next(answers)

    monkeypatch.setattr("builtins.input", asked)
    code = run(monkeypatch, *arguments, terminal=True)
    shown = capsys.readouterr().out
    assert "12. junk" in shown
    assert (code, "aren't these" in shown) == ((2, True) if name == "backup" else (0, False))
    assert [each.partition(" ")[0] for each in prompts] == (
        ["Press", "Word", "Word", "Word"] if name == "backup" else []
    )


def test_nothing_is_read_or_made_in_a_folder_that_others_can_enter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hardened: list[str]
) -> None:
    Bench(folder).record.close()
    password = folder.parent / "password"
    password.write_text(PASSWORD)
    arguments = ["words", "--dir", str(folder), "--password-file", str(password)]
    assert run(monkeypatch, *arguments, terminal=True) == 0
    assert hardened == ["hardened"]
    assert "junk" in capsys.readouterr().out
    folder.chmod(0o750)
    assert run(monkeypatch, *arguments, terminal=True) == 2
    assert "junk" not in capsys.readouterr().out
    (folder / "keystore.json").unlink()
    request = json.dumps({"password": PASSWORD})
    assert run(monkeypatch, "init", "--dir", str(folder), "--light", typed=request) == 2
    assert json.loads(capsys.readouterr().out)["error"]["rule"] == "folder"
    assert not (folder / "keystore.json").exists()
    folder.chmod(0o700)
    monkeypatch.setenv("PRIVATE_KEY", KEY)
    assert run(monkeypatch, "init", "--dir", str(folder), "--light", typed=request) == 2
    assert json.loads(capsys.readouterr().out)["error"]["rule"] == "environment"


def test_another_wallets_key_is_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hardened: list[str]
) -> None:
    key, password = folder.parent / "key", folder.parent / "password"
    for path, text in ((key, KEY), (password, PASSWORD)):
        path.write_text(text + "\n")
        path.chmod(0o600)
    arguments = ["import", "--dir", str(folder), "--key-file", str(key), "--password-file", str(password)]
    assert run(monkeypatch, *arguments) == 0
    assert capsys.readouterr().out == f"Imported {OWNER}\n"
    assert addresses((folder / "keystore.json").read_text()) == [OWNER]
    assert hardened
    (folder / "keystore.json").unlink()
    assert run(monkeypatch, *arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"event": "wallet", "new": True, "accounts": [OWNER]}
    folder.chmod(0o755)
    assert run(monkeypatch, *arguments) == 2
    assert "open to other users" in capsys.readouterr().err


def test_words_come_of_a_file_or_are_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def imported(where: Path, source: Any, terminal: Any, password: Any) -> list[str]:
        asked.append((where, source, password))
        with pytest.raises(Refused, match="Secrets are typed at a terminal only"):
            terminal()
        return []

    monkeypatch.setattr(importing, "import_wallet", imported)
    at, listed = folder / "words.txt", folder / "old.json"
    base = ["import", "--dir", str(folder), "--accounts", "3"]
    assert run(monkeypatch, *base, "--words", str(at)) == 0
    assert run(monkeypatch, *base, "--words") == 0
    assert run(monkeypatch, *base, "--keystore", str(listed)) == 0
    assert [each[1:] for each in asked] == [
        (importing.Source(None, at, None, 3), None),
        (importing.Source(None, None, None, 3), None),
        (importing.Source(listed, None, None, 3), None),
    ]
    assert run(monkeypatch, *base, "--words", str(at), "--keystore", str(listed)) == 2
    assert run(monkeypatch, *base[:3]) == 2
    assert len(asked) == 3


def test_codes_are_on_or_off(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hardened: list[str]
) -> None:
    Bench(folder)
    at = ["--dir", str(folder)]
    assert run(monkeypatch, "totp-status", *at) == 0
    assert capsys.readouterr().out == "Codes are off.\n"
    assert hardened
    for name in ("totp-enroll", "totp-remove"):
        assert run(monkeypatch, name, *at) == 2
        assert "One-time codes are set up at a terminal only" in capsys.readouterr().err
    codes = iter(["000000"] * 9)
    monkeypatch.setattr("builtins.input", lambda *_: next(codes))
    password = folder.parent / "password"
    password.write_text(PASSWORD)
    assert run(monkeypatch, "totp-enroll", *at, "--password-file", str(password), terminal=True) == 2
    printed = capsys.readouterr()
    assert "Scan this" in printed.out
    assert "nothing is changed" in printed.err
    totp = Totp(folder / "totp.json", lambda: NOW)
    totp.enroll(b"1" * 20, code_at(b"1" * 20, NOW // 30))
    assert run(monkeypatch, "totp-status", *at) == 0
    assert capsys.readouterr().out == "Codes are on.\n"
    assert run(monkeypatch, "totp-remove", *at, terminal=True) == 2
    assert Totp(folder / "totp.json", lambda: NOW).enrolled
    folder.chmod(0o755)
    assert run(monkeypatch, "totp-status", *at) == 2


def test_health_is_an_answer_and_an_open_keystore(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "health", "--dir", str(folder)) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "unavailable"
    bench = Bench(folder)
    with served(bench.desk, folder):
        assert run(monkeypatch, "health", "--dir", str(folder)) == 2
        assert json.loads(capsys.readouterr().out)["error"]["rule"] == "locked"
        bench.unlock()
        assert run(monkeypatch, "health", "--dir", str(folder)) == 0
        assert run(monkeypatch, "health", "--dir", "/nowhere", "--socket-dir", str(folder)) == 0
        assert capsys.readouterr().out == ""


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `serve` hands on, and the order in which things happen."""
    seen: dict[str, Any] = {"order": []}

    class Word:
        def wait(self) -> None:
            seen["order"].append("word")

    def watch(parent: int) -> Word:
        seen["order"].append("watched")
        seen["parent"] = parent
        return Word()

    def serve(folder: Path, **options: Any) -> None:
        seen["order"].append("served")
        seen["folder"], seen["options"] = folder, options

    monkeypatch.setattr(guard, "end_with_parent", watch)
    monkeypatch.setattr(server, "serve", serve)
    return seen


NOTHING = {"shared": None, "password": None, "remote": None}


def test_it_serves_and_ends_with_its_parent(serving: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--dir", "here") == 0
    assert (serving["order"], serving["parent"]) == (["watched", "served"], os.getppid())
    assert (serving["folder"], serving["options"]) == (Path.cwd() / "here", NOTHING)


def test_it_waits_for_the_word_of_whose_it_is(serving: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "serve", "--dir", "/d", "--parent", "77") == 0
    assert (serving["order"], serving["parent"]) == (["watched", "word", "served"], 77)


def test_it_may_live_by_itself(serving: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = tmp_path / "password"
    password.write_text(f"  {PASSWORD}\n")
    arguments = ["--detached", "--socket-dir", "shared", "--socket-group", "7", "--password-file", str(password)]
    assert run(monkeypatch, "serve", "--dir", "/d", *arguments) == 0
    assert serving["order"] == ["served"]
    assert serving["options"] == {
        "shared": server.Shared(Path.cwd() / "shared", 7),
        "password": PASSWORD,
        "remote": None,
    }


@pytest.mark.parametrize(("more", "first"), [([], None), (["--remote-account", OWNER.lower()], OWNER)])
def test_the_keys_may_be_elsewhere(
    serving: dict[str, Any], monkeypatch: pytest.MonkeyPatch, more: list[str], first: str | None
) -> None:
    assert run(monkeypatch, "serve", "--dir", "/d", "--remote", "http://127.0.0.1:9000", *more) == 0
    remote = serving["options"]["remote"]
    assert (remote.url, remote.first) == ("http://127.0.0.1:9000", first)


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--dir", "/d", "--socket-dir", "/s"],
        ["serve", "--dir", "/d", "--socket-group", "7"],
        ["serve", "--dir", "/d", "--detached", "--parent", "7"],
        ["serve"],
        ["sign", "--dir", "/d"],
    ],
)
def test_what_does_not_go_together_is_no_command(
    serving: dict[str, Any], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    assert ended.value.code == 2
    assert serving["order"] == []
