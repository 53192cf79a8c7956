"""What the chain itself says of accounts: their transactions, receipts, counts, and whatever moved tokens of theirs.

Read up to one head, in bounded requests. Nothing is written down and nothing is concluded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import Header, Receipt, RpcError, Transaction, header, log, receipt, transaction
from agent.errors import Unavailable
from agent.execution.find import find_at_nonce
from agent.money import Address
from memory.journal.book import Book

BLOCKS_A_LOOK = 1_000  # what most nodes allow in one eth_getLogs
ACCOUNTS_A_FILTER = 500
REQUESTS_A_BATCH = 100
MOST_NAMED = 64
"""So many unknown nonces are looked for by their transactions; the rest are told by their numbers."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """As of the block `head`; logs from block `first` on.

    `headers` by number, as they stand on the chain now; `counts` are the transactions that each account has sent.
    `movers` are the hashes of transactions that moved tokens of the account, by the tokens' Transfer logs.
    `unknown` are nonces that the chain counts and the book doesn't, with their transaction where a node tells it.
    `coin` is the wrapped form of the native coin.
    """

    genesis: str
    first: int
    head: Header
    headers: Mapping[int, Header]
    receipts: Mapping[str, Receipt]
    transactions: Mapping[str, Transaction]
    counts: Mapping[Address, int]
    movers: Mapping[Address, frozenset[str]]
    unknown: Mapping[tuple[Address, int], Transaction | None]
    coin: Address | None = None


def start(book: Book, account: Address) -> int | None:
    """The first nonce of the account that the ledger has to account for; None where it never looked at it."""
    known = [each.nonce for each in book.attempts if each.account == account]
    first = book.first.get(account)
    return min(known, default=first) if first is None else min((first, *known))


async def gather(rpc: Rpc, book: Book, pinned: Collection[Address], coin: Address | None = None) -> Evidence:
    """All of it for the book's accounts. `pinned` are the tokens that count: a strange contract's logs say anything.
    `coin` is the wrapped form of the native coin.

    Raises Unavailable, and RpcError where the node has no state or logs of those blocks any more.
    """
    head = await rpc.block("latest")
    accounts = [each.address for each in book.accounts]
    first = min((*_blocks(book), head.number))
    movers = await _movers(rpc, accounts, first, head.number, sorted(pinned))
    hashes = {each.hash for each in book.attempts} | {found for each in movers.values() for found in each}
    hashes |= {each.hash for each in book.strangers if each.hash} | {each.hash for each in book.orders if each.hash}
    counts = {each: await rpc.nonce(each, head.number) for each in accounts}
    unknown = await _unknown(rpc, book, counts, first)
    hashes |= {each.hash for each in unknown.values() if each is not None}
    ordered = sorted(hashes)
    asked: list[Request] = [("eth_getTransactionReceipt", (each,)) for each in ordered]
    receipts = [receipt(each) for each in await _all(rpc, asked) if each is not None]
    asked = [("eth_getTransactionByHash", (each,)) for each in ordered]
    transactions = [transaction(each) for each in await _all(rpc, asked) if each is not None]
    sent = {(each.sender, each.nonce): each for each in transactions if each.block_number is not None}
    numbers = sorted({*_blocks(book), *(each.block_number for each in receipts)})
    asked = [("eth_getBlockByNumber", (hex(each), False)) for each in numbers]
    headers = [header(each) for each in await _all(rpc, asked) if each is not None]
    return Evidence(
        genesis=await rpc.genesis_hash(),
        first=first,
        head=head,
        headers={each.number: each for each in headers},
        receipts={each.hash: each for each in receipts},
        transactions={each.hash: each for each in transactions},
        counts=counts,
        movers=movers,
        unknown={place: each or sent.get(place) for place, each in unknown.items()},
        coin=coin,
    )


def _blocks(book: Book) -> Iterator[int]:
    """Every block that the ledger speaks of."""
    yield from (each.block_number for each in book.attempts if each.block_number is not None)
    yield from (flow.block for flows in book.flows.values() for flow in flows)
    yield from (each.block for each in book.strangers if each.block is not None)
    yield from (each.block_number for each in book.orders if each.block_number is not None)
    if book.mark is not None:
        yield book.mark.last_block_number


async def _movers(
    rpc: Rpc, accounts: Sequence[Address], first: int, last: int, pinned: Sequence[Address]
) -> dict[Address, frozenset[str]]:
    by_word = {"0x" + each[2:].lower().rjust(64, "0"): each for each in accounts}
    found: dict[Address, set[str]] = {each: set() for each in accounts}
    for words in _pieces(list(by_word), ACCOUNTS_A_FILTER):
        for begin in range(first, last + 1, BLOCKS_A_LOOK):
            span = {"fromBlock": hex(begin), "toBlock": hex(min(begin + BLOCKS_A_LOOK - 1, last)), "address": pinned}
            topics = ([TRANSFER_TOPIC, words], [TRANSFER_TOPIC, None, words])
            answers = await _all(rpc, [("eth_getLogs", ({**span, "topics": each},)) for each in topics])
            for place, answer in enumerate(answers, 1):
                for entry in _listed(answer):
                    spoken = log(entry)
                    holder = by_word.get(spoken.topics[place].lower())
                    if holder is not None and any(spoken.data):  # anybody can make a token say that nothing moved
                        found[holder].add(str(entry["transactionHash"]))
    return {account: frozenset(hashes) for account, hashes in found.items()}


async def _unknown(
    rpc: Rpc, book: Book, counts: Mapping[Address, int], since: int
) -> dict[tuple[Address, int], Transaction | None]:
    found: dict[tuple[Address, int], Transaction | None] = {}
    for account, count in counts.items():
        first = start(book, account)
        known = {each.nonce for each in book.attempts if each.account == account and each.mined}
        known |= {each.nonce for each in book.strangers if each.account == account}
        for nonce in range(count if first is None else first, count):
            if nonce not in known:
                look = len(found) < MOST_NAMED
                found[account, nonce] = await find_at_nonce(rpc, account, nonce, since) if look else None
    return found


async def _all(rpc: Rpc, requests: Sequence[Request]) -> list[Any]:
    answers: list[Any] = []
    for some in _pieces(requests, REQUESTS_A_BATCH):
        for answer in await rpc.batch(some):
            if isinstance(answer, RpcError):
                raise Unavailable("node", f"The node didn't answer: {answer.message}.")
            answers.append(answer)
    return answers


def _listed(answer: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(answer, list):
        raise Unavailable("node", "The node answered something else than logs.")
    return (each for each in answer if not each.get("removed"))


def _pieces(listed: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (listed[begin : begin + size] for begin in range(0, len(listed), size))
