"""Routers that run commands: which bytes a call table knows, and what they stand for."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^0x[0-9a-f]{2}$")]
Place = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]


class Commands(BaseModel):
    """A function that runs commands, a byte each with an input, as Uniswap's UniversalRouter does: one that swaps, by
    actions that are a byte each, too, and around it what wraps and unwraps the coin, and what has Permit2 hand over
    the wrapped one (`pull`, which older tables lack). No others are known.

    `swaps`: the action of each function of the table, by its name; `settle_all` pays for them from the caller and
    `settle` from the router, `take_all` gives to the caller and `take` to the router. `sender` stands for the caller
    as a recipient, `here` for the router.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    signature: str
    swap: Code
    wrap: Code
    unwrap: Code
    swaps: dict[Code, str]
    settle: Code
    settle_all: Code
    take: Code
    take_all: Code
    sender: Place
    here: Place
    pull: Code | None = None

    def command(self, name: str) -> int:
        """The byte of a command or an action; -1 of one that the table doesn't have."""
        return int(getattr(self, name) or "-0x1", 16)
