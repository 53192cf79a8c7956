"""What L1 takes: never less than the chains' own formulas, in gas limits, plans, reserves and budgets alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
import rlp  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from agent.chain import l1_costs
from agent.chain.l1_costs import LARGE, MILLION_GAS, NONE, SMALL, Arbitrum, L1Costs, OpStack
from agent.chain.rpc_types import receipt
from agent.chain.snapshot_json import from_json, to_json
from agent.errors import Unavailable
from agent.execution import fees
from agent.execution.costs import CALL_BYTES, ENVELOPE_BYTES, Costs, costs_at, kept_for_l1, size_of
from agent.execution.fees import ARBITRUM, OP_STACK, budget, habit
from agent.execution.outcome import End
from agent.execution.signer.transaction import Transaction
from agent.gate import reserve
from agent.gate.build import CLEANUP_GAS, Draft, Simulated, plan_of
from agent.gate.moves import Enter
from memory.rows import AttemptKind, AttemptStatus
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.gate_parts import FakeVenue, registry, rule_of, snapshot, state
from tests.unit.model_chain import GWEI
from tests.unit.policy_parts import ACCOUNT, POOL, USDC_AT, approval, deposit_steps, place, plan
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

PRICE = st.integers(1, 10**12)
SCALAR = st.integers(0, 2**32 - 1)
SIZE = st.integers(0, 100_000)
ORACLE = place("0f")
ON_OP = replace(registry(), l1_fee="op-stack", l1_oracle=ORACLE)
ON_ARBITRUM = replace(registry(), l1_fee="arbitrum", l1_oracle=ORACLE)


def upper_bound(size: int, scaled: int) -> int:
    """ethereum-optimism/specs, fjord/predeploys.md: `getL1FeeUpperBound`; `scaled` is its l1FeeScaled."""
    whole = size + 68
    compressed = whole + whole // 255 + 16
    return int(max(-42_585_600 + 836_500 * compressed, 100 * 10**6) * scaled // 10**12)


def op_stack(scaled: int, constant: int = 0, per_million: int = 0) -> OpStack:
    asked = upper_bound(SMALL, scaled), upper_bound(LARGE, scaled), constant, constant + per_million
    found = l1_costs.costs(ON_OP, [(each,) for each in asked])
    assert isinstance(found, OpStack)
    return found


@given(PRICE, PRICE, SCALAR, SCALAR, SIZE)
def test_no_size_is_cheaper_than_the_oracles_own_bound(
    base: int, blob: int, base_scalar: int, blob_scalar: int, size: int
) -> None:
    scaled = base_scalar * base * 16 + blob_scalar * blob
    known, mine = upper_bound(size, scaled), op_stack(scaled).wei(size, 100_000)
    assert known <= mine
    if size >= SMALL:
        assert mine <= known * 102 // 100 + 4 + size // (LARGE - SMALL)


@pytest.mark.parametrize(("size", "bound"), [(5, 68_500), (161, 111_214)])
def test_the_vectors_of_the_oracles_own_tests(size: int, bound: int) -> None:
    """ethereum-optimism/optimism, packages/contracts-bedrock/test/L2/GasPriceOracle.t.sol (Fjord)."""
    scaled = 20 * 16 * 2 * 10**6 + 3 * 10**6 * 15
    assert upper_bound(size, scaled) == bound
    assert bound <= op_stack(scaled).wei(size, 0) <= bound * 2


def test_the_operators_fee_comes_on_top() -> None:
    """As GasPriceOracle.t.sol has it: scalar 500,000 and constant 1,000 make 501,000 wei for a million gas."""
    found, without = op_stack(0, 1_000, 500_000), op_stack(0)
    for gas, fee in ((MILLION_GAS, 501_000), (0, 1_000), (3, 1_002)):
        assert found.wei(0, gas) - without.wei(0, gas) == fee


def test_before_isthmus_there_is_no_such_fee() -> None:
    assert l1_costs.costs(ON_OP, [(5,), (9,), None, None]) == OpStack(5, 9)


@pytest.mark.parametrize("answers", [[None, (9,), (0,), (0,)], [(5,), None, (0,), (0,)], [(9,), (5,), None, None]])
def test_an_oracle_that_does_not_tell(answers: list[tuple[int] | None]) -> None:
    assert l1_costs.costs(ON_OP, answers) is None


@given(PRICE, st.integers(10**7, 10**11), SIZE)
def test_a_nodes_own_estimate_is_never_more_gas(per_byte: int, base_fee: int, size: int) -> None:
    """OffchainLabs/nitro: l1pricing.go's PosterDataCost for an estimate, tx_processor.go's GetPosterGas; the signed
    transaction is as long as it can be, not compressed at all.
    """
    units = (size + 68 + 16) * 16 * 10_100 // 10_000
    cost = units * (per_byte // 16) * 11_000 // 10_000
    price = max(base_fee * 7 // 8, 10**7)
    assert cost // price <= Arbitrum(per_byte, 10**7).gas(size, base_fee)


def test_arbitrums_prices_are_read_by_their_places() -> None:
    answers = [(1, 160, 3, 4, 5, 6), (10**7,)]
    assert l1_costs.costs(ON_ARBITRUM, answers) == Arbitrum(160, 10**7)
    assert l1_costs.costs(ON_ARBITRUM, [None, (10**7,)]) is None
    assert l1_costs.costs(registry(), []) is NONE


@given(st.integers(0, 2**64 - 2), st.integers(0, 2**90), st.integers(0, 2**90), st.integers(0, 2**90), SIZE)
def test_an_unsigned_transaction_is_never_longer(nonce: int, fee: int, gas: int, value: int, size: int) -> None:
    sent = Transaction(2**40, nonce, fee, fee, gas, ACCOUNT, value, bytes(size))
    fields = rlp.encode([sent.chain_id, nonce, fee, fee, gas, bytes.fromhex(ACCOUNT[2:]), value, sent.data, []])
    assert 1 + len(fields) <= ENVELOPE_BYTES + size


# plans, reserves

KINDS = [NONE, OpStack(10**12, 10**13, 10**9, 10**11), Arbitrum(10**11, 10**7)]
VENUE = FakeVenue("a")


@pytest.mark.parametrize("l1", KINDS)
def test_a_plan_may_cost_its_gas_and_what_l1_takes_twice_over(l1: L1Costs) -> None:
    here = replace(snapshot([state("a")]), l1=l1)
    steps = tuple(replace(step, venue="a") for step in deposit_steps())
    done = Simulated({}, (40_000, 200_000), {USDC_AT: -5_000_000})
    made = plan_of(Draft("ab" * 16, "u1", {}, 0), [Enter(VENUE, 5_000_000)], steps, here, done)
    base = here.block.base_fee
    for step, used in zip(made.steps, (40_000, 200_000), strict=True):
        assert step.gas == used * 3 // 2 + 30_000 + 2 * l1.gas(size_of(step), base)
    per_gas = fees.offered(base, costs_at(here).habit).max_fee_per_gas
    beside = sum(2 * l1.wei(size_of(step), step.gas) for step in made.steps)
    assert made.max_total_fee_wei == sum(step.gas for step in made.steps) * per_gas + beside
    assert (beside > 0) is isinstance(l1, OpStack)


def test_a_cleanup_has_its_part_for_l1() -> None:
    assert Costs(10**7, Arbitrum(10**11, 10**7)).limit(CLEANUP_GAS, 200) > CLEANUP_GAS


@pytest.mark.parametrize("l1", KINDS[1:])
def test_what_is_kept_for_leaving_counts_l1(l1: L1Costs) -> None:
    costs, plain = Costs(GWEI, l1), Costs(GWEI, NONE)
    one = 2 * l1.wei(CALL_BYTES, reserve.EXIT_GAS) + 2 * l1.gas(CALL_BYTES, GWEI) * costs.max_fee_per_gas
    assert one > 0
    assert reserve.reserve_wei(3, costs) == 3 * (reserve.EXIT_GAS * costs.max_fee_per_gas + one)
    assert reserve.reserve_wei(3, plain) == 3 * reserve.EXIT_GAS * plain.max_fee_per_gas


@pytest.mark.parametrize("l1", KINDS)
def test_a_gain_is_held_against_l1_too(l1: L1Costs) -> None:
    costs, steps = Costs(GWEI, l1), deposit_steps()
    bare = 240_000 * costs.max_fee_per_gas
    more = sum(l1.gas(size_of(step), GWEI) * costs.max_fee_per_gas for step in steps)
    beside = l1.wei(size_of(steps[0]), 40_000) + l1.wei(size_of(steps[1]), 200_000)
    assert costs.expected(steps, (40_000, 200_000)) == bare + more + beside


@pytest.mark.parametrize("l1", KINDS)
def test_what_l1_took_is_kept_with_the_snapshot(l1: L1Costs) -> None:
    assert from_json(to_json(replace(snapshot(), l1=l1))).l1 == l1


def test_habits_by_chain() -> None:
    assert (habit(None), habit("op-stack"), habit("arbitrum")) == (fees.ETHEREUM, OP_STACK, ARBITRUM)
    assert habit(None, devnet=True) == fees.DEVNET
    assert fees.offered(GWEI, OP_STACK) == fees.Fees(2 * GWEI + 10**6, 10**6)
    assert fees.offered(GWEI, ARBITRUM) == fees.Fees(3 * GWEI, 0)
    assert fees.within(GWEI, 100, 200 * GWEI, ARBITRUM) == fees.Fees(2 * GWEI, 0)
    assert rule_of(lambda: fees.within(GWEI, 100, 100 * GWEI - 1, ARBITRUM)) == "fee"


# budgets


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_what_is_kept_for_l1_is_not_offered_for_gas(first: int, second: int) -> None:
    """Three steps of 100,000 gas: whatever L1 takes of each, all together stays within what was confirmed."""
    whole = plan(*deposit_steps(), approval(POOL.address, 0), max_total_fee_wei=600_000_000)
    l1 = {0: first, 1: second, 2: 7}
    one = budget(whole, 0, {}, (1, 2), l1)
    two = budget(whole, 1, {0: one + first}, (2,), l1)
    three = budget(whole, 2, {0: one + first, 1: two + second}, (), l1)
    assert one + first + two + second + three + 7 <= 600_000_000
    assert one == 600_000_000 - first - 2 * ((600_000_000 - first - second - 7) // 300_000) * 100_000 - second - 7


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


def asks(l1: OpStack, shop: Workshop) -> None:
    async def now() -> L1Costs:
        return l1

    shop.manager.l1 = now


async def test_each_transaction_is_written_down_with_what_l1_may_take(it: Workshop) -> None:
    l1 = OpStack(10**12, 10**13)
    asks(l1, it)
    made = await it.confirmed(fee=10**15)
    outcome = await it.manager.run(made)
    assert outcome.end is End.SETTLED, outcome.reason
    attempts = await it.attempts()
    for each in attempts:
        step = made.steps[each.step]
        gas = step.gas * fees.of_raw(each.raw).max_fee_per_gas
        assert each.max_fee_wei == gas + kept_for_l1(l1, size_of(step), step.gas)
    assert sum(each.max_fee_wei for each in attempts) <= made.max_total_fee_wei


async def test_where_l1_alone_takes_more_than_was_confirmed_nothing_is_sent(it: Workshop) -> None:
    asks(OpStack(10**15, 10**16), it)
    outcome = await it.manager.run(await it.confirmed(fee=10**15))
    assert outcome.end is End.VOID
    assert "L1 now takes" in outcome.reason
    assert (it.signer.asked, it.chain.sent) == ([], [])


async def test_where_l1_took_more_than_gas_can_spare_nothing_is_sent(it: Workshop) -> None:
    made = await it.confirmed(fee=300_000 * fees.offered(GWEI).max_fee_per_gas)
    each = made.max_total_fee_wei // 4
    asks(OpStack(each, each), it)  # a quarter more of it for three steps is nearly all
    outcome = await it.manager.run(made)
    assert (outcome.end, it.chain.sent) == (End.VOID, [])
    assert "Ask again for a new preview" in outcome.reason


async def test_a_way_out_stays_open_where_the_oracle_does_not_tell(it: Workshop) -> None:
    async def silent() -> L1Costs:
        raise Unavailable(l1_costs.MISSING, "nothing there")

    it.manager.l1 = silent
    assert (await it.run()).end is End.SETTLED


async def test_a_node_that_is_away_is_another_matter(it: Workshop) -> None:
    async def away() -> L1Costs:
        raise Unavailable("node", "away")

    it.manager.l1 = away
    outcome = await it.run()
    assert (outcome.end, it.chain.sent) == (End.VOID, [])


async def test_the_ledger_counts_what_l1_took(it: Workshop) -> None:
    honest = it.chain._eth_getTransactionReceipt
    it.chain.instead["eth_getTransactionReceipt"] = lambda each: (
        None if (told := honest(each)) is None else {**told, "l1Fee": hex(777)}
    )
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.SETTLED
    for each in await it.attempts():
        found = await it.chain.receipt(each.hash)
        assert found is not None
        assert each.status is AttemptStatus.MINED
        assert each.kind is AttemptKind.STEP
        assert each.fee_wei == found.gas_used * found.gas_price + 777
    spent = [flow.units for flow in await it.ledger.flows(OWNER, 0, 2**40) if flow.kind == "fee"]
    assert spent == [-(each.fee_wei or 0) for each in await it.attempts()]


@pytest.mark.parametrize(
    ("more", "beside"),
    [
        ({}, 0),
        ({"l1Fee": "0x8"}, 8),
        ({"l1Fee": "0x8", "operatorFeeScalar": hex(500_000), "operatorFeeConstant": "0x7"}, 8 + 50_000 + 7),
        ({"l1Fee": "0x8", "operatorFeeScalar": "0x2", "operatorFeeConstant": "0x7", "daFootprintGasScalar": "0x0"},
         8 + 100_000 * 2 * 100 + 7),
    ],
)  # fmt: skip
def test_a_receipts_whole_fee(more: dict[str, str], beside: int) -> None:
    body = {
        "transactionHash": "0x1",
        "status": "0x1",
        "blockNumber": "0x1",
        "blockHash": "0x2",
        "gasUsed": hex(100_000),
        "effectiveGasPrice": "0x3",
        "from": ACCOUNT,
        **more,
    }
    assert receipt(body).fee == 300_000 + beside
