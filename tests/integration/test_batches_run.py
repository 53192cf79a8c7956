"""Random batches against the real router: whatever the policy lets pass moves what it says, for the account alone.

The generator hands in what a stolen chat process could: other recipients, amounts of 0 and of too much, unwraps that
give too little or to others, refunds and coin in the wrong place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from agent.abi import Call, encode_call
from agent.chain.contracts import erc20
from agent.chain.contracts.multicall3 import ETH_BALANCE
from agent.chain.multicall import aggregate, disaggregate
from agent.chain.simulate import simulate
from agent.errors import Refused
from agent.gate.approvals import approve
from agent.money import Address, Token
from agent.plans import Plan, Role, Step
from agent.policy.effects import Effect
from agent.policy.whole import check_plan
from devnet import Node
from plugins.uniswap.calls import (
    EXACT_INPUT,
    EXACT_INPUT_SINGLE,
    EXACT_OUTPUT,
    EXACT_OUTPUT_SINGLE,
    MULTICALL,
    PAIRS_IN,
    PAIRS_OUT,
    REFUND,
    UNWRAP,
)
from plugins.uniswap.calls import ROUTER as HERE
from tests.integration.swap_parts import ETH, Swapping, swapping

pytestmark = pytest.mark.integration

CASES, SEED = 200, 8
STRANGER = "0x00000000000000000000000000000000deadbeef"
SENDER = "0x0000000000000000000000000000000000000001"
UNTIL, MOST = 2**40, 2**256 - 1
FEES = (500,) * 9 + (3_000,)
PRICES = {"USDC": 10**6, "DAI": 10**18, "WETH": ETH // 3_000}
"""About a dollar of each."""


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as instance:
        yield instance


@dataclass
class Maker:
    """Makes batches; about half of them with something in them that nobody should sign."""

    random: Random
    account: Address
    tokens: Mapping[str, Token]

    def place(self, symbol: str) -> str:
        return str(self.tokens[symbol].address)

    def odd(self) -> bool:
        return self.random.random() < 0.06

    def made(self, router: Address) -> tuple[Step, str, int]:
        """The batch, what it names as paid, and how much of it all parts may take."""
        start, end = self.random.sample(("USDC", "WETH") if self.random.random() < 0.8 else sorted(PRICES), 2)
        exact_out = self.random.random() < 0.4
        native_in, native_out = (
            start == "WETH" and self.random.random() < 0.6,
            end == "WETH" and self.random.random() < 0.6,
        )
        to = HERE if native_out else self.account
        found = [self.part(start, end, exact_out, to) for _ in range(self.random.randint(1, 3))]
        calls, most = [call for call, _, _ in found], sum(units for _, units, _ in found)
        least = sum(units for _, _, units in found)
        if native_out != self.odd():
            given = self.random.choice([0, least - 1, least // 2]) if self.odd() else least
            calls.append(encode_call(UNWRAP, (min(max(given, 0), MOST), STRANGER if self.odd() else self.account)))
        if native_in != self.odd():
            calls.append(encode_call(REFUND, ()))
        if self.odd():
            self.random.shuffle(calls)
        value = most if native_in else 0
        if self.odd():
            value = self.random.choice([0, most, most + 1, most - 1])
        step = Step(router, "Uniswap v3 router", MULTICALL, (UNTIL, tuple(calls)), max(value, 0), 5_000_000)
        return step, start, most

    def part(self, start: str, end: str, exact_out: bool, to: str) -> tuple[bytes, int, int]:
        """Its calldata, the most that it takes, the least that it gives."""
        random = self.random
        dollars = random.choice([1, 50, 2_000, 30_000])
        pay, get = dollars * PRICES[start], dollars * PRICES[end]
        least = random.choice([1, get * 9 // 10, get // 2])
        if self.odd():
            pay, least = random.choice([(0, least), (pay, 0), (2**256 - 1, least), (2**255, least)])
        if self.odd():
            to = random.choice([STRANGER, SENDER, HERE, self.account])
        if self.odd():
            start, end = random.sample(sorted(PRICES), 2)
        if exact_out != self.odd():
            got = get // random.choice([1, 2, 3])
            most = random.choice([pay, min(pay * 2, MOST)])
            return self.wanted(start, end, got, most, to), most, got
        return self.given(start, end, pay, least, to), pay, least

    def way(self, start: str, end: str) -> list[str]:
        middle = next(each for each in PRICES if each not in (start, end))
        return [self.place(each) for each in ([start, middle, end] if self.random.random() < 0.15 else [start, end])]

    def packed(self, way: Sequence[str]) -> bytes:
        data = bytes.fromhex(way[0][2:])
        for each in way[1:]:
            data += self.random.choice(FEES).to_bytes(3, "big") + bytes.fromhex(each[2:])
        return data

    def given(self, start: str, end: str, units: int, least: int, to: str) -> bytes:
        way = self.way(start, end)
        match self.random.randint(0, 2):
            case 0:
                limit = 1 if self.odd() else 0
                params = (self.place(start), self.place(end), self.random.choice(FEES), to, units, least, limit)
                return encode_call(EXACT_INPUT_SINGLE, (params,))
            case 1:
                return encode_call(EXACT_INPUT, ((self.packed(way), to, units, least),))
        return encode_call(PAIRS_IN, (units, least, tuple(way), to))

    def wanted(self, start: str, end: str, units: int, most: int, to: str) -> bytes:
        way = self.way(start, end)
        match self.random.randint(0, 2):
            case 0:
                params = (self.place(start), self.place(end), self.random.choice(FEES), to, units, most, 0)
                return encode_call(EXACT_OUTPUT_SINGLE, (params,))
            case 1:
                return encode_call(EXACT_OUTPUT, ((self.packed(way[::-1]), to, units, most),))
        return encode_call(PAIRS_OUT, (units, most, tuple(way), to))


@dataclass
class Ledgers:
    """Balances of the account and of the router, in every token and in coin."""

    it: Swapping
    tokens: Mapping[str, Token]

    @property
    def calls(self) -> list[Call]:
        places = (self.it.account, self.it.router)
        coin = self.it.world.registry.multicall3
        held = [
            erc20.BALANCE_OF.at(each.address, who) for who in places for each in self.tokens.values() if each.address
        ]
        return [*held, *(ETH_BALANCE.at(coin, who) for who in places)]

    def read(self, answers: Sequence[tuple[object, ...] | None]) -> tuple[dict[str, int], dict[str, int]]:
        numbers = [int(str(answer[0])) for answer in answers if answer is not None]
        names, count = list(self.tokens), len(self.tokens)
        mine = dict(zip(names, numbers[:count], strict=True)) | {"ETH": numbers[2 * count]}
        theirs = dict(zip(names, numbers[count : 2 * count], strict=True)) | {"ETH": numbers[2 * count + 1]}
        return mine, theirs

    async def after(self, steps: Sequence[Step]) -> tuple[dict[str, int], dict[str, int]] | None:
        """What is held once the steps ran; None where the router reverts."""
        it, calls = self.it, self.calls
        block = (await it.world.snapshot(it.account)).block
        sent = [(step.to, step.data, step.value, None) for step in steps]
        look = (it.world.registry.multicall3, aggregate(calls), 0, None)
        results = await simulate(it.devnet.rpc, it.account, [*sent, look], block)
        if not all(result.ok for result in results[:-1]):
            return None
        return self.read(disaggregate(results[-1].returned, calls))


def passes(it: Swapping, steps: Sequence[Step]) -> Effect | None:
    made = Plan("00" * 16, it.world.policy.chain_id, it.account, "u", {}, tuple(steps), 10**15, 2**40, ())
    try:
        return next(effect for _, effect in check_plan(it.world.policy, it.account, (), made) if effect.parts)
    except Refused:
        return None


def around(it: Swapping, batch: Step, paid: Token, most: int) -> list[Step]:
    if batch.value:
        return [batch]
    first = approve(paid, it.router, most % 2**256, Role.APPROVAL)
    return [first, batch, approve(paid, it.router, 0, Role.APPROVAL)]


async def test_what_passes_moves_what_it_says(it: Swapping) -> None:
    registry = it.world.registry
    tokens = {symbol: registry.token(symbol) for symbol in PRICES}
    for symbol, token in tokens.items():
        await it.devnet.rpc.request("anvil_dealERC20", it.account, token.address, hex(400_000 * PRICES[symbol]))
    books, maker = Ledgers(it, tokens), Maker(Random(SEED), it.account, tokens)  # noqa: S311  (no secret)
    start = await books.after([])
    assert start is not None
    passed = ran = refused = 0
    for _ in range(CASES):
        batch, paid, most = maker.made(it.router)
        steps = around(it, batch, tokens[paid], most)
        effect = passes(it, steps)
        if effect is None:
            refused += 1
            continue
        passed += 1
        after = await books.after(steps)
        if after is None:
            continue
        ran += 1
        mine = {name: after[0][name] - start[0][name] for name in start[0]}
        theirs = {name: after[1][name] - start[1][name] for name in start[1]}
        assert effect.to is not None
        gave, got = effect.token.symbol, effect.to.symbol
        assert -effect.units <= mine[gave] <= 0, (mine, effect)
        assert mine[got] >= effect.least, (mine, effect)
        assert not any(delta for name, delta in mine.items() if name not in (gave, got)), (mine, effect)
        assert not any(theirs.values()), ("left in the router", theirs, effect)
        cap = it.world.policy.cap(effect.token)
        assert cap is not None
        assert effect.units <= cap
    print(f"{CASES} batches: {refused} refused, {passed} passed, {ran} ran")
    assert min(refused, passed, ran) > CASES // 10
