"""What does here what a plug-in of ElizaOS does there, so that whoever moves a character over knows where to look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_HERE = {
    "bootstrap": "Moneta's own grammar and previews (docs/sentences.md)",
    "evm": "the account and signer of each user (docs/custody.md)",
    "sql": "ledger.db and memory.db",
    "knowledge": "`knowledge` is read here without it (docs/memory.md)",
    "discord": "docs/discord.md",
    "telegram": "docs/telegram.md",
    "openai": "docs/models.md",
    "openrouter": "docs/models.md",
    "ollama": "docs/models.md",
    "local-ai": "docs/models.md",
    "anthropic": "docs/models.md",
    "groq": "docs/models.md",
    "google-genai": "docs/models.md",
}


def of_plugins(value: Any) -> Iterator[str]:
    """A line for each that is known, whatever the scope of its package: @elizaos/plugin-evm, @ai16z/plugin-evm."""
    named = value if isinstance(value, list) else []
    for each in named:
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str):
            bare = name.rsplit("/", 1)[-1].removeprefix("plugin-").removeprefix("client-").removeprefix("adapter-")
            if bare in _HERE:
                yield f"{bare}: {_HERE[bare]}"
