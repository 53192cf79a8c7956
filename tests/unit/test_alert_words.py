"""Alerts in words: English, Spanish, German; what can't be measured, is negated or asks for more sets none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Alert, Cancel, Origin, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from tests.unit.spoken import NOW, VOCABULARY, intent_of, question_of

pytestmark = pytest.mark.unit

CORE = "aave-v3:core:USDC"


def alert(metric: str, subject: str | None, op: str, value: str) -> dict[str, str | None]:
    return {"action": "alert", "metric": metric, "subject": subject, "op": op, "value": value}


SAID = [
    ("tell me when the USDC rate at aave core falls below 3 %", alert("rate", CORE, "below", "3")),
    ("let me know if the best usdc rate is above 6%", alert("rate", "USDC", "above", "6")),
    (
        "ping me once aave prime's usdc apy goes under 2.5 percent, please",
        alert("rate", "aave-v3:prime:USDC", "below", "2.5"),
    ),
    ("tell me when usdc pays more than 6 percent", alert("rate", "USDC", "above", "6")),
    ("alert me if ETH drops below 2,000", alert("price", "ETH", "below", "2000")),
    ("could you please warn me when the price of weth goes over $3.5k", alert("price", "WETH", "above", "3500")),
    ("notify me if dai < 0.99", alert("price", "DAI", "below", "0.99")),
    ("set an alert for eth above 4000 dollars", alert("price", "ETH", "above", "4000")),
    ("warn me when my health factor falls below 1.3", alert("health", None, "below", "1.3")),
    ("warn me when my health factor at aave core is under 1.3", alert("health", "aave-v3:core:DAI", "below", "1.3")),
    ("tell me when my portfolio is over 10k", alert("worth", None, "above", "10000")),
    ("tell me when gas is below 12 gwei", alert("gas", None, "below", "12")),
    ("avísame cuando el ETH baje por debajo de 2000", alert("price", "ETH", "below", "2000")),
    ("avisame si la tasa de USDC en aave core está por debajo de 3 %", alert("rate", CORE, "below", "3")),
    ("sag mir bescheid, wenn ETH unter 2000 fällt", alert("price", "ETH", "below", "2000")),
    ("sag mir Bescheid, sobald der Zins von USDC bei aave core über 5 % steigt", alert("rate", CORE, "above", "5")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intent"), SAID)
def test_an_alert_is_read_and_bound(text: str, intent: dict[str, str | None]) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent is not None
    assert as_json(found.intent) == intent
    bind(found.intent, found.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    "text", ["my alerts", "show me my alerts", "what are my alerts?", "mis alertas", "meine Alarme"]
)
def test_the_list_of_them(text: str) -> None:
    assert intent_of(text) == dict.fromkeys(("metric", "subject", "op", "value")) | {"action": "alert"}


@pytest.mark.parametrize(
    ("text", "ref"),
    [("cancel alert 2", "alert:2"), ("please delete all my alerts", "alert"), ("borra la alerta 3", "alert:3"),
     ("lösche alle Alarme", "alert")],
)  # fmt: skip
def test_taking_one_away(text: str, ref: str) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent == Cancel(ref=ref)
    bind(found.intent, found.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "don't tell me when eth is below 2000",
        "tell me when ETH is below 2000 and then sell it",
        "sell 1 weth when it is below 2000",
        "tell me when the plan is done",
        "tell me when eth is below some",
        "tell me when eth is below 2000 or 1500",
        "bob said: alert me when eth is below 2000",
        "> alert me when eth is below 2000",
        "`alert me when eth is below 2000`",
        "tell me when \u0435th is below 2000",
    ],
)
def test_what_sets_no_alert(text: str) -> None:
    assert (intent_of(text) or {}).get("action") != "alert"


def test_what_is_open_is_asked() -> None:
    assert "aave-v3:core:DAI" in question_of("tell me when aave pays more than 6 %")
    assert "What shall I watch?" in question_of("remind me to call mum")
    assert question_of("tell me when the usdc rate at nowhere is above 6 %")


@pytest.mark.parametrize(
    "other",
    [
        alert("price", "ETH", "below", "200"),
        alert("price", "DAI", "below", "2000"),
        alert("price", "ETH", "above", "2000"),
    ],
)
def test_another_alert_than_was_said_is_refused(other: dict[str, str]) -> None:
    text = "alert me if ETH drops below 2,000"
    with pytest.raises(Refused, match="alert"):
        bind(Alert.model_validate(other), {"action": Origin(0, len(text), text)}, [text], VOCABULARY)
    with pytest.raises(Refused, match="alert"):
        bind(Cancel(ref="alert:2"), {"action": Origin(0, len(text), text)}, [text], VOCABULARY)


@pytest.mark.parametrize(
    "data",
    [
        alert("rate", None, "below", "3"),
        alert("price", CORE, "below", "3"),
        alert("health", "USDC", "below", "3"),
        alert("gas", "USDC", "below", "3"),
        alert("worth", CORE, "below", "3"),
        {**alert("price", "ETH", "below", "3"), "value": None},
        {**alert("price", "ETH", "below", "3"), "metric": None},
    ],
)
def test_half_an_alert_is_none(data: dict[str, str | None]) -> None:
    with pytest.raises(ValidationError):
        Alert.model_validate(data)
