"""Replies as text and at a terminal: aligned, whole, and never more than text."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from agent.chat.lines import piped_lines
from agent.chat.terminal import Terminal
from agent.errors import NeedsAnswer, Refused, Unavailable
from agent.execution.outcome import End, Outcome, Sent
from agent.gate.choices import options_json
from agent.gate.preview import Preview, RateLine
from agent.harmless import harmless
from agent.money import RAY, Amount, Rate
from agent.plans import Role
from agent.plugin import Option
from agent.replies.clock import day_and_time, duration
from agent.replies.explain import told
from agent.replies.reply import Picture, Reply, Status, Table, Verdict, as_text, of_error, plan_json, table_text
from agent.replies.yields import yields
from agent.runtime.recovering import reported
from agent.usd import cents, dollars
from memory.rows import DecisionRow
from tests.unit.policy_parts import DAI, ETH, POOL, USDC, approval, deposit_steps, plan

pytestmark = pytest.mark.unit

EVIL = "[bold red]owned[/] [link=https://evil.example]x[/link]"
SHOWN = Preview(
    headline=EVIL,
    chain=EVIL,
    steps=(EVIL,),
    changes=("-1 USDC",),
    rates=(RateLine(EVIL, Rate(RAY // 20), Rate(RAY // 25)),),
    notes=(EVIL,),
    max_fee=Amount(10**15, ETH),
    max_fee_usd="$3.00",
    expires=1_800_000_120,
    seconds=120,
    digest="ab" * 32,
)


def rendered(reply: Reply, width: int = 200) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    Terminal(None, piped_lines(lambda: ""), console).show(reply)  # type: ignore[arg-type]
    return out.getvalue()


def test_markup_of_others_is_text() -> None:
    table = Table((EVIL, "b"), ((EVIL, "1"),), frozenset({1}))
    seen = rendered(Reply(EVIL, table, SHOWN, verdict=Verdict(Status.READY)))
    assert seen.count(EVIL) == 7  # text, title, step, rate, note, column and cell
    assert "evil.example" in seen


def test_a_terminal_obeys_nothing_that_came_from_outside() -> None:
    """A contract says why it reverts in its own words, and a terminal would take some as orders."""
    orders = "\x1b]0;title\x07\x1b[2J\x9b1m\rover\u202enaidem"
    seen = rendered(Reply(orders, Table((orders,), ((orders,),)), replace(SHOWN, notes=(orders,))))
    assert not set(seen) & set("\x1b\x07\x9b\r\u202e")
    assert seen.count("over") == 4
    assert harmless("line\nline ü 漢 🙂") == "line\nline ü 漢 🙂"


def test_what_is_shown_as_a_preview() -> None:
    text = as_text(Reply("I can.", preview=SHOWN))
    for part in ("1. " + EVIL, "balance -1 USDC", "5.00 % a year now, 4.00 % with this done", "0.001 ETH", "$3.00"):
        assert part in text, part
    assert "120 s" in text


CELL = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=6))
def test_columns_are_aligned(rows: list[tuple[str, str, str]]) -> None:
    table = Table(("first", "second", "third"), tuple(rows), frozenset({1}))
    lines = table_text(table).split("\n")
    assert len(lines) == len(rows) + 1
    widths = [max(len(line[i]) for line in (table.columns, *rows)) for i in range(3)]
    for line, cells in zip(lines, (table.columns, *rows), strict=True):
        expected = f"{cells[0].ljust(widths[0])}  {cells[1].rjust(widths[1])}  {cells[2].ljust(widths[2])}"
        assert line == expected.rstrip()


@pytest.mark.parametrize(
    ("error", "status", "rule"),
    [
        (NeedsAnswer("How much?", "amount"), "asked", None),
        (Refused("caps", "Too much.", "Less."), "refused", "caps"),
        (Unavailable("node", "Gone."), "refused", "unavailable:node"),
    ],
)
def test_errors_say_who_must_act(error: Refused, status: str, rule: str | None) -> None:
    reply = of_error(error, {"action": "deposit"})
    assert reply.as_json()["verdict"] == {"status": status, "rule": rule}
    assert reply.intent == {"action": "deposit"}
    assert reply.text


def test_a_plan_as_the_contract_has_it() -> None:
    made = plan(*deposit_steps(), replace(approval(POOL.address, 0), role=Role.CLEANUP))
    shown = plan_json(made, "proposed")
    assert list(shown) == ["id", "digest", "status", "expires", "steps", "expected"]
    assert [list(step) for step in shown["steps"]] == [["to", "contract", "function", "args", "value"]] * 2
    assert shown["steps"][0]["args"] == [POOL.address, "5000000"]
    assert shown["expected"][0] == {
        "token": made.expected[0].token, "holder": made.account, "min": "-5000000", "max": "-5000000"
    }  # fmt: skip
    assert list(Reply("x").as_json()) == ["reply", "intent", "plan", "verdict", "txs"]


@pytest.mark.parametrize(
    ("end", "status", "rule"),
    [
        (End.SETTLED, Status.SETTLED, None),
        (End.PARTIAL, Status.PARTIAL, "execution"),
        (End.VOID, Status.VOID, "execution"),
        (End.PENDING, Status.PARTIAL, "execution"),
    ],
)
def test_every_end_is_told(end: End, status: Status, rule: str | None) -> None:
    outcome = Outcome(end, "The reason", (Sent("0xaa", "mined", 5, 6),), ("approve of USDC",), ("supply of Pool",))
    reply = reported(plan(), outcome, "put 5 USDC into a")
    assert reply.verdict == Verdict(status, rule)
    assert reply.txs == ({"hash": "0xaa", "status": "mined", "block": 5, "gas_used": 6},)
    assert reply.plan is not None
    assert reply.plan["status"] == str(end)
    said = {
        End.SETTLED: ("Done: put 5 USDC into a", "1 transaction,"),
        End.PARTIAL: ("The reason", "Done: approve of USDC", "Not done: supply of Pool"),
        End.VOID: ("Nothing was sent", "The reason"),
        End.PENDING: ("The reason", "nothing is sent twice"),
    }
    for part in said[end]:
        assert part in reply.text, part


def decided(kind: str, rule: str, chosen: str, alternatives: list[dict[str, Any]], **facts: Any) -> DecisionRow:
    return DecisionRow(7, None, "u", 0, kind, rule, {"asset": "USDC", **facts}, tuple(alternatives), chosen, None)


def why(*rows: DecisionRow) -> Reply:
    return told(rows, {"USDC": USDC, "DAI": DAI}.__getitem__)


def test_reasons_are_those_of_the_moment_of_choice() -> None:
    options = [
        Option("a", Rate(RAY // 20), Rate(RAY // 25), 5, ("deep",)),
        Option("b", Rate(RAY // 30), Rate(RAY // 40), 4, ()),
        Option("c", Rate(RAY // 10), Rate(RAY // 10), 9, (), "it is paused"),
    ]
    alternatives = options_json(options)
    assert all(isinstance(value, str | list) for each in alternatives for value in each.values())
    reply = why(decided("deposit", "the rule", "a", alternatives, units="5000000"))
    assert "I chose a for 5 USDC" in reply.text
    assert "b with 2.50 %" in reply.text
    assert "c with" not in reply.text  # what couldn't be entered was no alternative
    assert reply.table is not None
    assert len(reply.table.rows) == 3
    named = why(decided("deposit", "you named it", "a", [], units="5000000"))
    assert "yourself" in named.text
    assert named.table is None


def way(name: str, units_in: str, units_out: str, why_not: str = "") -> dict[str, Any]:
    numbers = {"units_in": units_in, "units_out": units_out, "impact_bps": "12", "fee": "500"}
    return {"route": name, **numbers, "why_not": why_not}


def test_a_swap_is_explained_by_the_ways_that_were_compared() -> None:
    ways = [way("x:1", "5000000", "4990000000000000000"), way("x:2", "5000000", "4900000000000000000")]
    ways.append(way("x:3", "5000000", "0", "too little liquidity"))
    facts = {"to_asset": "DAI", "exact_out": False, "units": "5000000", "limit": "4980000000000000000"}
    reply = why(decided("swap", "the best price", "x:1", ways, **facts))
    assert "I chose x:1 to swap 5 USDC to DAI: the best price." in reply.text
    assert "gives 4.99 DAI, and at least 4.98 DAI" in reply.text
    assert "The next best was x:2 with 4.9 DAI" in reply.text
    assert reply.table is not None
    assert reply.private
    assert [row[4] for row in reply.table.rows] == ["the best", "gives less", "too little liquidity"]
    assert reply.table.rows[0][1:4] == ("4.99", "0.12 %", "0.05 %")


def test_an_exact_output_is_explained_by_what_each_way_takes() -> None:
    ways = [way("x:1", "5010000", "5000000000000000000"), way("x:2", "5090000", "5000000000000000000")]
    facts = {"to_asset": "DAI", "exact_out": True, "units": "5000000000000000000", "limit": "5025030"}
    reply = why(decided("swap", "the best price", "x:1", ways, **facts))
    assert "to buy 5 DAI with USDC" in reply.text
    assert "takes 5.01 USDC, and at most 5.02503 USDC" in reply.text
    assert reply.table is not None
    assert reply.table.rows[1][4] == "takes more"


def test_a_withdrawal_says_which_positions_it_came_from() -> None:
    held = [("a", "2", "2000000", "2000000"), ("b", "5", "9000000", "3000000"), ("c", "7", "1000000", "0")]
    rows = [
        {"venue": name, "rate": str(int(rate) * RAY // 100), "position": position, "units": units}
        for name, rate, position, units in held
    ]
    reply = why(decided("withdraw", "the lowest rate first", "a", rows, units="5000000"))
    assert "take 5 USDC out: 2 USDC from a (2.00 %) and 3 USDC from b (5.00 %)" in reply.text
    assert "from c" not in reply.text
    assert reply.table is not None
    assert [row[3] for row in reply.table.rows] == ["2", "3", "0"]
    alone = why(decided("withdraw", "the lowest rate first", "a", rows[:1], units="2000000"))
    assert "2 USDC out of a: you had USDC nowhere else" in alone.text


def test_the_choices_of_one_plan_are_told_together() -> None:
    facts = {"to_asset": "USDC", "exact_out": False, "units": "5", "limit": "4", "asset": "DAI"}
    swap = decided("swap", "the best price", "x:1", [way("x:1", "5", "5")], **facts)
    venue = decided("deposit", "you named it", "a", [], units="5000000")
    assert why(swap, venue).text.index("x:1") < why(swap, venue).text.index("you named a yourself")
    assert "No other way is known." in why(swap).text


def test_yields_say_no_room_and_why_not() -> None:
    now = [Option("a:b:USDC", Rate(RAY // 20), Rate(RAY // 20), 5, ("deep",)),
           Option("c:d:USDC", Rate(RAY // 10), Rate(RAY // 10), 0, (), "it is paused")]  # fmt: skip
    with_more = {10**9: {"a:b:USDC": replace(now[0], why_not="its cap"), "c:d:USDC": now[1]}}
    reply = yields(USDC, now, with_more, {"e:f:USDC": "no answer"})
    assert reply.table is not None
    assert [row[2] for row in reply.table.rows] == ["no room", "closed"]
    assert "not now: it is paused" in reply.table.rows[1][3]
    assert "e:f:USDC is not offered, because no answer." in reply.text
    assert "No venue takes USDC" in yields(USDC, [now[1]], {}, {}).text


def test_times_and_dollars() -> None:
    assert day_and_time(0) == "1970-01-01 00:00 UTC"
    assert [duration(s) for s in (0, 1, 60, 90_000, 2_592_000, 3_661)] == [
        "0 seconds", "1 second", "1 minute", "1 day 1 hour", "30 days", "1 hour 1 minute"
    ]  # fmt: skip
    assert (dollars(123_456_789), dollars(-5), dollars(0)) == ("$1,234,567.89", "-$0.05", "$0.00")
    assert cents(1_999_999, 6, 10**8) == 199


def test_a_narrow_terminal_folds_no_cell_to_pieces() -> None:
    hashes = " ".join("0x" + digit * 64 for digit in "ab")
    table = Table(
        ("when", "what", "how it ended", "gas", "transactions"),
        (
            ("2026-11-21 09:42 UTC", "swap 1 ETH for " + "USDC " * 20, "settled", "1,234", hashes),
            ("", "", "", "", ""),
        ),
        frozenset({3}),
    )
    seen = rendered(Reply("", table), 80)
    assert all(each in seen for each in hashes.split())
    assert max(len(line) for line in seen.splitlines()) <= 80
    assert "2026-11-21 09:42 UTC  settled" in seen
    wide = rendered(Reply("", table), 400)
    assert hashes in wide


def test_a_picture_is_written_down_for_a_terminal(tmp_path: Path) -> None:
    out = io.StringIO()
    shown = Reply("", pictures=(Picture("rates.png", "The rates.", b"png"),))
    Terminal(None, piped_lines(lambda: ""), Console(file=out, width=400), tmp_path / "p").show(shown)  # type: ignore[arg-type]
    assert str(tmp_path / "p" / "rates.png") in out.getvalue()
    assert (tmp_path / "p" / "rates.png").read_bytes() == b"png"
