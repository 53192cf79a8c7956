"""The plug-ins of other packages: imported, looked at, and registered behind their guard; or disabled, with why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint

import pluggy

from agent.hooks.claims import Claims
from agent.hooks.guarded import Guarded
from agent.hooks.implementing import implemented
from agent.hooks.patience import Patience
from agent.hooks.plugin import Plugin
from agent.hooks.worker import Overran
from agent.plugin import Setup


def load_others(
    manager: pluggy.PluginManager,
    known: list[Plugin],
    points: Iterable[EntryPoint],
    off: Iterable[str],
    setup: Callable[[str], Setup],
    patience: Patience,
) -> None:
    """Adds each of them to `known`, used or not. `off` are those that the operator switched off."""
    claims = Claims.of_built_in(manager.hook)
    names = {each.name for each in known}
    for point in points:
        plugin = Plugin(point.name, point.value, *_distribution(point), patience=patience)
        known.append(plugin)
        if point.name in off:
            plugin.why = "switched off by plugins_off"
        elif point.name in names:
            plugin.disable(f"another plug-in has the name {point.name} already")
        else:
            names.add(point.name)
            _load(manager, plugin, point, setup(point.name), claims)


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


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return ("", "") if point.dist is None else (point.dist.name, point.dist.version)
