"""The JSON Schema of everything that a person may ask for; docs/intents.schema.json is its printed form."""

from __future__ import annotations

from typing import Any

from agent.intents import adapter


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the union of intents; every key of an action is required, null where unsaid."""
    body = adapter.json_schema(mode="validation")
    for definition in body["$defs"].values():
        definition["required"] = list(definition["properties"])
        for field in definition["properties"].values():
            if field.get("default", "") is None:  # read where a recording lacks it, always written
                del field["default"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Intent",
        "description": "What a person may ask Moneta for: a closed set. Amounts are decimal text in whole tokens.",
        **body,
    }
