"""A permit that the signer made, taken by a real token on the devnet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.policy.policy import load, save
from agent.policy.typed_tables import Domain
from devnet import Node
from tests.integration.runtime_parts import deposit, opened

PERMIT = "permit(address owner,address spender,uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s)"
FIELDS = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}


async def test_usdc_takes_a_permit_of_a_listed_domain(tmp_path: Path, devnet_node: Node) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        usdc = whole.token("USDC").address
        assert usdc is not None
    path = tmp_path / "signer" / "policy.json"  # the operator's own way; `limits` would wait its day
    save(replace(load(path), domains={usdc: Domain(table="erc2612", name="USD Coin", version="2")}), path)
    async with opened(tmp_path, devnet_node) as whole:
        plan = await whole.confirmed(deposit("100", venue="aave-v3:core:USDC"))
        spender, deadline = str(plan.steps[0].args[0]), whole.world.now() + 600
        data: dict[str, Any] = {
            "types": {"Permit": [{"name": name, "type": kind} for name, kind in FIELDS.items()]},
            "primaryType": "Permit",
            "domain": {
                "name": "USD Coin",
                "version": "2",
                "chainId": plan.chain_id,
                "verifyingContract": usdc,
            },
            "message": {
                "owner": whole.account,
                "spender": spender,
                "value": str(100 * 10**6),
                "nonce": str(whole.number(usdc, "nonces(address)", whole.account)),
                "deadline": deadline,
            },
        }
        signature, _ = await whole.world.signer.typed_data(plan, 0, data)
        anybody, (r, s, v) = whole.chain.call("eth_accounts")[0], (signature[:32], signature[32:64], signature[64])
        whole.send(anybody, usdc, PERMIT, whole.account, spender, 100 * 10**6, deadline, v, r, s)
        assert whole.number(usdc, "allowance(address,address)", whole.account, spender) == 100 * 10**6
