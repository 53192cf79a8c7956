"""The best venue of each token, as Moneta itself says it."""

from collections.abc import Awaitable, Sequence

from moneta import Asked, hookimpl


@hookimpl
def moneta_context(asked: Asked) -> Awaitable[Sequence[str]]:
    return _lines(asked)


async def _lines(asked: Asked) -> Sequence[str]:
    return (await asked.view("yields")).splitlines()
