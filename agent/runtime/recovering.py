"""Recovery first: what became of all that was signed, what the chain did without us, and who hears of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import structlog

from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.flows import Mined
from agent.execution.nonces import external
from agent.execution.outcome import End, Outcome
from agent.execution.reorgs import REASON
from agent.money import Address, Amount
from agent.plans import Plan
from agent.replies.reply import Offer, Reply, Status, Verdict, plan_json
from agent.runtime.answers import ACKNOWLEDGE
from agent.runtime.filled import with_fill
from agent.runtime.finishing import rest_of, with_rest
from agent.runtime.traded import with_trades
from agent.runtime.world import World
from memory.rows import PlanRow, User

CONFIRMATIONS = "confirmations"
"""The rule that keeps what is mined, and as it should be, from counting as settled."""
CANCEL = Offer("Cancel the transaction that waits", "say", "cancel the stuck transaction")
CALL_OFF = Offer("Cancel the order", "say", "cancel the order")
REPORTED = {
    End.SETTLED: Status.SETTLED,
    End.PARTIAL: Status.PARTIAL,
    End.VOID: Status.VOID,
    End.PENDING: Status.PARTIAL,
}


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Late:
    """What is told to a user (by id) besides what they asked for. `plan` is None where it is about none."""

    user: str
    reply: Reply
    plan: PlanRow | None = None


@dataclass(frozen=True, slots=True)
class Recovering:
    """Brings to its end what was left under way, an account at a time."""

    world: World

    async def all(self) -> list[Late]:
        """First thing at a start: every account that there is."""
        told: list[Late] = []
        for account in await self.world.ledger.accounts():
            told += await self._account(account.address, account.user)
        return told

    async def of(self, user: User) -> list[Late]:
        """The same for one user: the fate of what they signed is known before anything new is signed for them."""
        account = await self.world.ledger.account(user.id)
        return [] if account is None else await self._account(account.address, user.id)

    async def acknowledge(self, user: User) -> Reply | None:
        """The user knows of what was sent without us; None where there is nothing of the kind."""
        account = await self.world.ledger.account(user.id)
        if account is None or not await self.world.ledger.acknowledge_strangers(account.address, user.id):
            return None
        return Reply("Noted: you know of it. I count it as yours and send again what you confirm.")

    async def cancel_stuck(self, user: User) -> Reply:
        """Offers a cancellation for what the user has waiting, and says what came of it by now.

        Raises Refused: one-executor, under-way, or as the manager does; Unavailable.
        """
        self._check_executes()
        account = await self.world.account(user)
        if not await self.world.ledger.open_attempts(account) and (called := await self.call_off(user)) is not None:
            return called  # what waits is an order
        executing, native = self.world.executing[account], self.world.registry.native
        if executing.locked():
            raise Refused("under-way", "It is being sent at this moment.", "Ask again in a moment.")
        async with executing:
            old, new = await self.world.manager.cancel_stuck(account, self.world.registry.chain_id)
        fee = Amount(new.max_fee_wei, native)
        text = (
            f"A cancellation of number {old.nonce} of your account is sent: a transfer of nothing to yourself, for "
            f"{fee} of gas at the most. Whichever is mined first settles that number: what you confirmed "
            f"({old.hash}), or the cancellation ({new.hash}), and then nothing of the other one happens."
        )
        told = [each.reply for each in await self._account(account, user.id)]
        texts, txs = [text, *(each.text for each in told)], tuple(tx for each in told for tx in each.txs)
        last = told[-1] if told else Reply("")
        return Reply("\n".join(texts), plan=last.plan, verdict=last.verdict, txs=txs, private=True)

    def _check_executes(self) -> None:
        if not self.world.executes:
            raise Refused("one-executor", "Another process runs Moneta in this folder.", "Cancel it there.")

    async def call_off(self, user: User) -> Reply | None:
        """Takes the user's open orders back, and says what came of it; None where they have none."""
        account = await self.world.ledger.account(user.id)
        found = [] if account is None else await self.world.ledger.open_orders(account.address)
        if account is None or not found:
            return None
        self._check_executes()
        for each in found:
            await self.world.ledger.unwant_order(each.plan_id, each.step)
            self.world.manager.ordered.discard(each.plan_id)
        if self.world.executing[account.address].locked():
            return Reply("I take the order back now; its end is told where you confirmed it.", private=True)
        told = [each.reply for each in await self._account(account.address, user.id)]
        last = told[-1] if told else Reply("I take the order back as soon as I can.")
        txs = tuple(tx for each in told for tx in each.txs)
        text = "\n".join(each.text for each in told) or last.text
        return Reply(text, plan=last.plan, verdict=last.verdict, txs=txs, private=True)

    async def _account(self, account: Address, user: str) -> list[Late]:
        executing = self.world.executing[account]
        if not self.world.executes or executing.locked():
            return []  # what this process carries out at this moment has a turn of its own that tells its end
        told: list[Late] = []
        async with executing:
            try:
                await self.world.manager.catch_up(account, self.world.registry.chain_id)
            except MonetaError as error:  # looked at again before anything is signed, and said then
                log.warning("the chain could not be caught up with", account=account, error=str(error))
            for row in await self.world.ledger.unsettled():
                if row.account == account:
                    manager = self.world.manager
                    is_told = row.plan_id in manager.shallow | manager.ordered
                    outcome = await manager.recover(row.plan)
                    if is_told and (outcome.shallow or outcome.ordered):
                        continue  # its end is told once it is deep enough, or filled, or over
                    reply = reported(row.plan, outcome, str(row.preview.get("headline", "")))
                    reply = await with_trades(self.world, row.plan, outcome, reply)
                    reply = await with_fill(self.world, row.plan, outcome, reply)
                    stopped = await rest_of(self.world, row.plan, outcome)
                    reply = reply if stopped is None else with_rest(self.world, stopped, reply)
                    told.append(Late(row.user, _again(row, reply), row))
            with contextlib.suppress(Unavailable):
                for plan, mined in await self.world.manager.tidy(account):
                    told.append(Late(user, _tidied(mined), await self.world.ledger.plan(plan.plan_id)))
        return [*told, *await self._strangers(account, user)]

    async def _strangers(self, account: Address, user: str) -> list[Late]:
        found = await self.world.ledger.untold_strangers(account)
        if not found:
            return []
        await self.world.ledger.told_strangers(found)
        refusal = external(tuple(each.nonce for each in found))
        hashes = ", ".join(each.hash for each in found if each.hash)
        text = f"{refusal}{f' ({hashes})' if hashes else ''}"
        return [Late(user, Reply(text, offers=(Offer("It was me", "say", ACKNOWLEDGE),), private=True))]


async def check_strangers(world: World, plan: Plan) -> None:
    """Raises Refused("external-use") while somebody else's transactions of the account are not acknowledged.

    A plan that only takes money out goes on: its preview said so.
    """
    found = await world.ledger.strangers(plan.account)
    if found and not plan.leaves:
        raise external(tuple(each.nonce for each in found))


def reported(plan: Plan, outcome: Outcome, headline: str) -> Reply:
    """What became of a plan, in words and in the shapes of the contract."""
    return Reply(
        text=_told(outcome, headline),
        intent=plan.intent,
        plan=plan_json(plan, outcome.end),
        verdict=Verdict(REPORTED[outcome.end], _rule(outcome)),
        txs=tuple(sent.as_json() for sent in outcome.txs),
        offers=_offers(outcome),
    )


def _offers(outcome: Outcome) -> tuple[Offer, ...]:
    if any(sent.status == "pending" for sent in outcome.txs):
        return (CANCEL,)
    return (CALL_OFF,) if outcome.ordered else ()


def _rule(outcome: Outcome) -> str | None:
    if outcome.end is End.SETTLED:
        return None
    return CONFIRMATIONS if outcome.shallow else "execution"


def _told(outcome: Outcome, headline: str) -> str:
    count = f"{len(outcome.txs)} transaction{'' if len(outcome.txs) == 1 else 's'}"
    stopped = f"Stopped: {outcome.reason.rstrip('.')}. Done: {', '.join(outcome.done) or 'nothing'}."
    stopped += f" Not done: {', '.join(outcome.undone)}." if outcome.undone else ""
    match outcome.end:
        case End.SETTLED:
            return f"Done: {headline}. {count}, balances as expected."
        case End.PARTIAL:
            return stopped
        case End.PENDING if outcome.shallow and outcome.reason:
            return f"{stopped} {outcome.shallow}"
        case End.PENDING if outcome.shallow:
            return f"Mined: {headline}. {count}, balances as expected. {outcome.shallow}"
        case End.VOID:
            return f"Nothing was sent: {outcome.reason.rstrip('.')}."
        case End.PENDING if outcome.ordered:
            return f"{outcome.reason} I tell you its end; say `{CALL_OFF.words}` to take it back."
        case End.PENDING:
            return f"{outcome.reason} I look it up again before anything else; nothing is sent twice."


def _again(row: PlanRow, reply: Reply) -> Reply:
    """A plan that had been told as done says why it is told again."""
    if row.reason != REASON:
        return reply
    return replace(reply, text=f"{REASON} {reply.text}")


def _tidied(mined: Mined) -> Reply:
    receipt = mined.receipt
    tx = {"hash": receipt.hash, "status": "mined", "block": receipt.block_number, "gas_used": receipt.gas_used}
    if mined.cancelled:
        text = "A transaction number that was missing is used up by a cancellation: what waited behind it goes on."
    elif receipt.ok:
        text = f"The allowance of {mined.step.contract} that was left over is taken back now."
    else:
        tx["status"] = "reverted"
        text = f"Taking back the allowance of {mined.step.contract} was mined and reverted: it still stands."
    return Reply(text, txs=(tx,))
