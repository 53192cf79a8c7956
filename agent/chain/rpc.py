"""The node: JSON-RPC over one session, with hard time-outs and two kinds of failure.

`Unavailable("node", …)` is a node that can't be reached or talks nonsense; `RpcError` is what the node itself
refuses, a revert's data kept. Nothing is retried here: a caller that may repeat a request knows that it may.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.chain.rpc_types import Fees, Header, Receipt, RpcError, Transaction, header, quantity, receipt, transaction
from agent.chain.url_secrets import secrets_of, without
from agent.errors import Unavailable
from agent.importing import shallow, uncollected, without_pairings
from agent.money import Address

if TYPE_CHECKING:
    from web3 import AsyncHTTPProvider

    from agent.chain.heads import Heads
    from agent.chain.sessions import Sessions

TIMEOUT_SECONDS = 10.0
METHOD_NOT_FOUND = -32601
DEFAULT_PRIORITY_WEI = 10**9
ALONE = "one endpoint: nobody else is asked what the chain's id and an account's number are"

BlockTag = int | str
"""A block's number, its hash, or 'latest' or 'pending'."""

Request = tuple[str, Sequence[Any]]


class Rpc:
    """One node's endpoint. web3.py's provider is imported by `prepare`, or at the first request: it costs 0.7 s."""

    heads: Heads | None = None
    """Tells of new blocks, where an endpoint does."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self.timeout = timeout
        self.reads_per_call: int | None = None  # what it takes in one eth_call, where it refused more
        self._secrets = secrets_of(url)
        self._provider: AsyncHTTPProvider | None = None
        self._sessions: Sessions | None = None

    def hides(self, raw: bytes) -> bool:
        """Whether these signed bytes go where nobody else sees them: that others don't know them proves nothing."""
        return False

    def hide(self, to: Callable[[Address | None], bool]) -> None:
        """From now on a private endpoint, where there is one, is only for what `to` says of a receiver."""

    async def ready_for(self, to: Address) -> None:
        """Asked before a transaction for `to` is signed. One node takes what it is sent; see agent.chain.pool."""

    @property
    def nodes(self) -> Sequence[Rpc]:
        """Each endpoint by itself: for what one may have and another not, such as the past."""
        return (self,)

    @property
    def trust(self) -> str:
        """What stands behind a nonce and the chain's id, for people."""
        return ALONE

    async def prepare(self) -> None:
        """Imports web3.py in a thread, so that what else is starting goes on meanwhile."""
        await asyncio.to_thread(self._import)

    async def request(self, method: str, *params: Any) -> Any:
        """The result of one method. Raises RpcError for the node's own error, Unavailable for everything else."""
        provider = self._connected()
        answer = await self._within(provider.make_request(method, list(params)))
        return self._result(answer)

    async def batch(self, requests: Sequence[Request]) -> list[Any | RpcError]:
        """Results in order in one HTTP request; an RpcError stands where the node refused that one."""
        if not requests:
            return []
        provider = self._connected()
        listed = [(method, list(params)) for method, params in requests]
        answers = await self._within(provider.make_batch_request(listed))  # type: ignore[arg-type]
        if not isinstance(answers, list):
            return [self._result(answers) for _ in requests]  # one error for the whole batch: raises it
        if len(answers) != len(requests):
            raise Unavailable("node", f"The node answered {len(answers)} of {len(requests)} batched requests.")
        return [self._result_or_error(answer) for answer in answers]

    async def close(self) -> None:
        """Ends the session. Safe to call twice."""
        sessions, self._provider, self._sessions = self._sessions, None, None
        if sessions is not None:
            await sessions.close()

    def _result(self, answer: Any) -> Any:
        result = self._result_or_error(answer)
        if isinstance(result, RpcError):
            raise result
        return result

    def _result_or_error(self, answer: Any) -> Any | RpcError:
        if not isinstance(answer, dict):
            raise Unavailable("node", "The node's answer is no JSON-RPC.")
        error = answer.get("error")
        if error is not None:
            refused = RpcError.of(error)  # people are shown its words, and they may repeat the key of its URL
            return RpcError(refused.code, without(refused.message, self._secrets), refused.data)
        if "result" not in answer:
            raise Unavailable("node", "The node's answer has neither result nor error.")
        return answer["result"]

    def _import(self) -> None:
        with uncollected():
            self._connected()

    def _connected(self) -> AsyncHTTPProvider:
        if self._provider is None:
            with shallow(), without_pairings():
                from aiohttp import ClientTimeout
                from web3 import AsyncHTTPProvider

                from agent.chain.sessions import Sessions

            # what it logs below that holds the whole URL, which for many providers is the key
            logging.getLogger("web3.providers").setLevel(logging.WARNING)
            self._provider = AsyncHTTPProvider(
                self.url,
                request_kwargs={"timeout": ClientTimeout(total=self.timeout)},
                exception_retry_configuration=None,
            )
            self._sessions = self._provider._request_session_manager = Sessions()
        return self._provider

    async def _within(self, answer: Any) -> Any:
        try:
            async with asyncio.timeout(self.timeout):
                return await answer
        except TimeoutError as error:
            raise Unavailable("node", f"The node did not answer within {self.timeout:g} s.") from error
        except Unavailable:
            raise
        except json.JSONDecodeError:
            raise Unavailable("node", "The node answered no JSON but something else, such as a web page.") from None
        except OSError as error:
            raise Unavailable("node", f"The node can't be reached: {_said(error)}.") from None
        except Exception as error:  # aiohttp and web3 have hierarchies of their own; what they mean here is the same
            raise Unavailable("node", f"The node gave no usable answer: {_said(error)}.") from None

    async def chain_id(self) -> int:
        """The id that the node signs for."""
        return quantity(await self.request("eth_chainId"))

    async def block(self, tag: BlockTag = "latest") -> Header:
        """The block's header. Raises Unavailable where the node doesn't have the block."""
        by_hash = isinstance(tag, str) and len(tag) == 66
        method = "eth_getBlockByHash" if by_hash else "eth_getBlockByNumber"
        answer = await self.request(method, tag if by_hash else _tag(tag), False)
        if answer is None:
            raise Unavailable("node", f"The node has no block {tag}.")
        return header(answer)

    async def genesis_hash(self) -> str:
        """The hash of the first block: what tells one chain from another of the same id."""
        return (await self.block(0)).hash

    async def call(self, to: Address, data: bytes, tag: BlockTag = "latest", sender: Address | None = None) -> bytes:
        """The answer of an eth_call. Raises RpcError with the revert's data where it reverts."""
        message = {"to": to, "data": "0x" + data.hex(), **({"from": sender} if sender else {})}
        return _bytes(await self.request("eth_call", message, _tag(tag)))

    async def nonce(self, account: Address, tag: BlockTag = "latest") -> int:
        """The account's next nonce: 'latest' counts what is mined, 'pending' also what waits."""
        return quantity(await self.request("eth_getTransactionCount", account, _tag(tag)))

    async def agree(self, account: Address, counted: str = "pending") -> None:
        """Asked before anything is signed for the account. One node agrees with itself; see agent.chain.pool."""

    async def balance(self, account: Address, tag: BlockTag = "latest") -> int:
        """The account's native coin, in wei."""
        return quantity(await self.request("eth_getBalance", account, _tag(tag)))

    async def code(self, account: Address, tag: BlockTag = "latest") -> bytes:
        """The contract's runtime code, empty where there is none."""
        return _bytes(await self.request("eth_getCode", account, _tag(tag)))

    async def send_raw(self, signed: bytes) -> str:
        """Broadcasts signed bytes; the transaction's hash. After Unavailable its fate is unknown, not failed."""
        return str(await self.request("eth_sendRawTransaction", "0x" + signed.hex()))

    async def receipt(self, tx_hash: str) -> Receipt | None:
        """The receipt, None while the transaction isn't in a block."""
        answer = await self.request("eth_getTransactionReceipt", tx_hash)
        return None if answer is None else receipt(answer)

    async def transaction(self, tx_hash: str) -> Transaction | None:
        """The transaction as the node knows it, None where it doesn't."""
        answer = await self.request("eth_getTransactionByHash", tx_hash)
        return None if answer is None else transaction(answer)

    async def fees(self) -> Fees:
        """What the next block asks for: the base fee, and the tip that the node suggests (or 1 gwei)."""
        head, tip = await self.batch([("eth_getBlockByNumber", ("latest", False)), ("eth_maxPriorityFeePerGas", ())])
        if isinstance(head, RpcError):
            raise head
        priority = DEFAULT_PRIORITY_WEI if isinstance(tip, RpcError) else quantity(tip)
        return Fees(header(head).base_fee, priority)

    async def simulate(self, payload: dict[str, Any], tag: BlockTag) -> Any:
        """eth_simulateV1 as the node answers it (agent.chain.simulate makes sense of it)."""
        return await self.request("eth_simulateV1", payload, _tag(tag))


def _tag(tag: BlockTag) -> str:
    return hex(tag) if isinstance(tag, int) else tag


def _bytes(answer: Any) -> bytes:
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise Unavailable("node", "The node answered something else than bytes.")
    try:
        return bytes.fromhex(answer[2:])
    except ValueError as error:
        raise Unavailable("node", "The node answered bytes that are no hexadecimal text.") from error


def _said(error: BaseException) -> str:
    """What went wrong, without the libraries' own texts: they quote the URL, and with it a provider's API key."""
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return f"HTTP status {status}"
    return getattr(error, "strerror", None) or type(error).__name__
