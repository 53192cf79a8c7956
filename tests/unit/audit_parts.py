"""A book and what the chain says of it, after one deposit that settled, to be told lies about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.rpc_types import Log, Receipt, Transaction
from agent.execution.agreement import disagreements
from agent.execution.evidence import Evidence, gather
from agent.money import Address
from memory.journal.book import Book
from memory.rows import Attempt, Flow
from tests.unit.execution_parts import Workshop
from tests.unit.model_chain import ModelChain
from tests.unit.policy_parts import USDC_AT


@dataclass(frozen=True)
class Told:
    """What ledger and chain tell; each method gives a copy with one thing changed."""

    book: Book
    chain: Evidence

    @property
    def found(self) -> list[str]:
        return disagreements(self.book, self.chain)

    @property
    def plan_id(self) -> str:
        return next(iter(self.book.plans))

    def attempt(self, place: int, **fields: Any) -> Told:
        attempts = list(self.book.attempts)
        attempts[place] = replace(attempts[place], **fields)
        return self.noted(attempts=tuple(attempts))

    def flow(self, place: int, **fields: Any) -> Told:
        flows = list(self.flows)
        flows[place] = replace(flows[place], **fields)
        return self.with_flows(*flows)

    def with_flows(self, *flows: Flow) -> Told:
        return self.noted(flows={self.plan_id: flows})

    def plan(self, status: Any = None, **fields: Any) -> Told:
        made, was = self.book.plans[self.plan_id]
        return self.noted(plans={self.plan_id: (replace(made, **fields), status or was)})

    def noted(self, **fields: Any) -> Told:
        return Told(replace(self.book, **fields), self.chain)

    def seen(self, **fields: Any) -> Told:
        return Told(self.book, replace(self.chain, **fields))

    def receipt(self, place: int, **fields: Any) -> Told:
        changed = replace(self.receipts[place], **fields)
        return self.seen(receipts={**self.chain.receipts, changed.hash: changed})

    def transaction(self, place: int, **fields: Any) -> Told:
        changed = replace(self.transactions[place], **fields)
        return self.seen(transactions={**self.chain.transactions, changed.hash: changed})

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        return self.book.attempts

    @property
    def flows(self) -> tuple[Flow, ...]:
        return self.book.flows[self.plan_id]

    @property
    def receipts(self) -> list[Receipt]:
        return [self.chain.receipts[each.hash] for each in self.attempts]

    @property
    def transactions(self) -> list[Transaction]:
        return [self.chain.transactions[each.hash] for each in self.attempts]


async def told(shop: Workshop) -> Told:
    shop.chain.instead["eth_getLogs"] = lambda asked: logs(shop.chain, asked)
    book = await shop.ledger.book()
    return Told(book, await gather(shop.chain, book, [USDC_AT]))


def logs(chain: ModelChain, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """eth_getLogs over the model chain: by block, contract and topics."""
    span = range(int(asked["fromBlock"], 16), int(asked["toBlock"], 16) + 1)
    return [
        {**entry, "transactionHash": tx.hash}
        for block in chain.blocks
        if block.number in span
        for tx in block.txs
        for entry in chain._outcome(tx)[1]
        if entry["address"] in asked["address"] and _fits(entry["topics"], asked["topics"])
    ]


def _fits(topics: list[str], wanted: list[Any]) -> bool:
    return all(want is None or topic in want for topic, want in zip(topics, wanted, strict=False))


def transfer(sender: Address, to: Address, units: int, token: Address = USDC_AT) -> Log:
    words = ("0x" + each[2:].lower().rjust(64, "0") for each in (sender, to))
    return Log(token, (TRANSFER_TOPIC, *words), units.to_bytes(32, "big"))


def of_somebody(tx_hash: str, sender: Address, *moved: Log, block: int = 6) -> tuple[Transaction, Receipt]:
    """A transaction that the ledger doesn't have, and its receipt."""
    return (
        Transaction(tx_hash, sender, 9, USDC_AT, 0, b"", block),
        Receipt(tx_hash, True, block, "0x" + "66" * 32, 30_000, 10**9, sender, moved),
    )
