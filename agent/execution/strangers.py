"""Nonces that the chain counts and the ledger doesn't know: our own that it forgot, or somebody else's."""

from __future__ import annotations

from collections.abc import Sequence

from agent.chain.rpc_types import Header, Transaction
from agent.errors import Refused
from agent.execution import find
from agent.execution.flows import Mined, coin_of
from agent.execution.look import Seen, look, receipts
from agent.execution.nonces import next_nonce, warning
from agent.execution.outputs import known
from agent.execution.parts import Parts
from agent.execution.reorgs import REASON
from agent.execution.waiting import adopt
from agent.money import Address
from agent.plans import Plan
from memory.journal.nonces import Nonces
from memory.rows import Attempt, AttemptKind, ChainMark

KEPT_NONCES = 256
"""So many settled nonces are counted at each look; then the ledger answers from a later one on."""


async def number(parts: Parts, plan: Plan, *, cleaning: bool = False) -> tuple[int, Header]:
    """The nonce to sign next for a plan, and the head. Raises what `next_nonce` raises, and Refused("endpoints")."""
    await parts.rpc.agree(plan.account)
    seen = await look(parts.rpc, plan.account, plan.chain_id)
    known_ones = await account_for(parts, plan.account, plan.chain_id, seen)
    return next_nonce(seen, known_ones, cleaning=cleaning, leaving=plan.leaves), seen.head


async def said_of(parts: Parts, account: Address, chain_id: int) -> str:
    """What is said of somebody else's use of the key beside what takes money out; '' where there is none.

    Raises Unavailable.
    """
    seen = await look(parts.rpc, account, chain_id)
    known_ones = await parts.ledger.nonces(account, chain_id, seen.latest)
    waits = seen.latest if seen.pending > seen.latest and not known_ones.open else None
    return warning(tuple(each.nonce for each in known_ones.strangers), waits)


async def account_for(parts: Parts, account: Address, chain_id: int, seen: Seen) -> Nonces:
    """What is known of the account's nonces, once each that the chain counts has been accounted for.

    From the first look on; what was sent before it is nobody's business here.
    """
    known_ones = await parts.ledger.nonces(account, chain_id, seen.latest)
    if known_ones.first is None or (seen.latest - known_ones.first >= KEPT_NONCES and not known_ones.missing):
        await parts.ledger.answer_from(account, chain_id, min((seen.latest, *known_ones.open)))
        return known_ones
    if known_ones.missing:
        for nonce in known_ones.missing:
            await _account_for(parts, account, chain_id, nonce)
        return await parts.ledger.nonces(account, chain_id, seen.latest)
    return known_ones


async def _account_for(parts: Parts, account: Address, chain_id: int, nonce: int) -> None:
    own = await parts.ledger.attempts_at(account, chain_id, nonce)
    mark = await parts.ledger.chain_mark()
    if own and mark is not None:
        found = await receipts(parts.rpc, [each.hash for each in own])
        if found:  # it was called lost, and was mined all the same: its plan is looked up again
            await _revive(parts, found[0].hash, mark)
            return
    tx = await find.find_at_nonce(parts.rpc, account, nonce, mark.last_block_number if mark else 0)
    if tx is not None and await _is_ours(parts, account, tx):
        return
    block = tx.block_number if tx else None
    at = (await parts.rpc.block(block)).timestamp if block is not None else None
    await parts.ledger.add_stranger(account, chain_id, nonce, tx.hash if tx else None, block, at)


async def _revive(parts: Parts, tx_hash: str, mark: ChainMark) -> None:
    await parts.ledger.unsettle([tx_hash], mark, REASON)


async def _is_ours(parts: Parts, account: Address, tx: Transaction) -> bool:
    """Whether a plan under way has exactly this transaction as its next step: a ledger restored from a copy."""
    for row in await parts.ledger.unsettled():
        if row.account != account:
            continue
        attempts = await parts.ledger.attempts(row.plan_id)
        taken = {each.step for each in attempts if each.open or each.mined}
        before = await _mined(parts, row.plan, attempts)
        for index, step in enumerate(row.plan.steps):
            if index in taken:
                continue
            try:
                if find.does(tx, step, known(row.plan, step, before)):
                    await adopt(parts, row.plan, index, tx)
                    return True
            except Refused:
                continue  # what the step waits for isn't mined
    return False


async def _mined(parts: Parts, plan: Plan, attempts: Sequence[Attempt]) -> list[Mined]:
    """The plan's steps that the chain has, by their receipts."""
    hashes = {each.hash: each for each in attempts if each.open or each.mined}
    found = await receipts(parts.rpc, list(hashes)) if hashes else []
    return [
        Mined(
            hashes[each.hash].step,
            plan.steps[hashes[each.hash].step],
            each,
            hashes[each.hash].kind is AttemptKind.CANCEL,
            coin_of(plan, parts.coin),
        )
        for each in found
    ]
