"""The year as figures and as a table: what was due, what was done of it, and what the chain itself says."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import structlog

import devnet
from agent.gate.orders.terms import Terms
from agent.runtime.world import World
from benchmarks.figure import Figure
from benchmarks.kills.warm import Warm, signing
from benchmarks.orders import year
from benchmarks.orders.people import Wanted, price_at, wanted
from devnet.rpc import Rpc
from memory.part import many
from memory.standing.orders import CHANNEL, OrderRow, RunRow

DAYS = 365
IN_A_SESSION = 12
WORDS = {"settled": "done", "missed": "missed", "refused": "refused", "partial": "stopped", "void": "stopped"}


@dataclass
class Line:
    """One order as the ledger and the chain have it, beside what was due of it."""

    order: OrderRow
    due: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    early: int = 0
    twice: int = 0
    lost: int = 0
    mined: int = 0
    why: list[str] = field(default_factory=list)


def figures(days: int = DAYS, seed: int = 1, first: str = "") -> Iterator[Figure]:
    """One JSON line a figure, and the table on standard error. `first`: see `begin_of`."""
    started = time.monotonic()
    # what a look reports of itself is no figure
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="moneta-orders-") as name, devnet.start(Path(name) / "node") as node:
        warm = asyncio.run(year.prepare(Path(name) / "home", node))
        with signing(warm):
            begin = begin_of(int(time.time()), first)
            told, lines, besides = _walked(warm, Path(name) / "year", begin, begin + days * 86_400, seed)
    for problem in told.problems[:20]:
        sys.stderr.write(f"{problem}\n")
    sys.stderr.write(_table(lines))
    for why, count in Counter(why for line in lines for why in line.why).items():
        sys.stderr.write(f"{count} were told: {why}\n")
    yield Figure("orders_of_a_simulated_year", len(lines), "orders")
    yield Figure("orders_periods_due", sum(each.due for each in lines), "periods")
    for word in ("done", "missed", "refused", "stopped"):
        yield Figure(f"orders_periods_{word}", sum(each.ends[word] for each in lines), "periods")
    yield Figure("orders_periods_done_twice", sum(each.twice for each in lines), "periods", 0)
    yield Figure("orders_periods_lost", sum(each.lost for each in lines), "periods", 0)
    yield Figure("orders_periods_before_they_were_due", sum(each.early for each in lines), "periods", 0)
    yield Figure("orders_accounts_whose_money_differs", besides["differs"], "accounts", 0)
    yield Figure("orders_runs_not_told_once", besides["untold"], "runs", 0)
    yield Figure("orders_sessions", told.sessions, "processes")
    yield Figure("orders_looks", told.looks, "looks")
    yield Figure("orders_kills", told.kills.total(), "kills")
    for point, count in sorted(told.kills.items()):
        yield Figure(f"orders_kills_at_{point}", count, "kills")
    yield Figure("orders_problems", len(told.problems), "problems", 0)
    yield Figure("orders_minutes", (time.monotonic() - started) / 60, "minutes")


def begin_of(now: int, first: str = "") -> int:
    """When the year begins: within a quarter of an hour, or with the next day 'MM-DD', in UTC.

    The signer's clock is real: no plan may lie behind it.
    """
    if not first:
        return now // 900 * 900 + 900
    year = datetime.fromtimestamp(now, UTC).year
    days = (datetime.fromisoformat(f"{each}-{first}T00:00:00+00:00") for each in (year, year + 1))
    return next(begin for day in days if (begin := int(day.timestamp())) > now)


def _walked(
    warm: Warm, folder: Path, begin: int, end: int, seed: int
) -> tuple[year.Told, list[Line], dict[str, int]]:
    dice, told = random.Random(seed), year.Told()  # noqa: S311
    warm.fresh(folder)
    before = _dollars(warm, folder)
    kept = [each for each in wanted(begin, end) if each.kept is not None]
    dues = [due for each in kept for due in _due(each, end)]
    said, moments = year.said_in(begin, end), year.moments_of(dues, begin, end, dice)
    while moments or said:
        if said and (not moments or said[0][0] <= moments[0]):
            now = [each for each in said if not moments or each[0] <= moments[0]]
            said = said[len(now) :]
            year.set_price(warm, now[0][0], begin, end)
            year.give(warm, folder, now, told)
            continue
        until = said[0][0] if said else end + 1
        session = [each for each in moments[: dice.randint(1, IN_A_SESSION)] if each < until] or moments[:1]
        session = _at_one_price(session, begin, end)
        year.set_price(warm, session[0], begin, end)
        done = year.look(warm, folder, session, dice, told)
        moments = moments[done:]
        if done < len(session) and moments:  # it was killed: somebody starts it again, at once or some time later
            moments[0] += dice.choice(year.LATER)
    last = end + 3_600
    for _ in range(3):  # nothing is cut off any more
        year.look(warm, folder, [last], _Never(), told)
    return told, *asyncio.run(_checked(warm, folder, kept, before, last))


def _at_one_price(session: list[int], begin: int, end: int) -> list[int]:
    """The looks of a session up to the next change of the price, which is set between sessions alone."""
    first = price_at(session[0], begin, end)
    return list(takewhile(lambda each: price_at(each, begin, end) == first, session))


class _Never(random.Random):
    """Dice of a session that nobody kills."""

    def random(self) -> float:
        return 1.0


def _due(each: Wanted, end: int) -> list[int]:
    return [] if each.kept is None else list(each.kept.moments(each.given, min(each.until, end)))


async def _checked(
    warm: Warm, folder: Path, kept: list[Wanted], before: dict[str, int], last: int
) -> tuple[list[Line], dict[str, int]]:
    async with warm.open(folder) as world:
        rows = await world.ledger._store.read(lambda db: many(db, "SELECT id FROM orders ORDER BY id"))
        orders = [order for row in rows if (order := await world.ledger.order(int(row["id"]))) is not None]
        names = {each.user: await _name(world, each.user) for each in orders}
        lines, spent, untold = [], Counter[str](), 0
        for order in orders:
            terms, runs = Terms.from_json(order.terms), await world.ledger.runs_of(order.id)
            line = Line(order, mined=await _mined(warm, world, order))
            lines.append(line)
            if terms.times is None:
                _by_price(line, runs)
            else:
                given = [each for each in kept if (each.person, each.given) == (names[order.user], terms.times.start)]
                dues = [due for each in given if each.kept and _same(each, terms) for due in _due(each, last)]
                _by_time(line, runs, dues)
            untold += sum(1 for run in runs if run.told != 1) if terms.times is not None else 0
            spent[order.user] += await _given(world, runs)
        accounts = {each.user: each.address for each in await world.ledger.accounts()}
    after = await _balances(warm, folder)
    differs = sum(before[place] - after[place] != spent[user] for user, place in accounts.items() if place in before)
    return lines, {"differs": differs, "untold": untold}


def _same(each: Wanted, terms: Terms) -> bool:
    if terms.times is None or each.kept is None:
        return False
    words = {"month": "every month", "week": "every Sunday", "day": "every day", "hour": "every 6 hours"}
    return words[terms.times.every] in each.kept.words


def _by_time(line: Line, runs: list[RunRow], dues: list[int]) -> None:
    """Each due moment is one run's own, or one of those that a run says were missed before it."""
    line.due = len(dues)
    taken = [run.period for run in runs]
    line.early = sum(period not in dues for period in taken)
    line.twice = len(taken) - len(set(taken)) + max(line.mined - sum(run.outcome == "settled" for run in runs), 0)
    before = 0
    for run in runs:
        line.ends[WORDS.get(run.outcome or "", "open")] += 1
        line.why += [run.reason] if run.outcome in ("partial", "void", "refused") else []
        line.ends["missed"] += run.missed
        between = sum(before < due < run.period for due in dues)
        line.lost += abs(between - run.missed)
        before = run.period
    line.lost += sum(due > before for due in dues)
    line.lost += sum(run.outcome is None for run in runs)
    line.lost += max(sum(run.outcome == "settled" for run in runs) - line.mined, 0)


def _by_price(line: Line, runs: list[RunRow]) -> None:
    done = sum(run.outcome == "settled" for run in runs)
    line.due = 1
    line.ends["done"] = done
    line.twice = max(done - 1, 0) + max(line.mined - done, 0)
    line.lost = int(done == 0)


async def _mined(warm: Warm, world: World, order: OrderRow) -> int:
    """Swaps of the order that the chain has: transactions that succeeded, approvals apart."""
    found = 0
    with Rpc(warm.node.rpc_url) as chain:
        for row in await world.ledger.plans_of(order.user, 0, 2**40):
            if row.channel == f"{CHANNEL}{order.id}":
                attempts = await world.ledger.attempts(row.plan_id)
                receipts = [
                    chain.call("eth_getTransactionReceipt", each.hash)
                    for each in attempts
                    if row.plan.steps[each.step].role == "action"
                ]
                found += sum(1 for each in receipts if each is not None and int(each["status"], 16) == 1)
    return found


async def _given(world: World, runs: list[RunRow]) -> int:
    """Base units of USDC that left the wallet with the runs that were done, by their own receipts."""
    total = 0
    for run in runs:
        if run.outcome == "settled" and run.plan_id is not None:
            flows = await world.ledger.flows_of_plan(run.plan_id)
            total -= sum(flow.units for flow in flows if flow.symbol == "USDC")
    return total


async def _name(world: World, user: str) -> str:
    person = await world.ledger.user(user)
    return "" if person is None else person.name


def _dollars(warm: Warm, folder: Path) -> dict[str, int]:
    """Base units of USDC of each account, by the chain."""
    return asyncio.run(_balances(warm, folder))


async def _balances(warm: Warm, folder: Path) -> dict[str, int]:
    async with warm.open(folder) as world:
        return {
            each.address: (await world.snapshot(each.address)).balances["USDC"]
            for each in await world.ledger.accounts()
        }


def _table(lines: list[Line]) -> str:
    """An order a line."""
    head = ("order", "due", "done", "missed", "refused", "stopped", "twice", "lost", "swaps on chain")
    rows: list[tuple[str, ...]] = [head]
    for line in lines:
        terms = Terms.from_json(line.order.terms)
        what = f"{terms.tz} {terms.kind} {terms.times.every if terms.times else terms.op}"
        ends = (str(line.ends[word]) for word in ("done", "missed", "refused", "stopped"))
        rows.append((what, str(line.due), *ends, str(line.twice), str(line.lost), str(line.mined)))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines_of = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines_of) + "\n"
