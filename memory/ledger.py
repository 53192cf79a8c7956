"""ledger.db: what happened and why. Every method is one transaction, durable when it returns."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from memory.audit.chain_mark import ChainMarks
from memory.audit.checking import Audit
from memory.journal.adoptions import AdoptionBook
from memory.journal.arrivals import Arrivals
from memory.journal.book import Books
from memory.journal.booked import Booked
from memory.journal.cleanups import Cleanups
from memory.journal.deeds import Deeds
from memory.journal.emergency import Emergency
from memory.journal.exit_log import FILE as EXITS
from memory.journal.exit_log import ExitLog
from memory.journal.flows import Flows
from memory.journal.given_up import GivenUpBook
from memory.journal.moves import MoveBook
from memory.journal.nonces import NonceBook
from memory.journal.sandwiches import SandwichBook
from memory.journal.signed_orders import SignedOrders
from memory.messages.buttons import Buttons
from memory.messages.hearing import Hearing
from memory.messages.put_aside import PutAside
from memory.part import Clock, Entropy
from memory.people.access import Access
from memory.people.contacts import Contacts
from memory.people.handing_out import HandingOut
from memory.people.limits import LimitBook
from memory.people.links import Links
from memory.people.model_book import ModelBook
from memory.seen.observations import Observations
from memory.seen.parameters import ParameterBook
from memory.seen.pool_looks import PoolLooks
from memory.sqlite import look_through
from memory.sqlite.store import Store
from memory.standing.alerts import AlertBook
from memory.standing.loan_levels import LoanBook
from memory.standing.mandates import Mandates
from memory.standing.news import NewsBook
from memory.standing.orders import OrderBook
from memory.standing.periods import Periods
from memory.standing.risk_news import RiskBook

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
    from memory.steps.migrations import migrate_ledger  # late, in the writer's thread, as sqlite_utils itself

    migrate_ledger(db)
