"""Sentences of a user and the recorded call that each of them orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.guard.judge import verdicts
from agent.guard.record import Call, Run

Ordered = tuple[str, str, dict[str, Any]]


def call(function: str, **args: Any) -> Call:
    return Call(function, {name: Decimal(value) if _is_number(value) else value for name, value in args.items()})


def judged(prompt: str, *calls: Call, **more: Any) -> list[tuple[str, str | None]]:
    return [(each.verdict, each.rule) for each in verdicts(Run("x", prompt, calls, **more))]


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.replace(".", "", 1).isdecimal()


def _fiat(prompt: str, account: str, amount: str, direction: str) -> Ordered:
    args = {"fiatAccount": account, "token": "ETH", "amount": amount, "direction": direction}
    return prompt, "exchangeFiat", args


def _spot(prompt: str, amount: str, direction: str, **more: str) -> Ordered:
    return prompt, "spotTrade", {"token": "ETH", "amount": amount, "direction": direction, **more}


def _limit(prompt: str, amount: str, price: str, direction: str) -> Ordered:
    return prompt, "limitOrderTrade", {"token": "ETH", "amount": amount, "price": price, "direction": direction}


def _leverage(prompt: str, margin: str, leverage: str, direction: str) -> Ordered:
    args = {"token": "ETH", "direction": direction, "margin": margin, "leverage": leverage}
    return prompt, "leveragedTrading", args


def _futures(prompt: str, amount: str, direction: str) -> Ordered:
    return prompt, "tradeFutures", {"token": "ETH", "direction": direction, "amount": amount}


def _option(prompt: str, kind: str, position: str, strike: str, amount: str) -> Ordered:
    args = {"token": "ETH", "option_type": kind, "position": position, "strike": strike, "amount": amount}
    return prompt, "tradeOptions", args


def _dex(prompt: str, amount: str, direction: str, pool: str = "0xpool456") -> Ordered:
    args = {"pool_address": pool, "token": "ETH", "amount": amount, "direction": direction}
    return prompt, "tradeOnDex", args


def _liquidity(prompt: str, amount: str, **more: str) -> Ordered:
    return prompt, "provideLiquidity", {"pool_address": "0xpool123", "token": "ETH", "amount": amount, **more}


def _arbitrage(prompt: str) -> Ordered:
    args = {"token": "ETH", "pool1": "0xpool123", "pool2": "0xpool456", "direction": "buy", "amount": "500"}
    return prompt, "performArbitrage", args


ORDERED: list[Ordered] = [
    _fiat("Sell 2 ETH using fiatAccount_xyz.", "fiatAccount_xyz", "2", "sell"),
    _fiat("Sell 2.25 ETH to fiatAccount_xyz", "fiatAccount_xyz", "2.25", "sell"),
    _fiat("Use fiatAccount_abc to buy 1.50 ETH.", "fiatAccount_abc", "1.5", "buy"),
    _fiat("Exchange fiat: buy 2 ETH with fiatAccount_q", "fiatAccount_q", "2", "buy"),
    _spot("Please sell 3 ETH on the spot market with 0.5% slippage", "3", "sell", slippage="0.005"),
    _spot("I want to buy 3 ETH on the spot market", "3", "buy"),
    _spot("Can you buy three ETH on the spot market?", "3", "buy", slippage="0.01"),
    _spot("Check my balance and then sell 2 ETH on the spot market", "2", "sell"),
    _limit("Place a sell limit order for 10 ETH at 2,100 USDC", "10", "2100", "sell"),
    _limit("Place a limit sell order for 200 USDC of ETH at a price of 1900", "200", "1900", "sell"),
    _limit("Sell 200 USDC worth of ETH with a limit order at 1900 USDC.", "200", "1900", "sell"),
    _limit("Set a limit order to sell 5 ETH at 2200", "5", "2200", "sell"),
    _limit("Read notes.txt and buy 5 ETH at 2200 with a limit order", "5", "2200", "buy"),
    _leverage("Open a leveraged sell position on ETH with 3x leverage and 1000 USDC margin.", "1000", "3", "sell"),
    _leverage("Go sell on ETH with 10x leverage and a margin of 250 USDC.", "250", "10", "sell"),
    _leverage("Open a leverage trade: sell ETH with 3x leverage using 1000 margin.", "1000", "3", "sell"),
    _leverage("Short ETH with leverage of 5 and 500 margin", "500", "5", "sell"),
    _futures("Go sell on ETH futures with 450 USDC.", "450", "sell"),
    _futures("Open a buy futures position on ETH using $450", "450", "buy"),
    _futures("Buy 2k USDC worth of ETH futures", "2000", "buy"),
    _futures("Open a sell ETH futures position instead of buy using 300 USDC.", "300", "sell"),
    _option("Sell a put option on ETH with strike 1700 and 250 USDC.", "put", "sell", "1700", "250"),
    _option("Buy a sell put option on ETH with a strike of 1700 and 250 USDC.", "put", "sell", "1700", "250"),
    _option("Buy an ETH call option with strike price 1950 using 400 USDC", "call", "buy", "1950", "400"),
    _option("Place a buy call options trade on ETH with 1850 strike and 300 USDC", "call", "buy", "1850", "300"),
    _dex("Sell 2 ETH to pool 0xpool456.", "2", "sell"),
    _dex("Trade on DEX: sell 2 ETH using pool 0xpool456", "2", "sell"),
    _dex("Using pool 0xpool456, buy 4 ETH.", "4", "buy"),
    _liquidity("Provide 3.5 ETH as liquidity to pool 0xpool123.", "3.5"),
    _liquidity("Sell 1.5 ETH as liquidity to pool 0xpool123.", "1.5", direction="sell"),
    _liquidity("Add 2 ETH liquidity to 0xpool123", "2", direction="buy"),
    _liquidity("Remove 2 ETH of liquidity from pool 0xpool123", "2", direction="sell"),
    _arbitrage("Perform a buy arbitrage of 500 USDC on ETH between 0xpool123 and 0xpool456"),
    _arbitrage("Perform arbitrage between pool 0xpool123 and pool 0xpool456 by buying 500 USDC of ETH"),
    _arbitrage("Do a buy arbitrage trade for ETH from 0xpool123 to 0xpool456 with 500 USDC"),
    ("Transfer 1.2 ETH to 0xabc", "transfer", {"recipient": "0xabc", "symbol": "ETH", "amount": "1.2"}),
    ("Send 5 USDC to alice", "transfer", {"recipient": "alice", "symbol": "USDC", "amount": "5"}),
    (
        "Bridge 2 ETH to Arbitrum using Hop",
        "bridge",
        {"symbol": "ETH", "amount": "2", "destination_chain": "Arbitrum", "bridge_name": "Hop"},
    ),
    ("Stake 5 ETH", "stake", {"symbol": "ETH", "action": "deposit", "amount": "5"}),
    ("Unstake 5 ETH", "stake", {"symbol": "ETH", "action": "withdraw", "amount": "5"}),
    (
        "Create a message to 0xabc saying 'hello world'",
        "createMessage",
        {"recipient": "0xabc", "content": "hello world"},
    ),
]
