"""Alerts of people's own: set with what holds now, and looked at again and again until each has rung once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.liquidity.words import pair_of
from agent.intents import Alert
from agent.loans import PLACES as HEALTH_PLACES
from agent.money import text_from_units
from agent.plugin import Flag
from agent.replies import alerts as told
from agent.replies.reply import Reply
from agent.runtime.sights import Sights
from agent.runtime.world import World
from agent.usd import PRICE_DECIMALS
from memory.rows import User
from memory.standing.alerts import AlertRow

RULE = "alerts"
GWEI = 9
PERCENT_PLACES = 25
"""A rate in ray is a fraction with 27 places, so a percentage with 25."""
AT_A_LOOK = 100


@dataclass(frozen=True, slots=True)
class Alarms:
    """Setting and looking; saying is agent/chat/ringing.py's."""

    world: World

    async def set(self, user: User, intent: Alert) -> Reply:
        """Raises Refused("alerts") for what can't be measured here, and for one alert too many."""
        if intent.metric is None or intent.op is None or intent.value is None:
            return told.listed(await self.world.ledger.alerts(user.id))
        account = await self.world.account(user)
        sights = Sights(self.world, [account])
        wanted = AlertRow(0, user.id, 0, intent.metric, intent.subject, intent.op, intent.value)
        now = self._measured(wanted, await sights.of(account))
        if now is None:
            raise Refused(
                RULE, f"I can't tell {_of(intent)} now.", "Ask `yields` or `portfolio` for what I can read."
            )
        if _holds(wanted, now):
            return told.holds_already(wanted, now)
        row = await self.world.ledger.set_alert(user.id, wanted.metric, wanted.subject, wanted.op, wanted.value)
        return told.is_set(row, now)

    async def cancel(self, user: User, ref: str) -> Reply:
        """`ref` is 'alert:2', or 'alert' for all. Raises Refused("alerts") where there is none."""
        number = int(ref.partition(":")[2]) if ":" in ref else None
        count = await self.world.ledger.cancel_alerts(user.id, number)
        if not count:
            missing = "You have no alerts." if number is None else f"You have no alert {number}."
            raise Refused(RULE, missing, "`my alerts` lists them.")
        return told.cancelled(count, number)

    async def look(self) -> None:
        """Writes down which ones ring now. Raises Unavailable where the chain can't be read."""
        rows = await self.world.ledger.alerts()
        accounts = {each.user: each.address for each in await self.world.ledger.accounts()} if rows else {}
        people = sorted({row.user for row in rows if row.user in accounts})
        for start in range(0, len(people), AT_A_LOOK):
            part = people[start : start + AT_A_LOOK]
            sights = Sights(self.world, [accounts[user] for user in part])
            for user in part:
                snapshot = await sights.of(accounts[user])
                await self._ring([row for row in rows if row.user == user], snapshot)

    async def _ring(self, rows: Iterable[AlertRow], snapshot: Snapshot) -> None:
        for row in rows:
            now = self._measured(row, snapshot)
            if now is not None and _holds(row, now):
                await self.world.ledger.alert_rang(row.id, now)

    def _measured(self, row: AlertRow, snapshot: Snapshot) -> str | None:
        """What it is now, as decimal text in the alert's unit; None where it can't be told."""
        match row.metric:
            case "rate":
                rates = self._rates(row.subject or "", snapshot)
                return text_from_units(max(rates), PERCENT_PLACES) if rates else None
            case "price":
                price = snapshot.prices.get(row.subject or "")
                return None if price is None else text_from_units(price, PRICE_DECIMALS)
            case "health":
                health = [each for each in self._health(row.subject, snapshot) if each is not None]
                return text_from_units(min(health), HEALTH_PLACES) if health else None
            case "worth":
                return self._worth(snapshot)
            case _:
                return text_from_units(snapshot.block.base_fee, GWEI) if snapshot.block.base_fee else None

    def _rates(self, subject: str, snapshot: Snapshot) -> list[int]:
        """In ray, of a venue, or of all venues of a token."""
        return [
            state.rate.ray
            for key, state in snapshot.venues.items()
            if subject in (key, self.world.venues[key].asset.symbol) and Flag.UNRATED not in state.flags
        ]

    def _health(self, venue: str | None, snapshot: Snapshot) -> list[int | None]:
        if venue is None:
            return [loan.health for loan in snapshot.loans.values()]
        lender = self.world.venues[venue].lender if venue in self.world.venues else None
        return [loan.health for key, loan in snapshot.loans.items() if lender is not None and key == lender.id]

    def _worth(self, snapshot: Snapshot) -> str | None:
        """Dollars of wallet and positions less what is owed; None where part of it can't be read or has no price."""
        if snapshot.missing.keys() & self.world.venues.keys():
            return None
        tokens = {**self.world.registry.tokens, self.world.registry.native.symbol: self.world.registry.native}
        held = dict(snapshot.balances) | {self.world.registry.native.symbol: snapshot.native}
        for key, state in snapshot.venues.items():
            symbol = self.world.venues[key].asset.symbol
            held[symbol] = held.get(symbol, 0) + state.position
        for loan in snapshot.loans.values():
            for key, owed in loan.debts.items():
                symbol = self.world.venues[key].asset.symbol
                held[symbol] = held.get(symbol, 0) - owed
        for each in snapshot.positions:
            pair = pair_of(self.world.registry, each.token0, each.token1)
            if pair is not None:
                for token, units in (
                    (pair.token0, each.units0 + each.fees0),
                    (pair.token1, each.units1 + each.fees1),
                ):
                    held[token.symbol] = held.get(token.symbol, 0) + units
        total = Fraction(0)
        for symbol, units in held.items():
            price = snapshot.prices.get(symbol)
            if units and price is None:
                return None
            total += Fraction(units * (price or 0), 10 ** tokens[symbol].decimals)
        return text_from_units(max(int(total) // 10 ** (PRICE_DECIMALS - 2), 0), 2)


def _holds(row: AlertRow, now: str) -> bool:
    seen, value = Fraction(now), Fraction(row.value)
    return seen < value if row.op == "below" else seen > value


def _of(intent: Alert) -> str:
    return {"health": "your health factor", "worth": "what all of yours is worth", "gas": "the base fee"}.get(
        intent.metric or "", f"the {intent.metric} of {intent.subject}"
    )
