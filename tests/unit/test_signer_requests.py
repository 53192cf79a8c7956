"""Bad requests, the record on disk, and the canary: no secret in any answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import Refused
from agent.execution.signer.fields import MAX_REQUEST
from agent.execution.signer.record import Record, Signed
from tests.unit.policy_parts import plan
from tests.unit.signer_parts import KEY, NOW, OWNER, PASSWORD, WORDS, Bench, request

pytestmark = pytest.mark.unit

ROW = Signed("p" * 32, "d" * 64, 0, OWNER, 7, 21_000, 5, 1, "0x" + "ab" * 32, NOW)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"hello\n",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        b'{"op": 5}',
        b'{"op": "export"}',
        b'{"op": "__init__"}',
        b'{"op": "unlock"}',
        b'{"op": "unlock", "password": 5}',
        b'{"op": "sign"}',
        b'{"op": "contact", "name": "", "address": "0x"}',
        b'{"op": "contact", "name": "a\\u001bb", "address": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}',
        b'{"op": "contact", "name": "a", "address": "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}',
        b"[" * 200_000,
        b'{"op": "' + b"x" * MAX_REQUEST + b'"}',
    ],
)
def test_garbage_gets_an_answer(bench: Bench, line: bytes) -> None:
    bench.unlock()
    answer = json.loads(bench.desk.answer(line))
    assert answer["error"]["kind"] == "bad-request"
    assert bench.ask("status")["unlocked"] is True


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["nonce", "step", "max_fee_per_gas", "plan", "digest", "replaces"]),
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
    ),
)
def test_a_field_of_another_kind_is_refused(bench: Bench, name: str, value: Any) -> None:
    bench.unlock()
    whole = plan(account=OWNER, not_after=NOW)
    answer = bench.ask("replacement", **{**request(whole), "replaces": "0x", name: value})
    assert answer["error"]["kind"] in ("bad-request", "refused")


def test_wrong_passwords(bench: Bench) -> None:
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), "x" * 100_000):
        assert bench.ask("unlock", password=wrong)["error"]["rule"] == "password"
    assert bench.ask("status")["unlocked"] is False
    assert bench.unlock() == {"accounts": [OWNER]}
    assert bench.ask("unlock", password="wrong")["error"]["rule"] == "password"
    assert bench.ask("status")["unlocked"] is True  # a wrong guess doesn't lock the owner out


def test_caps_say_what_is_allowed(bench: Bench) -> None:
    caps = bench.ask("caps")
    assert caps["caps"]["USDC"] == "1000000000"
    assert caps["max_fee_wei"] == str(10**17)


def test_no_secret_in_any_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything() -> str:
        whole = plan(account=OWNER, not_after=NOW)
        answers = [
            bench.unlock(),
            bench.ask("unlock", password=PASSWORD[:-1]),
            bench.sign(whole),
            bench.sign(whole, nonce=9),
            *(bench.ask(op) for op in ("status", "accounts", "caps", "contacts", "sign", "cancel", "typed-data")),
            bench.ask(PASSWORD, password=PASSWORD),
            bench.ask("sign", **{**request(whole), "nonce": KEY}),
        ]
        return json.dumps(answers) + repr(bench.desk) + repr(vars(bench.desk))

    shown = everything()

    def broken(*_: Any) -> None:
        raise RuntimeError(f"{WORDS} {KEY}")

    monkeypatch.setattr("agent.execution.signer.local.open_keys", broken)
    shown += everything()
    assert "unforeseen: RuntimeError" in shown
    written = "".join(each.read_text() for each in bench.folder.iterdir())
    for secret in (WORDS, "junk", KEY, KEY.upper(), str(int(KEY, 16)), PASSWORD):
        assert secret not in shown
        assert secret not in written


def test_a_full_disk_signs_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.unlock()
    whole = plan(account=OWNER, not_after=NOW)

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("agent.execution.signer.record.os.fsync", full)
        assert bench.sign(whole)["error"]["kind"] == "unavailable"
    assert (bench.folder / "signed.jsonl").read_text() == ""
    assert "raw" in bench.sign(whole, nonce=8)  # nothing was given out at the first nonce


def test_a_line_cut_by_a_crash_is_dropped_and_a_damaged_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "signed.jsonl"
    record = Record(path)
    record.add(ROW)
    record.add(replace(ROW, step=1))
    record.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"plan_id": "cu')
    record = Record(path)
    assert record.of_plan(ROW.plan_id) == [ROW, replace(ROW, step=1)]
    record.close()
    assert path.read_bytes() == whole
    path.write_bytes(b"?" + whole)
    for _ in range(2):  # the lock is given back
        with pytest.raises(Refused, match="Line 1"):
            Record(path)


def test_two_signers_never_share_a_folder(bench: Bench) -> None:
    with pytest.raises(Refused, match="Another signer"):
        Record(bench.folder / "signed.jsonl")
