"""The context providers, the built-in ones apart from the others': what these tell is data, whatever it says."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import cast

import pluggy

from agent.hooks.guarded import Guarded
from agent.plugin import Asked

Lines = Awaitable[Sequence[str]]


def ours(hook: pluggy.HookRelay, asked: Asked) -> Iterator[Lines]:
    """What the built-in ones tell, in their order; each is to be awaited."""
    for each in hook.moneta_context.get_hookimpls():
        if not isinstance(each.plugin, Guarded):
            made = cast(Lines | None, each.function(asked))
            if made is not None:
                yield made


def theirs(hook: pluggy.HookRelay, asked: Asked) -> Iterator[tuple[str, Lines]]:
    """What the others tell, with the plug-in's name."""
    for each in hook.moneta_context.get_hookimpls():
        if isinstance(each.plugin, Guarded):
            made = each.plugin.moneta_context(asked)
            if made is not None:
                yield each.plugin.plugin.name, made
