"""Binding: what the user's own words don't say in that role can't be done, whoever proposes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent import intents
from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Origin
from agent.mind.context import Context, Pending
from agent.mind.phrasebook import interpret, pending_after
from agent.schema import schema
from tests.unit.spoken import ADDRESS, NOW, VOCABULARY, amount, deposit, transfer, understood, withdraw
from tests.unit.test_phrasebook_commands import CONVERSATIONS, SENTENCES

pytestmark = pytest.mark.unit

HUNDRED = amount("exact", "100")


def binds(intent: dict[str, Any], *said: str, origins: dict[str, Origin] | None = None) -> bool:
    try:
        bind(intents.parse(intent), origins or {}, said, VOCABULARY)
    except (Refused, NeedsAnswer):
        return False
    return True


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_what_the_phrasebook_reads_binds_with_and_without_its_origins(text: str, expected: dict[str, Any]) -> None:
    assert binds(expected, text, origins=understood(text).origins)
    assert binds(expected, text)
    assert binds(expected, "hello", "how am I doing?", text)


@pytest.mark.parametrize(("texts", "expected", "turns"), CONVERSATIONS, ids=[" / ".join(c[0]) for c in CONVERSATIONS])
def test_answers_bind_over_their_turns(
    texts: tuple[str, ...], expected: dict[str, Any], turns: dict[str, int]
) -> None:
    pending: Pending | None = None
    origins: dict[str, Origin] = {}
    for text in texts:
        context = Context(pending=pending, now=NOW)
        result = interpret(text, context, VOCABULARY)
        pending, origins = pending_after(result, text, context, VOCABULARY), result.origins
    assert binds(expected, *texts, origins=origins)
    assert binds(expected, *texts)


ALTERNATIVES: dict[str, list[Any]] = {
    "asset": ["USDC", "DAI", "WETH", "ETH"],
    "amount": [HUNDRED, amount("exact", "7"), amount("percent", "99"), amount("all"), amount("all_but", "3")],
    "venue": [None, "venus:core:USDC", "aave-v3:core:USDC", "aave-v3:core:DAI", "morpho:dai-86:USDC"],
    "recipient": ["bob", "alice", "carol"],
    "name": ["bob", "carol", "mallory"],
    "address": [ADDRESS, "0x" + "cd" * 20],
    "seconds": [1, 86_400],
}


@given(st.sampled_from(SENTENCES), st.booleans(), st.data())
def test_a_changed_field_never_binds(
    sentence: tuple[str, dict[str, Any]], with_origins: bool, data: st.DataObject
) -> None:
    text, expected = sentence
    fields = [field for field in expected if field in ALTERNATIVES]
    assume(fields)
    field = data.draw(st.sampled_from(fields))
    changed = data.draw(st.sampled_from(ALTERNATIVES[field]))
    assume(changed != expected[field])
    origins = understood(text).origins if with_origins else {}
    assert not binds(expected | {field: changed}, text, origins=origins)


SALAD = (
    "deposit withdraw send put take out move add exit pause to into from of on in for and but all half 100 1k 25% $5"
)
SALAD += (
    " usdc dai eth aave core prime morpho venus bob alice my please to work everything except if not ? it 30 days"
)
SALAD += f" what best yield history cancel advance deposited contact {ADDRESS} doge 1,00 2026-11-01 last yesterday"


@given(
    st.lists(st.lists(st.sampled_from(SALAD.split()), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=3)
)
def test_mind_and_gate_agree_on_any_words(texts: list[str]) -> None:
    """Whatever the phrasebook makes of a salad of words, binding reads the same in them, and no no or if acts."""
    pending: Pending | None = None
    for place, text in enumerate(texts):
        context = Context(pending=pending, now=NOW)
        result = interpret(text, context, VOCABULARY)
        pending = pending_after(result, text, context, VOCABULARY)
        if result.intent is not None:
            bind(result.intent, result.origins, texts[: place + 1], VOCABULARY)
            moves = result.intent.action in ("deposit", "withdraw", "transfer", "contact", "exit", "advance")
            assert not (moves and {"if", "not", "what", "deposited"} & set(text.split()))


@given(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES))
def test_another_sentences_action_never_binds(
    one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]
) -> None:
    assume(one[1]["action"] != other[1]["action"])
    assert not binds(other[1], one[0])


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        (deposit("USDC", HUNDRED), ("don't deposit 100 usdc",)),
        (deposit("USDC", HUNDRED), ("if I deposit 100 usdc what would I earn?",)),
        (deposit("USDC", HUNDRED), ("should I deposit 100 usdc",)),
        (deposit("USDC", HUNDRED), ("deposit 100 usdc?",)),
        (deposit("USDC", HUNDRED), ("I deposited 100 usdc",)),
        (deposit("USDC", HUNDRED), ('summarise: "deposit 100 usdc"',)),
        (deposit("USDC", HUNDRED), ("> deposit 100 usdc\nwhat is this?",)),
        (deposit("USDC", HUNDRED), ("deposit `100` usdc",)),
        (deposit("USDC", HUNDRED), ("deposit 100 USDС",)),
        (deposit("USDC", HUNDRED), (f"deposit 100 usdc to {ADDRESS}",)),
        (deposit("USDC", HUNDRED), ("deposit 100 usdc into aave core",)),
        (deposit("USDC", HUNDRED), ("deposit 100 usdc", "hello")),
        (deposit("USDC", HUNDRED), ("deposit 100 usdc", "yes")),
        (deposit("USDC", HUNDRED), ("deposit 100 usdc", "best yield for usdc?")),
        (deposit("USDC", HUNDRED), ("don't deposit usdc", "100")),
        (deposit("USDC", HUNDRED), ("swap 100 usdc for eth and deposit",)),
        (deposit("USDC", amount("exact", "50")), ("deposit 100 usdc and 50 dai",)),
        (deposit("DAI", HUNDRED), ("deposit 100 usdc and 50 dai",)),
        (deposit("USDC", amount("exact", "50")), ("deposit 100 usdc and send 50 usdc to bob",)),
        (deposit("USDC", HUNDRED, "aave-v3:core:USDC"), ("deposit 100 usdc into aave",)),
        (deposit("USDC", HUNDRED, "aave-v3:core:USDC"), ("withdraw 100 usdc from aave core",)),
        (deposit("USDC", HUNDRED, "aave-v3:core:USDC"), ("deposit 100 usdc from aave core",)),
        (deposit("WETH", amount("exact", "500")), ("deposit $500 of weth",)),
        (deposit("USDC", amount("exact", "100")), ("deposit 1,00 usdc",)),
        (withdraw("USDC", HUNDRED), ("deposit 100 usdc",)),
        (withdraw("USDC", HUNDRED), ("withdraw 100 usdc to alice",)),
        (transfer("USDC", HUNDRED, "bob"), ("send 100 usdc",)),
        (transfer("USDC", HUNDRED, "bob"), ("send 100 usdc to alice",)),
        (transfer("USDC", HUNDRED, "bob"), (f"send 100 usdc to {ADDRESS} and tell bob",)),
        (transfer("USDC", HUNDRED, "bob"), ("send 100 usdc to bob and alice",)),
        (transfer("USDC", HUNDRED, "bob"), ("what did bob do?", "deposit 100 usdc")),
        (transfer("USDC", HUNDRED, "bob"), ("send 100 usdc from aave core to bob",)),
        (deposit("USDC", amount("all_but", "100")), ("deposit but 100 usdc",)),
        ({"action": "exit"}, (f"withdraw everything to {ADDRESS}",)),
        ({"action": "exit"}, ("exit aave",)),
        ({"action": "exit"}, ("withdraw half my usdc",)),
        ({"action": "exit"}, ("don't exit",)),
        ({"action": "pause"}, ("hello",)),
        ({"action": "yields", "asset": "DAI"}, ("best yield for usdc?",)),
        ({"action": "history", "since": "2026-01-01", "until": None}, ("history since 2026-11-01",)),
        ({"action": "cancel", "ref": None}, ("put 100 usdc to work",)),
        ({"action": "exit"}, ()),
    ],
)
def test_never_binds(intent: dict[str, Any], said: tuple[str, ...]) -> None:
    assert not binds(intent, *said)


def test_a_request_reaches_no_further_back_than_its_verb() -> None:
    assert binds(deposit("USDC", HUNDRED), "withdraw 5 dai", "100 usdc", "deposit")
    assert not binds(withdraw("USDC", HUNDRED), "withdraw 5 dai", "100 usdc", "deposit")
    assert not binds(withdraw("DAI", amount("exact", "5")), "withdraw 5 dai", "100 usdc", "deposit")
    assert binds({"action": "exit"}, "deposit 100 usdc?", "exit")
    assert binds({"action": "exit"}, "send 5 dai to carol", "exit everything")


def test_origins_are_not_trusted() -> None:
    text = "deposit 100 usdc, that is 50 less than yesterday"
    truth = text.index("100")
    intent = deposit("USDC", HUNDRED)
    assert binds(deposit("USDC", HUNDRED), "deposit 100 usdc", origins={"amount": Origin(8, 11, "100")})
    for origin in (Origin(8, 11, "999"), Origin(0, 7, "deposit"), Origin(8, 11, "100", -1), Origin(8, 11, "100", 1)):
        assert not binds(intent, "deposit 100 usdc", origins={"amount": origin})
    assert not binds(intent, text, origins={"amount": Origin(truth + 40, truth + 43, "100")})


def test_what_is_missing_is_asked_openly() -> None:
    for said, field in (("deposit usdc", "amount"), ("deposit 100", "asset")):
        with pytest.raises(NeedsAnswer) as asked:
            bind(intents.parse(deposit("USDC", HUNDRED)), {}, [said], VOCABULARY)
        assert asked.value.missing == field
        assert "100" not in asked.value.question
    with pytest.raises(NeedsAnswer) as asked:
        bind(intents.parse(transfer("USDC", HUNDRED, "bob")), {}, ["send 100 usdc"], VOCABULARY)
    assert (asked.value.missing, "bob" in asked.value.question) == ("recipient", False)


def test_a_refusal_names_the_rule_and_the_field() -> None:
    with pytest.raises(Refused, match="venue") as refused:
        bind(intents.parse(deposit("USDC", HUNDRED, "venus:core:USDC")), {}, ["deposit 100 usdc"], VOCABULARY)
    assert refused.value.rule == "bind"


def test_the_schema_in_docs_is_the_one_in_force() -> None:
    kept = Path(__file__).parents[2] / "docs" / "intents.schema.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize(
    "text", ["bob wants you to resume", "the page says resume", "resume tomorrow", "he said resume"]
)
def test_what_needs_no_preview_is_said_alone(text: str) -> None:
    assert binds({"action": "resume"}, "please resume now")
    assert not binds({"action": "resume"}, text)


def test_tomorrow_is_not_now() -> None:
    assert binds(transfer("USDC", HUNDRED, "bob"), "send 100 usdc to bob")
    assert not binds(transfer("USDC", HUNDRED, "bob"), "send 100 usdc to bob tomorrow")


@pytest.mark.parametrize("text", ["history since yesterday", "what did you do in the last 3 days"])
def test_a_day_that_words_give_is_computed_and_binds(text: str) -> None:
    since = {"action": "history", "since": "2026-11-18", "until": None}
    assert binds(since, text)
    assert not binds(since, "history")
    assert not binds(since, "history since 2026-11-01")
