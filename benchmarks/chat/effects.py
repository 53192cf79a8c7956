"""What really happened, read out of the ledger and off the chain after a crowd has gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.program import Chain, rows

ACCOUNTS = """SELECT identities.platform || ':' || identities.platform_user_id AS identity,
              accounts.address AS address FROM identities JOIN accounts ON accounts.user = identities.user"""
UNIQUE_REPLIES = "SELECT count(*) AS n FROM outbox WHERE inbox_id IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Effects:
    """Counts. `wrong` are accounts whose nonce or balance isn't that of exactly one deposit."""

    received: int
    answered: int
    unanswered: int
    settled: int
    mined: int
    nonces: int
    wrong: int


def accounts(folder: Path) -> dict[str, str]:
    """Address by identity."""
    return {row["identity"]: row["address"] for row in rows(folder, ACCOUNTS)}


def effects(folder: Path, chain: Chain, usdc: str, funded: Mapping[str, int], deposit: int) -> Effects:
    """`funded` is what each depositing address held of USDC before."""

    def count(sql: str) -> int:
        return int(rows(folder, sql)[0]["n"])

    steps = {
        row["account"]: int(row["n"])
        for row in rows(folder, "SELECT account, count(*) AS n FROM attempts WHERE status = 'mined' GROUP BY account")
    }
    nonces = {place: chain.nonce(place) for place in funded}
    wrong = [
        place
        for place, had in funded.items()
        if nonces[place] != steps.get(place, 0) or chain.balance_of(usdc, place) != had - deposit
    ]
    return Effects(
        received=count("SELECT count(*) AS n FROM inbox"),
        answered=count(UNIQUE_REPLIES),
        unanswered=count("SELECT count(*) AS n FROM inbox WHERE status = 'new'"),
        settled=count("SELECT count(*) AS n FROM plans WHERE status = 'settled'"),
        mined=count("SELECT count(*) AS n FROM attempts WHERE status = 'mined'"),
        nonces=sum(nonces.values()),
        wrong=len(wrong),
    )
