"""ledger.db: what happened and why. Every method is one transaction, durable when it returns."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from memory import look_through
from memory.access import Access
from memory.adoptions import AdoptionBook
from memory.alerts import AlertBook
from memory.arrivals import Arrivals
from memory.audit import Audit
from memory.book import Books
from memory.booked import Booked
from memory.buttons import Buttons
from memory.chain_mark import ChainMarks
from memory.cleanups import Cleanups
from memory.contacts import Contacts
from memory.deeds import Deeds
from memory.emergency import Emergency
from memory.exit_log import FILE as EXITS
from memory.exit_log import ExitLog
from memory.flows import Flows
from memory.given_up import GivenUpBook
from memory.handing_out import HandingOut
from memory.hearing import Hearing
from memory.limits import LimitBook
from memory.links import Links
from memory.loan_levels import LoanBook
from memory.mandates import Mandates
from memory.model_book import ModelBook
from memory.moves import MoveBook
from memory.news import NewsBook
from memory.nonces import NonceBook
from memory.observations import Observations
from memory.orders import OrderBook
from memory.parameters import ParameterBook
from memory.part import Clock, Entropy
from memory.periods import Periods
from memory.pool_looks import PoolLooks
from memory.put_aside import PutAside
from memory.risk_news import RiskBook
from memory.sandwiches import SandwichBook
from memory.signed_orders import SignedOrders
from memory.store import Store

if TYPE_CHECKING:
    from sqlite_utils import Database

FILE = "ledger.db"


class Ledger(
    Access,
    Links,
    Arrivals,
    Hearing,
    Buttons,
    Books,
    Booked,
    LimitBook,
    Mandates,
    OrderBook,
    ModelBook,
    NewsBook,
    Flows,
    Deeds,
    Emergency,
    NonceBook,
    Cleanups,
    GivenUpBook,
    LoanBook,
    AdoptionBook,
    Periods,
    Observations,
    PoolLooks,
    MoveBook,
    RiskBook,
    SandwichBook,
    SignedOrders,
    AlertBook,
    ParameterBook,
    PutAside,
    Contacts,
    ChainMarks,
    HandingOut,
    Audit,
):
    """The journal of one folder. All methods may raise Unavailable('ledger') where the file can't be used."""

    @classmethod
    async def open(
        cls, folder: Path, now: Clock, entropy: Entropy = secrets.token_bytes, *, executes: bool = False
    ) -> Ledger:
        """The ledger in `folder`, made where there is none. `now` gives Unix seconds.

        `executes`: for who holds the executor's lock. It is looked through for what has gone bad. What an exit log
        holds comes into the ledger first; one that can't be used is kept in memory as far as it can be read, for
        exits alone (`broken` says why).
        """
        store = await Store.open(folder / FILE, _migrate, synchronous="FULL", spare=executes)
        ledger = cls(store, now, entropy)
        if executes:
            await store.read(look_through.check)
            ledger.exit_log = await asyncio.to_thread(ExitLog, folder / EXITS)
            await ledger.merge_exits()
        return ledger

    async def close(self) -> None:
        await self._store.close()
        if self.exit_log is not None:
            self.exit_log.close()
            self.exit_log = None


def _migrate(db: Database) -> None:
    from memory.migrations import migrate_ledger  # late, in the writer's thread, as sqlite_utils itself

    migrate_ledger(db)
