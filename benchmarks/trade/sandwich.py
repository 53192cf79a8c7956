"""A sandwich bot on devnet against 200 random swaps: what it took, held against what each preview said at the most.

Each swap goes through the product's own planning and signer. As it is sent the node first runs it alone on that very
state: that is what it gives with nobody around it. Then it waits in the pool, where the bot sees it, goes ahead of it
for a higher fee and back behind it, and mines the block.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import rlp  # type: ignore[import-untyped]

import devnet
from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.private import receiver
from agent.chain.rpc_types import Log, log
from agent.errors import MonetaError
from agent.gate.trades import slippage
from agent.intents import Exact, Swap
from agent.money import Address, Token, text_from_units, units_from_text
from agent.plans import Role
from agent.replies.reply import Reply
from benchmarks.figure import Figure
from benchmarks.trade.bot import Around, around, calldata, parts_of
from devnet.faucet import fund
from plugins.uniswap.v4.keys import PoolKey
from plugins.uniswap.v4.trader import UniswapV4
from tests.integration.swap_parts import Swapping, swapping
from tests.servers.sandwich_bot import SandwichBot

SWAPS, FEWER = 200, 20
SEED = 8
SLIPPAGES = (5, 10, 30, 50, 100)
"""Basis points, set where the policy's own stand: 30, and 5 between dollars."""
PAIRS = (
    ("USDC", "WETH"),
    ("WETH", "USDC"),
    ("ETH", "USDC"),
    ("USDC", "ETH"),
    ("DAI", "USDC"),
    ("USDC", "DAI"),
    ("DAI", "WETH"),
    ("WETH", "DAI"),
)
DOLLARS = (100, 200_000)
PRICES, ETHER = {"USDC": 1, "DAI": 1, "WETH": 3_000, "ETH": 3_000}, 10**18
MOST = re.compile(r"at most ([\d,]+(?:\.\d+)?) (\w+)")
WITHDRAWAL_TOPIC = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
"""keccak256("Withdrawal(address,uint256)") of WETH9."""
OURS = {"ETH": 10**5 * 10**18, "USDC": 10**8 * 10**6, "DAI": 10**8 * 10**18, "WETH": 10**5 * 10**18}


@dataclass(frozen=True)
class Case:
    """One swap: base units of the open side, which the preview said, which it gives alone, and which it gave."""

    token: Token
    stated: int
    alone: int
    given: int
    exact_out: bool
    least: int
    mined: bool
    gained: bool
    went: bool
    by_v4: bool
    told: int | None

    @property
    def loss(self) -> int:
        if not self.mined:
            return 0
        return self.given - self.alone if self.exact_out else self.alone - self.given

    @property
    def broke(self) -> bool:
        """Whether less came than the plan accepts, or more was taken."""
        return self.mined and (self.given > self.least if self.exact_out else self.given < self.least)


@dataclass
class Stand:
    """The instance, the bot, and what the send of the swap leaves to be looked at."""

    it: Swapping
    bot: SandwichBot
    dice: random.Random
    raw: bytes = b""
    alone: tuple[Log, ...] = ()
    found: list[Around] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    @property
    def keys(self) -> dict[Address, PoolKey]:
        """v4's pools by their ids."""
        return {pool.id: pool.key for pool in cast(UniswapV4, self.it.world.traders["uniswap-v4"]).pools}

    def token(self, symbol: str) -> Token:
        return self.it.world.registry.token(symbol)

    def place(self, symbol: str) -> Address:
        place = self.token(symbol).address
        assert place is not None
        return place


def figures(quick: bool = False) -> Iterator[Figure]:
    """How often it took more than was said (never), less came than the plan accepts (never), and what it took."""
    cases, refused = asyncio.run(_all(FEWER if quick else SWAPS))
    went = [case for case in cases if case.went]
    over = [case for case in cases if case.loss > case.stated]
    took = [case.loss * 10_000 / max(case.alone, 1) for case in went if case.mined]
    by_v4 = sum(case.by_v4 for case in cases)
    of = f"of {len(cases)} swaps, {by_v4} of them by Uniswap v4, {len(went)} sandwiched ({refused} more refused)"
    yield Figure("sandwich_above_stated_worst", len(over), of, 0)
    yield Figure("sandwich_minimum_violations", sum(case.broke for case in cases), of, 0)
    yield Figure("sandwich_swaps", len(cases), "swaps", FEWER if quick else SWAPS, at_least=True)
    yield Figure("sandwich_bot_gained", sum(case.gained for case in went), f"of {len(went)} sandwiches, gas apart")
    yield Figure("sandwich_stopped", sum(not case.mined for case in cases), "swaps that their limit stopped")
    gained = [case.loss * 10_000 / max(case.alone, 1) for case in went if case.mined and case.gained]
    yield Figure("sandwich_took_mean_where_gained", sum(gained) / max(len(gained), 1), "basis points of the same")
    yield Figure("sandwich_took_mean", sum(took) / max(len(took), 1), "basis points of what it gives alone")
    read = [case for case in went if case.mined and not case.exact_out]
    wrong = sum((case.told or 0) != case.loss for case in read)
    yield Figure(
        "sandwich_told_otherwise", wrong, f"of {len(read)} of exact amounts in: what the block was read to tell", 0
    )
    shares = [case.loss * 100 / case.stated for case in went if case.mined and case.stated]
    yield Figure("sandwich_took_of_stated_most", max(shares, default=0.0), "% of the stated worst case", 100)


async def _all(count: int) -> tuple[list[Case], int]:
    usual = slippage.SLIPPAGE_BPS, slippage.STABLE_SLIPPAGE_BPS
    with tempfile.TemporaryDirectory() as folder, devnet.start(Path(folder) / "node") as node:
        (Path(folder) / "instance").mkdir()
        async with swapping(node, Path(folder) / "instance") as it:
            stand = await _stand(it)
            cases: list[Case] = []
            refused = 0
            try:
                while len(cases) < count and refused < count * 5:
                    case = await _one(stand)
                    refused += case is None
                    cases += [case] if case is not None else []
            finally:
                slippage.SLIPPAGE_BPS, slippage.STABLE_SLIPPAGE_BPS = usual
    return cases, refused


async def _stand(it: Swapping) -> Stand:
    rpc = it.devnet.rpc
    v4 = it.world.traders["uniswap-v4"]
    assert v4.through is not None
    account = Address((await rpc.request("eth_accounts"))[5])
    bot = SandwichBot(rpc, it.router, account, v4=(v4.contract.address, v4.through.address))
    stand = Stand(it, bot, random.Random(SEED))  # noqa: S311
    await bot.ready([stand.place(symbol) for symbol in ("USDC", "DAI", "WETH")])
    await asyncio.to_thread(fund, rpc.url, it.account, OURS)
    send = it.world.rpc.send_raw

    async def sending(raw: bytes) -> str:
        await _before(stand, raw)
        return await send(raw)

    it.world.rpc.send_raw = sending  # type: ignore[method-assign, assignment]
    return stand


async def _before(stand: Stand, raw: bytes) -> None:
    """What a swap gives alone is tried on the node, in the next block; from then on it waits in the pool."""
    to = receiver("0x" + raw.hex())
    if to not in {each.contract.address for each in stand.it.world.traders.values()}:
        return
    gas, _, value, data = (bytes(each) for each in rlp.decode(raw[1:])[4:8])  # EIP-1559: gas limit, to, value, data
    call = {"from": stand.it.account, "to": to, "data": "0x" + data.hex()}
    block = {"calls": [call | {"value": hex(int.from_bytes(value)), "gas": hex(int.from_bytes(gas))}]}
    terms = {"blockStateCalls": [block], "traceTransfers": False, "validation": False}
    ((tried,),) = [each["calls"] for each in await stand.it.devnet.rpc.request("eth_simulateV1", terms, "latest")]
    assert tried["status"] == "0x1", tried
    stand.alone, stand.raw = tuple(log(each) for each in tried["logs"]), raw
    await stand.bot.hold()


async def _watch(stand: Stand) -> None:
    """The bot: the first trade that waits for the router is read, gone around and mined."""
    bot, it = stand.bot, stand.it
    waiting = await bot.waiting()
    snapshot = await it.world.snapshot(bot.account)
    states = {state.pool: state for pools in snapshot.traders.values() for state in pools}
    stand.found = around(parts_of(calldata(waiting), states), states, stand.keys)
    offered = int(waiting["maxFeePerGas"], 16)
    stand.hashes = [await bot.swap(each.front, offered + 10**9) for each in stand.found]
    stand.hashes += [await bot.swap(each.back, offered - 1) for each in stand.found]
    await bot.mine(stand.hashes)
    await bot.go_on()


async def _one(stand: Stand) -> Case | None:
    """One swap with the bot around it; None where a rule of the product refuses it."""
    dice, it = stand.dice, stand.it
    slippage.SLIPPAGE_BPS = slippage.STABLE_SLIPPAGE_BPS = dice.choice(SLIPPAGES)
    intent = _intent(stand)
    try:
        preview = await it.ask(intent)
    except MonetaError as error:
        sys.stderr.write(f"refused: {error}\n")
        return None
    plan = await it.plan(preview)
    move = [step for step in plan.steps if step.role is Role.ACTION][-1]
    exact_out = intent.to_amount is not None
    token = stand.token(intent.asset if exact_out else intent.to_asset)
    change = next(each for each in plan.expected if each.symbol == token.symbol)
    before = await _worth(stand)
    watch = asyncio.create_task(_watch(stand))
    stand.raw, stand.found, stand.hashes = b"", [], []
    reply = await it.confirm()
    if not stand.raw:
        watch.cancel()
        sys.stderr.write(f"nothing was sent: {reply.text}\n")
        return None
    await watch
    gained = await _worth(stand) + await _fees(stand) - before
    mined = [each for each in await it.world.ledger.attempts(plan.plan_id) if each.raw == stand.raw]
    receipt = await it.devnet.rpc.receipt(mined[0].hash)
    assert receipt is not None
    went = [await stand.bot.did(each) for each in stand.hashes]
    rows = [row for row in await it.world.ledger.sandwiches(plan.plan_id) if row.hash == mined[0].hash]
    return Case(
        token=token,
        stated=_stated(preview, token),
        alone=_moved(stand, stand.alone, token, exact_out),
        given=_moved(stand, receipt.logs, token, exact_out),
        exact_out=exact_out,
        least=-change.min if exact_out else change.min,
        mined=receipt.ok,
        gained=gained > 0,
        went=bool(went) and all(went),
        by_v4=move.to == it.world.traders["uniswap-v4"].contract.address,
        told=next((row.units for row in rows if row.found == "taken"), None),
    )


def _intent(stand: Stand) -> Swap:
    """Any two tokens, any size in dollars, one of five says how much comes back."""
    dice = stand.dice
    start, end = dice.choice(PAIRS)
    low, high = DOLLARS
    cents = round(100 * low * (high / low) ** dice.random())
    exact_out = start != "ETH" and end != "ETH" and dice.random() < 0.2
    symbol = end if exact_out else start
    value = text_from_units(cents * 10**4 // PRICES[symbol], 6)
    amount = Exact(value=value)
    if exact_out:
        return Swap(asset=start, amount=None, to_asset=end, to_amount=amount)
    return Swap(asset=start, amount=amount, to_asset=end, to_amount=None)


def _stated(preview: Reply, token: Token) -> int:
    """The most that a sandwich could take, as the preview's own line says it."""
    assert preview.preview is not None
    (found,) = [match for note in preview.preview.notes if (match := MOST.search(note)) and "sandwich" in note]
    assert found[2] == token.symbol, found
    return units_from_text(found[1].replace(",", ""), token.decimals)


def _moved(stand: Stand, logs: Sequence[Log], token: Token, exact_out: bool) -> int:
    """What a swap gave of that token, or with `exact_out` took of it, by its events."""
    if token.is_native:  # the router unwraps it and hands it on
        return sum(int.from_bytes(each.data) for each in logs if each.topics[0] == WITHDRAWAL_TOPIC)
    me, side = stand.it.account[2:].lower(), 1 if exact_out else 2
    return sum(
        int.from_bytes(each.data)
        for each in logs
        if each.address == token.address
        and each.topics[0] == TRANSFER_TOPIC
        and each.topics[side][-40:].lower() == me
    )


async def _worth(stand: Stand) -> int:
    """What the bot holds, in dollars' cents times 10,000."""
    total = 0
    for symbol in ("USDC", "DAI", "WETH"):
        units, price = await stand.bot.balance(stand.place(symbol)), PRICES[symbol]
        total += (units * price * 10**6) // 10 ** stand.token(symbol).decimals
    return total + await stand.bot.coin() * PRICES["ETH"] * 10**6 // ETHER


async def _fees(stand: Stand) -> int:
    """What the bot's last transactions cost in gas, in the same unit."""
    receipts = [await stand.it.devnet.rpc.receipt(each) for each in stand.hashes]
    return sum(each.fee for each in receipts if each is not None) * PRICES["ETH"] * 10**6 // ETHER
