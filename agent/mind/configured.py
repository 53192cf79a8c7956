"""The mind that the settings name: the phrasebook, and a model where one is set."""

from __future__ import annotations

from agent.character.character import Character
from agent.config import Settings
from agent.errors import Refused
from agent.mind.mind import Mind
from agent.mind.model import Endpoint, key_from


def mind_of(settings: Settings, character: Character) -> Mind:
    """Raises Refused("model") where the settings name a model halfway: words go nowhere that nobody named."""
    if not settings.model and not settings.model_url:
        return Mind(character)
    if not settings.model or not settings.model_url.startswith(("http://", "https://")):
        raise Refused(
            "model",
            "A model needs its name and the URL of its endpoint.",
            "Set MONETA_MODEL and MONETA_MODEL_URL (docs/models.md), or neither.",
        )
    return Mind(character, Endpoint(settings.model_url, settings.model, key_from(settings.model_key_file)))
