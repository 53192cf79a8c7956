"""Limits in words: read as a whole, bound to what the user said, and nothing else is one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Cancel, Deposit, Exact, Limit, Origin, parse
from agent.mind.context import Context, Pending
from agent.mind.tools import ACTS, NotProposed, schemas
from agent.mind.tools import understood as called
from agent.words.limits.allowances import OpenPeriod, allowance, allowance_in
from tests.unit.spoken import NOW, VOCABULARY, intent_of, question_of, understood

pytestmark = pytest.mark.unit

AAVE = ["aave-v3:core:DAI", "aave-v3:core:USDC", "aave-v3:prime:USDC"]


def cap(period: str, value: str | None, unit: str | None = "USDC", kind: str | None = None) -> dict[str, Any]:
    return {
        "action": "limit",
        "what": "cap",
        "period": period,
        "kind": kind,
        "unit": unit,
        "value": value,
        "names": None,
    }


def listed(what: str, *names: str) -> dict[str, Any]:
    none = {"period": None, "kind": None, "unit": None, "value": None}
    return {"action": "limit", "what": what, **none, "names": list(names) or None}


CAPS = [
    ("my limit is 500 USDC a day", cap("day", "500")),
    ("My limit is 500 usdc per day.", cap("day", "500")),
    ("set my daily limit to 1,000 usdc", cap("day", "1000")),
    ("raise my daily limit to 2000", cap("day", "2000", None)),
    ("my daily limit: 500 usdc", cap("day", "500")),
    ("my daily limit is $500", cap("day", "500", "USD")),
    ("limit me to $500 a day", cap("day", "500", "USD")),
    ("limit my transfers to 50 usdc a day", cap("day", "50", kind="transfer")),
    ("limit my spending to 1000 usdc in all", cap("lifetime", "1000")),
    ("never more than $200 per transfer", cap("transaction", "200", "USD", "transfer")),
    ("never send more than two hundred dollars at once", cap("transaction", "200", "USD", "transfer")),
    ("don't deposit more than 5k dai per day", cap("day", "5000", "DAI", "deposit")),
    ("never swap more than 1 eth at a time", cap("transaction", "1", "ETH", "swap")),
    ("send at most 100 usdc a day", cap("day", "100", kind="transfer")),
    ("at most 500 usdc a day", cap("day", "500")),
    ("500 usdc a day at most", cap("day", "500")),
    ("per day at most 500 usdc", cap("day", "500")),
    ("no more than $1,000 in any 24 hours", cap("day", "1000", "USD")),
    ("spend no more than 3 eth in total", cap("lifetime", "3", "ETH")),
    ("my transfer limit is 200 usdc", cap("transaction", "200", kind="transfer")),
    ("my daily transfer limit is 200 usdc", cap("day", "200", kind="transfer")),
    ("my lifetime limit is 0.5 eth", cap("lifetime", "0.5", "ETH")),
    ("my transaction limit is 10 usdc", cap("transaction", "10")),
    ("from now on my limit is 500 usdc a day please", cap("day", "500")),
    ("policy: my limit is 500 usdc a day", cap("day", "500")),
    ("remove my daily limit", cap("day", None, None)),
    ("remove my daily usdc limit", cap("day", None)),
    ("no daily limit", cap("day", None, None)),
    ("drop my transfer limit", cap("transaction", None, None, "transfer")),
]
LISTS = [
    ("only aave", listed("venues", *AAVE)),
    ("only aave and morpho", listed("venues", *AAVE, "morpho:dai-86:USDC", "morpho:weth-86:USDC")),
    ("use only venus", listed("venues", "venus:core:USDC")),
    ("put my money only into venus", None),
    ("only put my money into venus", listed("venues", "venus:core:USDC")),
    ("venus only", listed("venues", "venus:core:USDC")),
    ("only usdc and dai", listed("tokens", "DAI", "USDC")),
    ("only pay bob", listed("recipients", "bob")),
    ("only send to bob and alice", listed("recipients", "alice", "bob")),
    ("send money only to bob", listed("recipients", "bob")),
    ("pay nobody but alice", listed("recipients", "alice")),
    ("allow all venues", listed("venues")),
    ("allow any token again", listed("tokens")),
    ("allow all contacts", listed("recipients")),
]
CANCELS = [
    ("cancel the change", "limits"),
    ("cancel change 3", "limits:3"),
    ("cancel change number 12", "limits:12"),
    ("cancel the new limit", "limits"),
    ("cancel contact bob", "contact:bob"),
    ("remove the contact Bob", "contact:bob"),
    ("remove bob from my contacts", "contact:bob"),
    ("cancel the stuck transaction", "transaction"),
    ("please cancel my pending transaction.", "transaction"),
    ("stop the transaction that is not mined", "transaction"),
    ("cancel the tx that hangs", "transaction"),
]


@pytest.mark.parametrize(("said", "meant"), [*CAPS, *LISTS])
def test_a_limit_is_read_and_bound(said: str, meant: dict[str, Any] | None) -> None:
    if meant is None:
        assert allowance(said, VOCABULARY) is None
        return
    assert intent_of(said) == meant
    found = understood(said)
    assert found.intent is not None
    bind(found.intent, found.origins, (said,), VOCABULARY)


@pytest.mark.parametrize(("said", "ref"), CANCELS)
def test_a_cancellation_is_read_and_bound(said: str, ref: str) -> None:
    assert intent_of(said) == {"action": "cancel", "ref": ref}
    found = understood(said)
    assert found.intent is not None
    bind(found.intent, found.origins, (said,), VOCABULARY)


@pytest.mark.parametrize(
    "said",
    [
        "what if my limit is 500 usdc a day",
        "don't cancel the stuck transaction",
        "should i cancel the stuck transaction?",
        "cancel the transaction",
        "cancel the stuck transaction and send 5 usdc to bob",
        "is my limit 500 usdc a day?",
        'my limit is "500 usdc" a day',
        "> my limit is 500 USDC a day",
        "`my limit is 500 USDC a day`",
        "my limit is 500 USDC a day and send 5 usdc to bob",
        "my limit is 500 USDC a day. send 5 usdc to bob",
        "my limit is half of my usdc a day",
        "my limit is 500 eth usdc a day",
        "my limit is 0 usdc a day",
        "my limit is 1e9 USDC a day",
        "my limit is -5 USDC a day",
        "my limit is 500 PEPE a day",
        "my limit is 500 USDC per week",
        "my limit is 500 U\u0405DC a day",
        "my limit is $500 of usdc a day",
        "my dai limit is 500 usdc a day",
        "my daily limit is 500 usdc in all",
        "never more than $200 per deposit per transfer",
        "deposit at most $200 per transfer",
        "my friend's limit is 500 usdc a day",
        "do not send more than 100 usdc to bob",
        "send at most 100 usdc to bob",
        "only aave or morpho",
        "only aave and usdc",
        "only bob",
        "only pay 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "only pay aave",
        "only deposit 100 usdc",
        "only",
        "keep my usdc well placed, at most 50,000 a venue",
        "cancel change 3 and send 5 usdc to bob",
        "cancel change 0",
        "my limit is 500 USDC a day" + " " * 300,
        "my limit is 500 USDC\na day\nnow",
    ],
)
def test_anything_else_is_no_limit(said: str) -> None:
    try:
        assert allowance(said, VOCABULARY) is None
    except OpenPeriod:
        pytest.fail("it was read as a limit without a period")
    found = understood(said).intent
    assert not isinstance(found, Limit)


@pytest.mark.parametrize("said", ["my limit is 500 usdc", "remove my limit", "set my limit to $5", "my limit is 9"])
def test_a_limit_over_nothing_is_asked_about(said: str) -> None:
    assert question_of(said).startswith("Over what?")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("my daily limit is -5 USDC", "A limit is 0 or more, and “-5 USDC” is less."),
        ("my limit is −5 usdc a day", "A limit is 0 or more, and “"),
        ("set my daily limit to minus 5 usdc", "A limit is 0 or more, and “minus 5 usdc” is less."),
        ("my daily limit is 1e9 USDC", "write the number out, without an e"),
        ("my daily limit is 2.5E+3 USDC", "write the number out, without an e"),
        ("my daily limit is a lot of USDC", "I don't read “a lot of USDC” as the amount of a limit"),
        ("raise my daily limit to as much as you like right now", "What loosens a limit waits a day"),
        ("limit my transfers to lots of usdc a day", "I don't read “lots of usdc” as the amount of a limit"),
        ("my limit is 5 USDC and 6 DAI a day", "I don't read “5 USDC and 6 DAI” as the amount of a limit"),
    ],
)
def test_a_limit_that_is_none_is_answered_with_what_to_type(said: str, why: str) -> None:
    found = understood(said)
    assert (found.intent, found.question is not None) == (None, True)
    assert found.question is not None
    assert why in found.question.text
    assert "Say it like `my limit is 500 USDC a day`" in found.question.text
    assert "schedule" not in found.question.text
    assert understood("my limit is 500 USDC a day").intent is not None


@pytest.mark.parametrize(
    "said", ["my gas limit is 5", "the limit is what it is", "a limit order for 5 eth", "what is my daily limit?"]
)
def test_talk_of_other_limits_isnt_taken_for_one(said: str) -> None:
    question = understood(said).question
    assert question is None or "amount of a limit" not in question.text


def test_a_bare_list_answers_an_open_question_first() -> None:
    for missing, meant in (("venue", "deposit"), ("", "limit")):
        pending = Pending(text="deposit 5 usdc", missing=missing) if missing else None
        found = understood("only venus", pending).intent
        assert found is not None
        assert found.action == meant
    pending = Pending(text="deposit 5 usdc", missing="venue")
    found = understood("my limit is 5 usdc a day", pending).intent
    assert isinstance(found, Limit)


SAID = "my limit is 500 USDC a day"
WHOLE = {"action": Origin(0, len(SAID), SAID)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", "5000"),
        ("value", None),
        ("unit", "DAI"),
        ("unit", "USD"),
        ("unit", None),
        ("period", "lifetime"),
        ("kind", "transfer"),
    ],
)
def test_a_field_that_isnt_in_the_words_refuses(field: str, value: str | None) -> None:
    bind(parse(cap("day", "500")), WHOLE, (SAID,), VOCABULARY)
    with pytest.raises(Refused, match="isn't in your words") as refused:
        bind(parse({**cap("day", "500"), field: value}), WHOLE, (SAID,), VOCABULARY)
    assert refused.value.rule == "bind"


def test_a_limit_binds_to_the_present_turn_alone() -> None:
    intent = parse(cap("day", "500"))
    for said, origins in (
        ((SAID, "yes"), {}),
        ((SAID, "thanks"), {"action": Origin(0, len(SAID), SAID, -1)}),
        (("my limit is 500 USDC",), {}),
        (("forget it",), {}),
    ):
        with pytest.raises(Refused):
            bind(intent, origins, said, VOCABULARY)


def test_a_cancellation_that_wasnt_said_refuses() -> None:
    for ref in ("limits", "limits:4", "contact:bob"):
        with pytest.raises(Refused):
            bind(Cancel(ref=ref), {}, ("cancel change 3",), VOCABULARY)
    with pytest.raises(Refused):
        bind(Cancel(ref="contact:bob"), {}, ("cancel",), VOCABULARY)
    bind(Cancel(ref=None), {}, ("cancel",), VOCABULARY)


def test_another_intent_isnt_taken_for_a_limit() -> None:
    with pytest.raises(Refused):
        bind(Deposit(asset="USDC", amount=Exact(value="500"), venue=None), {}, (SAID,), VOCABULARY)


POLITE = "Hey, thanks! could you please never send more than $200 per transfer, please"
PART = "never send more than $200 per transfer"


def test_courtesy_may_stand_around_a_limit_and_nothing_else() -> None:
    start = POLITE.index("never")
    found = allowance_in(POLITE, start, start + len(PART), VOCABULARY)
    assert found is not None
    assert found.model_dump(mode="json") == cap("transaction", "200", "USD", "transfer")
    for around in ('he said "{}"', "don't: {}", "if I lose my phone {}", "{} and deposit 5 usdc", "bob: {}"):
        text = around.format(PART)
        begin = text.index(PART)
        assert allowance_in(text, begin, begin + len(PART), VOCABULARY) is None, text
    assert allowance_in(POLITE, start + 2, start + len(PART), VOCABULARY) is None


def test_a_model_points_at_the_words_of_a_limit() -> None:
    context = Context(now=NOW)
    found = called("limit", {"words": PART}, POLITE, context, VOCABULARY)
    assert found.intent is not None
    bind(found.intent, found.origins, (POLITE,), VOCABULARY)
    for words in ("never send more than $900 per transfer", "$200", "", "could you please never send"):
        with pytest.raises(NotProposed):
            called("limit", {"words": words}, POLITE, context, VOCABULARY)
    with pytest.raises(NotProposed, match="a day"):
        called("limit", {"words": "my limit is 5 usdc"}, "hello my limit is 5 usdc", context, VOCABULARY)
    with pytest.raises(NotProposed):
        called("limit", {"words": "cancel change 3"}, "hello cancel change 3", context, VOCABULARY)
    pending = Context(now=NOW, pending=Pending(text=PART, missing="amount"))
    with pytest.raises(NotProposed):
        called("limit", {"words": PART}, "yes", pending, VOCABULARY)
    assert "limit" in {tool["function"]["name"] for tool in schemas(ACTS)}
    assert "limit" not in {tool["function"]["name"] for tool in schemas(())}


@pytest.mark.parametrize(
    "fields",
    [
        cap("day", "500") | {"period": None},
        cap("day", "500") | {"names": ["USDC"]},
        listed("venues", "a:b:USDC") | {"period": "day"},
        listed("venues", "a:b:USDC") | {"value": "5"},
        listed("venues", "a:b:USDC") | {"unit": "USDC"},
        listed("tokens", "USDC") | {"kind": "swap"},
        listed("tokens", "USDC") | {"names": []},
        cap("day", "500") | {"unit": "0x" + "ab" * 20},
    ],
)
def test_a_limit_is_a_cap_or_a_list(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        parse(fields)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        allowance(text, VOCABULARY)
    except OpenPeriod:
        assert "limit" in text.casefold()


@given(st.integers(1, 10**12), st.sampled_from(["USDC", "DAI", "ETH"]), st.sampled_from(["a day", "in all"]))
def test_every_amount_is_read_exactly(units: int, symbol: str, over: str) -> None:
    found = allowance(f"my limit is {units:,} {symbol} {over}", VOCABULARY)
    assert isinstance(found, Limit)
    assert (found.value, found.unit) == (str(units), symbol)
