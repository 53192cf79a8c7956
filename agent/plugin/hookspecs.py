"""What a plug-in may implement, each with `@moneta.hookimpl`. All hooks are optional, and all plug-ins the same."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence, Set
from typing import Any

import pluggy

from agent.curves import Allocation, Candidate, Curve, Terms
from agent.money import Rate, Token
from agent.past import Outlook, Past, Signal
from agent.plugin.chats import Chat
from agent.plugin.choosing import Limits, Option, Placement
from agent.plugin.elsewhere import Outside, Told
from agent.plugin.models import Provider
from agent.plugin.quoting import Quoter
from agent.plugin.talking import Action, Asked, Job, Setup
from agent.plugin.traders import Trader
from agent.plugin.venues import Protocol, Venue, VenueState

PROJECT = "moneta"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """What a plug-in may implement. All are optional."""

    @hookspec
    def moneta_protocols(self) -> list[Protocol]:  # type: ignore[empty-body]
        """The protocols that this plug-in adds."""

    @hookspec
    def moneta_traders(self) -> list[type[Trader]]:  # type: ignore[empty-body]
        """The exchanges that this plug-in adds."""

    @hookspec
    def moneta_quoters(self) -> list[type[Quoter]]:  # type: ignore[empty-body]
        """Who offers swaps from outside; each is asked only where the settings name its URL."""

    @hookspec
    def moneta_call_tables(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The call tables that decode what its venues sign, as JSON data (docs/plugins.md)."""

    @hookspec
    def moneta_descriptors(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The ERC-7730 descriptors that say those calls to a person, as JSON data (docs/plugins.md)."""

    @hookspec
    def moneta_typed_tables(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The tables that decode what its venues have signed as typed data, as JSON data (docs/plugins.md)."""

    @hookspec(firstresult=True)
    def moneta_rank(
        self, venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int
    ) -> list[Option] | None:
        """The venues of `asset` for a deposit of `units`, the best first, those that can't be entered last."""

    @hookspec(firstresult=True)
    def moneta_rebalance(
        self,
        candidates: Sequence[Candidate],
        terms: Terms,
        limits: Limits,
        outlooks: Mapping[str, Outlook],
        signals: Sequence[Signal],
    ) -> Placement | None:
        """Whether the money of one asset should be elsewhere. Pure: the same answer for the same input in any order.

        An outlook that is missing counts as the rate of now, with nothing known of how it changes.
        """

    @hookspec(firstresult=True)
    def moneta_curve(self, kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
        """The curve of a market of this kind (`aave-v3`), as one may expect it over so many seconds.

        None for a kind that the plug-in doesn't know. `facts`: amounts in base units, all else as fractions in ray.
        Raises KeyError for a fact that is missing, ValueError for one that no such market could have.
        """

    @hookspec(firstresult=True)
    def moneta_allocate(self, candidates: Sequence[Candidate], terms: Terms) -> Allocation | None:
        """Where all money should be. Pure: the same answer for the same candidates, in whatever order."""

    @hookspec(firstresult=True)
    def moneta_outlook(self, past: Past, rate: Rate, seconds: int) -> Outlook | None:
        """What the rate, `rate` now, may be expected to be on average over so many seconds. Pure."""

    @hookspec
    def moneta_signals(self, venue: Venue, state: VenueState, past: Past, units: int, now: int) -> list[Signal]:  # type: ignore[empty-body]
        """What speaks against a position of `units` base units at a venue. Pure; `now` in Unix seconds."""

    @hookspec
    def moneta_elsewhere(self, asset: Token, entered: Set[str], outside: Outside) -> Awaitable[Told] | None:
        """Rates of `asset` at places that can't be entered; None where the operator named no service for it.

        `entered` are the names of the protocols that have venues of the asset here.
        """

    @hookspec
    def moneta_actions(self) -> list[Action]:  # type: ignore[empty-body]
        """What this plug-in answers: named, with its phrases. An action never moves money; it may offer sentences."""

    @hookspec
    def moneta_context(self, asked: Asked) -> Awaitable[Sequence[str]] | None:
        """Lines that a model is told with a message, 10 at the most. They are data: nothing binds to them."""

    @hookspec
    def moneta_jobs(self) -> list[Job]:  # type: ignore[empty-body]
        """What this plug-in looks after by itself: on a schedule, read-only, with something to say at the most."""

    @hookspec
    def moneta_models(self) -> list[Provider]:  # type: ignore[empty-body]
        """Whose models this plug-in reaches: `provider` in a model's settings."""

    @hookspec
    def moneta_chats(self, setup: Setup) -> list[Chat]:  # type: ignore[empty-body]
        """The chat platforms that the settings configure. Raises Refused where one is configured halfway."""
