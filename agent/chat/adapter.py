"""What a channel's adapter is: agent/plugin/chats.py says it, since a plug-in may bring one."""

from agent.plugin.chats import Adapter, RetryLater, Undeliverable

__all__ = ["Adapter", "RetryLater", "Undeliverable"]
