"""Several endpoints of one chain as one node: reads fail over, transactions go to all, disagreement stops sending.

Reads stay with one endpoint while it answers, so that a snapshot and its simulation are of the same node's chain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from agent.chain.rpc import METHOD_NOT_FOUND, BlockTag, Request, Rpc
from agent.chain.rpc_types import Header, RpcError, quantity
from agent.errors import Refused, Unavailable
from agent.money import Address

REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 120.0
"""How long an endpoint that failed is asked last; it doubles with each failure in a row."""
MAX_BEHIND = 3
"""Blocks that an endpoint may be behind the highest head that was seen."""
ASKED_AGAIN = 3
PAUSE_SECONDS = 0.5
"""Nodes learn of a new block one after the other: a disagreement counts once it has lasted this often this long."""
LIMITED = (-32005, -32029)
"""Rate limits as providers number them (EIP-1474: -32005, limit exceeded)."""
BEHIND = ("header not found", "unknown block", "block not found", "missing trie node")
SEND = "eth_sendRawTransaction"
KNOWN = ("already known", "already imported", "known transaction")

T = TypeVar("T")


@dataclass
class _Endpoint:
    """A node and how it has done lately. `rests_until` is on the pool's clock."""

    rpc: Rpc
    number: int
    failures: int = 0
    rests_until: float = 0.0

    @property
    def name(self) -> str:
        """How it is called to people: an address may hold a key."""
        return f"endpoint {self.number}"


@dataclass(frozen=True, slots=True)
class _Word:
    """What one endpoint says before something is sent."""

    endpoint: _Endpoint
    chain_id: int
    head: int
    nonce: int


class Pool(Rpc):
    """The endpoints in the order of preference. `clock` gives seconds that only rise."""

    def __init__(
        self,
        nodes: Sequence[Rpc],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not nodes:
            raise ValueError("a pool has at least one endpoint")
        super().__init__(nodes[0].url, nodes[0].timeout)
        self._endpoints = [_Endpoint(node, number) for number, node in enumerate(nodes, 1)]
        self._clock = clock
        self._sleep = sleep
        self._highest = 0

    async def request(self, method: str, *params: Any) -> Any:
        if method == SEND:
            return await self._broadcast(params)
        return await self._first(lambda rpc: rpc.request(method, *params))

    async def batch(self, requests: Sequence[Request]) -> list[Any | RpcError]:
        """As of one node; one with trouble of its own is left for the next, if there is one."""
        answers: list[Any | RpcError] = []

        async def whole(rpc: Rpc) -> list[Any | RpcError]:
            nonlocal answers
            answers = await rpc.batch(requests)
            for answer in answers:
                if isinstance(answer, RpcError) and _is_its_own(answer):
                    raise answer
            return answers

        try:
            return await self._first(whole)
        except RpcError:
            if answers:
                return answers
            raise

    async def block(self, tag: BlockTag = "latest") -> Header:
        """As of one node; a head that is behind what another one told is not taken for the head.

        Where all that answer are behind, what was told before is doubted rather than all of them.
        """
        if tag != "latest":
            return await super().block(tag)
        seen: list[Header] = []
        try:
            return await self._first(lambda rpc: self._head_of(rpc, seen))
        except Unavailable:
            if not seen:
                raise
            newest = max(seen, key=lambda header: header.number)
            self._highest = newest.number
            return newest

    async def nonce(self, account: Address, tag: BlockTag = "latest") -> int:
        """As of one node; 'pending', which comes before something is signed, is asked of all that answer.

        Raises Refused("endpoints") where they disagree on the chain's id, the head or the nonce.
        """
        if tag != "pending" or len(self._endpoints) == 1:
            return await super().nonce(account, tag)
        return await self._agreed(account)

    async def agree(self, account: Address, counted: str = "pending") -> None:
        """Raises Refused("endpoints") where they disagree on the chain's id, the head or the account's nonce.

        `counted` "latest": only what is mined. Of what waits, one may have forgotten what another one still has.
        """
        if len(self._endpoints) > 1:
            await self._agreed(account, counted)

    async def _agreed(self, account: Address, counted: str = "pending") -> int:
        """The nonce that all say who answer."""
        words = await self._words(account, counted)
        for _ in range(ASKED_AGAIN - 1):
            if not _disagreement(words):
                break
            await self._sleep(PAUSE_SECONDS)
            words = await self._words(account, counted)
        trouble = _disagreement(words)
        if not trouble:
            self._highest = max(self._highest, *(word.head for word in words))
            return words[0].nonce
        raise Refused(
            "endpoints",
            f"The endpoints of this chain disagree on {trouble}, so nothing is sent.",
            "Try again in a moment; if it lasts, the operator takes the wrong one out.",
        )

    async def close(self) -> None:
        for endpoint in self._endpoints:
            await endpoint.rpc.close()

    async def _head_of(self, rpc: Rpc, seen: list[Header]) -> Header:
        header = await rpc.block("latest")
        seen.append(header)
        if header.number < self._highest - MAX_BEHIND:
            raise Unavailable("node", f"The endpoint is at block {header.number}, the chain at {self._highest}.")
        self._highest = max(self._highest, header.number)
        return header

    async def _first(self, ask: Callable[[Rpc], Awaitable[T]]) -> T:
        """The first usable answer. Raises what the last one that was asked raised."""
        for endpoint in (order := self._by_health()):
            try:
                answer = await ask(endpoint.rpc)
            except (Unavailable, RpcError) as error:
                if isinstance(error, RpcError) and not _is_its_own(error):
                    self._did_well(endpoint)
                    raise  # the chain's own answer, such as a revert: another endpoint would say the same
                self._failed(endpoint)
                if endpoint is order[-1]:
                    raise
            else:
                self._did_well(endpoint)
                return answer
        raise AssertionError("a pool has at least one endpoint")

    async def _broadcast(self, params: Sequence[Any]) -> Any:
        """To all at once: the first that takes it decides. Where none does, its fate is unknown if any was silent."""
        tasks = [asyncio.create_task(each.rpc.request(SEND, *params)) for each in self._by_health()]
        refusals: list[RpcError] = []
        silent: Unavailable | None = None
        try:
            for task in asyncio.as_completed(tasks):
                try:
                    return await task
                except RpcError as error:
                    refusals.append(error)
                except Unavailable as error:
                    silent = error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        known = next((each for each in refusals if any(word in each.message.lower() for word in KNOWN)), None)
        if known is None and silent is not None:
            raise silent
        raise known or refusals[0]

    async def _words(self, account: Address, counted: str) -> list[_Word]:
        """What every endpoint that answers says; one that failed a moment ago holds up no signature.

        Raises Unavailable where none answers.
        """
        now = self._clock()
        awake = [endpoint for endpoint in self._endpoints if endpoint.rests_until <= now]
        asked = [self._word(endpoint, account, counted) for endpoint in awake or self._endpoints]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        words = [answer for answer in answers if isinstance(answer, _Word)]
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Unavailable | RpcError):
                raise answer
        if not words:
            raise Unavailable("node", "No endpoint of this chain answers.")
        return words

    async def _word(self, endpoint: _Endpoint, account: Address, counted: str) -> _Word:
        asked: list[Request] = [
            ("eth_chainId", ()),
            ("eth_blockNumber", ()),
            ("eth_getTransactionCount", (account, counted)),
        ]
        try:
            answers = await endpoint.rpc.batch(asked)
            chain_id, head, nonce = (quantity(_answered(answer)) for answer in answers)
        except (Unavailable, RpcError):
            self._failed(endpoint)
            raise
        return _Word(endpoint, chain_id, head, nonce)

    def _by_health(self) -> list[_Endpoint]:
        """Those that don't rest, in their order; then the resting ones, the one that is ready first."""
        now = self._clock()
        return sorted(self._endpoints, key=lambda each: max(each.rests_until - now, 0.0))

    def _did_well(self, endpoint: _Endpoint) -> None:
        endpoint.failures, endpoint.rests_until = 0, 0.0

    def _failed(self, endpoint: _Endpoint) -> None:
        rest = min(REST_SECONDS * 2**endpoint.failures, LONGEST_REST_SECONDS)
        endpoint.failures += 1
        endpoint.rests_until = self._clock() + rest


def _answered(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise answer
    return answer


def _is_its_own(error: RpcError) -> bool:
    """Whether the trouble is the endpoint's and not the request's: a limit, a missing method, a missing block."""
    said = error.message.lower()
    limited = error.code in LIMITED or "rate limit" in said or "too many requests" in said
    return limited or error.code == METHOD_NOT_FOUND or any(words in said for words in BEHIND)


def _disagreement(words: Sequence[_Word]) -> str:
    """'' where all agree, else what they disagree on and who says what."""
    heads = [word.head for word in words]
    if len({word.chain_id for word in words}) > 1:
        return "the chain's id: " + _who(words, lambda word: word.chain_id)
    if max(heads) - min(heads) > MAX_BEHIND:
        return "the head: " + _who(words, lambda word: word.head)
    if len({word.nonce for word in words}) > 1:
        return "the account's nonce: " + _who(words, lambda word: word.nonce)
    return ""


def _who(words: Sequence[_Word], fact: Callable[[_Word], int]) -> str:
    return ", ".join(f"{word.endpoint.name} says {fact(word)}" for word in words)


def endpoints(text: str) -> list[str]:
    """The URLs in a file's text, one a line; empty lines and those that begin with # are left out.

    Raises Refused("endpoints") for a line that is no URL of a node; it isn't repeated, as it may hold a key.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        url = line.strip()
        if url and not url.startswith("#"):
            if not url.startswith(("http://", "https://")) or " " in url:
                raise Refused("endpoints", f"Line {number} is no URL of a node.", "A line is http://… or https://…")
            found.append(url)
    return found
