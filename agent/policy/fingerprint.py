"""What a listed contract was when it was listed, and what has changed of it since."""

from __future__ import annotations

from dataclasses import dataclass

from agent.money import Address


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`code`: Keccak-256 of the runtime code, 0x-text. Of a proxy: its implementation, its admin, its owner.

    A contract that isn't a proxy has the code alone: nobody can change what it does.
    """

    code: str
    implementation: Address | None = None
    admin: Address | None = None
    owner: Address | None = None

    def changed(self, now: Fingerprint) -> str:
        """'' where nothing has changed, else what has, in words."""
        for name in ("implementation", "admin", "owner", "code"):
            then, is_now = getattr(self, name), getattr(now, name)
            if then != is_now:
                return f"its {name} was {then or 'none'} and is {is_now or 'none'} now"
        return ""
