"""One-time codes by time (RFC 6238) for what a stolen chat must not do alone. The secret stays in this folder."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hmac
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from agent.errors import Refused
from agent.execution.signer.lockout import Lock, Lockout
from agent.policy.files import write_private

RULE = "step-up"
STEP_SECONDS = 30  # RFC 6238, section 5.2
DIGITS = 6
WINDOW = 1  # steps before and after now (RFC 6238, section 5.2, recommends one for the delay)
SECRET_BYTES = 20  # RFC 4226, section 4, R6: 160 bits are recommended
VERSION = 1
AT_MACHINE = "terminal"
"""Whose the codes are that are typed at the machine: what comes by the socket can't name it."""


def code_at(secret: bytes, counter: int) -> str:
    """The code of a time step: HOTP with HMAC-SHA-1 and dynamic truncation (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def uri(secret: bytes, account: str) -> str:
    """What authenticator apps read, as a QR code mostly (the Key URI format of Google Authenticator)."""
    label = quote(f"Moneta:{account}")
    return f"otpauth://totp/{label}?secret={_text(secret)}&issuer=Moneta&digits={DIGITS}&period={STEP_SECONDS}"


@dataclass(frozen=True, slots=True)
class State:
    """totp.json. `last` is the newest step whose code was taken. `wrong`, `rounds`, `until` are the lock of what came
    for no account, which was the only one once; `locks` those of accounts, `guesses` as in Lockout.
    """

    secret: str
    last: int = -1
    wrong: int = 0
    rounds: int = 0
    until: int = 0
    version: int = VERSION
    locks: dict[str, dict[str, int]] = field(default_factory=dict)
    guesses: list[int] = field(default_factory=list)

    @property
    def lockout(self) -> Lockout:
        """Raises TypeError where the file holds something else."""
        of_none = Lock(self.wrong, self.rounds, self.until)
        return Lockout({"": of_none, **{key: Lock(**lock) for key, lock in self.locks.items()}}, tuple(self.guesses))

    def having(self, lockout: Lockout) -> State:
        """The same with these locks."""
        of_none = asdict(lockout.locks.get("", Lock()))
        others = {key: asdict(lock) for key, lock in lockout.locks.items() if key}
        return replace(self, **of_none, locks=others, guesses=list(lockout.guesses))


class Totp:
    """The codes of one folder. The state lies on disk alone: the signer and a terminal beside it share it."""

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        self._path = path
        self._clock = clock

    @property
    def enrolled(self) -> bool:
        return self._path.exists()

    def enroll(self, secret: bytes, code: str) -> None:
        """Keeps a secret that an app knows already, as its first code shows. Raises Refused("step-up")."""
        with self._locked():
            counter = _matching(secret, code, self._clock())
            if counter is None:
                raise Refused(RULE, "That isn't the code of this secret now.", "Look at both clocks, and try again.")
            self._write(State(_text(secret), last=counter))

    def remove(self, code: str) -> None:
        """Forgets the secret. Raises Refused("step-up") without a right code."""
        self.verify(code, "to turn codes off", AT_MACHINE)
        self._path.unlink()

    def verify(self, code: str | None, purpose: str, account: str = "") -> None:
        """Takes a code, once. `purpose` says what it is for: 'for a new contact'. Raises Refused("step-up").

        Wrong codes lock the `account` that they came for, '' is that of none.
        """
        if not self.enrolled:
            raise Refused(
                RULE,
                f"A code is needed {purpose}, and no authenticator is enrolled.",
                "At the machine: moneta wallet totp enroll.",
            )
        if not code:
            raise Refused(RULE, f"A code is needed {purpose}.", "Give the code that your authenticator app shows.")
        with self._locked():
            self._take(self._read(), code, account)

    def _take(self, state: State, code: str, account: str) -> None:
        now, lockout = self._clock(), state.lockout
        until = lockout.until(account, now)
        if now < until:
            raise Refused(
                RULE, "Too many wrong codes were given.", f"Wait {until - now} seconds, then give a new one."
            )
        counter = _matching(base64.b32decode(state.secret), code, now)
        if counter is None:
            self._write(state.having(lockout.after_wrong(account, now)))
            raise Refused(RULE, "The code is wrong.", "Give the one that your authenticator app shows now.")
        if counter <= state.last:
            raise Refused(RULE, "The code was used before.", "Wait for the next one: each counts once.")
        self._write(replace(state, last=counter).having(lockout.after_right(account)))

    def _read(self) -> State:
        try:
            state = State(**json.loads(self._path.read_text(encoding="utf-8")))
            if state.version != VERSION or not base64.b32decode(state.secret):
                raise ValueError
            state.lockout.until("", 0)
        except (ValueError, TypeError, AttributeError):
            raise Refused(RULE, f"{self._path} is damaged.", "Restore it from a backup of the folder.") from None
        return state

    def _write(self, state: State) -> None:
        write_private(self._path, json.dumps(asdict(state)) + "\n")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _matching(secret: bytes, code: str, now: int) -> int | None:
    """The step near now whose code it is, the newest first; None where it is of none."""
    given = "".join(code.split()).encode()
    current = now // STEP_SECONDS
    right = [
        counter
        for counter in range(current + WINDOW, current - WINDOW - 1, -1)
        if hmac.compare_digest(code_at(secret, max(counter, 0)).encode(), given)
    ]
    return right[0] if right else None


def _text(secret: bytes) -> str:
    return base64.b32encode(secret).decode()
