"""A small policy with one venue of each kind, and plans under it."""

from __future__ import annotations

import time
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from agent.abi import encode_call
from agent.money import Address, Token, address
from agent.plans import Argument, Change, Plan, Role, Step
from agent.plugin import Listed
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.policy import Policy, build

CHAIN = 31337


def place(byte: str) -> Address:
    return address("0x" + byte * 20)


USDC = Token(CHAIN, "USDC", place("a1"), 6)
DAI = Token(CHAIN, "DAI", place("a2"), 18)
WETH = Token(CHAIN, "WETH", place("a3"), 18)  # has no cap
ETH = Token(CHAIN, "ETH", None, 18)
USDC_AT, DAI_AT, WETH_AT = place("a1"), place("a2"), place("a3")

ACCOUNT = place("01")
FRIEND = place("02")
STRANGER = place("03")

APPROVE = "approve(address spender,uint256 amount)"
TRANSFER = "transfer(address to,uint256 amount)"
SUPPLY = "supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)"
WITHDRAW = "withdraw(address asset,uint256 amount,address to)"
_PARAMS = "(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv) marketParams"
_TAIL = "uint256 assets,uint256 shares,address onBehalf"
MORPHO_SUPPLY = f"supply({_PARAMS},{_TAIL},bytes data)"
MORPHO_WITHDRAW = f"withdraw({_PARAMS},{_TAIL},address receiver)"
VAULT_DEPOSIT = "deposit(uint256 assets,address receiver)"
VAULT_REDEEM = "redeem(uint256 shares,address receiver,address owner)"
MINT = "mint(uint256 mintAmount)"
REDEEM = "redeem(uint256 redeemTokens)"

AAVE: dict[str, Any] = {
    "table": "aave-v3-pool",
    "functions": [
        {
            "signature": SUPPLY,
            "direction": "enter",
            "token": "asset",
            "amount": "amount",
            "recipient": "onBehalfOf",
            "must": {"referralCode": "0"},
        },
        {
            "signature": WITHDRAW,
            "direction": "leave",
            "token": "asset",
            "amount": "amount",
            "recipient": "to",
            "all": True,
        },
    ],
}
MORPHO: dict[str, Any] = {
    "table": "morpho-blue",
    "functions": [
        {
            "signature": MORPHO_SUPPLY,
            "direction": "enter",
            "token": "marketParams.loanToken",
            "amount": "assets",
            "recipient": "onBehalf",
            "must": {"shares": "0", "data": "0x"},
            "market": "marketParams",
        },
        {
            "signature": MORPHO_WITHDRAW,
            "direction": "leave",
            "token": "marketParams.loanToken",
            "amount": "assets",
            "recipient": "receiver",
            "owner": "onBehalf",
            "must": {"shares": "0"},
            "market": "marketParams",
        },
        {
            "signature": MORPHO_WITHDRAW,
            "direction": "leave",
            "token": "marketParams.loanToken",
            "amount": "shares",
            "unit": "shares",
            "recipient": "receiver",
            "owner": "onBehalf",
            "must": {"assets": "0"},
            "market": "marketParams",
        },
    ],
}
VAULT: dict[str, Any] = {
    "table": "erc4626",
    "functions": [
        {
            "signature": VAULT_DEPOSIT,
            "direction": "enter",
            "token": "@asset",
            "amount": "assets",
            "recipient": "receiver",
        },
        {
            "signature": VAULT_REDEEM,
            "direction": "leave",
            "token": "@asset",
            "amount": "shares",
            "unit": "shares",
            "recipient": "receiver",
            "owner": "owner",
        },
    ],
}
VENUS: dict[str, Any] = {
    "table": "venus-vtoken",
    "functions": [
        {"signature": MINT, "direction": "enter", "token": "@asset", "amount": "mintAmount", "recipient": "@sender"},
        {
            "signature": REDEEM,
            "direction": "leave",
            "token": "@asset",
            "amount": "redeemTokens",
            "unit": "shares",
            "recipient": "@sender",
        },
    ],
}
TABLES = [AAVE, MORPHO, VAULT, VENUS]

MARKET = (USDC_AT, WETH_AT, place("c1"), place("c2"), 860000000000000000)
MARKET_ID = "0x" + keccak(encode(["(address,address,address,address,uint256)"], [MARKET])).hex()

POOL = Listed(place("b1"), "Aave v3 pool", "aave-v3-pool")
BLUE = Listed(place("b2"), "Morpho Blue", "morpho-blue", None, (MARKET_ID,))
SAFE = Listed(place("b3"), "USDC vault", "erc4626", USDC_AT)
VUSDC = Listed(place("b4"), "Venus USDC", "venus-vtoken", USDC_AT)
LISTED = [POOL, BLUE, SAFE, VUSDC]

CAP = 1_000_000_000  # 1,000 USDC
CAPS = {"USDC": CAP, "DAI": 10**21, "ETH": 10**18}
MAX_FEE = 10**17
DELAY = 86_400


def policy(**changes: Any) -> Policy:
    return build(
        **{
            "chain_id": CHAIN,
            "chain_name": "devnet",
            "tokens": [USDC, DAI, WETH],
            "native": ETH,
            "listed": LISTED,
            "tables": TABLES,
            "caps": CAPS,
            "max_fee_wei": MAX_FEE,
            "contact_delay_seconds": DELAY,
            **changes,
        }
    )


POLICY = policy()


def effect(to: Address, signature: str, *args: Any, value: int = 0) -> Effect:
    data = encode_call(signature, args) if signature else b""
    return decode(POLICY, to, data, value)


def step(to: Address, function: str, *args: Argument, **changes: Any) -> Step:
    return Step(to, "a contract", function, args, **{"gas": 100_000, **changes})


def approval(spender: Address, units: int, to: Address = USDC_AT) -> Step:
    return step(to, APPROVE, spender, units, role=Role.APPROVAL)


def deposit_steps(units: int = 5_000_000, account: Address = ACCOUNT) -> tuple[Step, ...]:
    return approval(POOL.address, units), step(POOL.address, SUPPLY, USDC_AT, units, account, 0)


def plan(*steps: Step, account: Address = ACCOUNT, **changes: Any) -> Plan:
    basis: dict[str, Any] = {
        "plan_id": "0123456789abcdef0123456789abcdef",
        "chain_id": CHAIN,
        "account": account,
        "user": "terminal:owner",
        "intent": {"action": "deposit", "asset": "USDC"},
        "steps": steps or deposit_steps(account=account),
        "max_total_fee_wei": 10**16,
        "not_after": int(time.time()) + 120,
        "expected": (Change(USDC_AT, "USDC", 6, account, -5_000_000, -5_000_000),),
    }
    return Plan(**{**basis, **changes})
