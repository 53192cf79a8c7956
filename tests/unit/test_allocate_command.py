"""`moneta allocate`: a file in, an allocation out; what is wrong with one venue costs that venue alone."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agent.cli import main

pytestmark = pytest.mark.unit

AAVE = {
    "id": "aave-v3:core:USDC",
    "kind": "aave-v3",
    "supplied": "10000000",
    "borrowed": "9500000",
    "base": "0",
    "optimal": "0.9",
    "slope_1": "0.05",
    "slope_2": "0.4",
    "reserve_factor": "0.1",
}
SAVINGS = {"id": "sky:savings:USDC", "kind": "savings", "supplied": 10**9, "rate": "0.04"}
FILE = {"asset": "USDC", "decimals": 6, "capital": "1000000", "horizon_days": 30, "venues": [AAVE, SAVINGS]}


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str
) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any], str]:
    """The exit code, the lines by venue, the last line, standard error."""
    path = folder / "venues"
    path.write_text(text, encoding="utf-8")
    code = main(["allocate", str(path), "--json"])
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    last = lines.pop() if lines else {}
    return code, {line["venue"]: line for line in lines}, last, err


def with_venue(**over: object) -> str:
    """The file as JSON, its first venue changed; None takes a key away."""
    row = {key: value for key, value in {**AAVE, **over}.items() if value is not None}
    return json.dumps({**FILE, "venues": [row, SAVINGS]})


def test_a_file_gives_an_allocation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, venues, last, err = run(capsys, tmp_path, json.dumps(FILE))
    assert code == 0
    assert err == ""
    amounts = [float(each["amount"]) for each in venues.values()]
    assert min(amounts) > 100_000
    assert sum(amounts) == pytest.approx(1_000_000)
    assert last["exact"] is True
    assert last["idle"] == "0"
    assert venues[SAVINGS["id"]]["rate_low"] == "0.04"  # type: ignore[index]


def test_toml_says_the_same_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    import tomli_w

    told = [run(capsys, tmp_path, text) for text in (json.dumps(FILE), tomli_w.dumps(FILE))]
    assert told[0] == told[1]


def test_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(FILE)))
    assert main(["allocate", "-"]) == 0
    out = capsys.readouterr().out
    assert "sky:savings:USDC: " in out
    assert "moved" in out
    assert "This is the best there is." in out


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"supplied": float("nan")}, "`supplied` isn't a number"),
        ({"supplied": "lots"}, "`supplied` isn't a number"),
        ({"supplied": 0, "borrowed": 0}, "nothing is supplied"),
        ({"borrowed": "-5"}, "`borrowed` is negative"),
        ({"slope_1": "50"}, "above 1,000 %"),
        ({"slope_2": "500"}, "above 10,000 %"),
        ({"borrowed": "9500000000000000000"}, "decimals swapped"),
        ({"supplied": "1e999999999"}, "larger than anything"),
        ({"optimal": "1"}, "optimal utilisation"),
        ({"optimal": None}, "`optimal` is missing"),
        ({"optimum": "0.9"}, "`optimum` means nothing"),
        ({"kind": "ponzi"}, "no plug-in knows the curve `ponzi`"),
        ({"vault_fee": "2"}, "`vault_fee`"),
        ({"position": "NaN"}, "`position` isn't a number"),
        ({"id": 5}, "no `id`"),
        ({"why_not": "its oracle is stale"}, "its oracle is stale"),
    ],
)
def test_a_bad_venue_is_left_out_by_name_and_the_run_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, over: Mapping[str, object], reason: str
) -> None:
    code, venues, last, err = run(capsys, tmp_path, with_venue(**over))
    assert code == 0
    name = str(over.get("id", AAVE["id"]))
    assert reason in venues[name]["left_out"]
    assert f"left out: {name}: " in err
    assert venues[SAVINGS["id"]]["amount"] == "1000000"  # type: ignore[index]
    assert last["exact"] is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "`decimals`"),
        ("{", "neither TOML nor JSON"),
        ("[1", "neither TOML nor JSON"),
        (json.dumps({**FILE, "venues": []}), "no venues"),
        (json.dumps({**FILE, "capital": "-1"}), "`capital` is negative"),
        (json.dumps({**FILE, "capital": float("inf")}), "`capital` isn't a number"),
        (json.dumps({**FILE, "horizon_days": 0}), "horizon"),
        (json.dumps({**FILE, "horizon_days": "month"}), "whole days"),
        (json.dumps({**FILE, "decimals": 400}), "`decimals`"),
        (json.dumps({**FILE, "response": {"low": "0.9", "high": "0.1"}}), "low ≤ high"),
        (json.dumps({**FILE, "response": {"weigh": "best"}}), "best"),
        (json.dumps({**FILE, "limits": {"cap": "1"}}), "no limit `cap`"),
        (json.dumps({**FILE, "venues": [{**AAVE, "supplied": "0", "borrowed": "0"}]}), "No venue"),
    ],
)
def test_a_bad_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, reason: str) -> None:
    code, venues, last, err = run(capsys, tmp_path, text)
    assert code == 1
    assert (venues, last) == ({}, {})
    assert reason in err


ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**40,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "-1",
    "1e-50",
    "1e45",
    [],
    {},
    "\u202e",
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_stands_there_ends_in_an_allocation_or_a_refusal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, seed: int
) -> None:
    random = Random(seed)  # noqa: S311
    venue: dict[str, Any] = {**AAVE, "position": "5", "cap": "100000", "exit_fee": "0.001"}
    whole: dict[str, Any] = {**FILE, "limits": {"cap_per_venue": "900"}, "response": {}, "venues": [venue, SAVINGS]}
    for damaged in random.choices((venue, venue, whole), k=2):
        damaged[random.choice(list(damaged))] = random.choice(ODD)
    code, venues, last, err = run(capsys, tmp_path, json.dumps(whole))
    if code:
        assert not venues
        assert err
        return
    moved = sum(Decimal(each["moved"]) for each in venues.values() if "moved" in each)
    assert moved + Decimal(last["idle"]) == Decimal(str(whole["capital"]))  # what went in, and what stayed out


def test_a_file_that_isnt_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["allocate", str(tmp_path / "none")]) == 1
    assert "can't be read" in capsys.readouterr().err


def test_the_example_in_the_docs_prints_what_stands_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "allocate.md").read_text(encoding="utf-8")
    example, shown = (page.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("toml", "text"))
    (tmp_path / "venues.toml").write_text(example, encoding="utf-8")
    assert main(["allocate", str(tmp_path / "venues.toml")]) == 0
    out, err = capsys.readouterr()
    assert out + err == shown


@pytest.mark.parametrize(
    ("limits", "amount"),
    [
        ({"cap_per_venue": "70000"}, "70000"),
        ({"share_of_money": "0.05"}, "50000"),
        ({"share_of_market": "0.001"}, "10000"),
        ({"sources": {"aave-v3:core:USDC": "123.456789"}}, "123.456789"),
    ],
)
def test_limits_hold_to_the_unit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, limits: Mapping[str, object], amount: str
) -> None:
    _, venues, last, _ = run(capsys, tmp_path, json.dumps({**FILE, "limits": limits}))
    assert venues[AAVE["id"]]["amount"] == amount
    placed = sum(float(each["amount"]) for each in venues.values())
    assert placed + float(last["idle"]) == pytest.approx(1_000_000)


def test_no_digit_of_a_large_amount_is_lost(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    capital = "1234567890123456.123456789012345679"
    text = json.dumps({**FILE, "decimals": 18, "capital": capital, "limits": {"cap_per_venue": "0"}})
    _, _, last, _ = run(capsys, tmp_path, text)
    assert last["idle"] == capital


def test_a_position_that_can_only_partly_leave(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = with_venue(position="800000", liquidity="300000", cap="0", exit_cost="5")
    _, venues, last, _ = run(capsys, tmp_path, text)
    assert venues[AAVE["id"]]["amount"] == "500000"
    assert venues[AAVE["id"]]["moved"] == "-300000"
    assert last["cost"] == "5"
