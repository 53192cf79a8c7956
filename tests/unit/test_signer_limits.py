"""The signer's contacts and limits: what tightens holds at once, what loosens waits; all of it after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.execution.signer.limits import MOST_PENDING, Limits
from agent.policy.policy import load
from tests.unit.limit_parts import (
    DAY,
    LIMITED,
    USDC,
    code,
    deposit,
    opened,
    signed,
    stepped_up,
)
from tests.unit.policy_parts import (
    FRIEND,
    POLICY,
    POOL,
    SAFE,
    STRANGER,
    TRANSFER,
    USDC_AT,
    WITHDRAW,
    place,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import NOW, OWNER, Bench

pytestmark = pytest.mark.unit


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, LIMITED)


@pytest.fixture
def stepped(tmp_path: Path) -> Bench:
    return stepped_up(tmp_path)


def test_a_new_contact_needs_a_code_and_an_old_one_doesnt(stepped: Bench) -> None:
    refusal = stepped.ask("contact", name="friend", address=FRIEND)["error"]
    assert (refusal["rule"], refusal["message"]) == ("step-up", "A code is needed for a new contact.")
    given = code(stepped)
    added = stepped.ask("contact", name="friend", address=FRIEND, code=given)
    assert added["ripe_at"] == str(stepped.clock.now)
    assert stepped.ask("contact", name=" friend ", address=FRIEND) == added
    assert stepped.ask("contact", name="other", address=FRIEND)["error"]["rule"] == "step-up"
    assert stepped.ask("contact", name="friend", address=STRANGER)["error"]["rule"] == "step-up"


def test_a_contact_is_gone_at_once_ripe_or_waiting(tmp_path: Path) -> None:
    bench = opened(tmp_path, POLICY)
    ripe_at = int(bench.ask("contact", name="friend", address=FRIEND)["ripe_at"])
    assert ripe_at == NOW + DAY
    assert bench.ask("remove-contact", name="friend") == {
        "name": "friend",
        "address": FRIEND,
        "ripe_at": str(ripe_at),
    }
    assert bench.ask("contacts") == {"contacts": []} == bench.again().ask("contacts")
    refusal = bench.ask("remove-contact", name="friend")["error"]
    assert (refusal["rule"], refusal["message"]) == ("recipients", "There is no contact friend.")
    assert refusal["remedy"] == "Look at who may be paid."


def test_a_contact_that_was_removed_is_not_paid_and_waits_anew(tmp_path: Path) -> None:
    bench = opened(tmp_path, POLICY)
    for name, at in (("friend", FRIEND), ("other", STRANGER)):
        bench.ask("contact", name=name, address=at)
    bench.clock.now += DAY
    pay = plan(step(USDC_AT, TRANSFER, FRIEND, 5), account=OWNER, not_after=bench.clock.now)
    signed(bench, pay, 0)
    bench.ask("remove-contact", name="friend")
    late = replace(pay, plan_id="b" * 32)
    assert bench.rule(late, 0, nonce=9) == "recipients"
    assert [each["name"] for each in bench.ask("contacts")["contacts"]] == ["other"]
    bench.ask("contact", name="friend", address=FRIEND)
    assert bench.rule(late, 0, nonce=9) == "recipients"


@pytest.mark.parametrize(
    ("written", "says"),
    [("0x" + "0" * 40, "Nobody has the zero address."), (OWNER.replace("f39F", "F39f"), "wrong checksum (EIP-55)")],
)
def test_an_address_that_cant_be_meant_is_refused(bench: Bench, written: str, says: str) -> None:
    assert says in bench.ask("contact", name="friend", address=written)["error"]["message"]
    assert bench.ask("contacts") == {"contacts": []}


def test_tightening_holds_at_once_and_after_a_restart(bench: Bench) -> None:
    answer = bench.ask("limits", changes={"caps": {"USDC": "1000"}, "closed": {SAFE.address: True}})
    assert answer["held"] == {"caps": {"USDC": "1000"}, "closed": {SAFE.address: True}}
    assert answer["waits"] is None
    assert answer["policy"] == bench.ask("status")["policy"] == load(bench.folder / "policy.json").sha256
    assert not (bench.folder / "pending.json").exists()
    for each in (bench, bench.again()):
        assert each.rule(deposit(1, 1001), 0) == "caps"
        assert each.ask("caps")["closed"] == [SAFE.address]


def test_loosening_waits_its_day_and_holds_then(bench: Bench) -> None:
    before = bench.ask("status")["policy"]
    answer = bench.ask("limits", changes={"day_caps": {"USDC": str(20 * USDC)}, "caps": {"DAI": "0"}})
    waits = {
        "id": "1",
        "asked_at": str(NOW),
        "ripe_at": str(NOW + DAY),
        "changes": {"day_caps": {"USDC": str(20 * USDC)}},
    }
    assert (answer["held"], answer["waits"]) == ({"caps": {"DAI": "0"}}, waits)
    assert answer["policy"] != before
    again = bench.again()
    again.clock.now += DAY - 1
    assert again.ask("pending") == {"pending": [waits]}
    assert again.ask("caps")["day_caps"] == {"USDC": str(10 * USDC)}
    assert again.rule(deposit(1, 11 * USDC, again.clock.now), 0) == "day-cap"
    again.clock.now += 1
    signed(again, deposit(1, 11 * USDC, again.clock.now), 0)
    assert again.ask("pending") == {"pending": []}
    assert load(again.folder / "policy.json").day_caps == {"USDC": 20 * USDC}


def test_what_waits_can_be_withdrawn(bench: Bench) -> None:
    waits = bench.ask("limits", changes={"max_fee_wei": str(10**18)})["waits"]
    assert bench.ask("withdraw", id="2")["error"]["message"] == "No change 2 is waiting."
    assert bench.ask("withdraw", id="1") == {"withdrawn": waits}
    refusal = bench.ask("withdraw", id="1")["error"]
    assert (refusal["rule"], refusal["remedy"]) == ("limits", "Look at what is pending.")
    bench.clock.now += 2 * DAY
    assert bench.again().ask("caps")["max_fee_wei"] == str(10**17)
    assert bench.ask("limits", changes={"max_fee_wei": str(10**18)})["waits"]["id"] == "2"  # no id comes twice


def test_tightening_takes_back_what_waits_for_the_same_value(bench: Bench) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12), "DAI": str(10**30)}, "max_fee_wei": str(10**18)})
    bench.ask("limits", changes={"caps": {"USDC": "5"}})
    (left,) = bench.ask("pending")["pending"]
    assert left == {
        "id": "1",
        "asked_at": str(NOW),
        "ripe_at": str(NOW + DAY),
        "changes": {"caps": {"DAI": str(10**30)}, "max_fee_wei": str(10**18)},
    }
    bench.clock.now += DAY
    assert bench.ask("caps")["caps"] == {"USDC": "5", "DAI": str(10**30), "ETH": str(10**18)}


def test_asking_again_waits_anew(bench: Bench) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12)}})
    bench.clock.now += DAY - 1
    second = bench.ask("limits", changes={"caps": {"USDC": str(10**13)}})["waits"]
    assert second["ripe_at"] == str(NOW + 2 * DAY - 1)
    assert bench.ask("pending")["pending"] == [second]
    bench.clock.now += 1
    assert bench.ask("caps")["caps"]["USDC"] == "1000000000"


def test_a_listing_waits_and_then_is_listed(bench: Bench) -> None:
    listed = {"name": "DAI vault", "table": "erc4626", "asset": USDC_AT, "markets": []}
    bench.ask("limits", changes={"contracts": {place("d1"): listed}})
    assert place("d1") not in bench.ask("caps")["contracts"]
    bench.clock.now += DAY
    assert bench.ask("caps")["contracts"][place("d1")] == {"name": "DAI vault", "table": "erc4626"}


def test_a_closed_venue_is_left_and_not_entered(bench: Bench) -> None:
    bench.ask("limits", changes={"closed": {POOL.address: True}})
    assert bench.rule(deposit(1, 5), 0) == "closed"
    out = plan(step(POOL.address, WITHDRAW, USDC_AT, 5, OWNER), account=OWNER, not_after=NOW)
    signed(bench, out, 0)


def test_a_refused_change_changes_nothing(bench: Bench) -> None:
    before = (bench.folder / "policy.json").read_text()
    for bad in ({"caps": {"USDC": "5", "DOGE": "5"}}, {"contracts": {POOL.address: None}}, {}):
        refusal = bench.ask("limits", changes=bad)["error"]
        assert (refusal["rule"], refusal["kind"]) == ("limits", "refused")
    assert bench.ask("limits", changes=[])["error"]["kind"] == "bad-request"
    assert (bench.folder / "policy.json").read_text() == before
    assert bench.ask("pending") == {"pending": []}


def test_without_a_delay_loosening_holds_at_once(tmp_path: Path) -> None:
    bench = opened(tmp_path, policy(loosen_delay_seconds=0))
    answer = bench.ask("limits", changes={"caps": {"USDC": str(10**12), "DAI": "5"}})
    assert answer["held"] == {"caps": {"USDC": str(10**12), "DAI": "5"}}
    assert answer["waits"] is None
    assert bench.ask("caps")["caps"] == {"USDC": str(10**12), "DAI": "5", "ETH": str(10**18)}
    assert bench.ask("pending") == {"pending": []}


def test_loosening_needs_a_code_where_there_are_codes_and_tightening_doesnt(stepped: Bench) -> None:
    looser = {"caps": {"USDC": str(10**12)}}
    refusal = stepped.ask("limits", changes=looser)["error"]
    assert (refusal["rule"], refusal["message"]) == ("step-up", "A code is needed to loosen a limit.")
    assert stepped.ask("limits", changes={"caps": {"USDC": "5"}})["held"] == {"caps": {"USDC": "5"}}
    assert stepped.ask("limits", changes=looser, code=code(stepped))["waits"]["id"] == "1"
    assert stepped.ask("withdraw", id="1")["withdrawn"]["id"] == "1"


def test_there_is_an_end_to_what_waits(bench: Bench) -> None:
    for number in range(MOST_PENDING):
        token = {"symbol": f"T{number}", "decimals": 18}
        assert bench.ask("limits", changes={"tokens": {place(f"{number + 16:02x}"): token}})["waits"]
    refusal = bench.ask("limits", changes={"max_fee_wei": str(10**18)})["error"]
    assert refusal["message"] == "32 changes are waiting already."
    assert refusal["remedy"] == "Withdraw one of them."
    assert bench.ask("limits", changes={"max_fee_wei": "5"})["held"] == {"max_fee_wei": "5"}


def test_what_no_longer_fits_when_it_is_ripe_is_dropped(bench: Bench) -> None:
    for at in ("d1", "d2"):
        bench.ask("limits", changes={"tokens": {place(at): {"symbol": "GHO", "decimals": 18}}})
    bench.clock.now += DAY
    assert bench.ask("pending") == {"pending": []}
    assert load(bench.folder / "policy.json").tokens.keys() >= {place("d1")}
    assert place("d2") not in load(bench.folder / "policy.json").tokens


def test_a_cut_between_policy_and_list_ends_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12)}})
    bench.clock.now += DAY

    def cut(*_: object) -> None:
        raise OSError(5, "cut")

    with monkeypatch.context() as broken:
        broken.setattr("agent.execution.signer.limits.write_private", cut)
        assert bench.ask("caps")["error"]["kind"] == "unavailable"
    again = bench.again()
    assert again.ask("caps")["caps"]["USDC"] == str(10**12)
    assert again.ask("pending") == {"pending": []}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 2, "next": "1", "pending": []}',
        '{"version": 1, "next": "x", "pending": []}',
        '{"version": 1, "next": "1"}',
        '{"version": 1, "next": "1", "pending": [5]}',
        '{"version": 1, "next": "2", "pending": [{"id": "1", "asked_at": "1", "ripe_at": "1", "changes": {}}]}',
    ],
)
def test_a_damaged_list_of_what_waits_is_not_guessed_at(tmp_path: Path, text: str) -> None:
    (tmp_path / "pending.json").write_text(text)
    with pytest.raises(Refused, match=r"pending.json is damaged. Restore it, or remove it and ask anew.") as refused:
        Limits(POLICY, tmp_path / "policy.json", tmp_path / "pending.json")
    assert refused.value.rule == "limits"
