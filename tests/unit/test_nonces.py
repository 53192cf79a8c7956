"""The next number of an account's sequence, or why there is none: from what the node counts and the ledger knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.chain.chain_file import Finality
from agent.chain.rpc import Request
from agent.chain.rpc_types import Header, RpcError, Transaction
from agent.errors import Refused, Unavailable
from agent.execution import find
from agent.execution.broadcast import Answer, meaning
from agent.execution.confirmations import wanted
from agent.execution.look import Seen, blocks, look, receipts
from agent.execution.nonces import external, next_nonce, warning
from agent.execution.parts import Confirmations
from agent.money import Address
from agent.plans import Output, Step
from memory.journal.nonces import MOST_MISSING, Nonces
from memory.rows import AttemptStatus, Stranger
from tests.unit.execution_parts import model_chain
from tests.unit.gate_parts import registry
from tests.unit.memory_parts import ACCOUNT, Clock, attempted, confirmed, make_plan, opened, somebody
from tests.unit.model_chain import ModelChain
from tests.unit.policy_parts import CHAIN, SUPPLY, USDC_AT
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

HEAD = Header(9, "0xhead", "0xparent", 1, 7)
HERE = 31_337


def seen(latest: int, pending: int | None = None) -> Seen:
    return Seen(HEAD, latest, latest if pending is None else pending)


def known(next: int = 5, open: tuple[int, ...] = (), missing: tuple[int, ...] = (), *strange: int) -> Nonces:
    rows = tuple(Stranger(ACCOUNT, 1, nonce, None, None, None, 0, None, None) for nonce in strange)
    return Nonces(0, next, open, missing, rows)


def test_the_next_one_is_what_the_chain_counts() -> None:
    assert next_nonce(seen(5), known(5)) == 5
    assert next_nonce(seen(6), known(5)) == 6  # where the ledger answers from a later one on
    assert next_nonce(seen(0), known(0)) == 0


def refusal(at: Seen, of: Nonces, *, cleaning: bool = False) -> Refused:
    with pytest.raises(Refused) as caught:
        next_nonce(at, of, cleaning=cleaning)
    assert caught.value.remedy
    return caught.value


def test_nothing_is_signed_behind_one_that_waits() -> None:
    for cleaning in (False, True):
        refused = refusal(seen(5), known(6, (5, 7)), cleaning=cleaning)
        assert refused.rule == "nonce"
        assert "number 5 of this account is signed but not mined" in refused.message


def test_a_node_that_counts_less_than_is_mined_is_behind() -> None:
    with pytest.raises(Unavailable) as caught:
        next_nonce(seen(4), known(5))
    assert caught.value.dependency == "node"
    assert "counts 4 transactions of this account, and number 4 was mined" in caught.value.message


def test_somebody_elses_use_stops_what_goes_in() -> None:
    assert refusal(seen(5), known(5, (), (3,))).rule == "external-use"
    assert refusal(seen(5), known(5, (), (), 4)).rule == "external-use"
    assert next_nonce(seen(5), known(5, (), (3,), 4), cleaning=True) == 5


def test_money_comes_out_whatever_somebody_else_sends() -> None:
    """Open on exits: neither what they sent nor what they have waiting stops it."""
    assert next_nonce(seen(5), known(5, (), (3,), 4), leaving=True) == 5
    assert next_nonce(seen(5, 7), known(5), leaving=True) == 5
    with pytest.raises(Refused):  # but nothing is signed behind one of ours
        next_nonce(seen(5), known(6, (5,)), leaving=True)
    with pytest.raises(Unavailable):
        next_nonce(seen(4), known(5), leaving=True)


def test_what_a_preview_says_of_strangers() -> None:
    assert warning((), None) == ""
    text = warning((4, 2, 4), None)
    assert text.startswith("Transaction number 2 of your account was not sent by me. Transaction number 4 of")
    assert "somebody else has your key" in text
    assert text.endswith("Say `acknowledge` if it was you.")
    text = warning((), 9)
    assert text.startswith("Number 9 waits at the node and was not sent by me: this would take its place.")
    assert "acknowledge" not in text


def test_what_waits_at_the_node_and_is_not_ours_stops_what_goes_in_and_clean_ups() -> None:
    for cleaning in (False, True):
        refused = refusal(seen(5, 6), known(5), cleaning=cleaning)
        assert refused.rule == "external-use"
        assert "number 5 of this account waits at the node" in refused.message


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((4,), "Transaction number 4 of your account was not sent by me, so I put nothing in and"),
        (
            (9, 4, 9),
            "2 transactions, number 4 the first, of your account were not sent by me, so I put nothing",
        ),
    ],
)
def test_what_is_said_of_strangers(numbers: tuple[int, ...], said: str) -> None:
    refused = external(numbers)
    assert refused.rule == "external-use"
    assert refused.message.startswith(said)
    assert "`acknowledge`" in refused.remedy


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("already known", Answer.THERE),
        ("ALREADY_EXISTS: already imported", Answer.THERE),
        ("known transaction: 0x12", Answer.THERE),
        ("nonce too low: next nonce 3, tx nonce 2", Answer.USED),
        ("nonce is too low", Answer.USED),
        ("OldNonce", Answer.USED),
        ("replacement transaction underpriced", Answer.HELD),
        ("Replacement fee too low", Answer.HELD),
        ("transaction underpriced: tip needed 1", Answer.DEAR),
        ("max fee per gas less than block base fee", Answer.DEAR),
        ("FeeTooLow", Answer.DEAR),
        ("insufficient funds for gas * price + value: balance 0", Answer.REFUSED),
        ("intrinsic gas too low", Answer.REFUSED),
        ("exceeds block gas limit", Answer.REFUSED),
        ("tx fee cap exceeded", Answer.REFUSED),
        ("rate limit exceeded", Answer.UNKNOWN),
        ("", Answer.UNKNOWN),
    ],
)
def test_what_a_nodes_words_mean(message: str, answer: Answer) -> None:
    assert meaning(message) is answer


@pytest.mark.parametrize(
    ("chain_id", "finality", "setting", "wants"),
    [
        (31_337, None, None, 1),
        (1, None, None, 12),
        (8453, "safe", None, "safe"),
        (1, "finalized", None, "finalized"),
        (42_161, 20, None, 20),
        (31_337, None, 5, 5),
        (8453, "safe", 1, 1),
        (1, 64, "safe", "safe"),
    ],
)
def test_what_is_set_counts_before_the_chain_file(
    chain_id: int, finality: Finality | None, setting: Confirmations | None, wants: Confirmations
) -> None:
    assert wanted(setting, replace(registry(), chain_id=chain_id, finality=finality)) == wants


# looking


class Counting(ModelChain):
    """Remembers how many requests went out together."""

    async def batch(self, requests: Sequence[Request]) -> list[Any | RpcError]:
        self.sizes.append(len(requests))
        return await super().batch(requests)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sizes: list[int] = []


async def test_one_look_is_one_request() -> None:
    chain = Counting()
    chain.mine(3)
    chain.strange()
    at = await look(chain, OWNER, CHAIN, (2, 3))
    assert (at.head.number, at.latest, at.pending) == (4, 1, 1)
    assert at.there == {2: chain.blocks[2].hash, 3: chain.blocks[3].hash}
    assert (await look(chain, OWNER, CHAIN)).there == {}
    assert (await look(chain, OWNER, CHAIN, (99,))).there == {}
    assert chain.sizes == [6, 4, 5]


async def test_pending_is_never_less_than_latest() -> None:
    chain = model_chain()
    chain.strange()
    chain.instead["eth_getTransactionCount"] = lambda _, tag: "0x3" if tag == "latest" else "0x2"
    assert (await look(chain, OWNER, CHAIN)).pending == 3


async def test_another_chain_and_a_node_that_says_nothing() -> None:
    chain = model_chain(serves=5)
    with pytest.raises(Unavailable, match="serves chain 5 now; your transactions are for chain 31337"):
        await look(chain, OWNER, CHAIN)
    chain = model_chain()
    chain.instead["eth_getTransactionCount"] = chain.unknown
    with pytest.raises(Unavailable, match="didn't answer"):
        await look(chain, OWNER, CHAIN)


async def test_blocks_and_receipts_that_are_there() -> None:
    chain = model_chain()
    tx = chain.strange()
    assert set(await blocks(chain, [1, 4, 77])) == {1, 4}
    assert [each.hash for each in await receipts(chain, [tx.hash])] == [tx.hash]
    assert [each.hash for each in await receipts(chain, ["0x12", tx.hash])] == [tx.hash]
    assert await receipts(chain, ["0x12"]) == await receipts(chain, ["0x12", "0x13"]) == []


# finding


def busy() -> ModelChain:
    """Three strangers' transactions, in blocks 10, 20 and 30 of 40."""
    chain = ModelChain()
    while len(chain.blocks) <= 40:
        chain.strange() if len(chain.blocks) in (10, 20, 30) else chain.mine()
    return chain


@pytest.mark.parametrize("since", [0, 5, 9, 10, 15, 25, 35, 40, 400])
@pytest.mark.parametrize("nonce", [0, 1, 2])
async def test_found_by_halving_from_any_block(since: int, nonce: int) -> None:
    chain = busy()
    chain.knows_by_nonce = False
    found = await find.find_at_nonce(chain, OWNER, nonce, since)
    assert found is not None
    assert (found.nonce, found.block_number) == (nonce, 10 + 10 * nonce)
    assert await find.find_at_nonce(chain, OWNER, 3, since) is None


async def test_found_by_its_number_where_the_node_can() -> None:
    chain = busy()
    found = await find.find_at_nonce(chain, OWNER, 1, 0)
    assert found is not None
    assert found.block_number == 20
    chain.instead["eth_getTransactionBySenderAndNonce"] = lambda *_: None
    again = await find.find_at_nonce(chain, OWNER, 1, 0)
    assert again == found


async def test_a_pruned_node_finds_nothing() -> None:
    chain = busy()
    chain.knows_by_nonce = False
    real = chain._eth_getTransactionCount

    def pruned(account: str, tag: str) -> str:
        if tag not in ("latest", "pending", hex(40)):
            chain.unknown()
        return real(account, tag)

    chain.instead["eth_getTransactionCount"] = pruned
    assert await find.find_at_nonce(chain, OWNER, 1, 0) is None
    assert not await find.is_used_for_good(chain, OWNER, 1, 15)


async def test_used_for_good_is_used_long_ago() -> None:
    chain = busy()
    assert await find.is_used_for_good(chain, OWNER, 1, 20)
    assert not await find.is_used_for_good(chain, OWNER, 1, 21)
    assert not await find.is_used_for_good(chain, OWNER, 0, 41)
    assert await find.is_used_for_good(chain, OWNER, 0, 30)


async def test_bytes_are_proved_by_their_hash() -> None:
    chain = busy()
    chain.instead["eth_getRawTransactionByHash"] = lambda _: "0x1234"
    assert await find.raw_of(chain, "0x12") == b""
    right = "0x56570de287d73cd1cb6092bb8fdee6173974955fdef345ae579ee9f475ea7432"  # keccak256(0x1234)
    assert await find.raw_of(chain, right) == b"\x12\x34"
    chain.instead["eth_getRawTransactionByHash"] = chain.unknown
    assert await find.raw_of(chain, right) == b""


def test_a_transaction_is_a_step_where_it_does_exactly_that() -> None:
    step = Step(USDC_AT, "c", SUPPLY, (USDC_AT, 5, OWNER, 0), value=3)
    tx = Transaction("0x", OWNER, 0, USDC_AT, 3, step.data, 1)
    assert find.does(tx, step, {})
    other = Address("0x" + "77" * 20)
    for changed in ((other, 3, step.data), (USDC_AT, 4, step.data), (USDC_AT, 3, step.data + b"\x00")):
        assert not find.does(Transaction("0x", OWNER, 0, *changed, 1), step, {})
    left_open = Step(USDC_AT, "c", SUPPLY, (USDC_AT, Output(0, USDC_AT, 1, 9), OWNER, 0), value=3)
    assert find.does(tx, left_open, {0: 5})
    assert not find.does(tx, left_open, {0: 6})
    assert not find.does(tx, left_open, {})


# what the ledger knows


async def test_the_book_of_numbers(tmp_path: Path) -> None:
    async with opened(tmp_path, Clock()) as ledger:
        user = await somebody(ledger)
        await ledger.ensure_account(user.id, ACCOUNT, 0)
        assert await ledger.nonces(ACCOUNT, HERE, 7) == Nonces(None, 0, (), ())
        await ledger.answer_from(ACCOUNT, HERE, 2)
        assert await ledger.nonces(ACCOUNT, HERE, 2) == Nonces(2, 2, (), ())
        assert (await ledger.nonces(ACCOUNT, HERE, 5)).missing == (2, 3, 4)
        plan = make_plan(user)
        await confirmed(ledger, plan)
        await attempted(ledger, plan, nonce=2)
        assert await ledger.nonces(ACCOUNT, HERE, 5) == Nonces(2, 3, (2,), (3, 4))
        await ledger.mark_attempt("0xh0", AttemptStatus.MINED, block_number=1)
        assert await ledger.nonces(ACCOUNT, HERE, 3) == Nonces(2, 3, (), ())
        assert await ledger.add_stranger(ACCOUNT, HERE, 3, "0xs", 8, 99)
        assert not await ledger.add_stranger(ACCOUNT, HERE, 3, "0xt", 9, 100)
        known_ones = await ledger.nonces(ACCOUNT, HERE, 4)
        assert (known_ones.next, known_ones.missing) == (4, ())
        assert [each.hash for each in known_ones.strangers] == ["0xs"]
        assert (await ledger.nonces(ACCOUNT, 1, 4)).first is None  # another chain's are others
        assert await ledger.stranger_since(ACCOUNT, 99)
        assert not await ledger.stranger_since(ACCOUNT, 100)
        await ledger.answer_from(ACCOUNT, HERE, 1)  # it never goes back
        assert (await ledger.nonces(ACCOUNT, HERE, 4)).first == 2
        assert await ledger.verify_audit() == []


async def test_what_is_lost_or_replaced_accounts_for_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await ledger.answer_from(ACCOUNT, HERE, 0)
        await attempted(ledger, plan)
        for status in (AttemptStatus.LOST, AttemptStatus.REPLACED):
            await ledger.mark_attempt("0xh0", status)
            assert await ledger.nonces(ACCOUNT, HERE, 1) == Nonces(0, 0, (), (0,))


async def test_so_many_are_looked_into_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.answer_from(ACCOUNT, HERE, 10)
        assert (await ledger.nonces(ACCOUNT, HERE, 500)).missing == tuple(range(10, 10 + MOST_MISSING))


async def test_a_stranger_is_told_once_and_acknowledged_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        await ledger.add_stranger(ACCOUNT, HERE, 3, None, None, None)
        await ledger.add_stranger(ACCOUNT, HERE, 4, None, None, None)
        found = await ledger.untold_strangers(ACCOUNT)
        await ledger.told_strangers(found[:1])
        assert [each.nonce for each in await ledger.untold_strangers(ACCOUNT)] == [4]
        assert [each.nonce for each in await ledger.strangers(ACCOUNT)] == [3, 4]
        assert len(await ledger.acknowledge_strangers(ACCOUNT, user.id)) == 2
        assert await ledger.strangers(ACCOUNT) == await ledger.untold_strangers(ACCOUNT) == []
        assert await ledger.acknowledge_strangers(ACCOUNT, user.id) == []
        assert await ledger.verify_audit() == []
