"""A language model that a plug-in brings: asked behind its time-out, and believed no more than others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from agent.errors import MonetaError
from agent.mind.endpoint import down
from agent.mind.model import Answer, Call, Usage
from agent.mind.prompt import Messages
from agent.model_settings import ModelSetting
from agent.plugin.models import LanguageModel, ModelAnswer, Provider
from agent.plugin.talking import Setup

Make = Callable[[str, Setup], LanguageModel]
"""A provider's model of that name, with what the settings say of it."""


def providers_of(found: Iterable[Iterable[Provider]]) -> dict[str, Make]:
    """What plug-ins bring, by the provider's name; of two that are called the same, the first."""
    made: dict[str, Make] = {}
    for group in found:
        for each in group:
            made.setdefault(each.name, each.make)
    return made


def setup_of(said: ModelSetting) -> Setup:
    """What a provider is told of a model: address, key's file, limits. The hooks add the plug-in's own options."""
    told = {"url": said.url, "key_file": said.key_file, "seconds": said.seconds, "max_tokens": said.max_tokens}
    return Setup({name: value for name, value in told.items() if value is not None})


class Plugged:
    """One model of a plug-in's provider, made with the first question."""

    def __init__(self, make: Make, name: str, setup: Setup) -> None:
        self._make = make
        self._name = name
        self._setup = setup
        self._model: LanguageModel | None = None

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        try:
            if self._model is None:
                self._model = self._make(self._name, self._setup)
            return _answer(await self._model.ask(messages, tools))
        except MonetaError as error:
            raise down("its plug-in gives no answer", charged=True) from error

    async def close(self) -> None:
        """Lets the plug-in end its connections."""
        if self._model is not None:
            await self._model.close()
        self._model = None


def _answer(found: ModelAnswer) -> Answer:
    calls = tuple(Call(each.name, each.arguments) for each in found.calls)
    told = None
    if found.tokens_in is not None and found.tokens_out is not None and found.tokens_in + found.tokens_out:
        told = Usage(found.tokens_in, found.tokens_out)
    return Answer(found.text, calls, told)
