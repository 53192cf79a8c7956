"""The agent answers to its character's name; no name takes the place of a word that means something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.intents import as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from tests.unit.spoken import NOW, VOCABULARY, amount, deposit

pytestmark = pytest.mark.unit

PUT = deposit("USDC", amount("exact", "100"))


@pytest.mark.parametrize("name", ["Otto", "harbour_master", "The Dog", "C-3PO", "Degen Spartan"])
@pytest.mark.parametrize(
    "said", ["{}, put 100 usdc to work", "hey @{} put 100 usdc to work", "put 100 usdc to work {}!"]
)
def test_a_name_is_no_part_of_the_order(name: str, said: str) -> None:
    vocabulary = replace(VOCABULARY, called=(name,))
    found = interpret(said.format(name), Context(now=NOW), vocabulary).intent
    assert found is not None
    assert as_json(found) == PUT
    assert interpret(f"{name}, don't put 100 usdc to work", Context(now=NOW), vocabulary).intent is None


@pytest.mark.parametrize("name", ["Half", "Fifty Cent", "Core", "DAI", "Not", "bob", "20", "All", "_", "", "hundred"])
def test_a_name_that_means_something_goes_on_meaning_it(name: str) -> None:
    for said in (f"{name}, put 100 usdc to work", f"send 5 usdc to {name}", f"put {name} usdc to work"):
        vocabulary = replace(VOCABULARY, called=(name,))
        assert interpret(said, Context(now=NOW), vocabulary) == interpret(said, Context(now=NOW), VOCABULARY)


def test_a_contact_of_that_name_is_the_recipient() -> None:
    vocabulary = replace(VOCABULARY, called=("Bob",))
    found = interpret("send 5 usdc to bob", Context(now=NOW), vocabulary).intent
    assert found is not None
    assert as_json(found)["recipient"] == "bob"
