"""`moneta audit verify`: every thing that ledger and chain tell differently is named, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.money import Address
from agent.plans import Output, Step
from memory.rows import AttemptKind, AttemptStatus, FlowKind, PlanStatus, Stranger
from tests.unit.audit_parts import Told, of_somebody, told, transfer
from tests.unit.execution_parts import workshop
from tests.unit.policy_parts import CHAIN, DAI_AT, FRIEND, POOL, STRANGER, USDC_AT
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

OTHER = "0x" + "77" * 32


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Told:
    async def deposited(folder: Path) -> Told:
        async with workshop(folder) as shop:
            await shop.run(5_000_000)
            shop.chain.mine(2)
            return await told(shop)

    return asyncio.run(deposited(tmp_path_factory.mktemp("told")))


def test_an_honest_ledger_agrees(honest: Told) -> None:
    assert honest.found == []
    assert [each.status for each in honest.attempts] == [AttemptStatus.MINED] * 2
    assert sorted(flow.units for flow in honest.flows) == [-23_100_000_000_000, -23_100_000_000_000, -5_000_000]


LIES: dict[str, tuple[Callable[[Told], Told], list[str]]] = {
    "unreadable rows are told first": (
        lambda told: told.noted(unreadable=("flow 3 can't be read",)),
        ["flow 3 can't be read"],
    ),
    "the last block that was seen is gone": (
        lambda told: told.seen(headers={4: told.chain.headers[4]}, movers={}).noted(attempts=(), flows={}),
        ["block 5, which the ledger has seen, isn't on this chain as it was"],
    ),
    "the last block that was seen is another": (
        lambda told: told.noted(mark=replace(told.book.mark, last_block_hash=OTHER)),  # type: ignore[type-var]
        ["block 5, which the ledger has seen, isn't on this chain as it was"],
    ),
    "bytes of another transaction": (
        lambda told: told.attempt(0, raw=told.attempts[1].raw),
        ["attempt {0} (number 0 of {owner}): its bytes are those of another transaction"],
    ),
    "one that waits stands in a block": (
        lambda told: told.attempt(1, status=AttemptStatus.BROADCAST).with_flows(told.flows[0]),
        [
            "attempt {1} (number 1 of {owner}) waits by the ledger, and stands in block 5 of the chain: start "
            "Moneta, which looks it up"
        ],
    ),
    "one that is lost stands in a block": (
        lambda told: told.attempt(1, status=AttemptStatus.LOST).with_flows(told.flows[0]),
        ["attempt {1} (number 1 of {owner}) is lost by the ledger, and stands in block 5 of the chain"],
    ),
    "its receipt is in no block of the chain": (
        lambda told: told.receipt(1, block_hash=OTHER),
        [
            "attempt {1} (number 1 of {owner}): block 5 of its receipt isn't on the chain",
            f"attempt {{1}} (number 1 of {{owner}}): it stands in block 5 ({OTHER}) of the chain, in block 5 "
            "({block1}) by the ledger",
        ],
    ),
    "another block": (
        lambda told: told.attempt(1, block_number=4, block_hash=told.attempts[0].block_hash),
        [
            "attempt {1} (number 1 of {owner}): it stands in block 5 ({block1}) of the chain, in block 4 "
            "({block0}) by the ledger"
        ],
    ),
    "called reverted": (
        lambda told: told.attempt(1, status=AttemptStatus.REVERTED),
        ["attempt {1} (number 1 of {owner}): it succeeded on the chain, it is reverted by the ledger"],
    ),
    "called mined": (
        lambda told: told.receipt(0, ok=False),
        ["attempt {0} (number 0 of {owner}): it reverted on the chain, it is mined by the ledger"],
    ),
    "another amount of gas": (
        lambda told: told.attempt(0, gas_used=20_999),
        ["attempt {0} (number 0 of {owner}): it used 21000 gas on the chain, 20999 by the ledger"],
    ),
    "another fee": (
        lambda told: told.attempt(0, fee_wei=23_099_999_999_999),
        [
            "attempt {0} (number 0 of {owner}): its fee was 23100000000000 wei on the chain, 23099999999999 by the "
            "ledger"
        ],
    ),
    "another nonce": (
        lambda told: told.transaction(1, nonce=2),
        ["attempt {1} (number 1 of {owner}): on the chain it is number 2 of {owner}"],
    ),
    "another sender": (
        lambda told: told.transaction(1, sender=FRIEND),
        [f"attempt {{1}} (number 1 of {{owner}}): on the chain it is number 1 of {FRIEND}"],
    ),
    "another recipient of the call": (
        lambda told: told.transaction(1, to=STRANGER),
        ["attempt {1} (number 1 of {owner}): what it does isn't step 2 of plan {plan}"],
    ),
    "a value that the step hasn't": (
        lambda told: told.transaction(1, value=1),
        ["attempt {1} (number 1 of {owner}): what it does isn't step 2 of plan {plan}"],
    ),
    "a step that the plan hasn't": (
        lambda told: told.attempt(1, step=3).with_flows(told.flows[0]),
        ["attempt {1} (number 1 of {owner}): plan {plan} has no step 4"],
    ),
    "no such plan": (
        lambda told: told.attempt(1, plan_id="gone").with_flows(told.flows[0]),
        ["attempt {1} (number 1 of {owner}): its plan gone isn't in the ledger"],
    ),
    "an amount that wasn't confirmed": (
        lambda told: _open(told, 1),
        [
            "attempt {1} (number 1 of {owner}): what it was given isn't what was confirmed: Step 1 gave 0 base "
            "units; 1 to 5 were confirmed."
        ],
    ),
    "a cancellation that does something": (
        lambda told: told.attempt(1, kind=AttemptKind.CANCEL).with_flows(*told.flows[:1], told.flows[2]),
        ["attempt {1} (number 1 of {owner}): it is no cancellation: it does something"],
    ),
    "a cancellation that sends a coin": (
        lambda told: (
            told.attempt(1, kind=AttemptKind.CANCEL)
            .transaction(1, data=b"", value=7)
            .with_flows(*told.flows[:1], told.flows[2])
        ),
        ["attempt {1} (number 1 of {owner}): it is no cancellation: it does something"],
    ),
    "a cancellation that is one": (
        lambda told: (
            told.attempt(1, kind=AttemptKind.CANCEL)
            .transaction(1, data=b"", value=0, to=OWNER)
            .with_flows(*told.flows[:1], told.flows[2])
        ),
        [],
    ),
    "more base units": (
        lambda told: told.flow(1, units=-4_999_999),
        [
            "flow of {1}: -5000000 USDC (deposit at pool) on the chain; by the ledger units -4999999, not -5000000",
        ],
    ),
    "another venue, kind, holder and time": (
        lambda told: told.flow(1, venue="vault", kind=FlowKind.OTHER, holder=FRIEND, at=9, block=4),
        [
            "flow of {1}: -5000000 USDC (deposit at pool) on the chain; by the ledger venue vault, not pool, kind "
            f"other, not deposit, holder {FRIEND}, not {{owner}}, at 9, not {{at}}, block 4, not 5",
        ],
    ),
    "a fee that is told as less": (
        lambda told: told.flow(0, units=-1),
        ["flow of {0}: -23100000000000 gas (fee) on the chain; by the ledger units -1, not -23100000000000"],
    ),
    "a flow that is missing": (
        lambda told: told.with_flows(told.flows[0], told.flows[2]),
        ["flow of {1}: -5000000 USDC (deposit at pool): the ledger lacks it"],
    ),
    "a flow too many": (
        lambda told: told.with_flows(*told.flows, replace(told.flows[1], token=DAI_AT, symbol="")),
        [f"flow of {{1}}: -5000000 {DAI_AT} (deposit at pool): the ledger alone has it"],
    ),
    "one flow twice": (
        lambda told: told.with_flows(*told.flows, told.flows[1]),
        ["flow of {1}: -5000000 USDC (deposit at pool): the ledger alone has it"],
    ),
    "flows of a plan under way": (
        lambda told: told.plan(PlanStatus.RUNNING).with_flows(told.flows[1]),
        ["flow of {1}: -5000000 USDC (deposit at pool): the ledger alone has it, though its plan is running"],
    ),
    "flows of no plan": (
        lambda told: told.noted(flows={told.plan_id: told.flows, "gone": told.flows[1:2]}),
        ["flow of {1}: -5000000 USDC (deposit at pool) is of plan gone, which isn't in the ledger"],
    ),
    "a nonce that nobody explains": (
        lambda told: told.seen(unknown={(OWNER, 2): None}),
        ["transaction number 2 of {owner} is on the chain, and the ledger doesn't know it"],
    ),
    "a transaction at an unknown nonce": (
        lambda told: told.seen(unknown={(OWNER, 2): of_somebody(OTHER, OWNER)[0]}),
        [f"transaction {OTHER} (number 2 of {{owner}}, block 6) is on the chain, and the ledger doesn't know it"],
    ),
    "an unknown nonce of a transaction that is ours": (
        lambda told: told.seen(unknown={(OWNER, 1): told.transactions[1]}),
        [],
    ),
    "a transaction of the key that moved tokens": (
        lambda told: _moved(told, OWNER),
        [
            f"transaction {OTHER} (number 9 of {{owner}}, block 6) moved its tokens, and the ledger doesn't know it",
        ],
    ),
    "told once where the nonce tells it already": (
        lambda told: _moved(told, OWNER, at_nonce=2),
        [f"transaction {OTHER} (number 2 of {{owner}}, block 6) is on the chain, and the ledger doesn't know it"],
    ),
    "somebody takes": (
        lambda told: _moved(told, STRANGER),
        [f"transaction {OTHER} of {STRANGER} (block 6) took 7 base units of {USDC_AT} from {{owner}}"],
    ),
    "somebody gives": (lambda told: _moved(told, STRANGER, gives=True), []),
    "a stranger that was told before": (
        lambda told: _moved(told, OWNER).noted(strangers=(Stranger(OWNER, CHAIN, 9, OTHER, 6, 1, 1, None, None),)),
        [],
    ),
    "a mover that no node shows": (lambda told: told.seen(movers={OWNER: frozenset({OTHER})}), []),
}


def _moved(told: Told, sender: Address, *, gives: bool = False, at_nonce: int | None = None) -> Told:
    ends = (STRANGER, OWNER) if gives else (OWNER, STRANGER)
    tx, receipt = of_somebody(OTHER, sender, transfer(*ends, 7))
    return told.seen(
        unknown={} if at_nonce is None else {(sender, at_nonce): tx},
        transactions={**told.chain.transactions, OTHER: tx},
        receipts={**told.chain.receipts, OTHER: receipt},
        movers={OWNER: told.chain.movers[OWNER] | {OTHER}},
    )


def _open(told: Told, least: int) -> Told:
    """Its second step takes what the first gives."""
    plan = told.book.plans[told.plan_id][0]
    steps: list[Step] = list(plan.steps)
    steps[1] = replace(steps[1], args=(USDC_AT, Output(0, USDC_AT, least, 5), OWNER, 0))
    return told.plan(steps=tuple(steps))


@pytest.mark.parametrize("name", LIES)
def test_what_differs_is_named(honest: Told, name: str) -> None:
    change, expected = LIES[name]
    words = {
        "owner": OWNER,
        "plan": honest.plan_id,
        "at": honest.flows[1].at,
        "block0": honest.attempts[0].block_hash,
        "block1": honest.attempts[1].block_hash,
    }
    hashes = [each.hash for each in honest.attempts]
    assert change(honest).found == [each.format(*hashes, **words) for each in expected]


def test_one_that_no_block_has(honest: Told) -> None:
    receipts = {honest.attempts[0].hash: honest.receipts[0]}
    lost = (
        f"attempt {honest.attempts[1].hash} (number 1 of {OWNER}) is mined by the ledger, and no block of the chain "
    )
    assert honest.seen(receipts=receipts).found == [
        lost + "has it",
        *(f"flow of {honest.attempts[1].hash}: {what}: the ledger alone has it" for what in _told_of(honest)),
    ]
    transactions = {honest.attempts[0].hash: honest.transactions[0]}
    assert honest.seen(transactions=transactions).found == [lost + "has it"]


def _told_of(honest: Told) -> list[str]:
    return ["-5000000 USDC (deposit at pool)", "-23100000000000 gas (fee)"]


def test_another_chain_is_all_that_is_said(honest: Told) -> None:
    lies = honest.attempt(0, gas_used=1).seen(genesis=OTHER)
    mark = honest.book.mark
    assert mark is not None
    assert lies.found == [f"this is another chain: its first block is {OTHER}, the ledger's {mark.genesis_hash}"]


def test_a_ledger_without_a_mark_is_held_against_the_chain_all_the_same(honest: Told) -> None:
    assert honest.noted(mark=None).found == []
    assert len(honest.noted(mark=None).attempt(0, gas_used=1).found) == 1


def test_two_flows_of_one_place_each_find_their_own(honest: Told) -> None:
    """The amounts of both are another: each is told once, none is called missing."""
    pool_to_dai = transfer(OWNER, POOL.address, 3, DAI_AT)
    moved = honest.receipt(1, logs=(*honest.receipts[1].logs, pool_to_dai))
    dai = replace(honest.flows[1], token=DAI_AT, symbol="", units=-4)
    found = moved.with_flows(honest.flows[0], replace(honest.flows[1], units=-1), dai, honest.flows[2]).found
    assert sorted(found) == sorted(
        [
            f"flow of {honest.attempts[1].hash}: -5000000 USDC (deposit at pool) on the chain; by the ledger units "
            "-1, not -5000000",
            f"flow of {honest.attempts[1].hash}: -3 {DAI_AT} (deposit at pool) on the chain; by the ledger units "
            "-4, not -3",
        ]
    )
