"""Slash commands as Discord wants them described, and what comes back of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.chat.commands import COMMANDS, Command, Kind, Option

CHAT_INPUT, STRING = 1, 3
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1
INSTALLED_IN_SERVERS = 0
LONGEST_OPTION = 100
SUGGESTED = (Kind.ASSET, Kind.ASSETS, Kind.AMOUNT, Kind.VENUE, Kind.DAY)


def payload() -> list[dict[str, Any]]:
    """All commands, for one bulk overwrite."""
    return [_command(command) for command in COMMANDS]


def _command(command: Command) -> dict[str, Any]:
    return {
        "type": CHAT_INPUT,
        "name": command.name,
        "description": command.description[:LONGEST_OPTION],
        "options": [_option(option) for option in command.options],
        "contexts": [IN_SERVERS, IN_DIRECT_MESSAGES],
        "integration_types": [INSTALLED_IN_SERVERS],
    }


def _option(option: Option) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": STRING,
        "name": option.name,
        "description": option.description[:LONGEST_OPTION],
        "required": option.required,
        "max_length": LONGEST_OPTION,
    }
    if option.choices:
        return described | {"choices": [{"name": choice, "value": choice} for choice in option.choices]}
    return described | {"autocomplete": option.kind in SUGGESTED}


def options(data: Mapping[str, Any]) -> dict[str, str]:
    """What was given, by an option's name, of an interaction's data."""
    return {str(each["name"]): str(each.get("value", "")) for each in data.get("options", ())}


def focused(data: Mapping[str, Any]) -> str | None:
    """The option that is being typed."""
    return next((str(each["name"]) for each in data.get("options", ()) if each.get("focused")), None)
