"""What the endpoints of a chain say before something is signed: enough of them, and all of them the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chain.health import Endpoint, Health
from agent.chain.rpc import ALONE, Request
from agent.chain.rpc_types import RpcError, quantity
from agent.errors import Refused, Unavailable
from agent.money import Address


@dataclass(frozen=True, slots=True)
class Word:
    """What one endpoint says before something is sent."""

    endpoint: Endpoint
    chain_id: int
    head: int
    nonce: int


def needed(endpoints: int, setting: int | None) -> int:
    """How many endpoints have to answer: what is set, else half of them, rounded up.

    Raises Refused("endpoints") where that is more than there are.
    """
    wanted = -(-endpoints // 2) if setting is None else setting
    if wanted > endpoints:
        there = "is one endpoint" if endpoints == 1 else f"are {endpoints} endpoints"
        raise Refused(
            "endpoints",
            f"rpc_quorum is {wanted}, and there {there}.",
            "Add endpoints to rpc_file, or set rpc_quorum lower.",
        )
    return wanted


def said(endpoints: int, quorum: int) -> str:
    """What stands behind a nonce and a chain's id, for people."""
    if endpoints == 1:
        return ALONE
    return f"{endpoints} endpoints: {quorum} must answer, and all that answer agree, before anything is signed"


async def words(health: Health, account: Address, counted: str, quorum: int) -> list[Word]:
    """What every endpoint that answers says; one that failed a moment ago holds up no signature, unless it is needed.
    `counted`: "pending" or "latest", which transactions of the account.

    Raises Unavailable where fewer than `quorum` answer.
    """
    awake = health.awake()
    asked = awake if len(awake) >= quorum else health.endpoints
    answers = await asyncio.gather(*(_word(health, each, account, counted) for each in asked), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Unavailable | RpcError):
            raise answer
    found = [answer for answer in answers if isinstance(answer, Word)]
    if not found:
        raise Unavailable("node", "No endpoint of this chain answers.")
    if len(found) < quorum:
        raise Unavailable(
            "node", f"{len(found)} of {len(health.endpoints)} endpoints of this chain answer; {quorum} have to."
        )
    return found


async def _word(health: Health, endpoint: Endpoint, account: Address, counted: str) -> Word:
    asked: list[Request] = [
        ("eth_chainId", ()),
        ("eth_blockNumber", ()),
        ("eth_getTransactionCount", (account, counted)),
    ]
    began = health.clock()
    try:
        answers = await endpoint.rpc.batch(asked)
        chain_id, head, nonce = (quantity(_answered(answer)) for answer in answers)
    except (Unavailable, RpcError):
        health.failed(endpoint)
        raise
    health.measured(endpoint, head, health.clock() - began)
    return Word(endpoint, chain_id, head, nonce)


def _answered(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise answer
    return answer


def disagreement(words: Sequence[Word], behind: int) -> str:
    """'' where all agree, else what they disagree on and who says what."""
    heads = [word.head for word in words]
    if len({word.chain_id for word in words}) > 1:
        return "the chain's id: " + _who(words, lambda word: word.chain_id)
    if max(heads) - min(heads) > behind:
        return "the head: " + _who(words, lambda word: word.head)
    if len({word.nonce for word in words}) > 1:
        return "the account's nonce: " + _who(words, lambda word: word.nonce)
    return ""


def _who(words: Sequence[Word], fact: Callable[[Word], int]) -> str:
    return ", ".join(f"{word.endpoint.name} says {fact(word)}" for word in words)
