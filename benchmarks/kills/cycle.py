"""One cycle: a plan is proposed, confirmed and run by a process that is killed on its way; others end it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent.abi import encode_call
from agent.errors import MonetaError
from agent.execution.points import Point, watched
from agent.intents import All, Exact, Exit, Intent, Sequence, Swap, Withdraw
from agent.money import Address
from agent.runtime.acting import Acting
from agent.runtime.recovering import Recovering
from agent.runtime.world import World
from benchmarks.kills.stuck import (
    PATIENCE_SECONDS,
    REPLACE_SECONDS,
    dearer,
    go_on,
    mined_once_replaced,
    stop_mining,
)
from benchmarks.kills.warm import AAVE, CHANNEL, MORPHO, Warm, deposit, forked
from devnet.rpc import Rpc

KILLED = signal.SIGKILL
MOST_KILLS = 3
MOST_PASSES = 24
STUCK_PASSES = (6, 12)
"""From the first attempt on record to the receipt that follows a replacement."""
SECONDS = 60


@dataclass
class Told:
    """What the cycle's processes said: the points they were killed at, and what the last one found wrong."""

    plan: str
    killed_at: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


PLANS: dict[str, Callable[[random.Random], Intent]] = {
    "deposit": lambda dice: deposit(str(dice.randint(1, 5_000)), dice.choice((AAVE, MORPHO))),
    "withdraw": lambda dice: Withdraw(asset="USDC", amount=Exact(value=str(dice.randint(1, 4_000))), venue=AAVE),
    "exit": lambda dice: Exit(),
    "swap": lambda dice: _swap(dice, "USDC", "DAI"),
    "sequence": lambda dice: Sequence(
        steps=(_swap(dice, "DAI", "USDC"), deposit("1", AAVE).model_copy(update={"amount": All()}))
    ),
    "stopped": lambda dice: deposit(str(dice.randint(1, 5_000)), AAVE),
    "replaced": lambda dice: deposit(str(dice.randint(1, 5_000)), dice.choice((AAVE, MORPHO))),
    "cancelled": lambda dice: deposit(str(dice.randint(1, 5_000)), dice.choice((AAVE, MORPHO))),
}
"""`stopped` is a deposit whose venue is paused once its approval is mined: it ends with a clean-up. `replaced` and
`cancelled` are deposits whose first transaction isn't mined: gas rises above its offer, or their user gives them up.
"""
STUCK = ("replaced", "cancelled")


def _swap(dice: random.Random, asset: str, to: str) -> Swap:
    return Swap(asset=asset, amount=Exact(value=str(dice.randint(1, 2_000))), to_asset=to, to_amount=None)


def run(warm: Warm, folder: Path, dice: random.Random) -> Told:
    """Kills up to three processes at random points; the last one is let alone, and looks whether all is well."""
    warm.fresh(folder)
    told = Told(dice.choice(list(PLANS)))
    intent = PLANS[told.plan](dice)
    kills = dice.choice((1, 1, 1, 2, 3))
    assert kills <= MOST_KILLS
    stuck = told.plan in STUCK
    at = dice.randrange(*STUCK_PASSES) if stuck else dice.randrange(MOST_PASSES)
    if stuck:
        stop_mining(warm)
    _child(told, lambda pipe: asyncio.run(_first(warm, folder, intent, told.plan, _killer(pipe, at))))
    for _ in range(kills - 1):
        if len(told.killed_at) == 0:
            break  # it came to its end: nothing is left to recover
        at = dice.randrange(MOST_PASSES // 2)
        _child(told, lambda pipe, at=at: asyncio.run(_next(warm, folder, stuck, _killer(pipe, at))))  # type: ignore[misc]
    if stuck:
        go_on(warm)
    _child(told, lambda pipe: asyncio.run(_last(warm, folder, pipe)))
    return told


def _child(told: Told, work: Callable[[int], object]) -> None:
    """Runs `work` in a child with a pipe to say things in, a JSON line each."""
    reads, writes = os.pipe()
    pid = forked(lambda: _loudly(work, writes))
    os.close(writes)
    with os.fdopen(reads) as heard:
        for line in heard:
            kind, text = json.loads(line)
            (told.killed_at if kind == "killed" else told.problems).append(text)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0 and not told.problems:
        told.problems.append("a process ended with an error of its own")


def _loudly(work: Callable[[int], object], pipe: int) -> None:
    signal.alarm(SECONDS)
    try:
        work(pipe)
    except Exception:
        _say(pipe, "problem", traceback.format_exc(limit=-4))
        raise


def _say(pipe: int, kind: str, text: str) -> None:
    os.write(pipe, (json.dumps([kind, text]) + "\n").encode())


def _killer(pipe: int, at: int) -> Callable[[Point], None]:
    """Ends the process at the `at`th point that it passes, as a power cut would: nothing behind it runs."""
    passed = -1

    def hook(name: Point) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            _say(pipe, "killed", name)
            os.kill(os.getpid(), KILLED)

    return hook


async def _first(warm: Warm, folder: Path, intent: Intent, plan: str, hook: Callable[[Point], None]) -> None:
    async with warm.open(folder) as world:
        acting = Acting(world)
        _hurry(world, plan in STUCK)
        happens = {"stopped": _pausing, "replaced": dearer}.get(plan, lambda _: _nothing)(warm)
        with watched(hook), watched(happens), watched(mined_once_replaced(warm)):
            await acting.propose(warm.user, CHANNEL, intent, {})
            await acting.confirm(warm.user, CHANNEL, None)
            if plan == "cancelled":
                await Recovering(world).cancel_stuck(warm.user)


async def _next(warm: Warm, folder: Path, stuck: bool, hook: Callable[[Point], None]) -> None:
    async with warm.open(folder) as world:
        _hurry(world, stuck)
        with watched(hook), watched(mined_once_replaced(warm)):
            await Recovering(world).all()


def _hurry(world: World, stuck: bool) -> None:
    """Where nothing is mined nobody waits for it long."""
    if stuck:
        world.manager.receipt_seconds, world.manager.replace_seconds = PATIENCE_SECONDS, REPLACE_SECONDS


async def _last(warm: Warm, folder: Path, pipe: int) -> None:
    from benchmarks.kills.check import problems

    async with warm.open(folder) as world:
        try:
            await Recovering(world).all()
            await Recovering(world).all()  # a clean-up that was owed may be what the first look sent
        except MonetaError as error:
            _say(pipe, "problem", f"recovery refused: {error}")
        for problem in await problems(warm, world):
            _say(pipe, "problem", problem)


def _nothing(_: Point) -> None:
    pass


def _pausing(warm: Warm) -> Callable[[Point], None]:
    """Pauses Aave's USDC once the first transaction of the plan is noted."""
    done = False

    def hook(name: Point) -> None:
        nonlocal done
        if name is Point.NOTED and not done:
            done = True
            _pause(warm)

    return hook


def _pause(warm: Warm) -> None:
    provider = warm.registry.protocols["aave-v3"]["core"]["provider"]
    usdc = warm.registry.token("USDC").address
    with Rpc(warm.node.rpc_url) as chain:
        asked = {"to": provider, "data": "0x" + encode_call("getPoolConfigurator()", ()).hex()}
        configurator = Address("0x" + str(chain.call("eth_call", asked, "latest"))[-40:])
        data = encode_call("setReservePause(address asset,bool paused)", (usdc, True))
        admin = chain.call("eth_accounts")[0]
        chain.send({"from": admin, "to": configurator, "data": "0x" + data.hex(), "gas": hex(3_000_000)})
