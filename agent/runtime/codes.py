"""One-time codes: what a stolen chat must not do alone needs one, where an authenticator is enrolled."""

from __future__ import annotations

from agent.errors import Refused
from agent.gate.step_up import RULE
from agent.runtime.world import World


async def enrolled(world: World) -> bool:
    """Whether the signer knows an authenticator. Raises Unavailable("signer")."""
    return bool((await world.signer.status()).get("totp", False))


async def take_code(world: World, code: str, purpose: str, user: str = "") -> None:
    """Takes a code for `purpose`, a verb such as `link`; nothing where none is enrolled. A wrong one is the user's.

    Raises Refused("step-up") where a code is needed, or the one given is wrong.
    """
    if not await enrolled(world):
        return
    if not code:
        raise Refused(RULE, f"A code is needed to {purpose}.", "Give the code that your authenticator app shows.")
    account = await world.ledger.account(user) if user else None
    await world.signer.verify_totp(code, purpose, account.address if account else None)
