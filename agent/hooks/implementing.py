"""Which hooks a plug-in implements, found without calling any of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from agent.plugin import PROJECT, Hooks


@dataclass(frozen=True, slots=True)
class Implementation:
    """One hook's function, with the arguments that it takes of those that there are."""

    function: Callable[..., Any]
    takes: frozenset[str]

    def with_(self, given: Mapping[str, Any]) -> Any:
        return self.function(**{name: value for name, value in given.items() if name in self.takes})


def implemented(plugin: Any, name: str) -> dict[str, Implementation]:
    """The hooks of a module or an object. Raises ValueError for a signature or a hook that there isn't."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ValueError(" ".join(str(error).split())) from None
    found: dict[str, Implementation] = {}
    for caller in manager.get_hookcallers(plugin) or []:
        for each in caller.get_hookimpls():
            if each.wrapper or each.hookwrapper:
                raise ValueError(f"{caller.name} is a wrapper: a plug-in answers for itself, never around others")
            if not each.function.__class__.__name__.endswith(("function", "method")):
                raise ValueError(f"{caller.name} is no function")
            takes = frozenset(inspect.signature(each.function).parameters)
            found[caller.name] = Implementation(each.function, takes)
    if not found:
        raise ValueError("it implements no hook: are its functions marked with @moneta.hookimpl?")
    return found
