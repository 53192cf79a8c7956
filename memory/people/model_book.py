"""The ledger of language models: budgets in nano-USD reserved before a call, what it cost, how each model does.

A reservation is counted in the same transaction that finds room for it. One that is never settled, since a stop cut
it off, stays counted: what isn't known to be free isn't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from agent.model_cost import Payer
from memory.part import Part, many, one

if TYPE_CHECKING:
    import asyncio

    from sqlite_utils import Database

Scope = Literal["user", "server", "instance"]
Period = Literal["day", "month"]
SCOPES: tuple[Scope, ...] = ("user", "server", "instance")
PERIODS: tuple[Period, ...] = ("day", "month")
DAY = 86_400
KEPT_DAYS = 400
"""What is older is let go, so the file stays as large as it is: a year can be looked at."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `nano` USD of one scope in each calendar day or month, UTC."""

    scope: Scope
    period: Period
    nano: int


@dataclass(frozen=True, slots=True)
class Left:
    """A budget and what of it is spent or reserved."""

    budget: Budget
    spent: int

    @property
    def left(self) -> int:
        """Nano-USD; never below zero."""
        return max(self.budget.nano - self.spent, 0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one call came to. `nano` is None where the model has no price."""

    purpose: str
    model: str
    prompt_tokens: int
    answer_tokens: int
    nano: int | None
    ms: int
    fault: bool = False


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A sum over calls of one purpose and model. `ms` is the whole time of those that were answered; `unpriced` calls
    cost something that isn't known.
    """

    purpose: str
    model: str
    calls: int
    faults: int
    unpriced: int
    prompt_tokens: int
    answer_tokens: int
    nano_usd: int
    ms: int

    @property
    def latency(self) -> int | None:
        """Milliseconds of an answer on average."""
        answered = self.calls - self.faults
        return self.ms // answered if answered else None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a model did on a set of sentences at a time: `right`, `asked` back, `wrong`; `down` where no answer came.
    `ms` is the median of its answers.
    """

    model: str
    at: int
    set_sha256: str
    right: int
    asked: int
    wrong: int
    down: int
    ms: int

    @property
    def accuracy(self) -> int:
        """Basis points, rounded down."""
        return self.right * 10_000 // max(self.right + self.asked + self.wrong + self.down, 1)


class ModelBook(Part):
    async def reserve_model(self, payer: Payer, nano: int, budgets: Sequence[Budget]) -> int | Left:
        """The number of the reservation; or the first budget that has no room for it, and nothing is reserved."""

        def reserve(db: Database) -> int | Left:
            at = self._now()
            for budget in budgets:
                found = _left(db, payer, budget, at)
                if found is not None and found.left < nano:
                    return found
            _add(db, payer, at, nano)
            row = one(
                db,
                "INSERT INTO model_calls (user, server, at, nano_usd) VALUES (?, ?, ?, ?) RETURNING id",
                (payer.user, payer.server, at, nano),
            )
            return 0 if row is None else int(row["id"])

        return await self._store.write(reserve)

    def settle_model_soon(self, payer: Payer, spent: Spent, reserved: int | None = None) -> asyncio.Future[None]:
        """What a call came to, in its place among the writes; a reservation becomes it, in the day it was made in."""

        def settle(db: Database) -> None:
            at, before = self._now(), 0
            if reserved is not None:
                row = one(db, "DELETE FROM model_calls WHERE id = ? RETURNING at, nano_usd", (reserved,))
                if row is not None:
                    at, before = row["at"], row["nano_usd"]
            _add(db, payer, at, (spent.nano or 0) - before)
            _note(db, payer, spent, at // DAY)

        return self._store.submit(settle)

    async def model_budgets(self, payer: Payer, budgets: Sequence[Budget]) -> list[Left]:
        """Each budget that holds for them, with what is spent of it now."""

        def left(db: Database) -> list[Left]:
            return [
                each for each in (_left(db, payer, budget, self._now()) for budget in budgets) if each is not None
            ]

        return await self._store.write(left)  # among the writes: behind what was settled before

    async def model_usage(self, since: int, user: str | None = None) -> list[UsageRow]:
        """Sums by purpose and model since a moment's day, of one person or of all; the most expensive first."""
        sql = """SELECT purpose, model, sum(calls) AS calls, sum(faults) AS faults, sum(unpriced) AS unpriced,
                   sum(prompt_tokens) AS prompt_tokens, sum(answer_tokens) AS answer_tokens,
                   sum(nano_usd) AS nano_usd, sum(ms) AS ms
                 FROM model_usage WHERE day >= ? AND user = coalesce(?, user) GROUP BY purpose, model
                 ORDER BY sum(nano_usd) DESC, sum(calls) DESC, purpose, model"""
        rows = await self._store.write(lambda db: many(db, sql, (since // DAY, user)))  # as above
        return [UsageRow(**row) for row in rows]

    async def keep_measure(self, measure: Measure) -> None:
        """Keeps how a model did; what counts is the last."""
        sql = """INSERT OR REPLACE INTO model_measures (model, at, set_sha256, right, asked, wrong, down, ms)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
        of = measure
        row = (of.model, of.at, of.set_sha256, of.right, of.asked, of.wrong, of.down, of.ms)
        await self._store.write(lambda db: db.execute(sql, row).rowcount)

    async def measures(self) -> dict[str, Measure]:
        """The last measure of each model."""
        sql = "SELECT * FROM model_measures ORDER BY at"
        rows = await self._store.read(lambda db: many(db, sql))
        return {row["model"]: Measure(**row) for row in rows}


def join_models(db: Database, keep: str, leave: str) -> None:
    """Two people became one: what either spent counts for both."""
    hand_over(db, keep, leave)
    db.execute(
        """INSERT INTO model_spent SELECT scope, ?, period, start, nano_usd FROM model_spent
           WHERE scope = 'user' AND who = ?
           ON CONFLICT (scope, who, period, start) DO UPDATE SET nano_usd = nano_usd + excluded.nano_usd""",
        (keep, leave),
    )
    db.execute("DELETE FROM model_spent WHERE scope = 'user' AND who = ?", (leave,))
    db.execute("UPDATE model_calls SET user = ? WHERE user = ?", (keep, leave))


def hand_over(db: Database, keep: str, leave: str) -> None:
    """What `leave` used is told as used by `keep`, '' for nobody in particular; budgets stay as they are."""
    sums = ["calls", "faults", "unpriced", "prompt_tokens", "answer_tokens", "nano_usd", "ms"]
    added = ", ".join(f"{name} = {name} + excluded.{name}" for name in sums)
    db.execute(
        f"""INSERT INTO model_usage SELECT day, ?, purpose, model, {", ".join(sums)} FROM model_usage
            WHERE user = ? ON CONFLICT (day, user, purpose, model) DO UPDATE SET {added}""",  # noqa: S608
        (keep, leave),
    )
    db.execute("DELETE FROM model_usage WHERE user = ?", (leave,))


def _left(db: Database, payer: Payer, budget: Budget, at: int) -> Left | None:
    who = _who(payer, budget.scope)
    if who is None:
        return None
    sql = "SELECT nano_usd FROM model_spent WHERE scope = ? AND who = ? AND period = ? AND start = ?"
    row = one(db, sql, (budget.scope, who, budget.period, _start(budget.period, at)))
    return Left(budget, 0 if row is None else row["nano_usd"])


def _add(db: Database, payer: Payer, at: int, nano: int) -> None:
    """Adds to every sum that the payer's calls count in; `nano` is negative where less was spent than reserved."""
    sql = """INSERT INTO model_spent (scope, who, period, start, nano_usd) VALUES (?, ?, ?, ?, max(?, 0))
             ON CONFLICT (scope, who, period, start) DO UPDATE SET nano_usd = max(nano_usd + ?, 0)"""
    for scope in SCOPES:
        who = _who(payer, scope)
        if who is not None and nano:
            for period in PERIODS:
                db.execute(sql, (scope, who, period, _start(period, at), nano, nano))


def _prune(db: Database, day: int) -> None:
    oldest = day - KEPT_DAYS
    db.execute("DELETE FROM model_usage WHERE day < ?", (oldest,))
    for period in PERIODS:
        sql = "DELETE FROM model_spent WHERE period = ? AND start < ?"
        db.execute(sql, (period, _start(period, oldest * DAY)))


def _note(db: Database, payer: Payer, spent: Spent, day: int) -> None:
    if one(db, "SELECT 1 FROM model_usage WHERE day = ? LIMIT 1", (day,)) is None:
        _prune(db, day)
    sql = """INSERT INTO model_usage VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (day, user, purpose, model) DO UPDATE SET
               calls = calls + 1, faults = faults + excluded.faults, unpriced = unpriced + excluded.unpriced,
               prompt_tokens = prompt_tokens + excluded.prompt_tokens,
               answer_tokens = answer_tokens + excluded.answer_tokens, nano_usd = nano_usd + excluded.nano_usd,
               ms = ms + excluded.ms"""
    tokens = (spent.prompt_tokens, spent.answer_tokens)
    row = (day, payer.user, spent.purpose, spent.model, int(spent.fault), int(spent.nano is None), *tokens)
    db.execute(sql, (*row, spent.nano or 0, 0 if spent.fault else spent.ms))


def _who(payer: Payer, scope: Scope) -> str | None:
    """Whose sum it is; None where the call has none of that scope."""
    return {"user": payer.user or None, "server": payer.server or None, "instance": ""}[scope]


def _start(period: Period, at: int) -> int:
    """The day's number since 1970, or the month as YYYYMM."""
    if period == "day":
        return at // DAY
    day = datetime.fromtimestamp(at, UTC)
    return day.year * 100 + day.month
