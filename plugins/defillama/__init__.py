"""Rates at places that Moneta can't enter, as DefiLlama's yields API tells them. Asked only where its URL is set."""

from collections.abc import Awaitable, Set

from moneta import Outside, Token, Told, hookimpl
from plugins.defillama.source import Source

NAME = "defillama"
_SOURCES: dict[str, Source] = {}


@hookimpl
def moneta_elsewhere(asset: Token, entered: Set[str], outside: Outside) -> Awaitable[Told] | None:
    url = outside.urls.get(NAME)
    if not url:
        return None
    source = _SOURCES.setdefault(f"{url} {outside.folder}", Source(url, outside.folder))
    return source.told(asset, entered, outside)
