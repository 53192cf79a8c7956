"""Several endpoints of one chain as one node: reads fail over, transactions go to all, disagreement stops sending.

Reads stay with one endpoint while it answers, so that a snapshot and its simulation are of the same node's chain.
Where a private endpoint is named, what it is for goes there and nowhere else, unless the operator allows it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from agent.chain.heads import Heads
from agent.chain.health import MAX_BEHIND, Endpoint, Health
from agent.chain.private import Private
from agent.chain.quorum import disagreement, needed, said, words
from agent.chain.rpc import METHOD_NOT_FOUND, BlockTag, Request, Rpc
from agent.chain.rpc_types import Header, RpcError, quantity
from agent.errors import Refused, Unavailable
from agent.money import Address

ASKED_AGAIN = 3
PAUSE_SECONDS = 0.5
"""Nodes learn of a new block one after the other: a disagreement counts once it has lasted this often this long."""
CHECK_SECONDS = 30.0
"""How often all are asked for their heads, beside what else is asked."""
LIMITED = (-32005, -32029)
"""Rate limits as providers number them (EIP-1474: -32005, limit exceeded)."""
BEHIND = ("header not found", "unknown block", "block not found", "missing trie node")
SEND = "eth_sendRawTransaction"
KNOWN = ("already known", "already imported", "known transaction")

T = TypeVar("T")


class Pool(Rpc):
    """The endpoints in the order of preference. `clock` gives seconds that only rise.

    `quorum`: how many must answer before anything is signed (half of them where it isn't said); `private`: where
    transactions are sent; `heads` tells of new blocks; `behind`: the blocks that heads may be apart.
    """

    def __init__(
        self,
        nodes: Sequence[Rpc],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        quorum: int | None = None,
        private: Rpc | Private | None = None,
        heads: Heads | None = None,
        behind: int = MAX_BEHIND,
    ) -> None:
        if not nodes:
            raise ValueError("a pool has at least one endpoint")
        super().__init__(nodes[0].url, nodes[0].timeout)
        self._health = Health(nodes, clock, behind)
        self._quorum = needed(len(nodes), quorum)
        self._private = Private(private) if isinstance(private, Rpc) else private
        self._private_is_proved = False
        self._clock = clock
        self._sleep = sleep
        self._highest = 0
        self._check_at = clock() + CHECK_SECONDS
        self._checking: asyncio.Task[None] | None = None
        self.heads = heads

    def hides(self, raw: bytes) -> bool:
        return self._private is not None and self._private.takes("0x" + raw.hex())

    def hide(self, to: Callable[[Address | None], bool]) -> None:
        if self._private is not None:
            self._private.hides = to

    async def ready_for(self, to: Address) -> None:
        """Raises Refused("endpoints"), Unavailable where what is for `to` would go to a private endpoint that isn't
        there, or is of another chain.
        """
        if self._private is not None and not self._private_is_proved and self._private.hides(to):
            await self._prove(self._private.rpc)

    @property
    def nodes(self) -> Sequence[Rpc]:
        return [endpoint.rpc for endpoint in self._health.order()]

    @property
    def trust(self) -> str:
        return said(len(self._health.endpoints), self._quorum)

    async def request(self, method: str, *params: Any) -> Any:
        if method == SEND:
            return await self._sent(params)
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

        Raises Refused("endpoints") where they disagree on the chain's id, the head or the nonce, Unavailable where
        too few answer.
        """
        if tag != "pending" or len(self._health.endpoints) == 1:
            return await super().nonce(account, tag)
        return await self._agreed(account)

    async def agree(self, account: Address, counted: str = "pending") -> None:
        """Raises Refused("endpoints") where they disagree on the chain's id, the head or the account's nonce;
        Unavailable where too few answer.

        `counted` "latest": only what is mined. Of what waits, one may have forgotten what another one still has.
        """
        if len(self._health.endpoints) > 1:
            await self._agreed(account, counted)
        await self.ready_for(account)

    async def close(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        if self.heads is not None:
            await self.heads.close()
        if self._private is not None:
            await self._private.rpc.close()
        for endpoint in self._health.endpoints:
            await endpoint.rpc.close()

    async def check(self) -> None:
        """Asks each for its head: which one is slow or behind, and which one is so no more."""

        async def head_of(endpoint: Endpoint) -> None:
            began = self._clock()
            try:
                head = quantity(await endpoint.rpc.request("eth_blockNumber"))
            except (Unavailable, RpcError):
                self._health.failed(endpoint)
            else:
                self._health.measured(endpoint, head, self._clock() - began)

        await asyncio.gather(*(head_of(endpoint) for endpoint in self._health.endpoints))

    async def _agreed(self, account: Address, counted: str = "pending") -> int:
        """The nonce that all say who answer."""
        found = await words(self._health, account, counted, self._quorum)
        for _ in range(ASKED_AGAIN - 1):
            if not disagreement(found, self._health.behind):
                break
            await self._sleep(PAUSE_SECONDS)
            found = await words(self._health, account, counted, self._quorum)
        trouble = disagreement(found, self._health.behind)
        if not trouble:
            self._highest = max(self._highest, *(word.head for word in found))
            return found[0].nonce
        raise Refused(
            "endpoints",
            f"The endpoints of this chain disagree on {trouble}, so nothing is sent.",
            "Try again in a moment; if it lasts, the operator takes the wrong one out.",
        )

    async def _sent(self, params: Sequence[Any]) -> Any:
        """To the private endpoint what it is for, to all others the rest; the same bytes to those, too, once they
        have waited long enough and that is allowed.
        """
        raw = str(params[0])
        if self._private is None or not self._private.takes(raw):
            return await self._broadcast(params)
        head = (await self.block()).number
        if self._private.waited_enough(raw, head):
            return await self._broadcast(params)
        return await self._private.send(raw, head)

    async def _prove(self, private: Rpc) -> None:
        """Once: nothing is signed that would be sent to another chain's endpoint, or to one that isn't there."""
        try:
            served = await private.chain_id()
        except RpcError as error:
            if error.code != METHOD_NOT_FOUND:
                raise Unavailable("node", f"The private endpoint doesn't say its chain: {error.message}.") from error
        except Unavailable as error:
            raise Unavailable("node", f"The private endpoint can't be sent to. {error.message}") from error
        else:
            if served != (here := await self.chain_id()):
                raise Refused(
                    "endpoints",
                    f"The private endpoint is of chain {served}, the others are of chain {here}, so nothing is sent.",
                    "The operator names one of this chain in private_rpc_file.",
                )
        self._private_is_proved = True

    async def _head_of(self, rpc: Rpc, seen: list[Header]) -> Header:
        header = await rpc.block("latest")
        seen.append(header)
        if header.number < self._highest - self._health.behind:
            raise Unavailable("node", f"The endpoint is at block {header.number}, the chain at {self._highest}.")
        self._highest = max(self._highest, header.number)
        return header

    async def _first(self, ask: Callable[[Rpc], Awaitable[T]]) -> T:
        """The first usable answer. Raises what the last one that was asked raised."""
        self._check_when_due()
        for endpoint in (order := self._health.order()):
            try:
                answer = await ask(endpoint.rpc)
            except (Unavailable, RpcError) as error:
                if isinstance(error, RpcError) and not _is_its_own(error):
                    self._health.did_well(endpoint)
                    raise  # the chain's own answer, such as a revert: another endpoint would say the same
                self._health.failed(endpoint)
                if endpoint is order[-1]:
                    raise
            else:
                self._health.did_well(endpoint)
                return answer
        raise AssertionError("a pool has at least one endpoint")

    def _check_when_due(self) -> None:
        if len(self._health.endpoints) > 1 and self._clock() >= self._check_at:
            self._check_at = self._clock() + CHECK_SECONDS
            self._checking = asyncio.create_task(self.check())

    async def _broadcast(self, params: Sequence[Any]) -> Any:
        """To all at once: the first that takes it decides. Where none does, its fate is unknown if any was silent."""
        tasks = [asyncio.create_task(each.rpc.request(SEND, *params)) for each in self._health.order()]
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


def is_limit(error: RpcError) -> bool:
    """Whether the endpoint wants fewer requests."""
    words = error.message.lower()
    return error.code in LIMITED or "rate limit" in words or "too many requests" in words


def _is_its_own(error: RpcError) -> bool:
    """Whether the trouble is the endpoint's and not the request's: a limit, a missing method, a missing block."""
    words = error.message.lower()
    return is_limit(error) or error.code == METHOD_NOT_FOUND or any(each in words for each in BEHIND)
