"""A language model that a plug-in brings is asked like any other, and believed no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import Settings
from agent.intents import Understood
from agent.mind.configured import mind_of
from agent.mind.context import Context
from agent.mind.mind import DOWN, Mind
from agent.mind.plugged import providers_of
from agent.model_cost import Payer
from memory.ledger import Ledger
from tests.unit.mind_parts import ADA, bound
from tests.unit.outside_plugins import loaded
from tests.unit.spoken import NOW, VOCABULARY, amount, deposit

pytestmark = pytest.mark.unit

TEXT = "gosh mumble, deposit 100 usdc into venus pretty sharpish"
SOURCE = """
class Theirs:
    def __init__(self, model, setup):
        self.model, self.setup = model, setup
    async def ask(self, messages, tools):
        if self.model == "down":
            raise OSError("secret-canary")
        amount = self.setup.options["amount"]
        call = ToolCall("deposit", {"asset": "usdc", "amount": amount, "venue": "venus"})
        return ModelAnswer("", (call,), tokens_in=700, tokens_out=30)
    async def close(self): ...

@moneta.hookimpl
def moneta_models():
    return [Provider("theirs", Theirs)]
"""


def mind(folder: Path, model: str, said: str) -> Mind:
    model_table = {"name": "m", "model": model, "provider": "theirs", "input_usd": "1", "output_usd": "2"}
    settings = Settings.said(models=[model_table], plugin_options={"theirs": {"amount": said}})
    plugins, (theirs,) = loaded(folder, SOURCE, settings=settings)
    assert theirs.why == ""
    return mind_of(settings, ADA, providers_of(plugins.hook.moneta_models()))


async def understood(made: Mind) -> object:
    return await made.understand(TEXT, Context(now=NOW), VOCABULARY, payer=Payer("ada"))


async def test_it_is_asked_with_its_options_and_its_tokens_are_counted(tmp_path: Path) -> None:
    made, ledger = mind(tmp_path, "good", "100"), await Ledger.open(tmp_path, lambda: NOW)
    made.kept_by(ledger)
    found = await understood(made)
    assert isinstance(found, Understood)
    assert bound(found, TEXT) == deposit("USDC", amount("exact", "100"), "venus:core:USDC")
    (row,) = await ledger.model_usage(NOW)
    assert (row.model, row.prompt_tokens, row.answer_tokens, row.nano_usd) == ("m", 700, 30, 760_000)
    await made.close()
    await ledger.close()


async def test_an_amount_of_its_own_binds_nothing(tmp_path: Path) -> None:
    made = mind(tmp_path, "good", "900")
    found = await understood(made)
    assert isinstance(found, Understood)
    assert found.intent is None
    await made.close()


async def test_one_that_fails_is_a_model_that_is_down(tmp_path: Path) -> None:
    made = mind(tmp_path, "down", "100")
    found = await understood(made)
    assert isinstance(found, Understood)
    assert found.question is not None
    assert found.question.text.startswith(DOWN)
    await made.close()
