"""The policy file: what goes in comes out, and what doesn't fit together is refused."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.money import MAX_UINT256
from agent.plugin import Listed
from agent.policy.policy import dumps, load, loads, save
from tests.unit.policy_parts import AAVE, BLUE, DAI_AT, POLICY, POOL, SAFE, USDC, USDC_AT, place, policy

pytestmark = pytest.mark.unit


def body() -> dict[str, Any]:
    return dict(json.loads(dumps(POLICY)))


def test_a_policy_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    save(POLICY, path)
    assert load(path) == POLICY
    assert load(path).sha256 == POLICY.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["policy.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "policy.json"
    save(POLICY, path)

    def broken(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("agent.policy.files.os.replace", broken)
    with pytest.raises(OSError, match="no space"):
        save(policy(caps={}), path)
    assert load(path) == POLICY
    assert [each.name for each in tmp_path.iterdir()] == ["policy.json"]


def test_every_token_is_listed_under_erc20() -> None:
    assert POLICY.contracts[USDC_AT] == Listed(USDC_AT, "USDC", "erc20")


def test_a_changed_table_is_found() -> None:
    changed = body()
    changed["tables"]["aave-v3-pool"]["body"]["functions"][0]["recipient"] = "asset"
    with pytest.raises(ValueError, match="'aave-v3-pool' isn't the one that was pinned"):
        loads(json.dumps(changed))


def test_a_table_under_another_name_is_found() -> None:
    changed = body()
    changed["tables"]["erc20"] = changed["tables"]["aave-v3-pool"]
    with pytest.raises(ValueError, match="pinned"):
        loads(json.dumps(changed))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("version", "1"),
        ("chain_id", 0),
        ("caps", {"USDC": 5}),
        ("caps", {"USDC": "-5"}),
        ("caps", {"USDC": "1e9"}),
        ("caps", {"USDC": str(MAX_UINT256)}),
        ("caps", {"DOGE": "5"}),
        ("max_fee_wei", "0x10"),
        ("contact_delay_seconds", -1),
        ("tokens", {USDC_AT: {"symbol": "ETH", "decimals": 6}}),
        ("tokens", {"0xabc": {"symbol": "USDC", "decimals": 6}}),
        ("tables", {}),
        ("extra", 1),
    ],
)
def test_a_wrong_field_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError):
        loads(json.dumps({**body(), field: value}))


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="policy"):
        loads("{")


def test_venues_that_share_a_contract_are_one_entry() -> None:
    other = replace(BLUE, markets=("0x" + "AB" * 32,))
    merged = policy(listed=[BLUE, other, BLUE]).contracts[BLUE.address]
    assert merged.markets == (*BLUE.markets, "0x" + "ab" * 32)
    pool = policy(listed=[replace(POOL, asset=USDC_AT), replace(POOL, asset=DAI_AT)]).contracts[POOL.address]
    assert pool.asset is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"listed": [SAFE, replace(SAFE, asset=DAI_AT)]}, "two assets"),
        ({"listed": [SAFE, replace(SAFE, table="aave-v3-pool")]}, "two tables"),
        ({"listed": [replace(SAFE, asset=place("77"))]}, "its asset is no token"),
        ({"listed": [replace(SAFE, asset=None)]}, "its asset is no token"),
        ({"listed": [POOL], "tables": []}, "needs the call table"),
        ({"tables": [{**AAVE, "table": "erc20"}]}, "two different call tables"),
        ({"tokens": [USDC, replace(USDC, address=DAI_AT)]}, "same symbol"),
        ({"native": replace(USDC, symbol="ETH", address=None, chain_id=1)}, "another chain"),
        ({"caps": {"DOGE": 1}}, "no token of the policy"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        policy(**changes)
