"""What a model may know of the moment: the rates and the user's own portfolio, computed by code, as lines of text."""

from __future__ import annotations

from agent.errors import MonetaError
from agent.intents import Yields
from agent.replies.reply import as_text
from agent.runtime.viewing import Viewing
from memory.rows import User


async def facts(viewing: Viewing, user: User) -> str:
    """The lines; what can't be computed now is left out. Talk is no reason to fail."""
    lines = []
    try:
        lines.append(as_text(await viewing.yields(user, Yields(asset=None))))
        lines.append(as_text(await viewing.portfolio(user)))
    except MonetaError:
        pass
    return "\n".join(lines)
