"""The plug-in manager: the built-in plug-ins, then those that other packages register under `moneta.plugins`."""

from __future__ import annotations

import importlib

import pluggy

from agent.plugin import PROJECT, Hooks

ENTRY_POINTS = "moneta.plugins"


def load() -> pluggy.PluginManager:
    """All plug-ins, registered through the same hooks. Raises what a broken plug-in raises while it is imported."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    for name in importlib.import_module("plugins").BUILT_IN:
        manager.register(importlib.import_module(name), name)
    manager.load_setuptools_entrypoints(ENTRY_POINTS)
    manager.check_pending()
    return manager
