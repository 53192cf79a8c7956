"""What the schedule says on the agent's own account, and pictures, with the series that they are drawn from.

Their time is the chain's: a devnet has a time of its own, and elsewhere it is everybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, Unavailable
from agent.gate.liquidity.words import pair_of
from agent.gate.mandates.mandate import Terms, wei_in_usd
from agent.money import RAY
from agent.past import PARTS, UNKNOWN, Past
from agent.plots import Kind, Theme, plot
from agent.plugin import VenueState
from agent.replies import rebalanced
from agent.replies.mandate_picture import data_of
from agent.replies.reply import Picture, Reply
from agent.runtime.viewing import Viewing
from agent.runtime.world import World
from agent.voice import digest
from memory.rows import DecisionRow, FlowKind, User
from memory.standing.mandates import MandateRow
from memory.standing.periods import Worth

DAY = 86_400
KEPT_SECONDS = 400 * DAY
"""What money came to before that is let go: a year can be drawn."""
DRAWN_SECONDS = 31 * DAY
BETWEEN_SECONDS = 600
"""Of what is asked for in between, nothing is written down: closer points would draw a flat line."""
MOST_LINES = 4
MOST_MANDATES = 2
"""Pictures of one mandate: one a token, and a message holds no more that can be read."""
AGAINST_HOLDING = "What you have, against holding."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reports:
    """Replies that nobody asked for. A picture that can't be drawn costs the picture, not the message."""

    world: World
    pictures: bool = True

    async def keep(self, user: User, snapshot: Snapshot) -> None:
        """Writes down, where all is settled, what the user's money comes to."""
        at = snapshot.block.timestamp
        if any(each.account == snapshot.account for each in await self.world.ledger.unsettled()):
            return  # what it moved isn't in the ledger yet, and would count as earned
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
        if not rebalanced.chosen(row):
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
        return await self._with(reply, row.user, "allocation", data, f"Your {asset.symbol} before and after.")

    async def summary(self, user: User) -> Reply:
        """The day in short: what it comes to, what was done, and how it went against holding."""
        now = self.world.now()
        snapshot = await self.world.snapshot(await self.world.account(user))
        await self.keep(user, snapshot)
        portfolio = await Viewing(self.world).portfolio(user)
        decisions = await self.world.ledger.decisions_of(user.id, "rebalance", now - DAY)
        told = replace(portfolio, text=f"Your day. {_done(decisions)} {portfolio.text}")
        reply = digest(told, self.world.character, f"{user.id}:{now // DAY}")
        points = [[str(w.at), str(w.worth), str(w.held)] for w in await self._drawn(user, snapshot)]
        if len(points) > 1:
            reply = await self._with(reply, user.id, "worth", {"points": points}, AGAINST_HOLDING)
        held = [key for key, state in sorted(snapshot.venues.items()) if state.position]
        series = await self.rate_series(held[:MOST_LINES], snapshot)
        if series and any(len(each["points"]) > 1 for each in series):
            reply = await self._with(reply, user.id, "rates", {"series": series}, "The rates of your venues.")
        return reply

    async def rates_drawn(self, user: User, reply: Reply, symbol: str | None) -> Reply:
        """The reply with its venues' rates over time: the best of one token, or the best of each."""
        viewing = Viewing(self.world)
        snapshot = await viewing.snapshot(user)
        assets = sorted({venue.asset.symbol for venue in self.world.venues.values()})
        each = MOST_LINES if symbol in assets else 1
        best = [
            option.venue
            for asset in ([symbol] if symbol in assets else assets)
            for option in self.world.rank(snapshot.venues, self.world.registry.token(str(asset)), 0)[:each]
        ]
        series = await self.rate_series(best[:MOST_LINES], snapshot)
        if not any(len(one["points"]) > 1 for one in series):
            return self._not_yet(reply)
        return await self._asked(reply, user, "rates", {"series": series}, "The rates over time.")

    async def mandate_drawn(
        self, user: User, reply: Reply, terms: Terms, states: Mapping[str, VenueState], tz: str
    ) -> Reply:
        """The reply with the mandate's limits against what is held, a picture a token."""
        for symbol in [*terms.assets][:MOST_MANDATES]:
            token = self.world.registry.token(symbol)
            data = data_of(terms, token, self.world.venues, states, tz)
            if data["venues"]:
                reply = await self._with(reply, user.id, "mandate", data, f"Your mandate for {symbol}.")
        return reply

    async def worth_drawn(self, user: User, reply: Reply) -> Reply:
        """The reply with what the user has over time, against holding."""
        snapshot = await self.world.snapshot(await self.world.account(user))
        found = await self._drawn(user, snapshot)
        if not found or snapshot.block.timestamp - found[-1].at >= BETWEEN_SECONDS:
            await self.keep(user, snapshot)
            found = await self._drawn(user, snapshot)
        if len(found) < 2:
            return self._not_yet(reply)
        points = [[str(w.at), str(w.worth), str(w.held)] for w in found]
        return await self._asked(reply, user, "worth", {"points": points}, AGAINST_HOLDING)

    def _not_yet(self, reply: Reply) -> Reply:
        hours = self.world.settings.rebalance_every_hours
        return replace(
            reply,
            text=f"{reply.text} A picture needs two moments some time apart, and I have written down one: under a "
            f"mandate I look every {hours} hours, or ask me for the picture again later.",
        )

    async def _asked(self, reply: Reply, user: User, kind: Kind, data: Mapping[str, Any], caption: str) -> Reply:
        drawn = await self._with(reply, user.id, kind, data, caption)
        return drawn if drawn.pictures else replace(reply, text=f"{reply.text} The picture could not be drawn now.")

    async def rate_series(self, venues: list[str], snapshot: Snapshot) -> list[dict[str, Any]]:
        """The recorded rates of venues up to the snapshot, in the shape that a picture takes."""
        pasts, since = await self.world.pasts(snapshot.block.timestamp), snapshot.block.timestamp - DRAWN_SECONDS
        found = [(key, _rates(pasts[key], since)) for key in venues if key in pasts]
        return [{"name": key, "points": points} for key, points in found if points]

    async def _drawn(self, user: User, snapshot: Snapshot) -> list[Worth]:
        return await self.world.ledger.worth(user.id, snapshot.block.timestamp - DRAWN_SECONDS)

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
        for each in snapshot.positions:  # as it would come out now; what it earned isn't told apart from holding
            pair = pair_of(self.world.registry, each.token0, each.token1)
            if pair is not None:
                total += usd(pair.token0.symbol, each.units0 + each.fees0)
                total += usd(pair.token1.symbol, each.units1 + each.fees1)
        paid = await self.world.ledger.flows(snapshot.account, 0, 2**62)
        wei = sum(-flow.units for flow in paid if flow.kind is FlowKind.FEE)
        gas = wei_in_usd(wei, prices.get(self.world.registry.native.symbol, 0))
        return Worth(snapshot.block.timestamp, total - gas, total - earned)

    async def _with(self, reply: Reply, user: str, kind: Kind, data: Mapping[str, Any], caption: str) -> Reply:
        if not self.pictures:
            return reply
        settings = await self.world.ledger.settings(user)
        theme: Theme = "light" if settings is not None and settings.pictures == "light" else "dark"
        try:
            async with self.world.drawing:
                png = await plot(kind, data, theme, seconds=self.world.settings.plot_seconds)
        except Unavailable as error:
            log.warning("no picture", kind=kind, error=str(error))
            return reply
        return replace(reply, pictures=(*reply.pictures, Picture(f"{kind}.png", caption, png)))


def _rates(past: Past, since: int) -> list[list[str]]:
    """(Unix seconds, ray) as text, of the moments at which the rate was known."""
    seen = zip(past.at, past.rate, strict=True)
    return [[str(at), str(rate * RAY // PARTS)] for at, rate in seen if at >= since and rate != UNKNOWN]


def _done(decisions: list[DecisionRow]) -> str:
    moved = [row for row in decisions if row.outcome == "settled"]
    failed = [row for row in decisions if row.outcome not in (None, "settled", rebalanced.KEPT)]
    if not decisions:
        return "I did nothing on my own."
    text = f"I weighed your positions {len(decisions)} times and moved {len(moved)} of them."
    if failed:
        text += f" {len(failed)} could not be done; ask `why?`."
    return text
