"""Orders that somebody else fills: signed → journal → posted → filled, expired or called off, as the chain tells.

What the order book says decides nothing but whether to post again. An order is over only once nobody can fill it any
more: its time is past, it is filled, or what it gives may not be taken any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.chain.contracts import gpv2_settlement as gpv2
from agent.chain.rpc_types import Header, Receipt, RpcError, log
from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.flows import Mined, coin_of
from agent.execution.look import receipts
from agent.execution.parts import Parts
from agent.execution.points import Point, point
from agent.plans import Plan, Role, Step
from memory.journal.signed_orders import SignedOrder

OPEN = "order"
"""What is unavailable while an order is open: its end."""
BLOCKS_A_LOOK = 1_000  # what most nodes allow in one eth_getLogs
FIRST_POLL_SECONDS = 0.05
LAST_POLL_SECONDS = 1.0
POST_SECONDS = (0.0, 1.0, 3.0)
"""When it is posted, or looked up in the book: at once, after these, then each LATER_POST_SECONDS."""
LATER_POST_SECONDS = 5.0
REFUSED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """The chain at one block. `filled` isn't 0 where the order was filled, or called off on the chain."""

    head: Header
    filled: int

    @property
    def called_off(self) -> bool:
        return self.filled == gpv2.INVALIDATED


async def place(parts: Parts, plan: Plan, index: int) -> Mined:
    """Signs the order of a step, writes it down, posts it, and waits for whoever fills it.

    Raises Refused where it is over without a fill, Unavailable while it is open and `order_seconds` are past.
    """
    step = plan.steps[index]
    order = gpv2.Order.of(step)
    head = await parts.rpc.block("latest")
    if step.venue not in parts.books:
        raise Refused("order-book", f"{step.venue} isn't asked any more, so that nobody would hear of the order.")
    if head.timestamp >= order.valid_to:
        raise Refused("order-expired", f"The order would have ended at {clock(order.valid_to)}.", "Ask anew.")
    point(Point.NONCE_READ)
    signature, digest = await parts.signer.message(plan, index)
    point(Point.SIGNED)
    row = await parts.ledger.record_order(
        plan_id=plan.plan_id,
        step=index,
        account=plan.account,
        book=step.venue,
        uid=order.uid(digest, plan.account),
        signature=signature,
        token=order.gives,
        valid_to=order.valid_to,
        since_block=head.number,
    )
    point(Point.RECORDED)
    return await _watched(parts, plan, row, parts.order_seconds)


async def resume(parts: Parts, plan: Plan, mined: list[Mined]) -> Refused | None:
    """What became of the plan's orders by now; `mined` grows by those that were filled. Why one is over, else None.

    Raises Unavailable while one is open.
    """
    problem: Refused | None = None
    for row in await parts.ledger.signed_orders(plan.plan_id):
        try:
            mined.append(await _watched(parts, plan, row, 0))
        except Refused as refused:
            problem = problem or refused
    return problem


async def closed(parts: Parts, plan: Plan, mined: list[Mined], error: MonetaError) -> MonetaError | None:
    """What to say of a plan that stopped, once none of its orders can be filled any more; None where one was filled
    before it could be called off. Raises Unavailable while one could still be.
    """
    for row in await parts.ledger.signed_orders(plan.plan_id):
        if any(each.index == row.step for each in mined):
            continue
        seen = await _look(parts, plan.steps[row.step], row)
        if seen.head.number < max((each.receipt.block_number for each in mined), default=0):
            raise Unavailable("node", "The node is behind what it has told: I look the order up again.")
        if seen.filled and not seen.called_off:
            mined.append(await _noted(parts, plan, row, seen.head))
            return None
        late = seen.head.timestamp > row.valid_to
        if not late and not seen.called_off and not _taken_back(plan, row.step, mined):
            raise still_open(row, f"{error} Its allowance isn't taken back yet.")
        if not row.ended:
            await parts.ledger.mark_order(plan.plan_id, row.step, "expired" if late else "cancelled")
    return error


def clock(seconds: int) -> str:
    """'14:03:20 UTC' of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S UTC")


def still_open(row: SignedOrder, before: str = "") -> Unavailable:
    """Said while its end isn't known."""
    text = f"The order is open: it may be filled until {clock(row.valid_to)}."
    return Unavailable(OPEN, f"{before} {text}".strip())


async def _watched(parts: Parts, plan: Plan, row: SignedOrder, patience: float) -> Mined:
    """The order's step with the receipt of what filled it. Raises as `place`."""
    step, posting = plan.steps[row.step], Posting(parts, plan.steps[row.step])
    waited, pause = 0.0, FIRST_POLL_SECONDS
    while True:
        heard = parts.heard
        seen = await _look(parts, step, row)
        if seen.filled and not seen.called_off:
            return await _noted(parts, plan, row, seen.head)
        row = next(each for each in await parts.ledger.signed_orders(plan.plan_id) if each.step == row.step)
        _check_over(seen, row)
        await posting.go_on(row, waited)
        if waited >= patience:
            raise still_open(row)
        waited += await parts.rest(pause, heard)
        pause = min(pause * 1.5, LAST_POLL_SECONDS)


@dataclass
class Posting:
    """Makes the order book know of an order, however often it forgets it."""

    parts: Parts
    step: Step
    times: int = 0
    refused: int = 0

    async def go_on(self, row: SignedOrder, waited: float) -> None:
        """Posts it where the book doesn't have it. Raises Refused("order-book") where it won't take it."""
        if waited < self._next or row.book not in self.parts.books:
            return None
        self.times += 1
        book = self.parts.books[row.book]
        try:
            if (row.status == "posted" or self.times > 1) and await book.has(row.uid):
                return await self._posted(row)
            await book.post(self.step, row.signature, row.account)
        except Refused as error:
            self.refused += 1
            if self.refused >= REFUSED_IN_A_ROW and row.status == "signed":
                raise Refused("order-book", f"{row.book} doesn't take the order: {error.message}") from error
        except Unavailable:
            pass  # unknown is not failed: it is looked up by its uid next time
        else:
            await self._posted(row)

    @property
    def _next(self) -> float:
        """Seconds of waiting at which it is done next."""
        beyond = self.times - len(POST_SECONDS) + 1
        return POST_SECONDS[self.times] if beyond <= 0 else POST_SECONDS[-1] + beyond * LATER_POST_SECONDS

    async def _posted(self, row: SignedOrder) -> None:
        self.refused = 0
        point(Point.BROADCAST)
        if row.status == "signed":
            await self.parts.ledger.mark_order(row.plan_id, row.step, "posted")


def _check_over(seen: Seen, row: SignedOrder) -> None:
    if seen.called_off:
        raise Refused("order-cancelled", "The order was called off on the chain: nothing was swapped.")
    if seen.head.timestamp > row.valid_to:
        until = clock(row.valid_to)
        raise Refused("order-expired", f"Nobody filled the order until {until}: nothing was swapped.")
    if row.cancel_at is not None:
        raise Refused("order-cancelled", "You called the order off: nothing was swapped.")


def _taken_back(plan: Plan, index: int, mined: Sequence[Mined]) -> bool:
    """Whether what the order gives can't be taken any more: its allowance is zero again."""
    venue = plan.steps[index].venue
    return any(each.done and each.step.role is Role.CLEANUP and each.step.venue == venue for each in mined)


async def _look(parts: Parts, step: Step, row: SignedOrder) -> Seen:
    """The head, and what was filled at it. Raises Unavailable.

    Behind an order's end a solver may free the storage that says it (GPv2Settlement.freeFilledAmountStorage): then
    the events are looked through.
    """
    head = await parts.rpc.block("latest")
    call = gpv2.FILLED_AMOUNT.at(step.to, bytes.fromhex(row.uid[2:]))
    try:
        (filled,) = call.decode(await parts.rpc.call(step.to, call.data, head.number))
    except (RpcError, ValueError) as error:
        raise Unavailable("node", f"What was filled of the order can't be read ({error}).") from error
    if not filled and head.timestamp > row.valid_to and await _receipt(parts, step, row, head) is not None:
        filled = 1
    return Seen(head, int(filled))


async def _noted(parts: Parts, plan: Plan, row: SignedOrder, head: Header) -> Mined:
    """The fill, proved by its transaction's own receipt and written down. Raises Unavailable where there is none."""
    point(Point.MINED)
    step = plan.steps[row.step]
    receipt = await _receipt(parts, step, row, head)
    if receipt is None:
        raise Unavailable("node", "The node says that the order is filled, and not by which transaction.")
    if row.hash != receipt.hash or row.block_hash != receipt.block_hash:
        await parts.ledger.mark_order(
            plan.plan_id,
            row.step,
            "filled",
            hash=receipt.hash,
            block_number=receipt.block_number,
            block_hash=receipt.block_hash,
        )
    point(Point.NOTED)
    return Mined(row.step, step, receipt, coin=coin_of(plan, parts.coin))


async def _receipt(parts: Parts, step: Step, row: SignedOrder, head: Header) -> Receipt | None:
    """Of the transaction that filled it, by the contract's own event; None where there is none up to the head."""
    topics = [gpv2.TRADE_TOPIC, f"0x{row.account[2:].lower():0>64}"]
    for start in range(row.since_block, head.number + 1, BLOCKS_A_LOOK):
        end = min(start + BLOCKS_A_LOOK - 1, head.number)
        span = {"address": step.to, "topics": topics, "fromBlock": hex(start), "toBlock": hex(end)}
        try:
            answers = await parts.rpc.request("eth_getLogs", span)
        except RpcError as error:
            raise Unavailable("node", f"The node doesn't tell of the order's trade: {error.message}.") from error
        for answer in answers if isinstance(answers, list) else ():
            if _is(row, step, answer):
                for receipt in await receipts(parts.rpc, [str(answer.get("transactionHash"))]):
                    if receipt.ok and any(_fills(row, step, each) for each in receipt.logs):
                        return receipt
    return None


def _is(row: SignedOrder, step: Step, answer: Any) -> bool:
    return isinstance(answer, dict) and _fills(row, step, log(answer))


def _fills(row: SignedOrder, step: Step, entry: Any) -> bool:
    found = gpv2.fill_of(entry, step.to)
    return found is not None and found.uid == row.uid and found.owner == row.account
