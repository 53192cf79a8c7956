"""The mind that the settings name: the phrasebook, and models where some are set."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from agent.character.character import Character
from agent.config import Settings
from agent.errors import Refused
from agent.mind.breaker import Breaker, Clock
from agent.mind.choice import Need
from agent.mind.endpoint import Endpoint
from agent.mind.mind import Mind
from agent.mind.model import Model, key_from
from agent.mind.models import Entry, Models, Route
from agent.mind.plugged import Make, Plugged, setup_of
from agent.mind.provided import Provided
from agent.mind.purpose import Purpose
from agent.model_cost import Price, micro
from agent.model_settings import ModelSetting
from memory.people.model_book import PERIODS, SCOPES, Budget

_NONE: Mapping[str, Make] = MappingProxyType({})


def mind_of(settings: Settings, character: Character, providers: Mapping[str, Make] = _NONE) -> Mind:
    """The mind with the models of the settings; `providers` are those of plug-ins. Raises Refused("model") where a
    model is named halfway: words go nowhere that nobody named.
    """
    models = models_of(settings, providers=providers)
    return Mind(character) if models is None else Mind(character, models)


def models_of(
    settings: Settings,
    clock: Clock = time.monotonic,
    now: Clock = time.time,
    providers: Mapping[str, Make] = _NONE,
) -> Models | None:
    """The models and routes of the settings, None where they name none. Raises Refused("model")."""
    entries = _entries(settings, clock, providers)
    if not entries:
        return None
    return Models(entries, _routes(settings, entries), clock, now, budgets_of(settings))


def budgets_of(settings: Settings) -> tuple[Budget, ...]:
    """Every budget that is set."""
    named = {"user": "model_user_usd", "server": "model_server_usd", "instance": "model_usd"}
    return tuple(
        Budget(scope, period, micro(usd) * 1_000)
        for scope in SCOPES
        for period in PERIODS
        if (usd := getattr(settings, f"{named[scope]}_a_{period}")) is not None
    )


def _entries(settings: Settings, clock: Clock, providers: Mapping[str, Make]) -> dict[str, Entry]:
    single = settings.model or settings.model_url
    several = settings.models or ()
    if single and several:
        raise Refused("model", "The settings name both `model` and `models`.", "Say one of them (docs/models.md).")
    if single:
        return {settings.model: Entry(settings.model, _single(settings), Breaker(clock))}
    names = [each.name for each in several]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Refused("model", f"Two of the models are called {twice}.", "Give each a name of its own.")
    return {each.name: _entry(each, clock, _model(each, len(names) == 1, providers)) for each in several}


def _single(settings: Settings) -> Model:
    if not settings.model or not settings.model_url.startswith(("http://", "https://")):
        raise Refused(
            "model",
            "A model needs its name and the URL of its endpoint.",
            "Set MONETA_MODEL and MONETA_MODEL_URL (docs/models.md), or neither.",
        )
    return Endpoint(settings.model_url, settings.model, key_from(settings.model_key_file))


def _entry(said: ModelSetting, clock: Clock, model: Model) -> Entry:
    price = None
    if said.input_usd is not None and said.output_usd is not None:
        price = Price.of(said.input_usd, said.output_usd)
    return Entry(said.name, model, Breaker(clock), price, said.max_tokens)


def _model(said: ModelSetting, alone: bool, providers: Mapping[str, Make]) -> Model:
    key, name = key_from(said.key_file, f"key_file of the model {said.name}"), said.model or said.name
    if said.provider is not None and said.provider in providers:
        return Plugged(providers[said.provider], name, setup_of(said))
    if said.provider is not None:
        own = None if said.key_file is None else key
        limits = {"seconds": said.seconds, "most_tokens": said.max_tokens}
        return Provided(said.provider, name, own, url=said.url, **limits)
    return Endpoint(
        str(said.url), name, key, seconds=said.seconds, most_tokens=said.max_tokens, waits=alone
    )  # where there is another model, that one is asked instead


def _routes(settings: Settings, entries: Mapping[str, Entry]) -> dict[Purpose, Route]:
    everything = tuple(entries)
    said = settings.routes or {}
    for purpose, route in said.items():
        _check_known(purpose, route.models, entries)
    return {
        purpose: Route(
            said[purpose.value].models, Need(said[purpose.value].accuracy, said[purpose.value].milliseconds)
        )
        if purpose.value in said
        else Route(everything)
        for purpose in Purpose
    }


def _check_known(purpose: str, names: Sequence[str], entries: Mapping[str, Entry]) -> None:
    unknown = next((name for name in names if name not in entries), None)
    if unknown is not None:
        raise Refused(
            "model", f"The route {purpose} names {unknown}, and no model is called that.", "Name one of [[models]]."
        )
