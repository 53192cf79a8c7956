"""A language model that a plug-in brings: asked behind its time-out, and believed no more than others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from agent.errors import MonetaError
from agent.mind.endpoint import down
from agent.mind.model import Answer, Call, Usage
from agent.mind.prompt import Messages
from agent.plugin.models import LanguageModel, ModelAnswer, Provider
from agent.plugin.talking import Setup

Make = Callable[[str], LanguageModel]
"""A provider's model of that name."""


def providers_of(found: Iterable[Iterable[Provider]]) -> dict[str, Make]:
    """What plug-ins bring, by the provider's name; of two that are called the same, the first."""
    made: dict[str, Make] = {}
    for group in found:
        for each in group:
            made.setdefault(each.name, _maker(each))
    return made


def _maker(provider: Provider) -> Make:
    return lambda model: provider.make(model, Setup())  # the hooks add what the settings say to the plug-in


class Plugged:
    """One model of a plug-in's provider, made with the first question."""

    def __init__(self, make: Make, name: str) -> None:
        self._make = make
        self._name = name
        self._model: LanguageModel | None = None

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        try:
            if self._model is None:
                self._model = self._make(self._name)
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
