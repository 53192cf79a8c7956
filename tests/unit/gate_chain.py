"""A model of what the gate asks a node: balances, allowances, a pool, an exchange and Multicall3, in pure Python.

It answers eth_call and eth_simulateV1, so everything above those is the product's own code. `tax_bps`, `unsellable`,
`rebasing` and `skimmed` are the lies of contracts; `instead` those of nodes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError

from agent.abi import Call, decode_call, selector, view
from agent.chain.contracts import erc20, feeds, multicall3
from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.registry import Registry
from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import RpcError
from agent.gate.moves import Swap
from agent.money import RAY, Address, Rate, Token
from agent.money import address as checked
from agent.plans import Step
from agent.plugin import Block, Listed, Trader, Venue, VenueState
from agent.routes import AnyPool, PoolState, Route, Trade
from plugins.uniswap import moneta_call_tables
from plugins.uniswap.calls import EXACT_INPUT_SINGLE, EXACT_OUTPUT_SINGLE, MULTICALL, REFUND, swap_step
from tests.unit.gate_parts import registry
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    CAPS,
    CHAIN,
    DAI,
    DAI_AT,
    LISTED,
    POOL,
    SUPPLY,
    TABLES,
    TRANSFER,
    USDC,
    USDC_AT,
    WETH,
    WETH_AT,
    WITHDRAW,
    place,
    policy,
)

ROUTER = Listed(place("b5"), "Uniswap v3 router", "uniswap-v3-router", wrapped=WETH_AT)
GATE_POLICY = policy(
    listed=[*LISTED, ROUTER], tables=[*TABLES, moneta_call_tables()[0]], caps={**CAPS, "WETH": 10**18}
)
FEED = {"USDC": place("d1"), "DAI": place("d2"), "WETH": place("d3"), "ETH": place("d3")}
POSITION = view("positionOf(address asset,address holder)", "uint256")
RATE = view("rateOf(address asset)", "uint256")
ROOM = view("roomOf(address asset)", "uint256")
NATIVE_LOGS = "0x" + "e" * 40
NUMBER, TIME, BASE_FEE = 100, 1_800_000_000, 10**9


class Reverted(Exception):
    """A call that fails, with the words of its Error(string)."""


@dataclass
class World:
    """What a block holds. Prices of the exchange: base units out of `price[in, out][0]` in, times `[1]`."""

    units: dict[tuple[Address, Address], int] = field(default_factory=dict)
    allowed: dict[tuple[Address, Address, Address], int] = field(default_factory=dict)
    native: dict[Address, int] = field(default_factory=dict)
    supplied: dict[tuple[Address, Address], int] = field(default_factory=dict)

    def move(self, token: Address, sender: Address, to: Address, units: int) -> None:
        if self.units.get((token, sender), 0) < units:
            raise Reverted("transfer amount exceeds balance")
        self.units[token, sender] = self.units.get((token, sender), 0) - units
        self.units[token, to] = self.units.get((token, to), 0) + units


@dataclass
class GateChain(Rpc):
    """`prices` of the exchange as (out, in): a swap gives `units * out // in`, less `fee` in millionths."""

    world: World = field(default_factory=World)
    prices: dict[tuple[Address, Address], tuple[int, int]] = field(default_factory=dict)
    usd: dict[str, int] = field(default_factory=lambda: {"USDC": 10**8, "DAI": 10**8, "WETH": 3_000 * 10**8})
    fee: int = 500
    tax_bps: int = 0
    rebasing: bool = False
    unsellable: bool = False
    skimmed: int = 0
    room: int = 10**30
    stuck: bool = False
    unreadable: bool = False
    codes: dict[Address, bytes] = field(default_factory=dict)
    refuses: RpcError | None = None
    asked: list[str] = field(default_factory=list)
    simulated: list[dict[str, Any]] = field(default_factory=list)
    instead: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__("http://model")

    async def request(self, method: str, *params: Any) -> Any:
        self.asked.append(method)
        if method in self.instead:
            return self.instead[method](*params)
        match method:
            case "eth_call":
                (ok, returned, _, error) = self._run(copy.deepcopy(self.world), ACCOUNT, params[0], False)
                if not ok:
                    raise RpcError(3, f"execution reverted: {error}")
                return "0x" + returned.hex()
            case "eth_simulateV1":
                return self._simulate(params[0])
            case "eth_getCode":
                return "0x" + self.codes.get(params[0], b"\x60").hex()
            case "eth_getStorageAt":
                return "0x" + "00" * 32
        raise RpcError(-32601, f"no {method}")

    async def batch(self, requests: Sequence[Request]) -> list[Any | RpcError]:
        return [await self.request(method, *params) for method, params in requests]

    async def close(self) -> None:
        return

    def _simulate(self, payload: dict[str, Any]) -> Any:
        self.simulated.append(payload)
        if self.refuses is not None:
            raise self.refuses
        world = copy.deepcopy(self.world)
        return [
            {"calls": [self._outcome(world, call) for call in block["calls"]]} for block in payload["blockStateCalls"]
        ]

    def _outcome(self, world: World, call: dict[str, Any]) -> dict[str, Any]:
        before = copy.deepcopy(world)
        ok, returned, logs, error = self._run(world, call["from"], call, True)
        if ok:
            return {"status": "0x1", "gasUsed": hex(50_000), "logs": logs, "returnData": "0x" + returned.hex()}
        world.__dict__.update(before.__dict__)
        return {"status": "0x0", "gasUsed": hex(30_000), "logs": [], "returnData": "0x", "error": {"message": error}}

    def _run(
        self, world: World, sender: Address, call: dict[str, Any], write: bool
    ) -> tuple[bool, bytes, list[Any], str]:
        data, value = bytes.fromhex(call["data"][2:]), int(call.get("value", "0x0"), 16)
        logs: list[Any] = []
        try:
            if value:
                if world.native.get(sender, 0) < value:
                    raise Reverted("insufficient funds")
                world.native[sender] -= value
                logs.append(_log(checked(NATIVE_LOGS), sender, call["to"], value))
            return True, self._call(world, sender, checked(call["to"]), data, logs), logs, ""
        except Reverted as error:
            return False, b"", [], str(error)

    def _call(self, world: World, sender: Address, to: Address, data: bytes, logs: list[Any]) -> bytes:
        for signature, run in self._functions(world, sender, to, logs).items():
            if data[:4] == selector(signature):
                try:
                    return run(*decode_call(signature, data)) or b""
                except (DecodingError, ValueError) as error:
                    raise Reverted(str(error)) from error
        if not data:
            return b""
        raise Reverted("no such function")

    def _functions(self, world: World, sender: Address, to: Address, logs: list[Any]) -> dict[str, Any]:
        def approve(spender: Address, units: int) -> bytes:
            world.allowed[to, sender, checked(spender)] = units
            return _word(1)

        def transfer(recipient: Address, units: int) -> bytes:
            self._move(world, to, sender, checked(recipient), units, logs)
            return _word(1)

        def supply(asset: Address, units: int, holder: Address, _: int) -> bytes:
            self._pull(world, checked(asset), sender, to, units, logs)
            key = checked(asset), checked(holder)
            world.supplied[key] = world.supplied.get(key, 0) + units - self.skimmed
            return b""

        def withdraw(asset: Address, units: int, recipient: Address) -> bytes:
            if self.stuck:
                raise Reverted("not enough liquidity")
            key = checked(asset), sender
            units = min(units, world.supplied.get(key, 0))
            world.supplied[key] = world.supplied.get(key, 0) - units
            self._move(world, checked(asset), to, checked(recipient), units, logs)
            return _word(units)

        def exact_in(args: Any) -> bytes:
            paid, got, _, recipient, units, least, _ = args
            back = self.quote(checked(paid), checked(got), units)
            if back < least:
                raise Reverted("Too little received")
            return self._trade(world, sender, args, units, back, recipient, logs)

        def exact_out(args: Any) -> bytes:
            paid, got, _, recipient, units, most, _ = args
            out, given = self.prices[checked(paid), checked(got)]
            cost = -(-units * given * 10**6 // (out * (10**6 - self.fee)))
            if cost > most:
                raise Reverted("Too much requested")
            return self._trade(world, sender, args, cost, units, recipient, logs)

        by_place: dict[Address, dict[str, Any]] = {
            POOL.address: {SUPPLY: supply, WITHDRAW: withdraw},
            ROUTER.address: {
                EXACT_INPUT_SINGLE: exact_in,
                EXACT_OUTPUT_SINGLE: exact_out,
                **self._batch(world, sender, logs),
            },
            registry().multicall3: self._multicall(world, sender, logs),
        }
        token = {APPROVE: approve, TRANSFER: transfer} if to in (USDC_AT, DAI_AT, WETH_AT) else {}
        return {**by_place.get(to, {}), **token, **self._views(world, to)}

    def _views(self, world: World, to: Address) -> dict[str, Any]:
        def answer() -> bytes:
            symbol = next(symbol for symbol, feed in FEED.items() if feed == to)
            return _word(self.usd[symbol])

        def balance(holder: Address) -> bytes:
            if self.unreadable:
                raise Reverted("not now")
            return _word(world.units.get((to, checked(holder)), 0))

        return {
            _signature(erc20.BALANCE_OF): balance,
            _signature(erc20.ALLOWANCE): lambda owner, spender: _word(
                world.allowed.get((to, checked(owner), checked(spender)), 0)
            ),
            _signature(POSITION): lambda asset, holder: _word(
                world.supplied.get((checked(asset), checked(holder)), 0)
            ),
            _signature(RATE): lambda _: _word(5 * RAY // 100),
            _signature(ROOM): lambda _: _word(self.room),
            _signature(feeds.LATEST_ANSWER): answer,
        }

    def _batch(self, world: World, sender: Address, logs: list[Any]) -> dict[str, Any]:
        def batch(deadline: int, calls: Any) -> bytes:
            if deadline < TIME:
                raise Reverted("Transaction too old")
            return encode(["bytes[]"], [[self._call(world, sender, ROUTER.address, data, logs) for data in calls]])

        return {MULTICALL: batch, REFUND: lambda: b""}

    def _multicall(self, world: World, sender: Address, logs: list[Any]) -> dict[str, Any]:
        def aggregate(calls: Any) -> bytes:
            answers = []
            for target, _, data in calls:
                try:
                    answers.append((True, self._call(world, sender, checked(target), data, logs)))
                except Reverted:
                    answers.append((False, b""))
            return encode(["(bool,bytes)[]"], [answers])

        return {
            multicall3.AGGREGATE3: aggregate,
            _signature(multicall3.BASE_FEE): lambda: _word(BASE_FEE),
            _signature(multicall3.BLOCK_NUMBER): lambda: _word(NUMBER),
            _signature(multicall3.CHAIN_ID): lambda: _word(CHAIN),
            _signature(multicall3.LAST_BLOCK_HASH): lambda: b"\x11" * 32,
            _signature(multicall3.TIMESTAMP): lambda: _word(TIME),
            _signature(multicall3.ETH_BALANCE): lambda holder: _word(world.native.get(checked(holder), 0)),
        }

    def quote(self, paid: Address, got: Address, units: int) -> int:
        """What the exchange gives for base units."""
        out, given = self.prices[paid, got]
        return units * (10**6 - self.fee) * out // (given * 10**6)

    def _trade(
        self, world: World, sender: Address, args: Any, cost: int, back: int, to: Address, logs: list[Any]
    ) -> bytes:
        paid, got = checked(args[0]), checked(args[1])
        if self.unsellable and paid == DAI_AT:
            raise Reverted("trading is closed")
        if self.tax_bps and paid == DAI_AT:
            raise Reverted("IIA")  # UniswapV3Pool.swap: less came in than it asked for
        self._pull(world, paid, sender, ROUTER.address, cost, logs)
        self._move(world, got, ROUTER.address, checked(to), back, logs)
        if self.rebasing and got == DAI_AT:
            world.units[got, checked(to)] += 5  # by no Transfer
        return _word(back)

    def _pull(
        self, world: World, token: Address, owner: Address, spender: Address, units: int, logs: list[Any]
    ) -> None:
        if world.allowed.get((token, owner, spender), 0) < units:
            raise Reverted("transfer amount exceeds allowance")
        world.allowed[token, owner, spender] -= units
        self._move(world, token, owner, spender, units, logs)

    def _move(self, world: World, token: Address, sender: Address, to: Address, units: int, logs: list[Any]) -> None:
        tax = units * self.tax_bps // 10_000 if token == DAI_AT else 0
        world.move(token, sender, to, units)
        world.units[token, to] -= tax
        logs.append(_log(token, sender, to, units - tax))
        if tax:
            logs.append(_log(token, sender, place("dd"), tax))


class PoolVenue(Venue):
    """The model's pool for one asset."""

    def __init__(self, asset: Token = USDC) -> None:
        self.id, self.name, self.asset, self.receipt = f"pool:{asset.symbol}", "Aave v3 pool", asset, None
        self.liquidity_source, self.contract = self.id, POOL

    def reads(self, account: Address) -> tuple[Call, ...]:
        asset = self.asset.address
        return POSITION.at(POOL.address, asset, account), RATE.at(POOL.address, asset), ROOM.at(POOL.address, asset)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        position, rate, room = (None if each is None else int(each[0]) for each in answers)
        if position is None or rate is None or room is None:
            raise ValueError("the pool doesn't answer")
        return VenueState(self.id, Rate(rate), position, position, 10**30, room, frozenset(), {"at": block.timestamp})

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return state.rate

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (Step(POOL.address, POOL.name, SUPPLY, (str(self.asset.address), units, account, 0)),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        most = 2**256 - 1 if units is None else units
        return (Step(POOL.address, POOL.name, WITHDRAW, (str(self.asset.address), most, account)),)


class ModelTrader(Trader):
    """The model's exchange; its router is called as Uniswap's."""

    name = "uniswap-v3"

    def __init__(self) -> None:
        self.contract = ROUTER

    @classmethod
    async def discover(cls, chain: Any, ask: Any) -> Trader:
        raise NotImplementedError

    def reads(self) -> tuple[Call, ...]:
        return ()

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[PoolState, ...]:
        return ()

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        return ()

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        return (swap_step(ROUTER, trade, account, limits, native, deadline),)


TRADER = ModelTrader()


def route(paid: Token, got: Token, given: int, back: int, *, exact_out: bool = False) -> Route:
    return Route("uniswap-v3", (paid, got), (500,), (place("c1"),), given, back, exact_out, 0)


def along(way: Route, limit: int, edge: int, pays: Token | None = None, gets: Token | None = None) -> Swap:
    """The move along one route."""
    return Swap(TRADER, Trade((way,)), pays or way.tokens[0], gets or way.tokens[-1], (limit,), edge)


def gate_registry(**changes: Any) -> Registry:
    tokens = {"USDC": USDC, "DAI": DAI, "WETH": WETH}
    return replace(
        registry(),
        **{"tokens": MappingProxyType(tokens), "feeds": MappingProxyType(FEED), **changes},
    )


def gate_chain(**settings: Any) -> GateChain:
    """ACCOUNT has 1,000 USDC, 1,000 DAI and 1 ETH; the exchange is deep and fair, the pool full."""
    usdc_dai = 10**12
    rich = {ROUTER.address, POOL.address}
    held = {(token, holder): 10**30 for token in (USDC_AT, DAI_AT, WETH_AT) for holder in rich}
    world = World({**held, (USDC_AT, ACCOUNT): 10**9, (DAI_AT, ACCOUNT): 10**21}, {}, {ACCOUNT: 10**18})
    prices = {(USDC_AT, DAI_AT): (usdc_dai, 1), (DAI_AT, USDC_AT): (1, usdc_dai)}
    chain = GateChain(world=world, prices=prices, **settings)
    chain.usd["ETH"] = chain.usd["WETH"]
    return chain


def _word(units: int) -> bytes:
    return units.to_bytes(32, "big")


def _log(token: Address, sender: str, to: str, units: int) -> dict[str, Any]:
    topics = [TRANSFER_TOPIC, *("0x" + "0" * 24 + each[2:].lower() for each in (sender, to))]
    return {"address": token, "topics": topics, "data": f"0x{units:064x}"}


def _signature(getter: Any) -> str:
    return str(getter.signature)
