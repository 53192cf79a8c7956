"""A quoter: somebody outside who offers to swap, with the call that does it. Nothing that one says is believed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from agent.errors import Refused
from agent.money import Address, Token
from agent.plugin.chain import Ask, Chain, Listed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: exactly `units` base units of `gives` for as much of `gets` as possible, for `account`; with
    `exact_out` exactly `units` of `gets` for as little of `gives` as possible.

    `slippage_bps`: by how many basis points less than offered may come back, or more may be given. `until`: the last
    second (Unix) in which the swap may still be carried out.
    """

    chain_id: int
    account: Address
    gives: Token
    gets: Token
    units: int
    slippage_bps: int
    until: int
    exact_out: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a quoter answered, word for word. What it doesn't say is None.

    `units_out`: base units that it says would come back; of an exact output `units_in` are those that it says would
    be given for them. `to`, `data`, `value`: the call that does it; `spender` is
    whom it wants approved. `chain_id` and `block` are those that it quotes for, `until` is when the offer ends (Unix
    seconds). `order` is typed data (EIP-712) to be signed in the place of a call, which then is empty.
    """

    quoter: str
    units_out: int
    to: Address
    data: bytes
    value: int = 0
    spender: Address | None = None
    chain_id: int | None = None
    block: int | None = None
    until: int | None = None
    order: Mapping[str, Any] | None = None
    units_in: int = 0


class Web(Protocol):
    """Asks the service whose URL the operator set, bounded in time and size; its key is added on the way.

    Both answer with JSON data, in which integers are integers. Raise Unavailable where there is no answer (its
    `status` is that of HTTP, where one was answered), Refused("quote-shape") for one that is no JSON.
    """

    async def get(self, path: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """GET `path` below the URL."""

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        """POST of JSON."""


class Quoter(ABC):
    """An aggregator or an auction; `name` is its section in the chain file and in the settings.

    `contracts`: the first is what is called, and approved to unless `spender` says otherwise; the others may be named
    in the call. `keyed` is the header that carries the operator's key, with what stands before it ('' for none).
    `domain`: of one that takes signed orders, the typed table, name and version of the contract's EIP-712 domain.
    `coin`: whether it may be asked for swaps of the native coin itself, and for swaps into it; what a receipt says
    of the second is known of the wrapped coin's own events alone. `exact_outputs`: whether it is asked for those, of
    tokens; a call for one gives back to the caller what it doesn't need.
    """

    name: ClassVar[str]
    keyed: ClassVar[tuple[str, str]] = ("", "")
    domain: ClassVar[tuple[str, str, str] | None] = None
    coin: ClassVar[tuple[bool, bool]] = (False, False)
    exact_outputs: ClassVar[bool] = False
    contracts: tuple[Listed, ...]

    @property
    def contract(self) -> Listed:
        return self.contracts[0]

    @property
    def spender(self) -> Address:
        """To whom what is given is approved."""
        return self.contract.address

    async def post(self, order: Mapping[str, Any], signature: bytes, account: Address, web: Web) -> None:
        """Posts a signed order; `order` are the message's values. Posting again must do no harm.

        Raises Refused("order-book") where it isn't taken, Unavailable where that isn't known.
        """
        raise Refused("order-book", f"{self.name} takes no orders.")

    async def has(self, uid: str, web: Web) -> bool:
        """Whether it knows the order of that name. Raises Unavailable."""
        return False

    @classmethod
    @abstractmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Quoter:
        """The quoter on this chain. Raises Unavailable where the chain contradicts its file."""

    @abstractmethod
    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        """What it offers. Raises Unavailable where it doesn't answer, Refused("quote-…") where it can't be read."""
