"""What a step gave is signed as one amount, whoever asks again, and one signer has its folder to itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer.keyring import Derived
from agent.execution.signer.keystore import address_of
from agent.execution.signer.once import Terms, check_once, check_outputs
from agent.execution.signer.record import Record, Signed
from agent.execution.signer.remote import RemoteKeys
from agent.plans import Output, Plan
from tests.unit.policy_parts import POOL, STRANGER, SUPPLY, USDC_AT, WITHDRAW, approval, plan, step
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench
from tests.unit.test_signer_backend import LISTED, THEIRS, Wire

pytestmark = pytest.mark.unit

GIVEN = Output(0, USDC_AT, 4_000_000, 6_000_000)


def chained(**fields: Any) -> Plan:
    """Takes USDC out of the pool and puts what came of it in again."""
    out = step(POOL.address, WITHDRAW, USDC_AT, 5_000_000, OWNER)
    approve = replace(approval(POOL.address, 1), args=(POOL.address, GIVEN))
    return plan(
        out, approve, step(POOL.address, SUPPLY, USDC_AT, GIVEN, OWNER, 0), account=OWNER, not_after=NOW, **fields
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.unlock()
    yield made
    with contextlib.suppress(OSError):  # by a test that began again
        made.record.close()


def test_what_was_filled_in_once_is_what_it_is(bench: Bench) -> None:
    whole = chained()
    first = bench.sign(whole, 1, 7, outputs={"0": "5000000"})
    assert "error" not in first
    assert bench.rule(whole, 2, 8, outputs={"0": "5000001"}) == "output"
    assert bench.rule(whole, 2, 8, outputs={}) == "output"
    again = bench.again()
    assert again.rule(whole, 2, 8, outputs={"0": "4999999"}) == "output"
    assert "error" not in again.sign(whole, 2, 8, outputs={"0": "5000000"})
    fees: dict[str, Any] = {"op": "replacement", "replaces": first["hash"]}
    assert again.rule(whole, 1, 7, 2 * GWEI, 2, outputs={"0": "5000001"}, **fees) == "output"
    assert "error" not in again.sign(whole, 1, 7, 2 * GWEI, 2, outputs={"0": "5000000"}, **fees)
    again.record.close()


def row(**fields: Any) -> Signed:
    basis: dict[str, Any] = {"plan_id": "p", "digest": "d", "step": 1, "account": OWNER, "nonce": 7, "gas": 1}
    return Signed(**{**basis, "max_fee_per_gas": 100, "max_priority_fee_per_gas": 10, "hash": "h", "at": 1, **fields})


def test_the_refusal_says_which_step_and_how_much() -> None:
    rows = [row(), row(outputs={"2": "5", "0": "9"})]
    check_outputs(rows, {})
    check_outputs(rows, {"2": "5", "1": "7"})
    with pytest.raises(Refused, match="The output of step 3 was signed as 5 base units before") as caught:
        check_outputs(rows, {"0": "9", "2": "6"})
    assert caught.value.rule == "output"


@pytest.mark.parametrize(
    ("nonce", "fee", "tip", "rule"),
    [
        (0, 0, 0, ""),
        (2**64 - 2, 5, 5, ""),
        (2**64 - 1, 5, 5, "nonce"),
        (-1, 5, 5, "nonce"),
        (0, 5, 6, "fees"),
        (0, 5, -1, "fees"),
    ],
)
def test_terms_that_can_be(nonce: int, fee: int, tip: int, rule: str) -> None:
    if not rule:
        Terms(nonce, fee, tip).check()
        return
    with pytest.raises(Refused) as caught:
        Terms(nonce, fee, tip).check()
    assert caught.value.rule == rule


def once(
    rows: list[Signed], fee: int = 100, tip: int = 10, nonce: int = 7, step: int = 1, old: str | None = None
) -> Any:
    made = chained()
    mine = [replace(each, digest=made.digest) for each in rows]
    try:
        return check_once(mine, made, 1, Terms(nonce, fee, tip), old)
    except Refused as refused:
        return refused.rule


def test_a_step_is_signed_once() -> None:
    assert once([]) is False
    assert once([row(step=0)]) is False
    assert once([row()]) is True
    assert (once([row()], fee=101), once([row()], tip=9), once([row()], nonce=8)) == ("once", "once", "once")
    with pytest.raises(Refused, match="Step 2 of the plan was signed before, at nonce 7 and other fees"):
        check_once([row(digest=chained().digest)], chained(), 1, Terms(8, 1, 1), None)
    with pytest.raises(Refused, match="as typed data"):
        check_once([row(digest=chained().digest, nonce=-1)], chained(), 1, Terms(8, 1, 1), None)
    with pytest.raises(Refused, match="Another plan with this id"):
        check_once([row(step=0)], chained(), 1, Terms(7, 100, 10), None)


@pytest.mark.parametrize(
    ("fee", "tip", "nonce", "old", "found"),
    [
        (110, 11, 7, "h", False),
        (109, 11, 7, "h", "replacement"),
        (110, 10, 7, "h", "replacement"),
        (110, 11, 8, "h", "replacement"),
        (110, 11, 7, "g", "replacement"),
        (100, 10, 7, "g", True),
    ],
)
def test_a_replacement_pays_a_tenth_more_of_both(fee: int, tip: int, nonce: int, old: str, found: Any) -> None:
    assert once([row()], fee, tip, nonce, old=old) == found


def test_a_signer_that_is_just_ending_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Record(tmp_path / "signed.jsonl")
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            holder.close()

    monkeypatch.setattr(time, "sleep", nap)
    bench = Bench(tmp_path)
    assert len(naps) == 3
    assert 0 < sum(naps) < 1
    bench.record.close()


def test_one_that_stays_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Record(tmp_path / "signed.jsonl")
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    with pytest.raises(Refused) as caught:
        Bench(tmp_path)
    assert caught.value.rule == "busy"
    assert 5 <= now[0] - 100 <= 6
    holder.close()


def test_a_damaged_record_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "signed.jsonl").write_text("nonsense\n{}\n")
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waits"))
    with pytest.raises(Refused) as caught:
        Bench(tmp_path)
    assert caught.value.rule == "record"


def keys_of(folder: Path, first: Any = None) -> RemoteKeys:
    """Of a signer elsewhere that holds two keys, OWNER's and the other's."""
    folder.mkdir(exist_ok=True)
    made = RemoteKeys("http://127.0.0.1:9000", Derived(folder / "derived.txt"), first)
    made._connection = lambda: Wire(LISTED)  # type: ignore[method-assign,assignment,return-value]
    made.unlock("")
    return made


def test_keys_elsewhere_are_handed_out_once_each(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, OWNER)
    assert (keys.accounts(), keys.derive(0)) == ([OWNER], OWNER)
    other = keys.derive(1)
    assert (other, keys.derive(1), keys.accounts()) == (address_of(THEIRS), other, [OWNER, other])
    with pytest.raises(Refused, match="All 2 keys of the remote signer are somebody's") as caught:
        keys.derive(2)
    assert caught.value.rule == "accounts"
    again = keys_of(tmp_path)
    assert (again.accounts(), again.derive(1), again.derive(0)) == ([OWNER, other], other, OWNER)


def test_the_first_account_elsewhere_is_the_one_that_was_said(tmp_path: Path) -> None:
    by_name = sorted((OWNER, address_of(THEIRS)), key=str.lower)
    assert keys_of(tmp_path / "none").accounts() == by_name[:1]
    for each in by_name:
        assert keys_of(tmp_path / each, each).accounts() == [each]
    with pytest.raises(Refused, match=f"no key of the first account {STRANGER}") as caught:
        keys_of(tmp_path / "stranger", STRANGER)
    assert caught.value.rule == "account"
    with pytest.raises(Refused) as caught:
        keys_of(tmp_path / by_name[0], by_name[1])
    assert caught.value.rule == "account"
