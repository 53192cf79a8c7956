"""What isn't offered and why: against the policy, against what runs, in the file that health reads, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent import not_offered
from agent.chain.discover import Discovered
from agent.doctor import upgrades
from agent.gate.only_seen import OnlySeen, take_up, why_unlisted
from agent.listing import keep_listed
from agent.money import Token
from agent.not_offered import NotOffered
from agent.plugin import Listed
from agent.policy.fingerprint import Fingerprint
from agent.replies import trouble
from tests.unit.gate_parts import FakeVenue
from tests.unit.policy_parts import CHAIN, DAI, USDC, place, policy

pytestmark = pytest.mark.unit

RECEIPT = Token(CHAIN, "aUSDC", place("ac"), 6)


def venue(key: str = "v:a:USDC", at: str = "b1", name: str = "A pool", receipt: Token | None = None) -> FakeVenue:
    made = FakeVenue(key, receipt=receipt)
    made.contract = Listed(place(at), name, "aave-v3-pool")
    return made


def found(*venues: FakeVenue, **missing: str) -> Discovered:
    return Discovered({each.id: each for each in venues}, missing)


def listing(*contracts: Listed, codes: dict[str, Fingerprint] | None = None):  # type: ignore[no-untyped-def]
    """A policy that lists these, with what they were by their address's short form."""
    recorded = {place(at): each for at, each in (codes or {}).items()}
    return replace(policy(), contracts={each.address: each for each in contracts}, codes=recorded)


def test_what_the_policy_does_not_list() -> None:
    listed = Listed(place("b1"), "A pool", "aave-v3-pool", asset=USDC.address, markets=("0x01",))
    own = listing(listed)
    assert why_unlisted(own, listed) == ""
    assert why_unlisted(own, replace(listed, address=place("b2"), name="B")) == trouble.UNLISTED
    moved = why_unlisted(own, replace(listed, address=place("b2")))
    assert str(place("b1")) in moved
    assert str(place("b2")) in moved
    assert "was listed with" in why_unlisted(own, replace(listed, asset=DAI.address))
    assert why_unlisted(own, replace(listed, asset=None)) == ""  # its calls say the token
    assert why_unlisted(own, replace(listed, markets=("0x01", "0x02"))) == trouble.UNLISTED


def test_what_is_not_listed_is_not_used() -> None:
    own = listing(Listed(place("b1"), "A pool", "aave-v3-pool"))
    all_of_it = found(venue(), venue("v:b:USDC", "b2", "B"), venue("v:c:USDC", "b3", "C"))
    all_of_it.untrusted["v:c:USDC"] = "it lies"
    all_of_it["v:d:USDC"] = venue("v:d:USDC", "b4", "A pool")  # another contract than the one that was listed
    keep_listed(own, all_of_it, {})
    assert list(all_of_it) == ["v:a:USDC", "v:b:USDC"]
    assert all_of_it.missing.pop("v:d:USDC").endswith("was listed")
    assert all_of_it.missing == {"v:c:USDC": "it lies"}
    assert all_of_it.untrusted == {"v:b:USDC": trouble.UNLISTED}
    assert isinstance(all_of_it["v:b:USDC"], OnlySeen)


def test_what_is_only_shown_is_used_once_it_is_listed() -> None:
    new = Listed(place("b2"), "B", "aave-v3-pool")
    all_of_it = found(venue("v:b:USDC", "b2", "B"))
    inner = all_of_it["v:b:USDC"]
    keep_listed(listing(), all_of_it, {})
    take_up(all_of_it, all_of_it.untrusted, listing())
    assert all_of_it.untrusted
    take_up(all_of_it, all_of_it.untrusted, listing(new))
    assert (all_of_it["v:b:USDC"], all_of_it.untrusted) == (inner, {})


def test_what_changed_of_a_venues_contracts() -> None:
    was = Fingerprint("0x01", place("02"))
    now = replace(was, implementation=place("03"))
    own = listing(codes={"b1": was, "ac": was})
    held = {"v:a:USDC": venue(receipt=RECEIPT), "v:b:USDC": venue("v:b:USDC", "b2")}
    assert upgrades.changed(own, held, {place("b1"): was, place("ac"): was}) == {}
    changed = upgrades.changed(own, held, {place("b1"): now, place("ac"): was})
    assert list(changed) == ["v:a:USDC"]
    assert changed["v:a:USDC"].startswith("A pool isn't what it was when it was listed: its implementation was")
    assert "its receipt isn't" in upgrades.changed(own, held, {place("ac"): now})["v:a:USDC"]
    assert upgrades.changed(own, held, {place("b2"): now}) == {}  # it wasn't recorded


def test_what_discovery_finds_otherwise_now() -> None:
    running = {"v:a:USDC": venue()}
    assert upgrades.compared(running, found(venue())) == {}
    assert str(place("b9")) in upgrades.compared(running, found(venue(at="b9")))["v:a:USDC"]
    assert "tokens" in upgrades.compared(running, found(venue(receipt=RECEIPT)))["v:a:USDC"]
    doubted = found(venue())
    doubted.untrusted["v:a:USDC"] = "it lies"
    assert upgrades.compared(running, doubted) == {"v:a:USDC": "it lies"}


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"v:a:USDC": "own.", "v:a": "market", "v": "protocol"}, "own"),
        ({"v:a": "market", "v": "protocol"}, "market"),
        ({"v": "protocol"}, "protocol"),
        ({"w": "another"}, "it isn't found any more"),
    ],
)
def test_the_nearest_reason_is_told(missing: dict[str, str], why: str) -> None:
    assert upgrades.compared({"v:a:USDC": venue()}, found(**missing)) == {"v:a:USDC": why}


def test_the_file_that_health_reads(tmp_path: Path) -> None:
    assert not_offered.read(tmp_path) == NotOffered()
    state = NotOffered(5, {"a": "b"}, {"c": "d"})
    not_offered.write(tmp_path, state)
    assert not_offered.read(tmp_path) == state
    assert (tmp_path / not_offered.FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"written": "x", "now": {}, "told": {}}', '{"written": 1, "now": 3}']
)
def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / not_offered.FILE).write_text(text)
    assert not_offered.read(tmp_path) == NotOffered()


def test_what_an_owner_is_told() -> None:
    reply = trouble.arisen("Base", {"v:a:USDC": "its pool is another."})
    assert "v:a:USDC, because its pool is another.\n" in reply.text
    assert "can be taken out as always" in reply.text
    assert reply.private
    many = {f"v:{number}": "x" for number in range(12)}
    assert "And 2 more." in trouble.arisen("Base", many).text
    assert "v:0, v:1" in trouble.ended("Base", list(many)).text
    assert "and 2 more" in trouble.ended("Base", list(many)).text
