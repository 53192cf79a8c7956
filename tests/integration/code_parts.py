"""An authenticator app, and where a code that was typed is still to be found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from agent.execution.signer.paths import TOTP
from agent.execution.signer.totp import STEP_SECONDS, Totp, code_at
from tests.e2e.canaries import Canaries, totp_secret

WRONG = "987654"
"""None of hers: they begin with another digit."""


@dataclass(frozen=True)
class App:
    """Its codes of the next minutes begin with 0, as no figure does that is written down by chance."""

    secret: bytes

    @classmethod
    def enrolled(cls, folder: Path) -> App:
        """With the signer of an instance's folder, by the code of the step before this one."""
        now = int(time.time())
        app = cls(totp_secret(now))
        Totp(folder / "signer" / TOTP, lambda: now).enroll(app.secret, code_at(app.secret, now // STEP_SECONDS - 1))
        return app

    def code(self, ahead: int = 0) -> str:
        """What it shows now, or in some steps of half a minute."""
        return code_at(self.secret, int(time.time()) // STEP_SECONDS + ahead)


def kept(folder: Path, *codes: str) -> list[str]:
    """Where under the folder codes stand, alone or with a space or a dash in the middle."""
    return Canaries(codes=set(codes)).in_folder(folder)
