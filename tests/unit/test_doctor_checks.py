"""The doctor's checks, each on both of its sides: what was expected, what was found, what to do."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from agent.chain.discover import TokenFault
from agent.chain.registry import Registry
from agent.chain.rpc_types import Header
from agent.chain.sequencer import Sequencer
from agent.doctor import code, endpoint, feeds, proxies, rollup, tokens, venues
from agent.doctor.finding import Finding, Verdict, judged, warned
from agent.doctor.probe import Facts
from agent.plugin import Flag
from agent.policy.fingerprint import Fingerprint
from tests.unit.gate_parts import registry, snapshot, state
from tests.unit.policy_parts import CHAIN, DAI, USDC, place

pytestmark = pytest.mark.unit

NOW = 1_800_000_000
USD = 10**8
GOOD = Facts(
    chain_id=CHAIN,
    head=Header(1_000, "0x01", "0x00", NOW - 5, 1),
    milliseconds=40,
    batch=100,
    depth=1_000,
)


def known() -> Registry:
    return replace(registry(), tokens=MappingProxyType({"USDC": USDC, "DAI": DAI}), network="Base")


def wrong(findings: list[Finding]) -> list[str]:
    """What isn't ok, each told with something to do."""
    told = [each for each in findings if each.verdict is not Verdict.OK]
    assert all(each.do for each in told)
    return [each.check for each in told]


def examined(facts: Facts, longest: int = 300) -> list[Finding]:
    return endpoint.of("endpoint 1", facts, known(), NOW, longest)


def test_a_line_says_what_was_expected_only_where_it_differs() -> None:
    assert judged(True, "token", "USDC", "6 decimals", "6 decimals").line() == "ok     token USDC: 6 decimals"
    line = judged(False, "token", "USDC", "6 decimals", "8 decimals", "Don't.").line()
    assert line == "wrong  token USDC: 8 decimals (expected: 6 decimals). Don't."
    assert warned(False, "a", "b", "c", "d").line().startswith("warn ")
    assert judged(False, "a", "b", "c", "d", "e").as_json() == {
        "event": "check",
        "verdict": "wrong",
        "check": "a",
        "subject": "b",
        "expected": "c",
        "found": "d",
        "do": "e",
    }


def test_an_endpoint_that_is_as_it_should_be() -> None:
    assert wrong(examined(GOOD)) == []


def test_an_endpoint_that_tells_nothing() -> None:
    (only,) = examined(Facts(trouble="The node can't be reached"))
    assert (only.verdict, only.found) == (Verdict.WRONG, "The node can't be reached")


def test_an_endpoint_of_another_chain_is_asked_nothing_more() -> None:
    (only,) = examined(replace(GOOD, chain_id=CHAIN + 1))
    assert (only.verdict, only.found) == (Verdict.WRONG, str(CHAIN + 1))
    assert only.expected == f"{CHAIN} (Base)"


@pytest.mark.parametrize(("age", "fine"), [(0, True), (300, True), (301, False), (-60, True), (-61, False)])
def test_the_head_is_of_now(age: int, fine: bool) -> None:
    facts = replace(GOOD, head=Header(1_000, "0x01", "0x00", NOW - age, 1))
    assert wrong(examined(facts)) == ([] if fine else ["head of"])
    assert wrong(examined(facts, longest=0)) == []  # a devnet


@pytest.mark.parametrize(
    ("facts", "check", "verdict"),
    [
        (replace(GOOD, simulation="the method isn't there"), "eth_simulateV1 of", Verdict.WARN),
        (replace(GOOD, large_call="out of gas"), "size of a call of", Verdict.WRONG),
        (replace(GOOD, batch=10), "batch limit of", Verdict.WRONG),
        (replace(GOOD, batch=0), "batch limit of", Verdict.WRONG),
        (replace(GOOD, burst=3), "rate limit of", Verdict.WARN),
        (replace(GOOD, logs="range is too large"), "logs of", Verdict.WARN),
        (replace(GOOD, depth=32), "archive depth of", Verdict.WARN),
        (replace(GOOD, milliseconds=1_001), "speed of", Verdict.WARN),
    ],
)
def test_what_an_endpoint_lacks(facts: Facts, check: str, verdict: Verdict) -> None:
    (only,) = [each for each in examined(facts) if each.verdict is not Verdict.OK]
    assert (only.check, only.verdict) == (check, verdict)
    assert only.do


def test_a_short_chain_has_no_depth_to_lack() -> None:
    assert wrong(examined(replace(GOOD, head=Header(40, "0x01", "0x00", NOW, 1), depth=40))) == []


def test_every_address_of_the_file_is_looked_at() -> None:
    pool, vault = str(place("77")), str(place("78"))
    sections: dict[str, dict[str, Any]] = {"uniswap-v3": {"pools": [pool], "quoter": pool}}
    sections["erc4626"] = {"x": {"vault": vault, "source": "npm x"}}
    file = replace(known(), protocols=sections, sequencer_feed=place("5e"), l1_oracle=place("0f"))
    named = code.places(file)
    assert named[place("77")] == "protocols.uniswap-v3.pools 1"
    assert named[place("78")] == "protocols.erc4626.x.vault"
    assert {named[place("5e")], named[place("0f")]} == {"sequencer.feed", "fees.oracle"}
    assert {named[file.multicall3], "tokens.USDC", "tokens.DAI"} <= set(named.values())


def test_code_at_every_address() -> None:
    named = {place("01"): "a", place("02"): "b", place("03"): "c"}
    assert wrong(code.of(named, dict.fromkeys(named, b"\x01"))) == []
    found = code.of(named, {place("01"): b"\x01", place("02"): b"", place("03"): None})
    assert [(each.subject, each.found) for each in found if each.verdict is Verdict.WRONG] == [
        ("the chain file", "code at 1 of 3 addresses"),
        ("b", "none"),
        ("c", "the node doesn't say"),
    ]


def test_tokens_say_what_the_file_says() -> None:
    found = tokens.of(known(), {"USDC": TokenFault("its contract has 8 decimals", True)})
    assert [(each.subject, each.verdict) for each in found] == [("USDC", Verdict.WRONG), ("DAI", Verdict.OK)]
    assert "6 decimals" in found[0].expected


def fed(prices: dict[str, int], **said: int | None) -> dict[str, Finding]:
    file = replace(
        known(),
        feeds=MappingProxyType({"USDC": place("fe"), "DAI": place("fd"), "ETH": place("fc")}),
        heartbeats=MappingProxyType({"USDC": 60}),
        usd_stable=frozenset({"USDC"}),
    )
    missing = {"the price of USDC": "its feed's answer is 361 seconds old, and 60 are promised"}
    decimals = {"USDC": 8, "DAI": 8, "ETH": 8} | said
    return {each.subject: each for each in feeds.of(file, prices, missing, decimals)}


def test_feeds_answer_in_time_and_in_the_right_unit() -> None:
    prices = {"USDC": USD, "DAI": USD, "ETH": 3_000 * USD}
    assert {each.verdict for each in fed(prices).values()} == {Verdict.OK}
    assert "361 seconds old" in fed({"DAI": USD, "ETH": USD})["USDC"].found
    assert fed(prices, DAI=18)["DAI"].verdict is Verdict.WRONG
    assert fed(prices, DAI=None)["DAI"].verdict is Verdict.OK  # the older interface need not say
    assert fed(prices)["DAI"].found == "1 USD, undated"


def test_a_stable_coin_off_its_peg_and_a_token_without_a_feed() -> None:
    assert fed({"USDC": 97_999_999, "DAI": USD, "ETH": USD})["USDC"].check == "peg of"
    bare = feeds.of(known(), {}, {}, {})
    assert {each.verdict for each in bare} == {Verdict.WARN}


def test_the_sequencer_is_judged_as_the_gate_judges_it() -> None:
    file = replace(known(), sequencer_feed=place("5e"), sequencer_grace=3_600)
    seen = snapshot()
    at = seen.block.timestamp
    assert rollup.of(known(), seen) == []
    assert wrong(rollup.of(file, replace(seen, sequencer=Sequencer(True, at - 3_601)))) == []
    assert wrong(rollup.of(file, replace(seen, sequencer=Sequencer(True, at - 3_600)))) == ["sequencer of"]
    assert wrong(rollup.of(file, replace(seen, sequencer=Sequencer(False, at)))) == ["sequencer of"]


def test_a_proxy_is_held_against_its_record() -> None:
    was = Fingerprint("0x01", place("02"), place("03"))
    named = {place("aa"): "the pool", place("bb"): "a contract"}
    plain = Fingerprint("0x09")
    assert [each.found for each in proxies.of(named, {place("bb"): plain}, {})] == []
    (kept,) = proxies.of(named, {place("aa"): was}, {place("aa"): was})
    assert (kept.verdict, str(place("02")) in kept.found) == (Verdict.OK, True)
    (new,) = proxies.of(named, {place("aa"): was}, {})
    assert "not recorded yet" in new.found
    now = replace(was, implementation=place("05"))
    (changed,) = proxies.of(named, {place("aa"): now}, {place("aa"): was})
    assert (changed.verdict, "its implementation was" in changed.found) == (Verdict.WRONG, True)
    (code_changed,) = proxies.of(named, {place("bb"): Fingerprint("0x08")}, {place("bb"): plain})
    assert code_changed.verdict is Verdict.WRONG


def test_venues_are_open_doubted_or_left_out() -> None:
    seen = replace(
        snapshot([state("v:a:USDC"), state("v:b:USDC", flags=frozenset({Flag.FROZEN})), state("v:c:USDC")]),
        untrusted={"v:c:USDC": "its pool is another"},
        missing={"v:d:USDC": "no answer", "the price of DAI": "silent"},
    )
    found = venues.of(known(), seen, {"USDC": "a token's own fault", "v:e": "no provider"}, {})
    assert [(each.subject, each.verdict) for each in found] == [
        ("v:a:USDC", Verdict.OK),
        ("v:b:USDC", Verdict.WARN),
        ("v:c:USDC", Verdict.WRONG),
        ("v:d:USDC", Verdict.WRONG),
        ("v:e", Verdict.WRONG),
    ]
    assert found[2].found == "its pool is another"
    assert "one eth_call" in venues.scan(seen).found
    assert "2 eth_calls" in venues.scan(replace(seen, requests=2)).found
