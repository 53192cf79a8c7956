"""The whole way, from `hi` to everything taken out again, driven line by line by another program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.program import Program, rows, run

DEPOSIT = 1_000 * 10**6


def test_from_hello_to_the_last_unit(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    with Program("demo", "--dir", str(folder), cwd=tmp_path) as talk:
        start = talk.units("USDC")
        assert talk.say("hi")["intent"] == {"action": "chat"}
        assert "put 1,000 USDC to work" in talk.say("what can you do?")["reply"]

        best = talk.say("best yield for usdc?")
        rates = {venue["id"]: float(venue["rate"]) for venue in talk.ready["venues"] if venue["id"].endswith("USDC")}
        assert best["intent"] == {"action": "yields", "asset": "USDC"}
        assert best["reply"].startswith(max(rates, key=lambda venue: rates[venue]))
        assert all(venue in best["reply"] for venue in rates)
        assert talk.nonce() == 0

        deposited = _carried_out(talk, "put 1,000 USDC to work")
        assert deposited["intent"] == {
            "action": "deposit",
            "asset": "USDC",
            "amount": {"kind": "exact", "value": "1000"},
            "venue": None,
        }
        assert talk.units("USDC") == start - DEPOSIT
        venue = next(key for key in rates if key in deposited["reply"])

        doing = talk.say("how am I doing?")
        assert doing["intent"] == {"action": "portfolio"}
        assert venue in doing["reply"]

        before = int(talk.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        passed = talk.say("advance 30 days")
        after = int(talk.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        assert passed["intent"] == {"action": "advance", "seconds": 30 * 86_400}
        assert 0 <= after - before - 30 * 86_400 < 60
        assert venue in talk.say("portfolio")["reply"]

        half = _carried_out(talk, "withdraw half my usdc", yes="Confirm.")
        got_half = talk.units("USDC") - (start - DEPOSIT)
        assert DEPOSIT // 2 < got_half < DEPOSIT * 11 // 20
        assert half["plan"]["expected"][0]["token"] == talk.token("USDC")
        assert int(half["plan"]["expected"][0]["min"]) <= got_half <= int(half["plan"]["expected"][0]["max"])

        why = talk.say("why did you choose that venue?")
        assert venue in why["reply"]
        assert all(other in why["reply"] for other in rates), "the alternatives are told, too"

        _carried_out(talk, "get me out of everything", yes="yes")
        end, nonce, ether = talk.units("USDC"), talk.nonce(), talk.chain.native(talk.account)
        interest = end - start
        assert 0 < interest < DEPOSIT // 20
        allowances = [
            talk.chain.allowance(talk.token("USDC"), talk.account, step["to"]) for step in deposited["plan"]["steps"]
        ]
        assert not any(allowances)
        account, usdc = talk.account, talk.token("USDC")

    moved = rows(folder, "SELECT units FROM flows WHERE token = ? AND holder = ?", usdc, account)
    assert sum(int(row["units"]) for row in moved) == interest, "the ledger's sum is the chain's, to the unit"
    fees = rows(folder, "SELECT units FROM flows WHERE kind = 'fee'")
    assert 100 * 10**18 + sum(int(row["units"]) for row in fees) == ether
    assert nonce == len(rows(folder, "SELECT hash FROM attempts WHERE status = 'mined'")) == 4
    audit = run("audit", "verify", "--dir", str(folder), "--json", cwd=tmp_path)
    log, chain, end = (json.loads(line) for line in audit.stdout.splitlines())
    assert (audit.returncode, log["holds"], chain["checked"]) == (0, True, False)  # its chain ended with the demo
    assert end == {"problems": [], "holds": True, "checked": ["log"]}


def _carried_out(talk: Program, sentence: str, yes: str = "/confirm") -> dict[str, Any]:
    """Says it, confirms the preview, and finds on the chain what the reply says about its transactions."""
    nonce = talk.nonce()
    preview = talk.say(sentence)
    assert preview["verdict"] == {"status": "ready", "rule": None}
    assert preview["plan"]["status"] == "proposed"
    assert not preview["txs"]
    assert talk.nonce() == nonce, "a preview sends nothing"
    done = talk.say(yes)
    assert done["verdict"] == {"status": "settled", "rule": None}
    assert done["plan"]["digest"] == preview["plan"]["digest"]
    assert done["plan"]["steps"] == preview["plan"]["steps"]
    assert done["plan"]["status"] == "settled"
    assert talk.nonce() == nonce + len(done["txs"]) == nonce + len(done["plan"]["steps"])
    for tx, step in zip(done["txs"], done["plan"]["steps"], strict=True):
        receipt = talk.chain.call("eth_getTransactionReceipt", tx["hash"])
        assert receipt["status"] == "0x1"
        assert receipt["to"].lower() == step["to"].lower()
        assert receipt["from"].lower() == talk.account.lower()
        assert (int(receipt["blockNumber"], 16), int(receipt["gasUsed"], 16)) == (tx["block"], tx["gas_used"])
    return done


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = run("demo", "--script", str(tmp_path / "nothing"), "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert not done.stdout
    assert "can't be read" in done.stderr
    assert "Traceback" not in done.stderr
