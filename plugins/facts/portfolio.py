"""What the asker has, and what it earned, as Moneta itself says it."""

from collections.abc import Awaitable, Sequence

from moneta import Asked, hookimpl


@hookimpl
def moneta_context(asked: Asked) -> Awaitable[Sequence[str]]:
    return _lines(asked)


async def _lines(asked: Asked) -> Sequence[str]:
    return (await asked.view("portfolio")).splitlines()
