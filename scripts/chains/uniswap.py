"""Uniswap v3: its contracts from the SDK, its pools computed from the factory, as computePoolAddress there does."""

from __future__ import annotations

import re
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from agent.money import Address
from scripts.chains.books import Book
from scripts.chains.reading import Unread, block, checked, place, value

SDK, SDK_FILE = "@uniswap/sdk-core", "dist/esm/src/addresses.js"
POOLS, POOLS_FILE = "@uniswap/v3-sdk", "dist/esm/src/constants.js"
ROUTER, ROUTER_FILE = "@uniswap/smart-order-router", "build/main/util/addresses.js"
_DEFAULT_ROUTER = re.compile(r"swapRouter02Address\) !== null && _a !== void 0 \? _a : '(0x\w{40})'")
_SAME_QUOTER = re.compile(r"exports\.QUOTER_V2_ADDRESSES = .{0,80}?constructSameAddressMap\('(0x\w{40})'\)")


def uniswap(books: dict[str, Book], pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """[protocols.uniswap-v3] with the picked pools ("USDC/WETH 500": two pinned tokens, the fee in millionths)."""
    sdk, router = books[SDK], books[ROUTER]
    text = sdk.text(SDK_FILE)
    own = block(text, f"const {pick['uniswap']}_ADDRESSES =")
    shared = block(text, "const DEFAULT_ADDRESSES =") if "...DEFAULT_ADDRESSES" in own else ""
    factory = _own(own, shared, "v3CoreFactoryAddress")
    code = value(books[POOLS].text(POOLS_FILE).replace(" = ", ": "), "POOL_INIT_CODE_HASH", "'(0x[0-9a-f]{64})'")
    return {
        "factory": factory,
        "router": _router(own, text),
        "quoter": _quoter(own, shared, router.text(ROUTER_FILE)),
        "tick_lens": _tick_lens(own, text),
        "position_manager": _own(own, shared, "nonfungiblePositionManagerAddress"),
        "pools": [_pool(factory, code, tokens, each) for each in pick["pools"]],
        "source": f"{sdk.source(SDK_FILE)}; {router.source(ROUTER_FILE)}; pools: CREATE2 of factory, tokens and fee "
        f"with POOL_INIT_CODE_HASH of {books[POOLS].source(POOLS_FILE)}",
    }


def pool_address(factory: str, code_hash: str, tokens: tuple[str, str], fee: int) -> Address:
    """Where a factory puts the pool of two tokens (EIP-1014; v3-core UniswapV3PoolDeployer.sol)."""
    low, high = sorted(tokens, key=lambda each: int(each, 16))
    salt = keccak(encode(["address", "address", "uint24"], [low, high, fee]))
    made = keccak(b"\xff" + bytes.fromhex(factory[2:]) + salt + bytes.fromhex(code_hash[2:]))
    return checked("0x" + made[-20:].hex())


def _pool(factory: str, code: str, tokens: dict[str, dict[str, Any]], picked: str) -> Address:
    pair, _, fee = picked.partition(" ")
    one, _, other = pair.partition("/")
    return pool_address(factory, code, (tokens[one]["address"], tokens[other]["address"]), int(fee))


def _own(own: str, shared: str, key: str) -> Address:
    return place(own if key in own else shared, key)


def _router(own: str, text: str) -> Address:
    """SwapRouter02: the chain's own, or the one address that the SDK falls back to."""
    if "swapRouter02Address" in own:
        return place(own, "swapRouter02Address")
    return _only(_DEFAULT_ROUTER, text)


def _quoter(own: str, shared: str, router: str) -> Address:
    """QuoterV2: the chains of the first deployment share one; there the SDK's `quoterAddress` is the older Quoter."""
    return _only(_SAME_QUOTER, router) if shared else place(own, "quoterAddress")


def _tick_lens(own: str, text: str) -> Address:
    """The SDK names it on Arbitrum only for the chains that share their addresses."""
    return place(
        own if "tickLensAddress" in own else block(text, "const ARBITRUM_ONE_ADDRESSES ="), "tickLensAddress"
    )


def _only(pattern: re.Pattern[str], text: str) -> Address:
    found = set(pattern.findall(text))
    if len(found) != 1:
        raise Unread(f"{pattern.pattern} is there {len(found)} times")
    return checked(found.pop())
