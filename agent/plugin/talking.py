"""What a plug-in says: the answer of an action, and lines that a model may know. Text that moves nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.money import Token
from agent.plugin.chain import Ask, Block, Chain
from agent.plugin.venues import VenueState

View = Literal["yields", "portfolio"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a plug-in is told of the instance at its start.

    `options` is its own table of moneta.toml, `[plugin_options.<its name>]`. `settings` has the others, by name; none
    of them is a secret: those stand in files that settings name.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """The chain as the asker's account has it at one block: `balances` in base units and `prices` in USD with 8
    decimals, by symbol; `venues` by id.
    """

    block: Block
    balances: Mapping[str, int]
    prices: Mapping[str, int]
    venues: Mapping[str, VenueState]


class Asked(ABC):
    """What an action, a context provider or a job may look at. Reading is all that it can do.

    `text` is the user's message, `words` what stood in the place of `{words}` in the phrase; both '' in a job.
    """

    text: str = ""
    words: str = ""
    network: str
    native: Token
    chain: Chain
    """`section` is the plug-in's own table of the chain file, by its name."""
    options: Mapping[str, Any]
    now: int
    """Unix seconds."""

    @property
    @abstractmethod
    def ask(self) -> Ask:
        """Reads contracts."""

    @abstractmethod
    async def look(self) -> Moment:
        """What there is now. Raises Unavailable."""

    @abstractmethod
    async def view(self, of: View) -> str:
        """What Moneta itself answers the asker to that, as text. Raises Unavailable, as always in a job."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action says. `offers` are sentences of at most 60 letters, each a button that says what stands on it in
    its user's name; it goes the way of every sentence: read, bound, previewed, confirmed.
    """

    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    offers: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a plug-in answers. `phrases` are whole messages, in any case and with any end mark; one may have
    `{words}`. What Moneta reads by itself stays its own: the built-in commands come first.
    """

    name: str
    about: str
    phrases: tuple[str, ...]
    answer: Callable[[Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a job has the agent say: to the owners, or to everybody who has an account."""

    text: str
    offers: tuple[str, ...] = ()
    to: Literal["owners", "everybody"] = "owners"


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done once in each period of `every` seconds (300 at the least), `after` seconds into it.

    It looks, and what it returns is said through the outbox, once. A period in which it fails is over.
    """

    name: str
    about: str
    every: int
    run: Callable[[Asked], Awaitable[Sequence[Notice]]]
    after: int = 0
