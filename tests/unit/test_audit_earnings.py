"""What was earned at each venue by the chain alone, beside what the ledger tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.chain.rpc_types import Header, Log, Receipt, Transaction
from agent.execution.earnings import Standing, standings, unreadable
from agent.execution.evidence import Evidence
from agent.money import Address
from agent.plans import Step
from memory.journal.book import Book
from memory.rows import Flow, FlowKind, NetDeposit
from tests.unit.audit_parts import transfer
from tests.unit.gate_chain import PoolVenue
from tests.unit.gate_parts import snapshot, state
from tests.unit.policy_parts import (
    ACCOUNT,
    BLUE,
    DAI,
    DAI_AT,
    FRIEND,
    MARKET,
    MORPHO_SUPPLY,
    POLICY,
    POOL,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC,
    USDC_AT,
    WITHDRAW,
    step,
)

pytestmark = pytest.mark.unit

VENUE, DAI_VENUE = PoolVenue(USDC), PoolVenue(DAI)
VENUES = {VENUE.id: VENUE, DAI_VENUE.id: DAI_VENUE}
Told = tuple[Transaction, Receipt]


def told(
    number: int,
    made: Step,
    *moved: Log,
    sender: Address = ACCOUNT,
    ok: bool = True,
    to: Address | None = POOL.address,
) -> Told:
    tx_hash = f"0x{number:064x}"
    where = made.to if to is not None else None
    return (
        Transaction(tx_hash, sender, number, where, made.value, made.data, 5),
        Receipt(tx_hash, ok, 5, "0x" + "55" * 32, 21_000, 1, sender, moved),
    )


def enter(units: int, asset: Address = USDC_AT) -> Step:
    return step(POOL.address, SUPPLY, asset, units, ACCOUNT, 0)


def leave(units: int, asset: Address = USDC_AT) -> Step:
    return step(POOL.address, WITHDRAW, asset, units, ACCOUNT)


def paid(units: int, token: Address = USDC_AT) -> Log:
    return transfer(ACCOUNT, POOL.address, units, token)


def got(units: int, token: Address = USDC_AT) -> Log:
    return transfer(POOL.address, ACCOUNT, units, token)


def evidence(listed: Sequence[Told]) -> Evidence:
    return Evidence(
        genesis="0x",
        first=0,
        head=Header(9, "0x", "0x", 1, 1),
        headers={},
        receipts={receipt.hash: receipt for _, receipt in listed},
        transactions={tx.hash: tx for tx, _ in listed},
        counts={},
        movers={},
        unknown={},
    )


def flow(units: int, venue: str | None = VENUE.id, holder: Address = ACCOUNT, **fields: Any) -> Flow:
    kind = FlowKind.DEPOSIT if units < 0 else FlowKind.WITHDRAW
    basis: dict[str, Any] = {"symbol": "USDC", "token": USDC_AT, "kind": kind, "at": 1, "block": 5, **fields}
    return Flow(hash="0x", venue=venue, holder=holder, units=units, **basis)


def book(*flows: Flow) -> Book:
    return Book((), {}, (), {"plan": flows} if flows else {}, (), {}, None, (), 0)


def stand(
    listed: Sequence[Told], *flows: Flow, positions: tuple[int, int] = (0, 0), account: Address = ACCOUNT
) -> list[Standing]:
    here = snapshot([state(VENUE.id, positions[0]), state(DAI_VENUE.id, positions[1])])
    return standings(book(*flows), evidence(listed), [replace(here, account=account)], VENUES, POLICY)


IN_AND_OUT = [told(0, enter(700), paid(700)), told(1, leave(300), got(300)), told(2, enter(5), paid(5))]


def test_what_went_in_and_came_out_by_receipts() -> None:
    (found,) = stand(IN_AND_OUT, flow(-705), flow(300), positions=(410, 0))
    assert (found.account, found.venue, found.asset, found.position) == (ACCOUNT, VENUE.id, USDC, 410)
    assert found.chain == found.ledger == NetDeposit(705, 300)
    assert (found.earned, found.problem) == (410 + 300 - 705, "")
    assert str(found) == (
        "pool:USDC: 0.00041 USDC stand there, 0.000705 USDC went in, 0.0003 USDC came out, 0.000005 USDC earned"
    )


def test_a_ledger_that_tells_otherwise_is_told_with_both_profits() -> None:
    (found,) = stand(IN_AND_OUT, flow(-700), flow(299), positions=(410, 0))
    assert found.problem == (
        f"pool:USDC, account {ACCOUNT}: 0.000705 USDC went in and 0.0003 USDC came out by the chain, 0.0007 USDC and "
        "0.000299 USDC by the ledger; so 0.000005 USDC are earned, not 0.000009 USDC"
    )


def test_what_was_moved_counts_and_not_what_was_asked_for() -> None:
    """All (2**256 - 1) gives what stood there; a token that takes a fee gives less."""
    (found,) = stand([told(0, enter(700), paid(693)), told(1, leave(2**256 - 1), got(700))])
    assert (found.chain, found.ledger) == (NetDeposit(693, 700), NetDeposit())


def test_each_asset_is_a_venue_of_its_own() -> None:
    both = [told(0, enter(700), paid(700)), told(1, enter(9, DAI_AT), paid(9, DAI_AT))]
    found = {each.venue: each.chain for each in stand(both)}
    assert found == {VENUE.id: NetDeposit(700, 0), DAI_VENUE.id: NetDeposit(9, 0)}


@pytest.mark.parametrize(
    "other",
    [
        told(0, enter(7), paid(7), sender=FRIEND),
        told(0, enter(7), paid(7), ok=False),
        told(0, enter(7), paid(7), to=None),
        told(0, step(USDC_AT, TRANSFER, POOL.address, 7), paid(7)),
        told(0, step(STRANGER, SUPPLY, USDC_AT, 7, ACCOUNT, 0), paid(7)),
        told(0, step(BLUE.address, MORPHO_SUPPLY, MARKET, 7, 0, ACCOUNT, b""), paid(7)),
    ],
)
def test_what_is_no_visit_of_the_account(other: Told) -> None:
    assert stand([other]) == []


def test_a_transaction_without_a_receipt_is_no_visit() -> None:
    seen = evidence([told(0, enter(7), paid(7))])
    here = snapshot([state(VENUE.id)])
    assert standings(book(), replace(seen, receipts={}), [here], VENUES, POLICY) == []


@pytest.mark.parametrize(
    ("flows", "positions", "count"),
    [((), (0, 0), 0), ((), (1, 0), 1), ((flow(-1),), (0, 0), 1), ((), (1, 1), 2)],
)
def test_where_nothing_is_or_was_is_left_out(flows: tuple[Flow, ...], positions: tuple[int, int], count: int) -> None:
    assert len(stand([], *flows, positions=positions)) == count


def test_flows_of_others_and_of_other_tokens_are_no_part_of_it() -> None:
    assert stand([], flow(-1, holder=FRIEND), flow(-1, venue=None), flow(-1, token=DAI_AT, symbol="DAI")) == []
    assert stand([], flow(-1, holder=FRIEND), account=FRIEND)[0].ledger == NetDeposit(1, 0)


def test_a_venue_that_can_not_be_read_is_left_out_and_named() -> None:
    here = snapshot([state(VENUE.id, 5)], missing={DAI_VENUE.id: "the pool is on holiday"})
    flows = (flow(-1), flow(-2, DAI_VENUE.id), flow(-3, "gone:for:good"), flow(-4, "exchange"), flow(-5, None))
    assert [each.venue for each in standings(book(*flows), evidence([]), [here], VENUES, POLICY)] == [VENUE.id]
    assert unreadable(book(*flows), [here], {}) == [
        "gone:for:good can't be read now, so its profit isn't checked: it is not listed",
        "pool:DAI can't be read now, so its profit isn't checked: the pool is on holiday",
    ]
    assert unreadable(book(*flows), [], {VENUE.id: "no answer"})[-1] == (
        "pool:USDC can't be read now, so its profit isn't checked: no answer"
    )


def test_a_visit_that_moved_nothing_counts_nothing() -> None:
    quiet = [told(0, enter(700)), told(1, leave(5))]
    assert stand(quiet) == []
    assert stand(quiet, positions=(1, 0))[0].chain == NetDeposit(0, 0)
