"""What words order about mandates, as it is handed on: the order with its fields, or why it can't be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.intents import Origin, Quiet, VenueCap

MANDATE = "mandate"
REVOKE = "end mandate"
DRY_RUN = "dry run"
KEEP = "keep"
NOT_UNDERSTOOD = "I don't understand “{}” here, so I do nothing. Please say it more simply; `help` shows how."


class Unclear(Exception):
    """Words that can't be read as a limit; `field` is what should be asked for, '' for the whole sentence."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.field = field


Limit = str | int | bool | Quiet | tuple[str, ...] | tuple[VenueCap, ...]


@dataclass
class Ordered:
    """`what`: 'mandate', 'rebalance', 'end mandate', 'dry run' or 'show mandate'. Fields are an intent's; null is
    unsaid.
    """

    what: str
    origins: dict[str, Origin] = field(default_factory=dict)
    assets: tuple[str, ...] = ()
    venues: tuple[str, ...] | None = None
    limits: dict[str, Limit] = field(default_factory=dict)
