"""`moneta wallet import` and `moneta wallet totp`, as a person types them."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from pathlib import Path

import pexpect

from agent.execution.signer.totp import code_at
from tests.e2e.program import MONETA, environment
from tests.unit.signer_parts import KEY, OWNER, WORDS

SECONDS = 60


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MONETA, "wallet", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=SECONDS,
        check=False,
    )


def test_a_key_is_imported_from_a_private_file_only(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o644)
    folder = tmp_path / "mine"
    refused = run("import", "--dir", str(folder), "--key-file", str(key))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"moneta: {key} can be read by other users. Run: chmod 600 {key}" in refused.stderr
    key.chmod(0o600)
    done = run("import", "--dir", str(folder), "--key-file", str(key), "--json")
    assert json.loads(done.stdout) == {"event": "wallet", "new": True, "accounts": [OWNER]}
    again = run("import", "--dir", str(folder), "--key-file", str(key))
    assert again.returncode == 1
    assert "There is a keystore already" in again.stderr
    assert KEY not in refused.stderr + done.stderr + again.stderr


def test_words_are_typed_and_codes_are_enrolled_at_a_terminal(tmp_path: Path) -> None:
    piped = run("import", "--dir", str(tmp_path), "--words")
    assert "Secrets are typed at a terminal only. Run this by hand." in piped.stderr
    arguments = [*MONETA[1:], "wallet", "import", "--words", "--dir", str(tmp_path)]
    typing = pexpect.spawn(MONETA[0], arguments, env=environment(), encoding="utf-8", timeout=SECONDS)
    typing.expect("The words, with spaces between them: ")
    typing.sendline(WORDS)
    typing.expect(f"Imported {OWNER}")
    assert "junk" not in typing.before  # what is typed isn't shown
    typing.expect(pexpect.EOF)

    assert run("totp", "status", "--dir", str(tmp_path)).stdout == "Codes are off.\n"
    arguments = [*MONETA[1:], "wallet", "totp", "enroll", "--dir", str(tmp_path)]
    enrolling = pexpect.spawn(MONETA[0], arguments, env=environment(), encoding="utf-8", timeout=SECONDS)
    enrolling.expect(r"secret=([A-Z2-7]+)&")
    secret = base64.b32decode(enrolling.match.group(1))
    enrolling.expect("The code that the app shows now: ")
    enrolling.sendline(code_at(secret, int(time.time()) // 30))
    enrolling.expect("Codes are on")
    enrolling.expect(pexpect.EOF)
    assert run("totp", "status", "--dir", str(tmp_path)).stdout == "Codes are on.\n"
