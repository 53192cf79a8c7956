"""What only the signer's process raises, apart from what every part does."""

from __future__ import annotations

from agent.errors import MonetaError


class Locked(MonetaError):
    """The keys can't be used until somebody unlocks them."""
