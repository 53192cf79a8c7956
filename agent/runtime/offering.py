"""Offers for a swap: all are asked at once, beside the snapshot; each answer is checked, then run on our node."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.ordered import clock
from agent.gate.desk import Desk, Resolved
from agent.gate.propose import Proposal
from agent.gate.resolve import units_of
from agent.gate.trades import offered
from agent.gate.trades.offers import STALE_SECONDS, Head, Tried, checked, refused
from agent.gate.trades.offers_run import run
from agent.gate.trades.slippage import slippage_of
from agent.gate.wanted import moves_of
from agent.intents import All, Exact, Intent, Sequence, Swap
from agent.money import Address, Amount, Token
from agent.plugin import Offer, Quoter, Wanted
from agent.runtime.asking import Service
from agent.runtime.world import World

log = structlog.get_logger()
UNATTENDED = "an order that is filled later is only taken where you confirm it yourself"
GOES_ON = "it is filled later, and what follows needs what comes of it now"
NO_ANSWER = "quote-no-answer"
FAULTY = "quote-shape"

Answers = list[tuple[Quoter, Offer | Tried]]


@dataclass
class Asking:
    """The offers for one swap, on their way; nobody is asked before it is known how much is to be swapped."""

    world: World
    account: Address
    swap: Swap | None
    orders: str = ""
    """Why no order is taken, '' where one may be."""
    _asked: tuple[Wanted, asyncio.Task[Answers]] | None = field(default=None, repr=False)

    def ask(self, wanted: Wanted) -> tuple[Wanted, asyncio.Task[Answers]]:
        self._asked = wanted, asyncio.create_task(_ask_all(self.world, wanted))
        return self._asked

    async def offers(self, desk: Desk) -> tuple[Tried, ...]:
        """What came of asking, in the order of the quoters' names; () where nobody was asked."""
        if self.swap is None:
            return ()
        asked = self._asked
        if asked is None:
            wanted = _part(self.world, self.account, self.swap, desk)
            if wanted is None:
                return ()
            asked = self.ask(wanted)
        wanted, answers = asked
        why = self.orders or await _still_valid(self.world, self.account, wanted.gives)
        return await _tried(self.world, wanted, await answers, desk.snapshot, why)

    def stop(self) -> None:
        if self._asked is not None:
            self._asked[1].cancel()


@contextlib.asynccontextmanager
async def asking(world: World, account: Address, intent: Intent, attended: bool = False) -> AsyncIterator[Asking]:
    """Asks at once where the intent says an exact amount. Nobody is asked for anything but a swap of tokens.

    `attended`: somebody confirms the plan and reads its end, so that an order may be taken, which is filled later.
    """
    swap = _swap_of(world, intent) if world.quoters else None
    found = Asking(world, account, swap, _why_no_order(world, intent, attended))
    try:
        said = swap and (swap.to_amount or swap.amount)
        if swap is not None and isinstance(said, Exact):
            exact = _exact(world, account, swap, said)
            if exact is not None:
                found.ask(exact)
        yield found
    finally:
        found.stop()


def _why_no_order(world: World, intent: Intent, attended: bool) -> str:
    if not attended:
        return UNATTENDED
    unwraps = isinstance(intent, Swap) and intent.to_asset == world.registry.native.symbol
    return GOES_ON if unwraps or isinstance(intent, Sequence) else ""


async def _still_valid(world: World, account: Address, gives: Token) -> str:
    """Why no order over that token is taken now: an allowance for it would bring an older one back to life."""
    for each in await world.ledger.valid_orders(account, world.now()):
        if each.token == gives.address:
            return f"an earlier order over {gives.symbol} could be filled until {clock(each.valid_to)}"
    return ""


async def passing(
    intent: Intent, at: Desk, build: Callable[[Resolved], Awaitable[Proposal]]
) -> tuple[Desk, Resolved, Proposal]:
    """What the intent comes to: an offer that fails a check of the whole plan is turned down, and what is best
    without it is tried. Raises Refused where the own way fails, too.
    """
    while True:
        resolved = moves_of(intent, at)
        try:
            return at, resolved, await build(resolved)
        except Refused as error:
            quoter = offered.quoter_of(resolved.moves)
            if not quoter:
                raise
            at = replace(at, offers=offered.turned_down(at.offers, quoter, error.rule, error.message))


def _swap_of(world: World, intent: Intent) -> Swap | None:
    """The swap in an intent, where what it gives can be known now, or what it gets is said."""
    swap = intent.steps[0] if isinstance(intent, Sequence) else intent  # what is withdrawn first isn't there to run
    if not isinstance(swap, Swap):
        return None
    with contextlib.suppress(MonetaError):
        gives, gets = world.registry.token(swap.asset), world.registry.token(swap.to_asset)
        if _form(world, gives) == _form(world, gets) or not _form(world, gets):
            return None
        if gives.is_native and isinstance(
            swap.amount, All | None
        ):  # how much that is hangs on the gas, or comes back
            return None
        return swap.model_copy(update={"to_asset": _form(world, gets)})  # of the coin itself no receipt tells
    return None


def _form(world: World, token: Token) -> str:
    """The symbol of what pools hold."""
    return (world.registry.wrapped or "") if token.is_native else token.symbol


def _exact(world: World, account: Address, swap: Swap, said: Exact) -> Wanted | None:
    token = world.registry.token(swap.asset if swap.to_amount is None else swap.to_asset)
    try:
        return _wanted(world, account, swap, Amount.parse(said.value, token).units)
    except ValueError:  # whoever resolves the intent says what is wrong with it
        return None


def _part(world: World, account: Address, swap: Swap, desk: Desk) -> Wanted | None:
    token = world.registry.token(swap.asset)
    if swap.to_amount is not None:  # it would have been asked for at once, if it were an amount
        return None
    try:
        return _wanted(
            world, account, swap, units_of(swap.amount or All(), token, desk.balance(token), "Your wallet")
        )
    except Refused:
        return None


def _wanted(world: World, account: Address, swap: Swap, units: int) -> Wanted:
    gives, gets = world.registry.token(swap.asset), world.registry.token(swap.to_asset)
    until = world.now() + world.settings.plan_seconds + world.settings.receipt_seconds
    slippage = slippage_of(world.registry, gives, gets)
    exact_out = swap.to_amount is not None
    return Wanted(world.registry.chain_id, account, gives, gets, units, slippage, until, exact_out)


async def _ask_all(world: World, wanted: Wanted) -> Answers:
    native = wanted.gives.is_native, wanted.gets.is_native
    able = [each for _, each in sorted(world.quoters.items()) if each.exact_outputs or not wanted.exact_out]
    quoters = [each for each in able if _takes(each.coin, native)]
    return list(zip(quoters, await asyncio.gather(*(_ask(world, each, wanted) for each in quoters)), strict=True))


def _takes(able: tuple[bool, bool], native: tuple[bool, bool]) -> bool:
    """Whether a quoter may be asked for a swap of or into the native coin."""
    return all(may or not wanted for may, wanted in zip(able, native, strict=True))


async def _ask(world: World, quoter: Quoter, wanted: Wanted) -> Offer | Tried:
    """The quoter's offer, or why there is none. A plug-in's fault costs its own offer."""
    if quoter.contract.address not in world.policy.contracts:  # nobody hears of what could not be taken
        how = f"the operator lists it first: `moneta policy list {quoter.name}`"
        return refused(quoter, wanted, "lists", f"its contract isn't on the signer's list; {how}")
    service: Service = world.services[quoter.name]
    try:
        async with asyncio.timeout(service.seconds):
            return await quoter.offer(wanted, service)
    except TimeoutError:
        return refused(quoter, wanted, NO_ANSWER, f"no answer within {service.seconds:g} s")
    except Unavailable as error:
        return refused(quoter, wanted, NO_ANSWER, error.message)
    except Refused as error:
        return refused(quoter, wanted, error.rule, error.message)
    except Exception as error:
        log.warning("a quoter failed", quoter=quoter.name, error=type(error).__name__)
        return refused(quoter, wanted, FAULTY, "its answer can't be read")


async def _tried(
    world: World, wanted: Wanted, answers: Answers, snapshot: Snapshot, no_order: str
) -> tuple[Tried, ...]:
    head = Head(snapshot.block.number, world.now(), max(world.registry.blocks_in(STALE_SECONDS), 1))
    found = await asyncio.gather(*(_try(world, wanted, *each, snapshot, head) for each in answers))
    return tuple(_without_order(each, no_order) if each.typed and no_order else each for each in found)


def _without_order(offer: Tried, why: str) -> Tried:
    said = f"about {Amount(*offer.told)} by a signed order; {why}"
    return replace(offer, rule="quote-order", why_not=said)


async def _try(
    world: World, wanted: Wanted, quoter: Quoter, answer: Offer | Tried, snapshot: Snapshot, head: Head
) -> Tried:
    if isinstance(answer, Tried):
        return answer
    try:
        offer = checked(world.policy, quoter, wanted, answer, head)
        if offer.typed:  # nobody can simulate who fills it
            return offer
        return await run(world.rpc, wanted.account, offer, snapshot.block, wanted.slippage_bps)
    except Refused as error:
        return refused(quoter, wanted, error.rule, error.message)
    except Unavailable as error:
        return refused(quoter, wanted, "quote-simulated", error.message)
