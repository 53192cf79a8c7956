"""The plug-in manager: the built-in plug-ins, then those that other packages register under `moneta.plugins`."""

from agent.hooks.loading import ENTRY_POINTS, Plugins, load
from agent.hooks.plugin import BUILT_IN, DISABLED, ON, Plugin

__all__ = ["BUILT_IN", "DISABLED", "ENTRY_POINTS", "ON", "Plugin", "Plugins", "load"]
