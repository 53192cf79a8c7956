"""Secrets that must be nowhere, in every shape that they could take, and where they are looked for."""

from __future__ import annotations

import base64
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from agent.execution.signer.keystore import unseal
from agent.execution.signer.paths import KEYSTORE, TOTP
from agent.execution.signer.totp import SECRET_BYTES, STEP_SECONDS, WINDOW, code_at

LONG = 4
"""So many steps of half a minute a chosen secret's codes begin with 0, as no number that is logged by chance does."""


@dataclass
class Canaries:
    """What is looked for, by name, as bytes; `codes` are the one-time codes that were typed."""

    shapes: dict[str, set[bytes]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def text(self, name: str, secret: str) -> str:
        """A secret in words; it is handed back."""
        raw = secret.encode()
        encoded = {base64.b64encode(raw).rstrip(b"="), raw.hex().encode(), quote(secret, safe="").encode()}
        self.shapes.setdefault(name, set()).update({raw, repr(secret)[1:-1].encode(), *encoded})
        return secret

    def raw(self, name: str, secret: bytes) -> bytes:
        """A secret in bytes."""
        texts = {secret.hex().encode(), secret.hex().upper().encode(), str(int.from_bytes(secret, "big")).encode()}
        encoded = {base64.b64encode(secret).rstrip(b"="), base64.b32encode(secret).rstrip(b"=")}
        self.shapes.setdefault(name, set()).update({secret, *texts, *encoded})
        return secret

    def keystore(self, folder: Path, password: str) -> None:
        """The words and keys that lie sealed in a signer's folder."""
        found = unseal((folder / KEYSTORE).read_text(), password)
        words = (found.words or "").split()
        assert len(words) >= 12
        three = {" ".join(words[start : start + 3]).encode() for start in range(len(words) - 2)}
        self.shapes.setdefault("words", set()).update(three)
        for account in found.accounts:
            self.raw("private key", account.key)

    def code(self, secret: bytes, now: int, step: int = 0) -> str:
        """A code to be typed."""
        found = code_at(secret, now // STEP_SECONDS + step)
        self.codes.add(found)
        return found

    def found(self, where: str, content: bytes) -> list[str]:
        """What of it stands in some bytes."""
        names = [name for name, shapes in self.shapes.items() if any(shape in content for shape in shapes)]
        spaced = {f"{code[:3]}{between}{code[3:]}".encode() for code in self.codes for between in " -"}
        alone = {rb"(?<![0-9A-Fa-fx.])" + code.encode() + rb"(?![0-9A-Fa-f])" for code in self.codes}
        if any(each in content for each in spaced) or any(re.search(each, content) for each in alone):
            names.append("a typed code")
        return [f"{name} in {where}" for name in names]

    def in_folder(self, folder: Path) -> list[str]:
        """What stands in its files, each as it lies there, and in every value of its databases."""
        problems: list[str] = []
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            found = self.found(str(path.relative_to(folder)), path.read_bytes())
            if path.name == TOTP:  # where the signer keeps it
                found = [each for each in found if not each.startswith("TOTP secret")]
            problems += found
            if path.suffix == ".db":
                for place, value in _values(path):
                    problems += self.found(f"{path.name} {place}", value)
        return problems


def totp_secret(now: int) -> bytes:
    """One whose codes of the next minutes begin with 0."""
    step = now // STEP_SECONDS
    while True:
        secret = secrets.token_bytes(SECRET_BYTES)
        if all(code_at(secret, step + each)[0] == "0" for each in range(-WINDOW, LONG)):
            return secret


def _values(path: Path) -> Iterator[tuple[str, bytes]]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        made = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        # an index without a text of its own can't be read row by row; the tables that it is kept in can
        for table in [name for name, sql in made if "content=''" not in (sql or "")]:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  (names out of the file itself)
                for value in row:
                    if isinstance(value, str | bytes):
                        yield table, value if isinstance(value, bytes) else value.encode(errors="replace")
    finally:
        database.close()


def names(problems: list[str]) -> Mapping[str, int]:
    """How often each was found, for a message that says it all."""
    return {each: problems.count(each) for each in sorted(set(problems))}
