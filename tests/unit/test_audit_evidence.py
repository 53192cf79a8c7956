"""What an audit reads of the chain: enough to find what the ledger leaves out, in requests that nodes answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from agent.execution import evidence
from agent.execution.evidence import gather, start
from agent.money import Address
from memory.rows import Account, AttemptStatus, Stranger
from tests.unit.audit_parts import logs
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.policy_parts import CHAIN, DAI_AT, FRIEND, USDC_AT
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """After one deposit: the approval in block 4, the deposit in block 5; the head is block 7."""
    async with workshop(tmp_path) as made:
        made.chain.instead["eth_getLogs"] = lambda asked: logs(made.chain, asked)
        await made.run(5_000_000)
        made.chain.mine(2)
        yield made


async def test_all_that_the_ledger_speaks_of_is_read(shop: Workshop) -> None:
    book = await shop.ledger.book()
    found = await gather(shop.chain, book, [USDC_AT])
    hashes = [each.hash for each in book.attempts]
    assert (found.genesis, found.first, found.head.number) == (shop.chain.blocks[0].hash, 4, 7)
    assert list(found.receipts) == list(found.transactions) == sorted(hashes)
    assert {number: each.hash for number, each in found.headers.items()} == {
        number: shop.chain.blocks[number].hash for number in (4, 5)
    }
    assert (found.counts, found.movers, found.unknown) == ({OWNER: 2}, {OWNER: frozenset({hashes[1]})}, {})


async def test_what_a_row_alone_speaks_of_is_read_too(shop: Workshop) -> None:
    """Blocks of flows, of strangers and of the mark; strangers' transactions."""
    book = await shop.ledger.book()
    strange, strange_block = shop.chain.strange(), 8
    own = replace(book, attempts=(), mark=None, first={OWNER: 2})
    assert sorted((await gather(shop.chain, own, [])).headers) == [4, 5, strange_block]
    own = replace(own, flows={}, strangers=(Stranger(OWNER, CHAIN, 2, strange.hash, 8, 1, 1, None, None),))
    found = await gather(shop.chain, own, [])
    assert (sorted(found.headers), list(found.receipts), found.first) == ([8], [strange.hash], 8)
    unsaid = replace(own.strangers[0], hash=None, block=None)
    found = await gather(shop.chain, replace(own, strangers=(unsaid,)), [])
    assert (found.headers, found.receipts, found.unknown, found.first) == ({}, {}, {}, 8)
    found = await gather(shop.chain, replace(own, strangers=(), mark=book.mark), [])
    assert sorted(found.headers) == [5, 8]
    assert list(found.unknown) == [(OWNER, 2)]


async def test_a_nonce_that_the_ledger_leaves_out_is_found(shop: Workshop) -> None:
    book = await shop.ledger.book()
    strange = shop.chain.strange()
    found = (await gather(shop.chain, book, [USDC_AT])).unknown
    assert {place: each and each.hash for place, each in found.items()} == {(OWNER, 2): strange.hash}
    forgotten = replace(book, attempts=book.attempts[:1])
    found = (await gather(shop.chain, forgotten, [USDC_AT])).unknown
    assert {place: each and each.hash for place, each in found.items()} == {
        (OWNER, 1): book.attempts[1].hash,
        (OWNER, 2): strange.hash,
    }
    lost = replace(book, attempts=(book.attempts[0], replace(book.attempts[1], status=AttemptStatus.LOST)))
    assert list((await gather(shop.chain, lost, [USDC_AT])).unknown) == [(OWNER, 1), (OWNER, 2)]


async def test_no_node_that_tells_by_nonce_and_no_state(shop: Workshop) -> None:
    """It is told by its number then, or by the logs that name it."""
    book = await shop.ledger.book()
    shop.chain.knows_by_nonce = False
    count = shop.chain._eth_getTransactionCount

    def pruned(account: str, tag: str) -> str:
        if tag != hex(shop.chain.head.number):
            raise RpcError(-32000, "missing trie node")
        return count(account, tag)

    shop.chain.instead["eth_getTransactionCount"] = pruned
    forgotten = replace(book, attempts=book.attempts[:1])
    found = await gather(shop.chain, forgotten, [USDC_AT])
    assert found.unknown == {(OWNER, 1): found.transactions[book.attempts[1].hash]}
    assert (await gather(shop.chain, forgotten, [DAI_AT])).unknown == {(OWNER, 1): None}


async def test_so_many_are_looked_for_and_the_rest_told_by_number(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = await shop.ledger.book()
    strangers = [shop.chain.strange() for _ in range(3)]
    monkeypatch.setattr(evidence, "MOST_NAMED", 2)
    found = (await gather(shop.chain, book, [USDC_AT])).unknown
    assert [each and each.hash for each in found.values()] == [strangers[0].hash, strangers[1].hash, None]
    assert list(found) == [(OWNER, 2), (OWNER, 3), (OWNER, 4)]


async def test_logs_are_asked_for_in_bounded_spans_and_without_a_hole(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def answer(filtered: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append(filtered)
        return logs(shop.chain, filtered)

    shop.chain.instead["eth_getLogs"] = answer
    monkeypatch.setattr(evidence, "BLOCKS_A_LOOK", 2)
    monkeypatch.setattr(evidence, "ACCOUNTS_A_FILTER", 1)
    book = await shop.ledger.book()
    friend = Account(FRIEND, "friend", 1, 0)
    found = await gather(shop.chain, replace(book, accounts=(*book.accounts, friend)), [DAI_AT, USDC_AT])
    assert found.movers == {OWNER: frozenset({book.attempts[1].hash}), FRIEND: frozenset()}
    spans = [(int(each["fromBlock"], 16), int(each["toBlock"], 16)) for each in asked]
    assert spans == [(4, 5), (4, 5), (6, 7), (6, 7)] * 2
    assert all(each["address"] == [USDC_AT, DAI_AT] for each in asked)
    words = ["0x" + "0" * 24 + each[2:].lower() for each in (OWNER, FRIEND)]
    assert [each["topics"][1:] for each in asked] == [
        topics for word in words for topics in ([[word]], [None, [word]], [[word]], [None, [word]])
    ]


def spoken(shop: Workshop, **changed: Any) -> dict[str, Any]:
    """The deposit's Transfer, as a node tells it."""
    everything = {"fromBlock": "0x0", "toBlock": "0x7", "address": [USDC_AT], "topics": []}
    return {**logs(shop.chain, everything)[0], **changed}


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"removed": False}, True),
        ({"removed": True}, False),
        ({"data": "0x" + "00" * 32}, False),
        ({"data": "0x"}, False),
    ],
)
async def test_logs_that_count(shop: Workshop, changed: dict[str, Any], counts: bool) -> None:
    shop.chain.instead["eth_getLogs"] = lambda asked: [spoken(shop, **changed)] if asked["topics"][1] else []
    found = await gather(shop.chain, await shop.ledger.book(), [USDC_AT])
    assert bool(found.movers[OWNER]) is counts


async def test_what_comes_in_moves_tokens_too(shop: Workshop) -> None:
    topics = spoken(shop)["topics"]
    incoming = spoken(shop, topics=[topics[0], topics[2], topics[1]], transactionHash="0xin")
    shop.chain.instead["eth_getLogs"] = lambda asked: [] if asked["topics"][1] else [incoming]
    found = await gather(shop.chain, await shop.ledger.book(), [USDC_AT])
    assert found.movers == {OWNER: frozenset({"0xin"})}


async def test_a_node_that_does_not_answer_stops_the_audit(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    book = await shop.ledger.book()
    shop.chain.instead["eth_getLogs"] = lambda _: "soon"
    with pytest.raises(Unavailable, match="something else than logs"):
        await gather(shop.chain, book, [USDC_AT])

    def refuse(_: Any) -> Any:
        raise RpcError(-32005, "query returned more than 10000 results")

    shop.chain.instead["eth_getLogs"] = refuse
    with pytest.raises(Unavailable, match="more than 10000 results"):
        await gather(shop.chain, book, [USDC_AT])


async def test_requests_go_in_small_batches(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    batch = type(shop.chain).batch

    async def counted(chain: Any, requests: Any) -> Any:
        sizes.append(len(requests))
        return await batch(chain, requests)

    monkeypatch.setattr(type(shop.chain), "batch", counted)
    monkeypatch.setattr(evidence, "REQUESTS_A_BATCH", 1)
    found = await gather(shop.chain, await shop.ledger.book(), [USDC_AT])
    assert set(sizes) == {1}
    assert len(found.receipts) == 2


@pytest.mark.parametrize(
    ("nonces", "first", "expected"),
    [((), None, None), ((), 4, 4), ((7, 5), None, 5), ((7, 5), 6, 5), ((7, 5), 3, 3)],
)
async def test_where_the_count_begins(
    shop: Workshop, nonces: tuple[int, ...], first: int | None, expected: int | None
) -> None:
    """With the first that the ledger answers from, or the first that it made itself."""
    book = await shop.ledger.book()
    own = tuple(replace(book.attempts[0], nonce=nonce) for nonce in nonces)
    others = (replace(book.attempts[0], account=FRIEND, nonce=0),)
    starts: dict[Address, int] = {FRIEND: 0} if first is None else {OWNER: first, FRIEND: 0}
    assert start(replace(book, attempts=own + others, first=starts), OWNER) == expected


async def test_an_account_that_was_never_looked_at_owes_nothing(shop: Workshop) -> None:
    book = await shop.ledger.book()
    empty = replace(book, attempts=(), first={}, flows={}, mark=None)
    found = await gather(shop.chain, empty, [USDC_AT])
    assert (found.unknown, found.counts, found.first) == ({}, {OWNER: 2}, 7)
    assert (await gather(shop.chain, replace(empty, first={OWNER: 1}), [])).unknown.keys() == {(OWNER, 1)}
