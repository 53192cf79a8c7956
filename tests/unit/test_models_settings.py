"""What is said of models in the settings: prices, budgets, routes, key files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.service import server_of
from agent.config import Settings
from agent.errors import Refused
from agent.mind.choice import Need
from agent.mind.configured import budgets_of, models_of
from agent.mind.models import Route
from agent.mind.purpose import Purpose
from agent.model_cost import Price, micro, shown
from agent.model_settings import PurposeName
from memory.people.model_book import Budget
from memory.rows import InboxRow
from tests.unit.spoken import NOW

pytestmark = pytest.mark.unit

DEAR, CHEAP = Price.of("3", "15"), Price.of("0.15", "0.6")


@pytest.mark.parametrize(
    ("platform", "meta", "server"),
    [("discord", {"server": 7}, "discord:7"), ("telegram", {"server": "-5"}, "telegram:-5"), ("terminal", {}, "")],
)
def test_the_server_that_pays_is_where_it_was_said(platform: str, meta: dict[str, Any], server: str) -> None:
    row = InboxRow(1, platform, "1", f"{platform}:1", "ada", "hi", NOW, "new", None, "text", meta)
    assert server_of(row) == server


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_cost_is_never_rounded_down(prompt: int, answer: int, prompt_price: int, answer_price: int) -> None:
    exact = prompt * prompt_price + answer * answer_price  # pico-USD
    assert exact <= Price(prompt_price, answer_price).cost(prompt, answer) * 1_000 < exact + 1_000


@pytest.mark.parametrize(
    ("usd", "nano"), [("0", 0), ("0.15", 15 * 10**7), ("3", 3 * 10**9), ("0.000001", 1_000), ("12.5", 125 * 10**8)]
)  # fmt: skip
def test_dollars_are_read_exactly(usd: str, nano: int) -> None:
    assert micro(usd) * 1_000 == nano


@pytest.mark.parametrize("usd", ["", "-1", "1e3", "01", ".5", "1,5", "0.0000001", "１", "9" * 10])
def test_what_is_no_amount_of_dollars_is_refused(usd: str) -> None:
    with pytest.raises(ValueError, match="dollars"):
        micro(usd)


@pytest.mark.parametrize(
    ("nano", "text"), [(0, "$0.00"), (1, "$0.000000001"), (375_000, "$0.000375"), (1_250_000_000, "$1.25"),
                       (5 * 10**12, "$5,000.00"), (-10**7, "-$0.01")],
)  # fmt: skip
def test_dollars_are_shown_exactly(nano: int, text: str) -> None:
    assert shown(nano) == text


SMALL = {"name": "small", "url": "http://127.0.0.1:1/v1", "input_usd": "0.15", "output_usd": "0.60"}
BIG = {"name": "big", "model": "claude", "provider": "anthropic"}


def test_the_settings_give_models_routes_and_budgets() -> None:
    settings = Settings.said(
        models=[SMALL, BIG],
        routes={"understand": {"models": ["big", "small"], "accuracy": 90, "milliseconds": 2_000}},
        model_usd_a_day="2", model_user_usd_a_month="0.5", model_server_usd_a_day="1",
    )  # fmt: skip
    routed = models_of(settings)
    assert routed is not None
    assert routed.entries["small"].price == CHEAP
    assert routed.entries["big"].price is None
    assert routed.routes[Purpose.UNDERSTAND] == Route(("big", "small"), Need(90, 2_000))
    assert routed.routes[Purpose.TALK] == Route(("small", "big"))
    assert set(budgets_of(settings)) == {
        Budget("instance", "day", 2 * 10**9), Budget("user", "month", 5 * 10**8), Budget("server", "day", 10**9),
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"models": [SMALL], "model": "m", "model_url": "http://127.0.0.1:1/v1"},
        {"models": [SMALL, SMALL]},
        {"models": [SMALL], "routes": {"talk": {"models": ["other"]}}},
        {"models": [SMALL | {"key_file": "/nowhere/key"}]},
    ],
)
def test_models_that_dont_fit_together_refuse(said: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        models_of(Settings.said(**said))
    assert refused.value.rule == "model"


@pytest.mark.parametrize(
    "said",
    [
        {"models": [{"name": "nowhere"}]},
        {"models": [SMALL | {"input_usd": "-1"}]},
        {"models": [SMALL | {"input_usd": 0.15}]},
        {"models": [{"name": "half", "url": "http://127.0.0.1:1", "input_usd": "1"}]},
        {"models": [{"name": "keyed", "url": "https://me:hunter2@models.example/v1"}]},
        {"models": [{"name": "keyed", "url": "https://models.example/v1?key=hunter2"}]},
        {"models": [SMALL | {"key": "hunter2"}]},
        {"routes": {"dream": {"models": ["small"]}}},
        {"model_usd_a_day": "much"},
    ],
)
def test_settings_that_cant_be_meant_refuse_without_repeating_them(said: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        Settings.said(**said)
    assert refused.value.rule == "settings"
    assert "hunter2" not in str(refused.value)


def test_a_key_file_is_found_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "moneta.toml").write_text(
        '[[models]]\nname = "m"\nurl = "http://127.0.0.1:1/v1"\nkey_file = "m.key"\n'
    )
    settings = Settings.of(tmp_path)
    assert settings.models is not None
    assert settings.models[0].key_file == tmp_path / "m.key"


def test_the_settings_of_the_docs_are_some(tmp_path: Path) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", docs, re.DOTALL)
    (tmp_path / "moneta.toml").write_text(block)
    (tmp_path / "big.key").write_text("secret")
    settings = Settings.of(tmp_path)
    routed = models_of(settings)
    assert routed is not None
    assert routed.routes[Purpose.UNDERSTAND] == Route(("big", "small"), Need(90, 4_000))
    assert len(budgets_of(settings)) == 2


def test_the_purposes_of_settings_and_mind_are_the_same() -> None:
    assert set(get_args(PurposeName)) == set(Purpose)
