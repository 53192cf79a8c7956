"""A private endpoint: it takes transactions and hands them to builders unseen. It is asked nothing but its chain.

`eth_sendRawTransaction` is what the endpoints for wallets take (Flashbots Protect, MEV Blocker);
`eth_sendPrivateTransaction` {tx, maxBlockNumber} what Flashbots' relay and providers with an add-on for it take
(docs.flashbots.net, eth_sendPrivateTransaction; both drop what isn't in a block after 25).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import rlp  # type: ignore[import-untyped]

from agent.chain.rpc import Rpc
from agent.money import Address, address

SEND: Literal["eth_sendRawTransaction"] = "eth_sendRawTransaction"
SEND_PRIVATELY: Literal["eth_sendPrivateTransaction"] = "eth_sendPrivateTransaction"
BLOCKS = 25
"""For so many a transaction is offered to builders (docs.flashbots.net, Flashbots Protect)."""
_DYNAMIC_FEE, _TO = 2, 5
"""EIP-2718's type of EIP-1559's transactions, and where those have the address that they are for."""

Way = Literal["eth_sendRawTransaction", "eth_sendPrivateTransaction"]


def everything(to: Address | None) -> bool:
    """All transactions are sent privately."""
    return True


@dataclass
class Private:
    """`hides` says of a transaction's receiver whether it is sent here; all others are sent publicly.

    `blocks`: for how many one waits here. `falls_back`: whether the same bytes are sent publicly after those.
    """

    rpc: Rpc
    way: Way = SEND
    blocks: int = BLOCKS
    falls_back: bool = False
    hides: Callable[[Address | None], bool] = everything
    _since: dict[str, int] = field(default_factory=dict)
    _public: set[str] = field(default_factory=set)

    def takes(self, raw: str) -> bool:
        """Whether these signed bytes (0x-text) belong here, and not to everybody."""
        return raw not in self._public and self.hides(receiver(raw))

    def waited_enough(self, raw: str, head: int) -> bool:
        """Whether they have waited here for their blocks and may be sent publicly from now on; notes when they came.

        What is counted is lost with the process: then they wait as long again.
        """
        since = self._since.setdefault(raw, head)
        if not self.falls_back or head - since < self.blocks:
            return False
        self._public.add(raw)
        return True

    async def send(self, raw: str, head: int) -> Any:
        """Their hash. Raises RpcError, Unavailable: what became of them then isn't known."""
        if self.way == SEND:
            return await self.rpc.request(SEND, raw)
        terms = {"tx": raw, "maxBlockNumber": hex(head + self.blocks)}
        return await self.rpc.request(SEND_PRIVATELY, terms)


def receiver(raw: str) -> Address | None:
    """The address that a signed transaction is for; None where these are bytes of another kind."""
    data = bytes.fromhex(raw.removeprefix("0x"))
    if data[:1] != bytes([_DYNAMIC_FEE]):
        return None
    fields = rlp.decode(data[1:])
    return address("0x" + bytes(fields[_TO]).hex()) if len(fields) > _TO and len(fields[_TO]) == 20 else None
