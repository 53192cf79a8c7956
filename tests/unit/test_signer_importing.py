"""Imports of other wallets: the standard's own vectors, words, keys; and what is refused without repeating it."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer import wallet
from agent.execution.signer.enroll import ask_code, enroll, remove
from agent.execution.signer.export import prove_backup, show_words
from agent.execution.signer.guard import check_environment
from agent.execution.signer.importing import Source, import_wallet
from agent.execution.signer.keystore import LIGHT, STRONG, unseal
from agent.execution.signer.terminal import Terminal, at_terminal
from agent.execution.signer.totp import Totp, code_at
from tests.unit.signer_parts import KEY, NOW, OWNER, PASSWORD, WORDS, Clock, sealed

pytestmark = pytest.mark.unit

# Web3 Secret Storage Definition, test vectors: password and secret of both
VECTOR_PASSWORD = "testpassword"
VECTOR_SECRET = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
VECTOR_ACCOUNT = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"
PBKDF2: dict[str, Any] = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}
SCRYPT: dict[str, Any] = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32,
            "n": 262144,
            "p": 8,
            "r": 1,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}
SECRET = b"12345678901234567890"


@dataclass
class Person:
    """A terminal whose person answers from a list."""

    answers: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, prompt: str) -> str:
        self.said.append(prompt)
        return self.answers.pop(0)

    ask_secret = ask


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def imported(folder: Path, source: Source, *answers: str, password: str | None = PASSWORD) -> tuple[list[str], str]:
    person = Person(list(answers))
    accounts = import_wallet(folder, source, lambda: person, password, LIGHT)
    return accounts, (folder / "keystore.json").read_text()


def changed(vector: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    made = copy.deepcopy(vector)
    made["crypto"]["kdfparams"].update(parameters)
    return made


@pytest.mark.parametrize("vector", [PBKDF2, SCRYPT], ids=["pbkdf2", "scrypt"])
def test_the_standards_own_keystores_open(tmp_path: Path, vector: dict[str, Any]) -> None:
    file = tmp_path / "UTC--theirs"
    file.write_text(json.dumps({**vector, "address": VECTOR_ACCOUNT[2:].lower()}))
    accounts, text = imported(tmp_path, Source(keystore=file), VECTOR_PASSWORD)
    assert accounts == [VECTOR_ACCOUNT]
    secrets = unseal(text, PASSWORD)
    assert (secrets.words, secrets.accounts[0].path, secrets.accounts[0].key.hex()) == ("", None, VECTOR_SECRET)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ({**PBKDF2, "version": 4}, "Only keystores of version 3"),
        ({**PBKDF2, "address": OWNER}, "isn't that of the address it names"),
        (
            {"data": "", "iv": "", "salt": ""},
            "MetaMask's own vault, which only MetaMask opens. Import its seed words",
        ),
        ({"version": 3}, "neither scrypt nor PBKDF2 of a usual size. Export the account again"),
        ({"version": 3, "crypto": 5}, "neither scrypt nor"),
        ({"version": 3, "crypto": {"kdf": "argon2", "kdfparams": {"c": 1}}}, "neither scrypt nor"),
        (changed(SCRYPT, n=2**21), "usual size"),
        (changed(SCRYPT, n=1), "usual size"),
        (changed(SCRYPT, r=17, p=1), "usual size"),
        (changed(SCRYPT, r=4, p=5), "usual size"),
        (changed(SCRYPT, p=0), "usual size"),
        (changed(SCRYPT, n="262144"), "usual size"),
        (changed(PBKDF2, c=10_000_001), "usual size"),
        (changed(PBKDF2, c=0), "usual size"),
        (changed(PBKDF2, c=10), "doesn't open with this password. Try again."),
    ],
)
def test_other_keystores_say_what_is_wrong(file: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refused:
        wallet.from_keystore(file, VECTOR_PASSWORD)
    assert refused.value.rule == "import"
    assert says in str(refused.value)


def test_a_wrong_password_isnt_repeated() -> None:
    with pytest.raises(Refused, match="doesn't open with this password") as refused:
        wallet.from_keystore(PBKDF2, "canary")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("count", [12, 15, 18, 21, 24])
def test_words_of_every_length(tmp_path: Path, count: int) -> None:
    """BIP-39's own vectors: the entropy of zeros ends in a word of its own for each length."""
    last = {12: "about", 15: "address", 18: "agent", 21: "admit", 24: "art"}[count]
    words = "abandon " * (count - 1) + last
    accounts, text = imported(tmp_path, Source(accounts=2), f"  {words}\n")
    assert len(set(accounts)) == 2
    assert unseal(text, PASSWORD).words.split() == words.split()
    if count == 12:
        assert accounts[0] == "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"


def test_words_and_keys_come_from_private_files_too(tmp_path: Path) -> None:
    for name, source in (
        ("words", Source(words=private(tmp_path / "words.txt", WORDS + "\n"))),
        ("key", Source(key=private(tmp_path / "key.txt", f"0x{KEY}\n"))),
    ):
        folder = tmp_path / name
        folder.mkdir()
        assert imported(folder, source)[0] == [OWNER]


@pytest.mark.parametrize("source", [Source(words=Path("secret.txt")), Source(key=Path("secret.txt"))])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, source: Source) -> None:
    def named(path: Path) -> Source:
        return Source(words=path) if source.words else Source(key=path)

    def said(path: Path) -> str:
        with pytest.raises(Refused) as refused:
            imported(tmp_path, named(path))
        assert refused.value.rule == "import"
        assert KEY not in str(refused.value)
        return str(refused.value)

    path = private(tmp_path / "secret.txt", KEY)
    for mode in (0o640, 0o604, 0o620, 0o601):
        path.chmod(mode)
        assert said(path) == f"{path} can be read by other users. Run: chmod 600 {path}"
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    assert "is no file, or it is a link to one. Name the file itself." in said(link)
    assert "is no file" in said(tmp_path)
    assert "can't be read: No such file or directory. Name a file." in said(tmp_path / "none")
    assert not (tmp_path / "keystore.json").exists()


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = private(tmp_path / "key", KEY)
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(Refused, match="can be read by other users"):
        imported(tmp_path, Source(key=path))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "isn't a JSON object. Export the account again."),
        (b"[]", "isn't a JSON object"),
        (b"\xff\xfe", "is no text. Name the right file."),
        (b" " * (1024 * 1024 + 1), "is too long for a keystore"),
    ],
)
def test_a_file_that_is_no_keystore(tmp_path: Path, text: bytes, says: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(text)
    with pytest.raises(Refused) as refused:
        imported(tmp_path, Source(keystore=file), "x")
    assert (refused.value.rule, says in str(refused.value)) == ("import", True)
    with pytest.raises(Refused, match="can't be read"):
        imported(tmp_path, Source(keystore=tmp_path / "none"), "x")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "These are 0 words; a seed has 12, 15, 18, 21 or 24. Type all of them."),
        ("canary " * 11, "These are 11 words"),
        ("canary " * 12, "These are not valid BIP-39 words. Check the order and the spelling."),
        ("abandon " * 12, "not valid"),
    ],
)
def test_words_that_are_none_are_not_repeated(tmp_path: Path, words: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        imported(tmp_path, Source(), words)
    assert says in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_keystore_is_never_replaced_and_nothing_is_asked_for_it(tmp_path: Path) -> None:
    imported(tmp_path, Source(), WORDS)
    with pytest.raises(Refused, match="There is a keystore already") as refused:
        imported(tmp_path, Source())
    assert refused.value.rule == "keystore"


@pytest.mark.parametrize("accounts", [0, -1, 101])
def test_an_absurd_number_of_accounts(tmp_path: Path, accounts: int) -> None:
    with pytest.raises(Refused, match="Ask for 1 to 100"):
        imported(tmp_path, Source(accounts=accounts), WORDS)


def test_a_new_password_is_typed_twice(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The two passwords differ") as refused:
        imported(tmp_path, Source(), WORDS, "long enough", "long enough?", password=None)
    assert refused.value.rule == "password"
    for short in ("", "seven77"):
        with pytest.raises(Refused, match="Use 8 characters or more"):
            imported(tmp_path, Source(), WORDS, short, short, password=None)
    assert imported(tmp_path, Source(), WORDS, "eight888", "eight888", password=None)[0] == [OWNER]
    assert unseal((tmp_path / "keystore.json").read_text(), "eight888").words == WORDS


def test_an_import_is_encrypted_strongly(tmp_path: Path) -> None:
    import_wallet(tmp_path, Source(), lambda: Person([WORDS]), PASSWORD)
    assert json.loads((tmp_path / "keystore.json").read_text())["kdf"]["n"] == STRONG


# -- codes at the terminal -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    (tmp_path / "keystore.json").write_text(sealed())
    return tmp_path


@pytest.fixture
def totp(folder: Path) -> Totp:
    return Totp(folder / "totp.json", Clock())


def code(off: int = 0, secret: bytes = SECRET) -> str:
    return code_at(secret, NOW // 30 + off)


def test_enrolling_shows_the_secret_once_and_keeps_what_a_code_proved(folder: Path, totp: Totp) -> None:
    person = Person([PASSWORD, "wrong", code()])
    enroll(folder, totp, person, lambda count: SECRET[:count])
    assert totp.enrolled
    shown = "\n".join(person.said)
    assert (
        shown.count("otpauth://totp/Moneta%3A0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266?secret=GEZDGNBVGY3TQOJQ") == 1
    )
    assert "█" in shown
    assert "isn't the code" in shown
    assert "Codes are on." in person.said[-1]
    totp.verify(code(1), "to link")


def test_enrolling_needs_the_password_and_the_code_before_it(folder: Path, totp: Totp) -> None:
    with pytest.raises(Refused) as refused:
        enroll(folder, totp, Person(["wrong"]), lambda _: SECRET)
    assert refused.value.rule == "password"
    enroll(folder, totp, Person([code(-1)]), lambda _: SECRET, PASSWORD)
    other = b"x" * 20
    with pytest.raises(Refused) as refused:
        enroll(folder, totp, Person(["000000"]), lambda _: other, PASSWORD)
    assert refused.value.rule == "step-up"
    enroll(folder, totp, Person([code(), code(0, other)]), lambda _: other, PASSWORD)
    with pytest.raises(Refused):
        totp.verify(code(1), "to link")
    totp.verify(code(1, other), "to link")


def test_enrolling_without_a_right_code_changes_nothing(folder: Path, totp: Totp) -> None:
    with pytest.raises(Refused, match="nothing is changed") as refused:
        enroll(folder, totp, Person(["1", "2", "3", code()]), lambda _: SECRET, PASSWORD)
    assert refused.value.rule == "step-up"
    assert not totp.enrolled


def test_enrolling_before_remote_keys_asks_for_no_password(tmp_path: Path) -> None:
    totp = Totp(tmp_path / "totp.json", Clock())
    person = Person([code()])
    enroll(tmp_path, totp, person, lambda _: SECRET)
    assert totp.enrolled
    assert "Moneta%3Aremote" in person.said[0]


def test_codes_are_asked_for_where_they_are_on(folder: Path, totp: Totp) -> None:
    ask_code(totp, Person(), "to export")  # nothing is asked
    totp.enroll(SECRET, code(-1))
    with pytest.raises(Refused, match="wrong"):
        ask_code(totp, Person(["000000"]), "to export")
    ask_code(totp, Person([code()]), "to export")
    person = Person([code(1)])
    remove(totp, person)
    assert person.said[-1] == "Codes are off."
    assert not totp.enrolled


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Person:
    """The process's own terminal, with a person at it."""
    person = Person()
    monkeypatch.setattr("agent.execution.signer.export.at_terminal", lambda _: person)
    monkeypatch.setattr("agent.execution.signer.export.getpass", person.ask)
    monkeypatch.setattr("builtins.input", person.ask)
    monkeypatch.setattr("agent.execution.signer.export.guard.harden", lambda: None)
    return person


def test_words_are_shown_with_the_password_and_a_code(
    folder: Path, screen: Person, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.execution.signer.enroll.time.time", lambda: float(NOW))
    screen.answers = [PASSWORD]
    assert show_words(folder) == WORDS
    assert "12. junk" in capsys.readouterr().out
    Totp(folder / "totp.json", Clock()).enroll(SECRET, code(-1))
    screen.answers = [PASSWORD, "000000"]
    with pytest.raises(Refused) as refused:
        show_words(folder)
    assert refused.value.rule == "step-up"
    assert "junk" not in capsys.readouterr().out
    screen.answers = [PASSWORD, code()]
    assert show_words(folder) == WORDS


def test_a_backup_is_proved_by_three_words(
    folder: Path, screen: Person, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = private(tmp_path / "password", PASSWORD + "\n")
    words = WORDS.split()

    class Right(list[str]):
        def pop(self, _: object = 0) -> str:
            prompt = screen.said[-1]
            return "" if not prompt.startswith("Word ") else words[int(prompt[5:-2]) - 1].upper() + " "

    screen.answers = Right()
    prove_backup(folder, file)
    shown = capsys.readouterr().out
    assert shown.index("12. junk") < shown.index("\x1b[2J") < shown.index("Right.")
    assert sum(each.startswith("Word ") for each in screen.said) == 3
    screen.answers = ["", *["wrong"] * 3]
    with pytest.raises(Refused, match="aren't these") as refused:
        prove_backup(folder, file)
    assert refused.value.rule == "backup"


def test_there_is_no_export_without_a_terminal_words_or_keystore(
    folder: Path, screen: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with pytest.raises(Refused, match="Seed words are shown at a terminal only") as refused:
        show_words(folder)
    assert refused.value.rule == "terminal"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    terminal: Terminal = at_terminal("Anything is shown")
    assert terminal is not None


def test_imported_keys_have_no_words(tmp_path: Path, screen: Person) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(Refused, match="There is no keystore") as refused:
        show_words(tmp_path)
    assert refused.value.rule == "folder"
    imported(tmp_path, Source(key=private(tmp_path / "key", KEY)))
    screen.answers = [PASSWORD]
    with pytest.raises(Refused, match="imported keys only"):
        show_words(tmp_path)


# -- the environment -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRIVATE_KEY", KEY),
        ("private_key", "0x" + KEY),
        ("DEPLOYER_PRIVATE_KEY", KEY),
        ("PRIVATEKEY", f" {KEY}\n"),
        ("PRIVATE_KEY_1", KEY),
        ("PRIVATE_KEY_HEX", KEY),
        ("SECRET_KEY", KEY),
        ("MNEMONIC", WORDS),
        ("SEED_PHRASE", WORDS),
        ("SEED", WORDS),
        ("WALLET_SEED_WORDS", WORDS),
        ("MONETA_KEY", KEY),
        ("MONETA_OWNER_KEYS", KEY),
        ("MONETA_SECRET", KEY),
        ("MONETA_WORDS", WORDS),
    ],
)
def test_a_key_in_the_environment_is_refused_with_advice(name: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        check_environment({"PATH": "/bin", name: value})
    assert refused.value.rule == "environment"
    assert refused.value.message == f"The variable {name} holds a key in plain text."
    assert refused.value.remedy.endswith("moneta wallet import.")
    assert value.strip() not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRIVATE_KEY", "/run/secrets/key"),
        ("PRIVATE_KEY", ""),
        ("PRIVATE_KEY", KEY[:-1]),
        ("MONETA_MODEL_KEY_FILE", "/run/secrets/model"),
        ("MNEMONIC", "one two three"),
        ("GIT_COMMIT", KEY),
        ("MONETA_GREETING", WORDS),
        ("KEYBOARD", WORDS),
    ],
)
def test_what_is_no_key_is_let_be(name: str, value: str) -> None:
    check_environment({name: value})
