"""A plug-in that isn't built in, as the rest of the program meets it: every hook timed, what comes back checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from typing import Any, TypeVar

from agent.curves import Allocation, Candidate, Curve, Terms
from agent.errors import MonetaError
from agent.hooks import answers, shapes, talking
from agent.hooks.implementing import Implementation
from agent.hooks.kinds import kind
from agent.hooks.plugin import Plugin
from agent.hooks.quoters import GuardedQuoter
from agent.hooks.traders import GuardedTrader
from agent.hooks.venues import GuardedProtocol, curve
from agent.money import Rate, Token
from agent.past import Outlook, Past, Signal
from agent.plugin import (
    Action,
    Asked,
    Chat,
    Job,
    Limits,
    Option,
    Outside,
    Placement,
    Protocol,
    Provider,
    Quoter,
    Setup,
    Told,
    Trader,
    Venue,
    VenueState,
    hookimpl,
)

T = TypeVar("T")
MOST_PROTOCOLS = 20


class Guarded:
    """Its hooks give what the plug-in's give, or nothing. What is declared once is asked for once."""

    def __init__(self, plugin: Plugin, implements: Mapping[str, Implementation], setup: Setup) -> None:
        self.plugin = plugin
        self._implements = implements
        self._setup = setup
        self._declared: dict[str, Any] = {}

    def declare(self) -> None:
        """Asks for everything that is declared; what can't be used disables the plug-in."""
        for hook in (
            self.moneta_protocols,
            self.moneta_traders,
            self.moneta_quoters,
            self.moneta_call_tables,
            self.moneta_descriptors,
            self.moneta_typed_tables,
            self.moneta_actions,
            self.moneta_jobs,
            self.moneta_models,
        ):
            hook()

    @hookimpl
    def moneta_protocols(self) -> list[Protocol]:
        def check(found: object) -> list[Protocol]:
            own = shapes.listed(found, Protocol, "its protocols", MOST_PROTOCOLS)  # type: ignore[type-abstract]
            return [GuardedProtocol(self.plugin, each) for each in own]

        return self._once("moneta_protocols", check)

    @hookimpl
    def moneta_traders(self) -> list[type[Trader]]:
        def check(found: object) -> list[type[Trader]]:
            own = shapes.listed(found, type, "its exchanges", 20)
            return [kind(self.plugin, each, Trader, "an exchange", GuardedTrader) for each in own]  # type: ignore[type-abstract]

        return self._once("moneta_traders", check)

    @hookimpl
    def moneta_quoters(self) -> list[type[Quoter]]:
        def check(found: object) -> list[type[Quoter]]:
            own = shapes.listed(found, type, "its quoters", 20)
            return [kind(self.plugin, each, Quoter, "a quoter", GuardedQuoter) for each in own]  # type: ignore[type-abstract]

        return self._once("moneta_quoters", check)

    @hookimpl
    def moneta_call_tables(self) -> list[dict[str, Any]]:
        return self._once("moneta_call_tables", answers.tables)

    @hookimpl
    def moneta_descriptors(self) -> list[dict[str, Any]]:
        def check(found: object) -> list[dict[str, Any]]:
            return answers.descriptors(found, self.moneta_call_tables())

        return self._once("moneta_descriptors", check)

    @hookimpl
    def moneta_typed_tables(self) -> list[dict[str, Any]]:
        return self._once("moneta_typed_tables", answers.typed_tables)

    @hookimpl
    def moneta_actions(self) -> list[Action]:
        return self._once("moneta_actions", lambda found: talking.actions(found, self.plugin))

    @hookimpl
    def moneta_jobs(self) -> list[Job]:
        return self._once("moneta_jobs", lambda found: talking.jobs(found, self.plugin))

    @hookimpl
    def moneta_models(self) -> list[Provider]:
        return self._once("moneta_models", lambda found: talking.providers(found, self.plugin, self._setup))

    @hookimpl
    def moneta_chats(self, setup: Setup) -> list[Chat] | None:
        own = Setup(self._setup.options, setup.settings)
        return self._ask("moneta_chats", {"setup": own}, lambda found: talking.chats(found, self.plugin))

    @hookimpl
    def moneta_rank(
        self, venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int
    ) -> list[Option] | None:
        given = {"venues": venues, "states": states, "asset": asset, "units": units}
        return self._ask("moneta_rank", given, lambda found: answers.options(found, venues, states, asset, units))

    @hookimpl
    def moneta_rebalance(
        self,
        candidates: Sequence[Candidate],
        terms: Terms,
        limits: Limits,
        outlooks: Mapping[str, Outlook],
        signals: Sequence[Signal],
    ) -> Placement | None:
        given = {
            "candidates": candidates,
            "terms": terms,
            "limits": limits,
            "outlooks": outlooks,
            "signals": signals,
        }
        return self._ask("moneta_rebalance", given, lambda found: answers.placement(found, candidates, terms))

    @hookimpl(trylast=True)
    def moneta_curve(self, kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
        """After the built-in ones: their kinds stay theirs."""
        given = {"kind": kind, "facts": facts, "seconds": seconds}
        return self._ask("moneta_curve", given, curve, passes=(KeyError, ValueError))

    @hookimpl
    def moneta_allocate(self, candidates: Sequence[Candidate], terms: Terms) -> Allocation | None:
        given = {"candidates": candidates, "terms": terms}
        return self._ask("moneta_allocate", given, lambda found: answers.allocation(found, candidates, terms))

    @hookimpl
    def moneta_outlook(self, past: Past, rate: Rate, seconds: int) -> Outlook | None:
        return self._ask("moneta_outlook", {"past": past, "rate": rate, "seconds": seconds}, answers.outlook)

    @hookimpl
    def moneta_signals(
        self, venue: Venue, state: VenueState, past: Past, units: int, now: int
    ) -> list[Signal] | None:
        given = {"venue": venue, "state": state, "past": past, "units": units, "now": now}
        return self._ask("moneta_signals", given, lambda found: answers.signals(found, venue))

    @hookimpl
    def moneta_elsewhere(self, asset: Token, entered: Set[str], outside: Outside) -> Awaitable[Told] | None:
        given = {"asset": asset, "entered": entered, "outside": outside}
        return self._awaited("moneta_elsewhere", given, answers.told, self.plugin.patience.asked)

    @hookimpl
    def moneta_context(self, asked: Asked) -> Awaitable[Sequence[str]] | None:
        if not self._answers("moneta_context"):
            return None
        elsewhere = talking.Elsewhere(asked)
        return self._awaited("moneta_context", {"asked": elsewhere}, answers.lines, self.plugin.patience.told)

    def _answers(self, hook: str) -> bool:
        return hook in self._implements and not self.plugin.why

    def _once(self, hook: str, check: Callable[[object], list[T]]) -> list[T]:
        if not self._answers(hook):
            return []
        if hook not in self._declared:
            self._declared[hook] = self._ask(hook, {}, check) or []
        found: list[T] = self._declared[hook]
        return found

    def _ask(
        self,
        hook: str,
        given: Mapping[str, Any],
        check: Callable[[object], T],
        *,
        passes: tuple[type[Exception], ...] = (),
    ) -> T | None:
        """None where it isn't implemented, answers None, or fails, and then it is disabled."""
        if not self._answers(hook):
            return None
        implements = self._implements[hook]
        try:
            return self.plugin.call(
                hook,
                lambda: implements.with_(given),
                lambda found: None if found is None else check(found),
                passes=passes,
            )
        except MonetaError as error:
            self.plugin.disable(f"{hook} refused: {error}")
            return None

    def _awaited(
        self, hook: str, given: Mapping[str, Any], check: Callable[[object], T], seconds: float
    ) -> Awaitable[T] | None:
        """What the hook returns is waited for where it was made; None is no answer."""
        made = self._ask(hook, given, lambda found: found)
        if made is None:
            return None

        async def awaited() -> object:
            return await made  # type: ignore[misc]

        return self.plugin.wait(hook, awaited, check, seconds)
