"""Ledger equals chain: every row of the book held against what the chain says, each that differs named. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from eth_hash.auto import keccak

from agent.chain.contracts import gpv2_settlement as gpv2
from agent.chain.rpc_types import Receipt, Transaction
from agent.chain.simulate import Simulated, changes
from agent.errors import Refused
from agent.execution import find
from agent.execution.evidence import Evidence
from agent.execution.flows import Mined, coin_of, flows_of
from agent.execution.outputs import known
from agent.money import Address
from agent.plans import Plan, Step
from memory.journal.book import Book
from memory.journal.signed_orders import SignedOrder
from memory.rows import Attempt, AttemptKind, AttemptStatus, Flow, PlanStatus


def disagreements(book: Book, chain: Evidence) -> list[str]:
    """A sentence for each thing that the ledger and the chain tell differently; empty where they agree."""
    mark = book.mark
    if mark is not None and mark.genesis_hash != chain.genesis:
        return [f"this is another chain: its first block is {chain.genesis}, the ledger's {mark.genesis_hash}"]
    found = list(book.unreadable)
    if mark is not None and _hash_at(chain, mark.last_block_number) != mark.last_block_hash:
        found.append(f"block {mark.last_block_number}, which the ledger has seen, isn't on this chain as it was")
    mined = _mined(book, chain)
    for attempt in book.attempts:
        found += _attempt(attempt, mined.get(attempt.plan_id, []), book, chain)
    for order in book.orders:
        found += [f"order {order.uid} of {order.account}: {what}" for what in _order(order, book, chain)]
    for plan_id in dict.fromkeys((*book.plans, *book.flows)):
        found += _flows(plan_id, mined.get(plan_id, []), book, chain)
    return [*found, *_missing(book, chain)]


def _mined(book: Book, chain: Evidence) -> dict[str, list[Mined]]:
    """By plan: the transactions that the ledger has as mined, with the chain's own receipts."""
    found: dict[str, list[Mined]] = {}
    for each in book.attempts:
        receipt = chain.receipts.get(each.hash)
        if each.mined and receipt is not None and each.plan_id in book.plans:
            plan, cancelled = book.plans[each.plan_id][0], each.kind is AttemptKind.CANCEL
            if each.step < len(plan.steps):
                mined = Mined(each.step, plan.steps[each.step], receipt, cancelled, coin_of(plan, chain.coin))
                found.setdefault(each.plan_id, []).append(mined)
    for order in book.orders:
        receipt, step = chain.receipts.get(order.hash or ""), _step_of(order, book)
        if receipt is not None and step is not None:
            coin = coin_of(book.plans[order.plan_id][0], chain.coin)
            found.setdefault(order.plan_id, []).append(Mined(order.step, step, receipt, coin=coin))
    return found


def _step_of(order: SignedOrder, book: Book) -> Step | None:
    """The message that the order is, by its plan."""
    plan = book.plans[order.plan_id][0] if order.plan_id in book.plans else None
    step = plan.steps[order.step] if plan is not None and order.step < len(plan.steps) else None
    return step if step is not None and step.typed else None


def _order(order: SignedOrder, book: Book, chain: Evidence) -> Iterator[str]:
    """What filled it, held against its plan: by the event of the contract that it was signed for."""
    step, receipt = _step_of(order, book), chain.receipts.get(order.hash or "")
    if step is None:
        yield f"step {order.step + 1} of plan {order.plan_id} is no order"
        return
    if receipt is None or not receipt.ok:
        yield f"it is filled by the ledger, and no block of the chain has {order.hash}"
        return
    if (receipt.block_number, receipt.block_hash) != (order.block_number, order.block_hash):
        there = f"block {receipt.block_number} of the chain"
        yield f"it was filled in {there}, in block {order.block_number} by the ledger"
    try:
        wanted = gpv2.Order.of(step)
    except ValueError as error:
        yield str(error)
        return
    fills = [found for each in receipt.logs if (found := gpv2.fill_of(each, step.to)) is not None]
    fill = next((each for each in fills if (each.uid, each.owner) == (order.uid, order.account)), None)
    if fill is None:
        yield f"{order.hash} didn't fill it"
    elif not wanted.is_kept_by(fill):
        yield f"{order.hash} filled it otherwise than its plan says"


def _attempt(attempt: Attempt, siblings: Sequence[Mined], book: Book, chain: Evidence) -> Iterator[str]:
    name = f"attempt {attempt.hash} (number {attempt.nonce} of {attempt.account})"
    if attempt.raw and "0x" + keccak(attempt.raw).hex() != attempt.hash:
        yield f"{name}: its bytes are those of another transaction"
    receipt, tx = chain.receipts.get(attempt.hash), chain.transactions.get(attempt.hash)
    if not attempt.mined:
        if receipt is not None:
            what = "waits" if attempt.open else f"is {attempt.status}"
            then = ": start Moneta, which looks it up" if attempt.open else ""
            yield f"{name} {what} by the ledger, and stands in block {receipt.block_number} of the chain{then}"
        return
    if receipt is None or tx is None:
        yield f"{name} is {attempt.status} by the ledger, and no block of the chain has it"
        return
    yield from (f"{name}: {what}" for what in _receipt(attempt, receipt, chain))
    yield from (f"{name}: {what}" for what in _transaction(attempt, tx, siblings, book))


def _receipt(attempt: Attempt, receipt: Receipt, chain: Evidence) -> Iterator[str]:
    if _hash_at(chain, receipt.block_number) != receipt.block_hash:
        yield f"block {receipt.block_number} of its receipt isn't on the chain"
    there = (receipt.block_number, receipt.block_hash)
    if (attempt.block_number, attempt.block_hash) != there:
        ledger = f"{attempt.block_number} ({attempt.block_hash})"
        yield f"it stands in block {there[0]} ({there[1]}) of the chain, in block {ledger} by the ledger"
    if receipt.ok != (attempt.status is AttemptStatus.MINED):
        yield f"it {'succeeded' if receipt.ok else 'reverted'} on the chain, it is {attempt.status} by the ledger"
    if attempt.gas_used != receipt.gas_used:
        yield f"it used {receipt.gas_used} gas on the chain, {attempt.gas_used} by the ledger"
    if attempt.fee_wei != receipt.fee:
        yield f"its fee was {receipt.fee} wei on the chain, {attempt.fee_wei} by the ledger"


def _transaction(attempt: Attempt, tx: Transaction, siblings: Sequence[Mined], book: Book) -> Iterator[str]:
    if (tx.sender, tx.nonce) != (attempt.account, attempt.nonce):
        yield f"on the chain it is number {tx.nonce} of {tx.sender}"
    if attempt.kind is AttemptKind.CANCEL:
        if tx.value or tx.data:
            yield "it is no cancellation: it does something"
        return
    if attempt.plan_id not in book.plans:
        yield f"its plan {attempt.plan_id} isn't in the ledger"
        return
    plan = book.plans[attempt.plan_id][0]
    if attempt.step >= len(plan.steps):
        yield f"plan {plan.plan_id} has no step {attempt.step + 1}"
        return
    step = plan.steps[attempt.step]
    try:
        outputs = known(plan, step, siblings)
    except Refused as refused:
        yield f"what it was given isn't what was confirmed: {refused.message}"
        return
    if not find.does(tx, step, outputs):
        yield f"what it does isn't step {attempt.step + 1} of plan {plan.plan_id}"


def _flows(plan_id: str, mined: Sequence[Mined], book: Book, chain: Evidence) -> Iterator[str]:
    """Flows are written with the end of their plan; each is recomputed from the receipt of its transaction."""
    ledger = book.flows.get(plan_id, ())
    if plan_id not in book.plans:
        yield from (f"{_said(flow)} is of plan {plan_id}, which isn't in the ledger" for flow in ledger)
        return
    plan, status = book.plans[plan_id]
    yield from _differences(ledger, _recomputed(plan, mined, chain) if status.final else [], status)


def _recomputed(plan: Plan, mined: Sequence[Mined], chain: Evidence) -> list[Flow]:
    return [
        flow
        for each in mined
        if each.receipt.block_number in chain.headers
        for flow in flows_of(plan, each, chain.headers[each.receipt.block_number].timestamp)
    ]


def _differences(ledger: Sequence[Flow], chain: Sequence[Flow], status: PlanStatus) -> Iterator[str]:
    alone, lacking = Counter(ledger) - Counter(chain), Counter(chain) - Counter(ledger)
    by_place = {_place(flow): flow for flow in alone}
    for flow in lacking.elements():
        other = by_place.pop(_place(flow), None)
        if other is None:
            yield f"{_said(flow)}: the ledger lacks it"
            continue
        alone[other] -= 1
        yield f"{_said(flow)} on the chain; by the ledger {_told(other, flow)}"
    for flow in alone.elements():
        late = "" if status.final else f", though its plan is {status}"
        yield f"{_said(flow)}: the ledger alone has it{late}"


def _place(flow: Flow) -> tuple[str, str, bool]:
    return flow.hash, flow.token, flow.kind == "fee"


def _said(flow: Flow) -> str:
    where = f" at {flow.venue}" if flow.venue else ""
    return f"flow of {flow.hash}: {flow.units} {flow.symbol or flow.token} ({flow.kind}{where})"


def _told(ledger: Flow, chain: Flow) -> str:
    names = ("units", "venue", "kind", "symbol", "holder", "at", "block")
    off = [name for name in names if getattr(ledger, name) != getattr(chain, name)]
    return ", ".join(f"{name} {getattr(ledger, name)}, not {getattr(chain, name)}" for name in off)


def _missing(book: Book, chain: Evidence) -> Iterator[str]:
    """What the chain knows of the accounts and the ledger doesn't."""
    ours = {each.hash for each in book.attempts} | {each.hash for each in book.strangers}
    ours |= {each.hash for each in book.orders}
    by_nonce = {tx.hash for tx in chain.unknown.values() if tx is not None}
    for (account, nonce), tx in chain.unknown.items():
        if tx is None:
            yield f"transaction number {nonce} of {account} is on the chain, and the ledger doesn't know it"
        elif tx.hash not in ours:
            where = f"number {nonce} of {account}, block {tx.block_number}"
            yield f"transaction {tx.hash} ({where}) is on the chain, and the ledger doesn't know it"
    for account, hashes in chain.movers.items():
        for each in sorted(hashes - ours - by_nonce):
            yield from _stray(account, chain.transactions.get(each), chain.receipts.get(each))


def _stray(account: Address, tx: Transaction | None, receipt: Receipt | None) -> Iterator[str]:
    """Somebody else may send what they like; what leaves the account without it being ours is told."""
    if tx is None or receipt is None:
        return
    if tx.sender == account:
        yield (
            f"transaction {tx.hash} (number {tx.nonce} of {account}, block {tx.block_number}) moved its tokens, and "
            "the ledger doesn't know it"
        )
    elif left := _left(account, receipt):
        yield f"transaction {tx.hash} of {tx.sender} (block {tx.block_number}) took {left} from {account}"


def _left(account: Address, receipt: Receipt) -> str:
    moved = changes([Simulated(True, 0, receipt.logs, b"")], account)
    return ", ".join(f"{-units} base units of {token}" for token, units in moved.items() if units < 0)


def _hash_at(chain: Evidence, number: int) -> str | None:
    there = chain.headers.get(number)
    return None if there is None else there.hash
