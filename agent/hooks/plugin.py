"""One plug-in as the instance knows it: where it is from, what it implements, and whether it is used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from agent.errors import MonetaError, Unavailable
from agent.harmless import harmless_line
from agent.hooks.patience import Patience
from agent.hooks.worker import Overran, Worker

T = TypeVar("T")
BUILT_IN, ON, DISABLED = "built in", "on", "disabled"
WORDS = 300

log = structlog.get_logger()


@dataclass
class Plugin:
    """`why` is '' while it is used; it never comes back before the next start. `heard` is told when it ends."""

    name: str
    module: str
    distribution: str = ""
    version: str = ""
    built_in: bool = False
    hooks: tuple[str, ...] = ()
    why: str = ""
    patience: Patience = field(default_factory=Patience)
    heard: Callable[[Plugin], None] | None = field(default=None, repr=False)
    worker: Worker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.worker = Worker(f"plug-in {self.name}")

    @property
    def state(self) -> str:
        if self.why:
            return DISABLED
        return BUILT_IN if self.built_in else ON

    def disable(self, why: str) -> Unavailable:
        """Nothing is asked of it any more; the first reason counts. Returns what its caller may raise."""
        if not self.why:
            self.why = harmless_line(why)[:WORDS]
            log.error("a plug-in is disabled", plugin=self.name, distribution=self.distribution, why=self.why)
            self._tell()
        return self.gone()

    def _tell(self) -> None:
        try:
            if self.heard is not None:
                self.heard(self)
        except OSError as error:  # a full disk costs the note of it, not the turn
            log.error("that a plug-in is disabled could not be written down", plugin=self.name, error=str(error))

    def gone(self) -> Unavailable:
        return Unavailable(f"plug-in {self.name}", f"the plug-in {self.name} is disabled: {self.why}")

    def call(
        self,
        what: str,
        function: Callable[[], object],
        check: Callable[[object], T],
        *,
        seconds: float | None = None,
        passes: tuple[type[Exception], ...] = (),
    ) -> T:
        """What the plug-in's function gives, as `check` takes it. Raises a MonetaError of its own, what `passes`, and
        Unavailable where it is disabled, with this call or before.
        """
        if self.why:
            raise self.gone()
        seconds = self.patience.pure if seconds is None else seconds
        own: tuple[type[Exception], ...] = (MonetaError, *passes)
        try:
            found = self.worker.call(function, seconds)
        except own:
            raise
        except Exception as error:
            raise self._failed(what, error, seconds) from None
        return self._checked(what, found, check)

    async def wait(
        self, what: str, make: Callable[[], Awaitable[object]], check: Callable[[object], T], seconds: float
    ) -> T:
        """The same of something awaited, in the plug-in's own loop."""
        if self.why:
            raise self.gone()
        try:
            found = await self.worker.wait(make, seconds)
        except MonetaError:
            raise
        except Exception as error:
            raise self._failed(what, error, seconds) from None
        return self._checked(what, found, check)

    def _failed(self, what: str, error: Exception, seconds: float) -> Unavailable:
        if isinstance(error, Overran):
            return self.disable(f"{what} took longer than {seconds:g} s")
        return self.disable(f"{what} raised {type(error).__name__}: {error}")

    def _checked(self, what: str, found: object, check: Callable[[object], T]) -> T:
        try:
            return check(found)
        except MonetaError:
            raise
        except Exception as error:  # whatever it returned may answer anything to being looked at
            raise self.disable(f"{what} returned what can't be used: {error}") from None


def whose(registered: object) -> Plugin | None:
    """The plug-in of somebody else that this is the guard of; None for a built-in one."""
    plugin = getattr(registered, "plugin", None)  # agent.hooks.guarded.Guarded, which most starts don't import
    return plugin if isinstance(plugin, Plugin) else None
