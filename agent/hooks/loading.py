"""Loads all plug-ins. One that can't be imported or used is named and disabled; it never stops the others."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any

import pluggy

from agent.config import Settings
from agent.hooks.patience import Patience
from agent.hooks.plugin import Plugin, whose
from agent.plugin import PROJECT, Hooks, Setup

ENTRY_POINTS = "moneta.plugins"
OURS = "moneta-agent"


@dataclass
class Plugins:
    """`hook` calls them all; `known` are all that there are, the disabled ones too, in their order."""

    manager: pluggy.PluginManager
    known: list[Plugin] = field(default_factory=list)

    @property
    def hook(self) -> pluggy.HookRelay:
        return self.manager.hook

    def ours(self, hook: str, **given: Any) -> list[Any]:
        """What the built-in plug-ins alone answer."""
        theirs = {each for each in self.manager.get_plugins() if whose(each) is not None}
        found: list[Any] = self.manager.subset_hook_caller(hook, theirs)(**given)
        return found

    def disabled(self) -> list[Plugin]:
        return [each for each in self.known if each.why]


def load(
    settings: Settings | None = None,
    *,
    found: Iterable[EntryPoint] | None = None,
    patience: Patience | None = None,
) -> Plugins:
    """The built-in plug-ins, then those `found` among the installed packages, registered through the same hooks."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    plugins = Plugins(manager)
    for name in importlib.import_module("plugins").BUILT_IN:
        module = importlib.import_module(name)
        manager.register(module, name)
        hooks = tuple(sorted(each.name for each in manager.get_hookcallers(module) or []))
        plugins.known.append(Plugin(name, name, OURS, _version(), built_in=True, hooks=hooks))
    manager.check_pending()
    points = sorted(entry_points(group=ENTRY_POINTS) if found is None else found, key=lambda each: each.name)
    if points:
        from agent.hooks.others import load_others  # late: most instances have none

        off = () if settings is None else settings.plugins_off
        told = partial(setup_of, settings)
        load_others(manager, plugins.known, points, off, told, patience or Patience())
    return plugins


def setup_of(settings: Settings | None, name: str) -> Setup:
    """What a plug-in of that name is told."""
    if settings is None:
        return Setup()
    known: Mapping[str, Any] = settings.model_dump(exclude={"plugin_options"})
    return Setup(settings.plugin_options.get(name, {}), known)


def _version() -> str:
    try:
        return version(OURS)
    except PackageNotFoundError:
        return ""
