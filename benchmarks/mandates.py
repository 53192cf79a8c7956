"""A thousand mandates weighed in one look: real ledger, signer and node, all of them on one processor.

What is done: a thousand people with an account each; USDC of theirs deposited for real into two of three venues, some
2,000 USDC in each; 90 days of hourly observations of each venue, made up around the rate of now; a mandate each, with
a minimum gain that no move reaches, since what is measured is weighing. Then the schedule's first look, from claiming
the period to the decision in the ledger. And how quickly the past of sixty venues is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import devnet
from agent.abi import Call, encode_call
from agent.chain.multicall import aggregate
from agent.chat.lines import CHANNEL, PLATFORM
from agent.commands import places
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.gate.mandates.mandate import Terms
from agent.money import Address
from agent.place import Place
from agent.plans import Step
from agent.runtime.observing import look_of
from agent.runtime.trying import Trying
from agent.runtime.world import World
from agent.schedule import Schedule
from benchmarks.figure import Figure, shown
from memory.ledger import Ledger
from memory.rows import Inbound
from memory.seen.observations import DAY, HOUR, Look, Observation
from memory.standing.mandates import UserSettings

PEOPLE = 1_000
TARGET_A_MINUTE = 1_000
VENUES = ("aave-v3:core:USDC", "morpho-blue:WETH-86:USDC", "erc4626:stata-prime-USDC:USDC")
APPROVE = "approve(address spender,uint256 amount)"
MANDATE = "keep my usdc well placed, at most 50,000 a venue, at least $100 gain"
USDC = 10**6
AT_ONCE = 100
"""Deposits in one transaction: together they stay under a block's gas."""
OLD_DAYS, OLD_VENUES, READS = 90, 60, 9
TARGET_TRIED_SECONDS = 5
"""For the answer to "what would you have done?"."""
TARGET_READ_MS = 20
"""For the past of sixty venues over 90 days by the hour."""


def figures(quick: bool) -> Iterator[Figure]:
    if quick:  # it takes some minutes
        return
    with (
        _on_one_processor(),
        tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder,
        devnet.start(Path(folder)) as node,
    ):
        place = places.of_devnet(Path(folder), node.rpc_url, node.chain_file, throw_away=True)
        yield from asyncio.run(_measured(place, PEOPLE))
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        taken = asyncio.run(_read_the_past(Path(folder)))
    yield Figure("past_of_60_venues_over_90_days", taken, "ms", TARGET_READ_MS)


async def _measured(place: Place, people: int) -> list[Figure]:
    async with open_instance(place, Settings()) as instance:
        world = instance.world
        accounts = await _people(instance, people)
        await _deposited(world, list(accounts.values()))
        await _seen_for_long(world)
        await _mandated(instance, accounts)
        schedule = Schedule(world, instance.service)
        cpu, began = time.process_time(), time.perf_counter()
        await schedule.tick()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        weighed = [await world.ledger.decisions_of(user, "rebalance", 0) for user in accounts]
        tried = await _tried(world, next(iter(accounts)))
    if not all(len(rows) == 1 and rows[0].outcome == "kept" for rows in weighed):
        raise RuntimeError("not every mandate was weighed")
    return [
        Figure(f"mandates_weighed_a_minute_of_{people}", people * 60 / seconds, "mandates", TARGET_A_MINUTE, True),
        Figure("own_processor_time_of_a_mandate", cpu * 1_000 / people, "ms"),
        Figure(f"dry_run_over_{OLD_DAYS}_days", tried, "s", TARGET_TRIED_SECONDS),
    ]


async def _tried(world: World, user_id: str) -> float:
    """Seconds of one dry run of a mandate over all that was seen."""
    user, row = await world.ledger.user(user_id), await world.ledger.mandate(user_id)
    if user is None or row is None:
        raise RuntimeError("nobody has a mandate")
    began = time.perf_counter()
    (ran,) = await Trying(world).run(user, Terms.from_json(row.limits))
    seconds = time.perf_counter() - began
    if not ran.is_enough or len(ran.points) < 100:
        raise RuntimeError(f"the dry run had too little to go by: {ran.looks} looks, {len(ran.points)} steps")
    return seconds


async def _people(instance: Instance, people: int) -> dict[str, Address]:
    """Their ids and accounts; the accounts are the signer's own."""
    found: dict[str, Address] = {}
    for number in range(people):
        user = await instance.service.user(PLATFORM, f"person-{number}", f"person {number}")
        found[user.id] = await instance.account_for(user)
    return found


async def _deposited(world: World, accounts: Sequence[Address]) -> None:
    """Multicall3 deposits for them: what it enters belongs to whom it names, as with any deposit on behalf."""
    rpc, giver = world.rpc, world.registry.multicall3
    usdc = world.registry.token("USDC").address
    await rpc.request("anvil_dealERC20", giver, usdc, hex(10**9 * USDC))
    await rpc.request("anvil_setBalance", giver, hex(10**20))
    await rpc.request("anvil_impersonateAccount", giver)
    for venue in VENUES:
        approve = encode_call(APPROVE, (world.venues[venue].contract.address, 2**255))
        await _sent(world, giver, str(usdc), approve)
    state = (await world.snapshot(giver)).venues
    steps: list[Step] = []
    for number, account in enumerate(accounts):
        for place in (number, number + 1):
            venue = VENUES[place % len(VENUES)]
            steps += world.venues[venue].deposit(state[venue], account, (2_000 + number) * USDC)
    for start in range(0, len(steps), AT_ONCE):
        calls = [Call(step.to, step.data, ()) for step in steps[start : start + AT_ONCE]]
        await _sent(world, giver, giver, aggregate(calls))
    await rpc.request("anvil_stopImpersonatingAccount", giver)


async def _sent(world: World, sender: str, to: str, data: bytes) -> None:
    message = {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(29_000_000)}
    hash_ = await world.rpc.request("eth_sendTransaction", message)
    await world.rpc.request("evm_mine")
    receipt = await world.rpc.receipt(hash_)
    if receipt is None or not receipt.ok:
        raise RuntimeError("a deposit failed")


async def _seen_for_long(world: World) -> None:
    """90 days of each venue by the hour, its rate up to a tenth off from that of now."""
    # not priced: that would read the past before it is there
    look = look_of(await world.snapshot(Address(world.registry.multicall3)), world.venues)
    head = await world.rpc.block(look.block)
    dice = random.Random(1)  # noqa: S311
    for hours in range(1, OLD_DAYS * 24):
        at = look.at - hours * HOUR
        seen = {
            key: each._replace(at=at, rate=each.rate * dice.randint(90, 110) // 100)
            for key, each in look.venues.items()
        }
        await world.ledger.observe(Look(at, look.block - hours, head.base_fee, seen))


async def _mandated(instance: Instance, accounts: Mapping[str, Address]) -> None:
    """The first by words, the others as a copy of it."""
    world, ids = instance.world, list(accounts)
    said = [
        await instance.service.handle(Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, ids[0], text))
        for text in (MANDATE, "yes")
    ]
    first = await world.ledger.mandate(ids[0])
    row = None if first is None else await world.ledger.plan(first.plan_id)
    if row is None:
        raise RuntimeError(f"no mandate was given: {[each and each.reply.text for each in said]}")
    for user in ids[1:]:
        plan = replace(row.plan, plan_id=world.new_id(), user=user, account=accounts[user])
        made = await world.ledger.propose(plan, origins={}, preview=row.preview, decisions=(), channel=CHANNEL)
        await world.ledger.grant(plan.plan_id, user, made.digest, world.now(), UserSettings(user, CHANNEL))


async def _read_the_past(folder: Path) -> float:
    """The quickest of nine readings: what else the machine does at the time isn't in it."""
    ledger = await Ledger.open(folder, lambda: 0)
    first = 20_000 * DAY
    for hour in range(OLD_DAYS * 24):
        at = first + hour * HOUR
        seen = {f"venue-{number}": Observation(at, *range(6)) for number in range(OLD_VENUES)}
        await ledger.observe(Look(at, hour, None, seen))
    taken = []
    for _ in range(READS):
        began = time.perf_counter()
        pasts = await ledger.pasts(first, first + OLD_DAYS * DAY)
        taken.append((time.perf_counter() - began) * 1_000)
        if len(pasts) != OLD_VENUES or any(len(past.at) != OLD_DAYS * 24 for past in pasts.values()):
            raise RuntimeError("the past isn't whole")
    await ledger.close()
    return min(taken)


@contextlib.contextmanager
def _on_one_processor() -> Iterator[None]:
    """This process and what it starts, where the system can say so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    sys.exit(int(not shown(figures(quick=False))))
