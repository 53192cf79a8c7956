"""What a plug-in registers as a class, an exchange or a quoter, behind a time-out: it is found on the chain by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from agent.errors import MonetaError, Unavailable
from agent.hooks import shapes
from agent.hooks.plugin import Plugin
from agent.hooks.worker import bridged
from agent.plugin import Ask, Chain, Quoter, Trader

K = TypeVar("K", Trader, Quoter)


@dataclass(frozen=True)
class GuardedKind(Generic[K]):
    """A class that the plug-in registered; what it finds is handed to `guarded` with its name."""

    plugin: Plugin
    name: str
    inner: type[K]
    base: type[K]
    what: str
    guarded: Callable[[Plugin, str, K], K]

    async def discover(self, chain: Chain, ask: Ask) -> K:
        """Raises Unavailable with the plug-in's reason."""
        handed, over = replace(chain, doubts={}), bridged(ask)

        def check(found: object) -> K:
            return self.guarded(self.plugin, self.name, shapes.of_type(found, self.base, self.what))

        try:
            return await self.plugin.wait(
                f"{self.name}: discover",
                lambda: self.inner.discover(handed, over),
                check,
                self.plugin.patience.discovered,
            )
        except MonetaError as error:
            raise Unavailable(self.name, shapes.line(str(error), "its reason", 200)) from None


def kind(plugin: Plugin, inner: object, base: type[K], what: str, guarded: Callable[[Plugin, str, K], K]) -> type[K]:
    """The class as the callers of the hook have it. `what`: "a quoter". Raises TypeError for one of another base."""
    if not isinstance(inner, type) or not issubclass(inner, base):
        raise TypeError(f"{what} is a class below {base.__name__}")
    name = shapes.name(inner.name, f"{what}'s name")
    return cast(type[K], GuardedKind(plugin, name, inner, base, what, guarded))
