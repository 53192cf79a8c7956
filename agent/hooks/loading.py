"""Loads all plug-ins. One that can't be imported or used is named and disabled; it never stops the others."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any

import pluggy

from agent.config import Settings
from agent.hooks.claims import Claims
from agent.hooks.guarded import Guarded
from agent.hooks.implementing import implemented
from agent.hooks.patience import Patience
from agent.hooks.plugin import Plugin
from agent.hooks.worker import Overran
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
        theirs = {each for each in self.manager.get_plugins() if isinstance(each, Guarded)}
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
        _load_others(plugins, points, settings, patience or Patience())
    return plugins


def _load_others(
    plugins: Plugins, points: Iterable[EntryPoint], settings: Settings | None, patience: Patience
) -> None:
    claims = Claims.of_built_in(plugins.manager.hook)
    names = {each.name for each in plugins.known}
    for point in points:
        plugin = Plugin(point.name, point.value, *_distribution(point), patience=patience)
        plugins.known.append(plugin)
        if settings is not None and point.name in settings.plugins_off:
            plugin.why = "switched off by plugins_off"
        elif point.name in names:
            plugin.disable(f"another plug-in has the name {point.name} already")
        else:
            names.add(point.name)
            _load(plugins.manager, plugin, point, setup_of(settings, point.name), claims)


def _load(manager: pluggy.PluginManager, plugin: Plugin, point: EntryPoint, setup: Setup, claims: Claims) -> None:
    try:
        module = plugin.worker.call(point.load, plugin.patience.imported)
        implements = implemented(module, plugin.name)
    except Overran:
        plugin.disable(f"to import it took longer than {plugin.patience.imported:g} s")
        return
    except ValueError as error:
        plugin.disable(str(error))
        return
    except Exception as error:
        plugin.disable(f"it can't be imported: {type(error).__name__}: {error}")
        return
    plugin.hooks = tuple(sorted(implements))
    guarded = Guarded(plugin, implements, setup)
    guarded.declare()
    clash = "" if plugin.why else claims.clash(guarded)
    if clash:
        plugin.disable(clash)
    if not plugin.why:
        claims.take(guarded)
        manager.register(guarded, plugin.name)


def setup_of(settings: Settings | None, name: str) -> Setup:
    """What a plug-in of that name is told."""
    if settings is None:
        return Setup()
    known: Mapping[str, Any] = settings.model_dump(exclude={"plugin_options"})
    return Setup(settings.plugin_options.get(name, {}), known)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return ("", "") if point.dist is None else (point.dist.name, point.dist.version)


def _version() -> str:
    try:
        return version(OURS)
    except PackageNotFoundError:
        return ""
