"""What safety costs: from confirm to receipts, over a bare web3.py script that sends the same two transactions.

Two devnets alike. Ours: the time from writing `/confirm` to its answer (a second simulation, the ledger's rows on the
disk before each broadcast, the signer's own policy, receipts, settlement). The script: nonce, base fee, eth_account's
signature, send, and a receipt asked for every two milliseconds. Pairs alternate, so both see the same machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from eth_typing import HexStr

import devnet
from benchmarks.figure import Figure
from benchmarks.program import Program, demo

WARM_UP, PAIRS, TARGET_MS = 3, 20, 20.0
VENUE = "morpho-blue:WETH-77:USDC"
GIFT = {"ETH": 100 * 10**18, "USDC": 10_000_000 * 10**6}
POLL_SECONDS = 0.002


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    with (
        tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder,
        devnet.start(Path(folder)) as node,
        demo() as program,
    ):
        bare = Bare(node, program.ready["rpc_url"])
        pairs = [_pair(program, bare, 500 + n) for n in range(WARM_UP + PAIRS)][WARM_UP:]
    yield Figure("confirm_to_receipt_per_transaction", median(ours for ours, _ in pairs), "ms")
    yield Figure("bare_web3_script_per_transaction", median(theirs for _, theirs in pairs), "ms")
    over = median(ours - theirs for ours, theirs in pairs)
    yield Figure(f"overhead_per_transaction_median_of_{PAIRS}_pairs", over, "ms", TARGET_MS)


def _pair(program: Program, bare: Bare, amount: int) -> tuple[float, float]:
    """Milliseconds a transaction: ours, the script's."""
    program.expect(f"deposit {amount} usdc into {VENUE}", "ready")
    reply, ours = program.expect("/confirm", "settled")
    hashes = [tx["hash"] for tx in reply["txs"]]
    theirs = bare.send_again(hashes)
    return ours / len(hashes), theirs / len(hashes)


class Bare:
    """The script that one would write: one key, web3.py, nothing written down."""

    def __init__(self, node: devnet.Node, other_url: str) -> None:
        from eth_account import Account
        from web3 import HTTPProvider, Web3

        self.web3, self.other = Web3(HTTPProvider(node.rpc_url)), Web3(HTTPProvider(other_url))
        self.account = Account.create()
        devnet.fund(node.rpc_url, self.account.address, GIFT, chain_file=node.chain_file)

    def send_again(self, hashes: list[str]) -> float:
        """Sends the other node's transactions from its own account; the milliseconds that it took."""
        calls = [self.other.eth.get_transaction(HexStr(tx_hash)) for tx_hash in hashes]
        began = time.perf_counter()
        for call in calls:
            self._send(call)
        return (time.perf_counter() - began) * 1000

    def _send(self, call: Any) -> None:
        theirs, own = call["from"][2:].lower(), self.account.address[2:].lower()
        eth = self.web3.eth
        tip = 10**9
        signed = self.account.sign_transaction(
            {
                "to": call["to"],
                "data": "0x" + call["input"].hex().replace(theirs, own),
                "value": 0,
                "gas": call["gas"],
                "nonce": eth.get_transaction_count(self.account.address),
                "maxFeePerGas": 2 * eth.get_block("latest")["baseFeePerGas"] + tip,
                "maxPriorityFeePerGas": tip,
                "chainId": devnet.anvil.CHAIN_ID,
            }
        )
        tx_hash = eth.send_raw_transaction(signed.raw_transaction)
        receipt = eth.wait_for_transaction_receipt(tx_hash, poll_latency=POLL_SECONDS)
        if receipt["status"] != 1:
            raise RuntimeError(f"{tx_hash.hex()} reverted")
