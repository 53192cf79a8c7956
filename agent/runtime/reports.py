"""What the schedule says on the agent's own account, and the series that its pictures are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, Unavailable
from agent.gate.mandate import Terms, wei_in_usd
from agent.plots import Kind, plot
from agent.replies import rebalanced
from agent.replies.reply import Picture, Reply
from agent.runtime.viewing import Viewing
from agent.runtime.world import World
from memory.mandates import MandateRow
from memory.periods import Worth
from memory.rows import DecisionRow, FlowKind, User

DAY = 86_400
KEPT_SECONDS = 400 * DAY
"""Rates and worth older than this are let go: a year can be drawn."""
DRAWN_SECONDS = 30 * DAY
MOST_LINES = 4

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reports:
    """Replies that nobody asked for. A picture that can't be drawn costs the picture, not the message."""

    world: World

    async def keep(self, user: User, snapshot: Snapshot) -> None:
        """Writes down this moment's rates and what the user's money comes to."""
        at = self.world.now()
        rates = {key: state.rate.ray for key, state in snapshot.venues.items()}
        await self.world.ledger.record_rates(at, rates, at - KEPT_SECONDS)
        await self.world.ledger.record_worth(user.id, await self._worth(snapshot), at - KEPT_SECONDS)

    async def could_not_look(self, user: User, row: MandateRow, error: MonetaError) -> None:
        """The decision of a run that saw nothing: the chain could not be read."""
        for symbol in Terms.from_json(row.limits).assets:
            snapshot: dict[str, Any] = {
                "asset": symbol,
                "limits": None,
                "why_not": str(error),
                "mandate": row.id,
                "venues": {},
            }
            number = await self.world.ledger.decide(
                user=user.id, kind="rebalance", rule=rebalanced.RULE, snapshot=snapshot, alternatives=[], chosen=""
            )
            await self.world.ledger.set_outcome(number, f"{error}".rstrip("."))

    async def rebalanced(self, row: DecisionRow) -> Reply:
        """A run that moved something or failed to, with the allocation before and after."""
        asset = self.world.registry.token(str(row.snapshot["asset"]))
        reply = rebalanced.told(row, asset)
        if rebalanced.chosen(row) is None:
            return reply
        assets = {key: venue.asset.symbol for key, venue in self.world.venues.items()}
        sides = {
            "before": rebalanced.allocation(row, assets, done=False),
            "after": rebalanced.allocation(row, assets, done=row.outcome == "settled"),
        }
        if row.outcome == "partial":  # where it stopped is in the chain, not in the decision
            return reply
        data = {
            "symbol": asset.symbol,
            "decimals": str(asset.decimals),
            **{side: {key: str(units) for key, units in held.items()} for side, held in sides.items()},
        }
        return await self._with(reply, "allocation", data, f"Your {asset.symbol} before and after.")

    async def summary(self, user: User) -> Reply:
        """The day in short: what it comes to, what was done, and how it went against holding."""
        now = self.world.now()
        snapshot = await self.world.snapshot(await self.world.account(user))
        await self.keep(user, snapshot)
        portfolio = await Viewing(self.world).portfolio(user)
        decisions = await self.world.ledger.decisions_of(user.id, "rebalance", now - DAY)
        reply = replace(portfolio, text=f"Your day. {_done(decisions)} {portfolio.text}")
        points = [[str(w.at), str(w.worth), str(w.held)] for w in await self._drawn(user, now)]
        if len(points) > 1:
            reply = await self._with(reply, "worth", {"points": points}, "What you have, against holding.")
        held = [key for key, state in sorted(snapshot.venues.items()) if state.position]
        series = await self.rate_series(held[:MOST_LINES])
        if series and any(len(each["points"]) > 1 for each in series):
            reply = await self._with(reply, "rates", {"series": series}, "The rates of your venues.")
        return reply

    async def rate_series(self, venues: list[str]) -> list[dict[str, Any]]:
        """The recorded rates of venues, in the shape that a picture takes."""
        since = self.world.now() - DRAWN_SECONDS
        found = [(key, await self.world.ledger.rates(key, since)) for key in venues]
        return [{"name": key, "points": [[str(at), str(ray)] for at, ray in rows]} for key, rows in found if rows]

    async def _drawn(self, user: User, now: int) -> list[Worth]:
        return await self.world.ledger.worth(user.id, now - DRAWN_SECONDS)

    async def _worth(self, snapshot: Snapshot) -> Worth:
        """Tokens in the wallet and at work less the gas paid so far, and the same without what was earned.

        The native coin is left out of both: its price is nobody's doing here. Prices are today's in both.
        """
        tokens, prices = self.world.registry.tokens, snapshot.prices

        def usd(symbol: str, units: int) -> int:
            scale: int = 10 ** tokens[symbol].decimals
            return units * prices.get(symbol, 0) // scale

        total = sum(usd(symbol, units) for symbol, units in snapshot.balances.items())
        earned = 0
        flows = await self.world.ledger.net_deposits(snapshot.account)
        for key, state in snapshot.venues.items():
            asset = self.world.venues[key].asset
            total += usd(asset.symbol, state.position)
            flow = flows.get((key, str(asset.address)))
            if flow is not None:
                earned += usd(asset.symbol, state.position + flow.withdrawn - flow.deposited)
        paid = await self.world.ledger.flows(snapshot.account, 0, 2**62)
        wei = sum(-flow.units for flow in paid if flow.kind is FlowKind.FEE)
        gas = wei_in_usd(wei, prices.get(self.world.registry.native.symbol, 0))
        return Worth(self.world.now(), total - gas, total - earned)

    async def _with(self, reply: Reply, kind: Kind, data: Mapping[str, Any], caption: str) -> Reply:
        try:
            png = await plot(kind, data, seconds=self.world.settings.plot_seconds)
        except Unavailable as error:
            log.warning("no picture", kind=kind, error=str(error))
            return reply
        return replace(reply, pictures=(*reply.pictures, Picture(f"{kind}.png", caption, png)))


def _done(decisions: list[DecisionRow]) -> str:
    moved = [row for row in decisions if row.outcome == "settled"]
    failed = [row for row in decisions if row.outcome not in (None, "settled", rebalanced.KEPT)]
    if not decisions:
        return "I did nothing on my own."
    text = f"I weighed your positions {len(decisions)} times and moved {len(moved)} of them."
    if failed:
        text += f" {len(failed)} could not be done; ask `why?`."
    return text
