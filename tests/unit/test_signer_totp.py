"""One-time codes: the RFCs' own vectors, each code once, and an end to guessing."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.errors import Refused
from agent.execution.signer.lockout import LONGEST_WAIT_SECONDS, MOST_A_DAY, TRIES
from agent.execution.signer.totp import Totp, code_at, uri
from tests.unit.signer_parts import NOW, Clock

pytestmark = pytest.mark.unit

SECRET = b"12345678901234567890"  # of both RFCs
STEP = NOW // 30


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def totp(tmp_path: Path, clock: Clock) -> Totp:
    made = Totp(tmp_path / "totp.json", clock)
    made.enroll(SECRET, code_at(SECRET, STEP - 1))
    return made


def refused(totp: Totp, code: str | None, purpose: str = "to link") -> str:
    with pytest.raises(Refused) as error:
        totp.verify(code, purpose)
    assert error.value.rule == "step-up"
    return str(error.value)


def wrong(totp: Totp, times: int = 1) -> None:
    right = {code_at(SECRET, STEP + each) for each in range(-1, 3)}
    guess = next(text for text in ("000000", "111111", "222222", "333333") if text not in right)
    for _ in range(times):
        assert refused(totp, guess) == "The code is wrong. Give the one that your authenticator app shows now."


def test_hotp_has_the_values_of_rfc_4226() -> None:
    """Appendix D."""
    values = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code_at(SECRET, counter) for counter in range(10)] == values


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_totp_has_the_values_of_rfc_6238(tmp_path: Path, clock: Clock, seconds: int, value: str) -> None:
    """Appendix B, SHA-1; ours are the last six of its eight digits."""
    clock.now = seconds
    assert code_at(SECRET, seconds // 30) == value[2:]
    Totp(tmp_path / "totp.json", clock).enroll(SECRET, value[2:])


def test_what_an_app_reads_holds_secret_digits_and_period() -> None:
    parts = urlsplit(uri(SECRET, "0xabc main"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Moneta%3A0xabc%20main")
    query = parse_qs(parts.query)
    assert query == {
        "secret": [base64.b32encode(SECRET).decode()],
        "issuer": ["Moneta"],
        "digits": ["6"],
        "period": ["30"],
    }


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_code_of_now_or_a_step_beside_is_taken(tmp_path: Path, clock: Clock, off: int) -> None:
    made = Totp(tmp_path / "totp.json", clock)
    made.enroll(SECRET, code_at(SECRET, STEP - 1))
    clock.now += 60
    made.verify(code_at(SECRET, STEP + 2 + off), "to link")


@pytest.mark.parametrize("off", [-2, 2])
def test_a_code_two_steps_away_isnt(totp: Totp, clock: Clock, off: int) -> None:
    clock.now += 90
    assert "wrong" in refused(totp, code_at(SECRET, STEP + 3 + off))


def test_a_code_may_be_written_in_two_groups(totp: Totp) -> None:
    code = code_at(SECRET, STEP)
    totp.verify(f" {code[:3]} {code[3:]}\n", "to link")


def test_each_code_counts_once_also_in_another_process(totp: Totp, tmp_path: Path, clock: Clock) -> None:
    code = code_at(SECRET, STEP)
    totp.verify(code, "to link")
    for same in (totp, Totp(tmp_path / "totp.json", clock)):
        assert refused(same, code) == "The code was used before. Wait for the next one: each counts once."
    totp.verify(code_at(SECRET, STEP + 1), "to link")
    assert "used before" in refused(totp, code)  # an older one never counts after a newer one


def test_the_code_that_enrolled_doesnt_count_again(totp: Totp) -> None:
    assert "used before" in refused(totp, code_at(SECRET, STEP - 1))


def test_five_wrong_codes_make_one_wait_and_longer_each_time(totp: Totp, clock: Clock) -> None:
    wrong(totp, 5)
    for wait in (300, 600, 1_200):
        said = f"Too many wrong codes were given. Wait {wait} seconds, then give a new one."
        assert refused(totp, code_at(SECRET, clock.now // 30)) == said
        clock.now += wait - 1
        assert "Wait 1 seconds" in refused(totp, code_at(SECRET, clock.now // 30))
        clock.now += 1
        for _ in range(5):
            assert "wrong" in refused(totp, "not it")
    assert totp.enrolled


def test_a_wait_is_a_day_at_the_most(totp: Totp, tmp_path: Path, clock: Clock) -> None:
    state = json.loads((tmp_path / "totp.json").read_text())
    for rounds in (8, 9, 10**6):
        (tmp_path / "totp.json").write_text(json.dumps({**state, "wrong": 4, "rounds": rounds}))
        wrong(totp)
        found = json.loads((tmp_path / "totp.json").read_text())
        assert found["until"] - clock.now == min(300 * 2 ** min(rounds, 20), LONGEST_WAIT_SECONDS)
        assert (found["wrong"], found["rounds"]) == (0, rounds + 1)


def guess(totp: Totp, account: str) -> str:
    with pytest.raises(Refused) as error:
        totp.verify("not it", "to link", account)
    return error.value.message


def test_wrong_codes_of_one_account_lock_no_other(totp: Totp, clock: Clock, tmp_path: Path) -> None:
    for _ in range(TRIES):
        assert guess(totp, "0xa") == "The code is wrong."
    assert guess(totp, "0xa") == "Too many wrong codes were given."
    with pytest.raises(Refused, match="Too many"):
        totp.verify(code_at(SECRET, STEP), "to link", "0xa")
    again = Totp(tmp_path / "totp.json", clock)  # it is known after a restart
    assert guess(again, "0xa") == "Too many wrong codes were given."
    again.verify(code_at(SECRET, STEP), "to link", "0xb")
    clock.now += 30
    again.verify(code_at(SECRET, STEP + 1), "to link")
    assert guess(again, "0xa") == "Too many wrong codes were given."  # nobody else's right code sets it free


def test_an_account_that_guesses_as_fast_as_it_may_locks_no_other_in_three_days(totp: Totp, clock: Clock) -> None:
    end = clock.now + 3 * 86_400
    while clock.now < end:
        if guess(totp, "0xa") != "The code is wrong.":
            clock.now += 60
            totp.verify(code_at(SECRET, clock.now // 30), "to link", "0xb")


def test_guesses_under_many_names_come_to_an_end(totp: Totp, clock: Clock) -> None:
    start = clock.now
    said = [guess(totp, f"0x{number // 4}") for number in range(MOST_A_DAY + 1)]
    assert said.count("The code is wrong.") == MOST_A_DAY
    clock.now = start + 86_399
    with pytest.raises(Refused, match="Wait 1 seconds"):
        totp.verify(code_at(SECRET, clock.now // 30), "to link", "0xnew")
    clock.now = start + 86_400
    totp.verify(code_at(SECRET, clock.now // 30), "to link", "0xnew")


def test_a_right_code_ends_the_count(totp: Totp) -> None:
    wrong(totp, 4)
    totp.verify(code_at(SECRET, STEP), "to link")
    wrong(totp, 4)
    totp.verify(code_at(SECRET, STEP + 1), "to link")


def test_none_given_and_none_enrolled_say_what_to_do(totp: Totp, tmp_path: Path, clock: Clock) -> None:
    for nothing in (None, ""):
        said = refused(totp, nothing, "for a new contact")
        assert said == "A code is needed for a new contact. Give the code that your authenticator app shows."
    none = Totp(tmp_path / "none.json", clock)
    assert not none.enrolled
    assert refused(none, "123456", "to export") == (
        "A code is needed to export, and no authenticator is enrolled. At the machine: moneta wallet totp enroll."
    )
    assert not (tmp_path / "none.json").exists()


def test_a_secret_is_kept_only_when_the_app_knows_it(tmp_path: Path, clock: Clock) -> None:
    made = Totp(tmp_path / "totp.json", clock)
    for bad in ("", "000000", code_at(SECRET, STEP - 2)):
        with pytest.raises(Refused, match="isn't the code") as error:
            made.enroll(SECRET, bad)
        assert error.value.rule == "step-up"
        assert not made.enrolled
    made.enroll(SECRET, code_at(SECRET, STEP))
    assert stat.S_IMODE((tmp_path / "totp.json").stat().st_mode) == 0o600


def test_codes_are_turned_off_with_a_code(totp: Totp) -> None:
    wrong(totp)
    with pytest.raises(Refused):
        totp.remove("000000x")
    assert totp.enrolled
    totp.remove(code_at(SECRET, STEP))
    assert not totp.enrolled


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"secret": ""}', '{"secret": "?"}', '{"secret": "GEZA", "version": 2}', '{"x": 1}']
)
def test_a_damaged_file_takes_no_code(totp: Totp, tmp_path: Path, text: str) -> None:
    (tmp_path / "totp.json").write_text(text)
    assert "is damaged. Restore it" in refused(totp, code_at(SECRET, STEP))


def test_a_clock_at_the_beginning_of_time(tmp_path: Path) -> None:
    made = Totp(tmp_path / "totp.json", Clock(5))
    made.enroll(SECRET, code_at(SECRET, 0))
    made.verify(code_at(SECRET, 1), "to link")
