"""The context providers, the built-in ones apart from the others': what these tell is data, whatever it says."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import cast

import pluggy

from agent.hooks.plugin import whose
from agent.plugin import Asked

Lines = Awaitable[Sequence[str]]


def ours(hook: pluggy.HookRelay, asked: Asked) -> Iterator[Lines]:
    """What the built-in ones tell, in their order; each is to be awaited."""
    for each in hook.moneta_context.get_hookimpls():
        if whose(each.plugin) is None:
            made = cast(Lines | None, each.function(asked))
            if made is not None:
                yield made


def theirs(hook: pluggy.HookRelay, asked: Asked) -> Iterator[tuple[str, Lines]]:
    """What the others tell, with the plug-in's name."""
    for each in hook.moneta_context.get_hookimpls():
        plugin = whose(each.plugin)
        made = None if plugin is None else cast(Lines | None, each.function(asked))
        if plugin is not None and made is not None:
            yield plugin.name, made
