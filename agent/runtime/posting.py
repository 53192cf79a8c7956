"""Posts signed orders at the quoter that offered them. A plug-in's fault counts as an unknown answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from agent.errors import MonetaError, Unavailable
from agent.money import Address
from agent.plans import Step, plain
from agent.plugin import Quoter
from agent.runtime.asking import Service

T = TypeVar("T")
MOST_SECONDS = 10.0
"""For one request: an order that isn't known to be there is looked up and posted again."""


@dataclass(frozen=True, slots=True)
class Posts:
    """The order book of one quoter."""

    quoter: Quoter
    service: Service

    async def post(self, step: Step, signature: bytes, account: Address) -> None:
        """Raises Refused("order-book"), Unavailable."""
        names = [each.partition(" ")[2] for each in step.function.partition("(")[2].rstrip(")").split(",")]
        order = dict(zip(names, plain(step.args), strict=True))
        await self._bounded(self.quoter.post(order, signature, account, self.service))

    async def has(self, uid: str) -> bool:
        """Raises Unavailable."""
        return await self._bounded(self.quoter.has(uid, self.service))

    async def _bounded(self, asked: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await asked
        except MonetaError as error:
            if isinstance(error, Unavailable) or getattr(error, "rule", "") == "order-book":
                raise
            raise Unavailable(self.quoter.name, str(error)) from error
        except Exception as error:
            raise Unavailable(self.quoter.name, f"it can't be asked ({type(error).__name__})") from error


def books_of(quoters: Mapping[str, Quoter], services: Mapping[str, Service]) -> dict[str, Posts]:
    """Where the orders of those that take any are posted, by name."""
    return {
        name: Posts(quoter, services[name])
        for name, quoter in quoters.items()
        if quoter.domain is not None and name in services
    }
