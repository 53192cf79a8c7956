"""Aggregators that lie: each way is refused and named before anything is signed. The table is printed at the end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent.config import Settings
from agent.intents import Exact, Swap
from devnet import Node
from tests.integration.quote_parts import Quoted, quoting, usdc_for_weth, usdc_to_weth
from tests.servers.aggregators import COW, NAMES

pytestmark = pytest.mark.integration
USUAL_SECONDS = Settings().quote_milliseconds / 1_000

ALL = {
    "recipient": "recipients quote-recipient",
    "inflated": "quote-inflated",
    "inflated-low": "quote-inflated",
    "skim": "quote-inflated",
    "approval": "quote-calldata quote-target",
    "drainer": "quote-calldata",
    "target": "quote-target",
    "other-token": "lists quote-token",
    "less-known-token": "quote-token swap",
    "amount": "quote-amount",
    "no-least": "swap",
    "value": "quote-value",
    "negative": "quote-shape",
    "float": "quote-shape",
    "float-text": "quote-shape",
    "number": "quote-shape",
    "true": "quote-shape",
    "odd-hex": "quote-shape",
    "html": "quote-shape",
    "huge": "quote-shape",
    "list": "quote-shape",
    "deep": "quote-shape",
    "nan": "quote-shape",
    "packed": "quote-shape",
    "long-number": "quote-shape",
    "exponent": "quote-shape",
    "bytes": "quote-shape",
    "drip": "quote-no-answer",
    "broken": "quote-no-answer",
    "slow": "quote-no-answer",
    "redirect": "quote-no-answer",
    "500": "quote-no-answer",
}
"""What every one of them may lie about, and the rules of which one says no."""
INTO_COIN = ("recipient", "inflated", "skim", "other-token", "less-known-token", "no-least", "amount")
"""What they lie about once more where the native coin is wanted."""
SOME = [
    ("stale", "0x velora", "quote-stale"),
    ("chain", "0x velora", "quote-chain"),
    ("spender", "0x velora", "quote-spender"),
    ("partial", "1inch kyberswap", "outside"),
    ("permit", "kyberswap velora", "must"),
    ("fee", "velora", "outside"),
    ("surplus", "velora", "outside"),
    ("settler", "0x", "outside"),
    ("approval-call", "0x 1inch kyberswap velora", "quote-calldata"),
    ("kind", "velora", "quote-kind"),
]
"""What only some of them say at all."""
ORDERS = {
    "recipient": "quote-recipient",
    "other-token": "lists",
    "amount": "quote-amount",
    "no-least": "quote-none",
    "forever": "typed-data",
    "stale": "quote-stale",
    "app-data": "typed-data",
    "kind": "quote-kind",
    "partial": "typed-data",
    "balance": "typed-data",
    "negative": "quote-shape",
    "float": "quote-shape",
    "number": "quote-shape",
    "true": "quote-shape",
    "html": "quote-shape",
    "huge": "quote-shape",
    "slow": "quote-no-answer",
}
"""What an auction may lie about in the order that it wants signed."""
BUYERS = ("velora", COW)
EXACT_OUT = {
    "recipient": "quote-recipient",
    "inflated": "quote-maximum",
    "inflated-low": "quote-simulated",
    "keeps": "quote-inflated",
    "surplus": "quote-inflated",
    "quoted": "quote-simulated",
    "short": "quote-simulated",
    "most": "quote-maximum",
    "unbounded": "quote-maximum",
    "wide": "quote-maximum",
    "less": "quote-amount",
    "more": "quote-amount",
    "no-least": "quote-amount",
    "says-less": "quote-amount",
    "says-nothing": "quote-none",
    "kind": "quote-kind",
    "approval": "quote-target",
    "approval-call": "quote-calldata",
    "drainer": "quote-calldata",
    "target": "quote-target",
    "spender": "quote-spender",
    "other-token": "lists",
    "other-source": "quote-token",
    "less-known-token": "quote-token",
    "fee": "outside",
    "permit": "must",
    "value": "quote-value",
    "stale": "quote-stale",
    "chain": "quote-chain",
    **{lie: rule for lie, rule in ALL.items() if rule in ("quote-shape", "quote-no-answer")},
}
"""What Velora may lie about where exactly so much shall come, and the rule that says no."""
BUY_ORDERS = {
    "recipient": "quote-recipient",
    "other-token": "lists",
    "other-source": "lists",
    "less": "quote-amount",
    "more": "quote-amount",
    "no-least": "quote-none",
    "no-most": "quote-none",
    "kind": "quote-kind",
    "forever": "typed-data",
    "stale": "quote-stale",
    "app-data": "typed-data",
    "partial": "typed-data",
    "balance": "typed-data",
    **{lie: rule for lie, rule in ORDERS.items() if rule in ("quote-shape", "quote-no-answer")},
}
"""The same of CoW Protocol's buy orders."""
EXACT_OUT_COIN = ("recipient", "inflated", "keeps", "most", "less", "more", "other-token", "kind")
"""What Velora lies about once more where the native coin is wanted."""


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Quoted]:
    async with quoting(devnet_node, tmp_path, (*NAMES, COW)) as whole:
        yield whole


@contextlib.contextmanager
def telling(it: Quoted, lie: str, who: Sequence[str]) -> Iterator[None]:
    """These tell the lie, and who takes their time is waited for no longer than by default."""
    it.served.lies = dict.fromkeys(who, lie)
    services = dict(it.world.services)
    if lie in ("slow", "drip"):
        it.world.services = services | {name: replace(services[name], seconds=USUAL_SECONDS) for name in who}
    yield
    it.world.services = services


async def test_each_lie_of_each_aggregator_is_refused_and_named(
    it: Quoted, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = await it.offers(usdc_to_weth())
    assert {name: each.rule for name, each in honest.items()} == dict.fromkeys((*NAMES, COW), "")
    lies: list[tuple[str, tuple[str, ...], str]] = [(lie, NAMES, rules) for lie, rules in ALL.items()]
    lies += [(lie, tuple(who.split()), rules) for lie, who, rules in SOME]
    lies += [(lie, (COW,), rule) for lie, rule in ORDERS.items()]
    rows = []
    for lie, who, rules in lies:
        with telling(it, lie, who):
            offers = await it.offers(usdc_to_weth())
        for name, found in offers.items():
            if name in who:
                assert found.rule in rules.split(), f"{name} {lie}: {found.rule} {found.why_not}"
                assert found.why_not
                rows.append(f"| {lie} | {name} | {found.rule} | {found.why_not} |")
            else:
                assert found.rule == honest[name].rule, f"{name} was honest: {found.why_not}"
    assert len(rows) == sum(len(who) for _, who, _ in lies)
    coin = Swap(asset="USDC", amount=Exact(value="3000"), to_asset="ETH", to_amount=None)
    for lie in INTO_COIN:
        it.served.lies = dict.fromkeys(NAMES, lie)
        for name, found in (await it.offers(coin)).items():
            if name in NAMES:
                assert found.rule in ALL[lie].split(), f"{name} {lie} into the coin: {found.rule} {found.why_not}"
                rows.append(f"| {lie}, into the coin | {name} | {found.rule} | {found.why_not} |")
    _print(capsys, rows)


async def test_each_lie_about_an_exact_output_is_refused_and_named(
    it: Quoted, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = await it.offers(usdc_for_weth())
    assert {name: each.rule for name, each in honest.items()} == dict.fromkeys(BUYERS, "")
    rows = []
    for lie in dict.fromkeys((*EXACT_OUT, *BUY_ORDERS)):
        liars = [name for name, known in zip(BUYERS, (EXACT_OUT, BUY_ORDERS), strict=True) if lie in known]
        with telling(it, lie, liars):
            offers = await it.offers(usdc_for_weth())
        for name, found in offers.items():
            rule = (BUY_ORDERS if name == COW else EXACT_OUT).get(lie, "")
            assert found.rule == rule, f"{name} {lie}: {found.rule} {found.why_not}"
            if rule:
                assert found.why_not
                rows.append(f"| {lie}, exact output | {name} | {found.rule} | {found.why_not} |")
    assert len(rows) == len(EXACT_OUT) + len(BUY_ORDERS)
    for lie in EXACT_OUT_COIN:
        it.served.lies = {"velora": lie}
        found = (await it.offers(usdc_for_weth(gets="ETH")))["velora"]
        assert found.rule == EXACT_OUT[lie], f"{lie} into the coin: {found.rule} {found.why_not}"
        rows.append(f"| {lie}, exact output of the coin | velora | {found.rule} | {found.why_not} |")
    _print(capsys, rows)


def _print(capsys: pytest.CaptureFixture[str], rows: list[str]) -> None:
    with capsys.disabled():
        print(f"\n{len(rows)} lies, {len(rows)} refused, 0 signed")
        print("\n".join(rows))
