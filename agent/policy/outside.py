"""Swaps by a router that runs somebody else's bytes: what of its call bounds the outcome, whatever those bytes do.

Nobody can read what an aggregator's executor will do. Some routers make that unimportant: they take no more than the
amount that the call names (and that was approved), and revert unless at least the least that it names came to the
recipient that it names. Of an exact output (`at_most`) that least is what was asked for, and what isn't needed of the
amount comes back to the caller. A table says so of a function with `outside`, and names every argument that then is
only a way to get there. docs/security.md says what that rests on, router by router.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agent.abi import decode_call, parse_signature
from agent.errors import Refused
from agent.money import Address

COIN = Address("0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE")
"""What stands for the native coin where an address of a token is wanted: ERC-7528, and every aggregator before it."""
Mask = Annotated[str, Field(pattern=r"^0x[0-9a-f]{1,64}$")]


class Outside(BaseModel):
    """`opaque` are the arguments that only say how: executors, their bytes, whom the router pays on the way.

    `calls`: an argument of bytes that is a call itself, of this very function; paths go into it. `listed`: arguments
    with a contract that the policy lists under this table. `unset`: bits of a number that must be 0. `floors`:
    numbers that are no less than `to_amount`. `dust`: by how many base units less than `to_amount` may come back.
    `zero_is_caller`: a recipient of 0 stands for the caller. `coin`: a token at COIN stands for the native coin, of
    which exactly `amount` is sent along.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    opaque: tuple[str, ...] = ()
    calls: dict[str, str] = Field(default_factory=dict)
    listed: dict[str, str] = Field(default_factory=dict)
    unset: dict[str, Mask] = Field(default_factory=dict)
    floors: tuple[str, ...] = ()
    dust: int = Field(default=0, ge=0, le=10)
    zero_is_caller: bool = False
    coin: bool = False

    @property
    def paths(self) -> frozenset[str]:
        """The arguments that it speaks of."""
        return frozenset((*self.opaque, *self.listed))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those that must be numbers."""
        return (*self.unset, *self.floors)


def opened(signature: str, calls: Mapping[str, str]) -> str:
    """The signature with the arguments of each call in the place of its bytes. Raises ValueError."""
    for name, inner in calls.items():
        parse_signature(inner)
        if f"bytes {name}" not in signature:
            raise ValueError(f"it has no bytes {name!r} that could be a call")
        signature = signature.replace(f"bytes {name}", f"{inner[inner.index('(') :]} {name}")
    return signature


def opened_values(names: tuple[str, ...], values: tuple[Any, ...], calls: Mapping[str, str]) -> tuple[Any, ...]:
    """The arguments with those of each call in the place of its bytes. Raises ValueError for another call."""
    return tuple(
        decode_call(calls[name], value) if name in calls else value for name, value in zip(names, values, strict=True)
    )


def check_numbers(outside: Outside, found: Mapping[str, int], least: int, name: str) -> None:
    """Raises Refused("outside") unless the numbers of the call leave the router no way to give less than `least`."""
    for path, mask in outside.unset.items():
        if bits := found[path] & int(mask, 16):
            raise Refused(
                "outside",
                f"The argument {path} of {name} sets {bits:#x}, which could change what comes back.",
                "Ask for another quote.",
            )
    for path in outside.floors:
        if found[path] < least:
            raise Refused(
                "outside",
                f"The argument {path} of {name} is {found[path]}, less than the {least} that must come back.",
                "Ask for another quote.",
            )
