"""Months on a devnet, step by step: at the end of each the scripted borrowers act, all of them in one block.

What they lean to is devnet.demand's, so a chain and its copy see the same demand, whatever else is done on them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from devnet.anvil import BLOCK_SECONDS
from devnet.borrowers import BPS, Wish, towards, transaction
from devnet.clock import Moment, jump, mine
from devnet.demand import Demand, leaning
from devnet.errors import DevnetError
from devnet.lending import Market, markets, states
from devnet.rpc import Rpc

LEAST_STEP = 10  # basis points of what is supplied: for less nobody sends a transaction
"""But where a curve adapts: it does so only when somebody touches its market, and on a real one somebody always does.
"""


class Passing:
    """Lets one chain's time pass. It is for one thread at a time."""

    def __init__(self, rpc_url: str, chain_file: Path, seed: int) -> None:
        """`chain_file` is the devnet's chain.toml. Raises NodeUnreachable, RpcError."""
        self._rpc = Rpc(rpc_url)
        self._markets = markets(self._rpc, chain_file)
        self._accounts: list[str] = self._rpc.call("eth_accounts")
        self._demand = Demand(seed, [market.venue for market in self._markets])
        self._at = Moment.of(self._rpc).timestamp  # until when demand has been drawn
        self.moves, self.failed = 0, 0
        """How often the borrowers borrowed or repaid so far, and how many of their transactions reverted."""

    def beside(self, rpc_url: str) -> Passing:
        """The same for a copy of the chain, served there: it goes on with the same demand."""
        twin = copy.copy(self)
        twin._rpc, twin._demand = Rpc(rpc_url), copy.deepcopy(self._demand)
        twin.moves, twin.failed = 0, 0
        return twin

    def __enter__(self) -> Passing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rpc.close()

    def now(self) -> int:
        """The head's Unix seconds."""
        return Moment.of(self._rpc).timestamp

    def until(self, timestamp: int) -> None:
        """Lets time pass until the head is of exactly that second. Raises DevnetError where it is past it already."""
        begin = Moment.of(self._rpc)
        end = begin.later(timestamp - begin.timestamp)
        if end.timestamp - begin.timestamp <= 2 * BLOCK_SECONDS:
            raise DevnetError(f"the head is of second {begin.timestamp}: it can't pass until {timestamp}")
        jump(self._rpc, end.earlier(2 * BLOCK_SECONDS))
        self._act(self._demand.after(timestamp - self._at), end.timestamp - BLOCK_SECONDS)
        self._at = timestamp
        mine(self._rpc, end.timestamp)

    def _act(self, away: Mapping[str, int], timestamp: int) -> None:
        wanted = []
        for market, state in zip(self._markets, states(self._rpc, self._markets), strict=True):
            wish = towards(state, leaning(market.venue, state, away[market.venue]))
            least = 0 if state.height is not None else state.supplied * LEAST_STEP
            if wish is not None and wish.amount * BPS > least:
                wanted.append((market, wish))
        if not wanted:
            return
        hashes = self._send(wanted, timestamp)
        receipts = self._rpc.calls([("eth_getTransactionReceipt", (each,)) for each in hashes])
        reverted = sum(receipt is None or receipt["status"] != "0x1" for receipt in receipts)
        self.moves += len(receipts) - reverted
        self.failed += reverted  # no room under the collateral

    def _send(self, wanted: list[tuple[Market, Wish]], timestamp: int) -> list[str]:
        """All in one block. Mining on arrival is off only within the exchange."""
        sent = [
            ("eth_sendTransaction", (transaction(market, wish, self._accounts[market.borrower]),))
            for market, wish in wanted
        ]
        head = Moment.of(self._rpc)
        block = [
            ("evm_setNextBlockTimestamp", (max(timestamp, head.timestamp + 1),)),
            ("evm_mine", ()),
            ("evm_setAutomine", (True,)),
        ]
        answers = self._rpc.calls([("evm_setAutomine", (False,)), *sent, *block])
        return [str(each) for each in answers[1 : len(sent) + 1]]
