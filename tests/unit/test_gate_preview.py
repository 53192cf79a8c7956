"""A preview says what the calldata says; clean-ups and what can't be decoded don't stand in it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from agent.chat.discord import render as discord_render
from agent.chat.telegram import render as telegram_render
from agent.chat.terminal import preview_panel
from agent.errors import Refused
from agent.gate.moves import Enter, Leave, Send
from agent.gate.preview import change_text, headline, preview
from agent.plans import Change, Plan, Role, Step
from agent.replies.body import Body, body_of
from agent.replies.reply import Reply, as_text
from tests.unit.gate_parts import FakeVenue, state
from tests.unit.policy_parts import (
    ACCOUNT,
    ETH,
    FRIEND,
    POLICY,
    POOL,
    SAFE,
    TRANSFER,
    USDC,
    USDC_AT,
    VAULT_REDEEM,
    WITHDRAW,
    approval,
    deposit_steps,
    plan,
    step,
)

pytestmark = pytest.mark.unit

VENUE = FakeVenue("a")
BEFORE, AFTER = {"a": state("a", rate_percent=5)}, {"a": state("a", rate_percent=4)}


def lines(*steps: Step) -> tuple[str, ...]:
    return preview(plan(*steps), POLICY, ETH, [], {}, {}).steps


def test_steps_in_words() -> None:
    back = replace(approval(POOL.address, 0), role=Role.CLEANUP)
    found = lines(approval(POOL.address, 0), *deposit_steps(), back)
    assert found == (
        "USDC: take back what Aave v3 pool may spend",
        "USDC: let Aave v3 pool take 5 USDC, no more",
        "Aave v3 pool: put 5 USDC in, in your name",
    )
    assert lines(step(USDC_AT, TRANSFER, FRIEND, 1_500_000)) == (f"USDC: send 1.5 USDC to {FRIEND}",)
    assert lines(Step(FRIEND, "bob", "", (), value=10**18)) == (f"ETH: send 1 ETH to {FRIEND}",)
    assert lines(step(POOL.address, WITHDRAW, USDC_AT, 2**256 - 1, ACCOUNT)) == (
        "Aave v3 pool: take everything out, to your account",
    )
    assert "7 of your USDC" in lines(step(SAFE.address, VAULT_REDEEM, 7, ACCOUNT, ACCOUNT))[0]


def test_what_is_said_comes_from_the_calldata_and_not_from_names() -> None:
    lying = replace(deposit_steps()[1], contract="your savings account")
    assert lines(lying) == ("Aave v3 pool: put 5 USDC in, in your name",)


@pytest.mark.parametrize(
    "strange", [step(FRIEND, "drain(address)", ACCOUNT), step(POOL.address, "drain(address)", ACCOUNT)]
)
def test_what_can_not_be_said_is_refused(strange: Step) -> None:
    with pytest.raises(Refused) as caught:
        lines(strange)
    assert caught.value.rule == "lists"


def test_the_whole_preview() -> None:
    made: Plan = plan()
    found = preview(made, POLICY, ETH, [Enter(VENUE, 5_000_000)], BEFORE, AFTER, ["a note"], 3_000 * 10**8, 120)
    assert found.headline == "put 5 USDC into a"
    assert found.changes == ("-5 USDC",)
    assert [(line.before, line.after) for line in found.rates] == [(BEFORE["a"].rate, AFTER["a"].rate)]
    assert (found.digest, found.expires, found.seconds) == (made.digest, made.not_after, 120)
    assert found.gas == "0.01 ETH, about $30.00 at the most"
    assert found.as_json()["notes"] == ["a note"]
    assert preview(made, POLICY, ETH, [], {}, {}).gas == "0.01 ETH at the most"


def test_its_chain_and_network_stand_in_every_channel() -> None:
    name = f"OP Mainnet (chain {POLICY.chain_id})"
    found = preview(plan(), POLICY, ETH, [Enter(VENUE, 5_000_000)], BEFORE, AFTER, network="OP Mainnet")
    assert found.chain == name
    reply = Reply("Confirm?", preview=found)
    assert f"On {name}:" in as_text(reply)
    body = Body.from_json(body_of(reply).as_json())
    assert body.title == f"Preview on {name}"
    embed = discord_render.shown(body).embed
    assert embed is not None
    assert embed.title is not None
    assert embed.title.replace("\\", "") == f"Preview on {name}"
    assert name in "".join(part.html for part in telegram_render.parts(body))
    drawn = io.StringIO()
    Console(file=drawn, width=100).print(preview_panel(found))
    assert f"Preview on {name}" in drawn.getvalue()


def test_headlines() -> None:
    assert headline(Leave(VENUE, None)) == "take all of your USDC out of a"
    assert headline(Leave(VENUE, 1)) == "take 0.000001 USDC out of a"
    assert headline(Send(USDC, 10**9, "bob", FRIEND)) == f"send 1,000 USDC to bob ({FRIEND})"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-1_000_000, -1_000_000, "-1 USDC"),
        (1_500_000, 1_500_000, "+1.5 USDC"),
        (10**9, 1_000_020_000, "+1,000 to +1,000.02 USDC"),
        (-2, 3, "-0.000002 to 0.000003 USDC"),
        (0, 0, "0 USDC"),
    ],
)
def test_changes_in_words(low: int, high: int, text: str) -> None:
    assert change_text(Change(USDC_AT, "USDC", 6, ACCOUNT, low, high)) == text
