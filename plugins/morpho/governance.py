"""Who may change a curated vault, and what they have announced: it waits for the vault's timelock, in the open.

morpho-org/metamorpho, MetaMorpho.sol: a shorter timelock, another guardian, a higher cap and the removal of a market
wait; a longer timelock, a lower cap, another curator or owner don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moneta import Address, Call
from plugins.morpho import vault_views as views

WHO = (("owner", views.OWNER), ("curator", views.CURATOR), ("guardian", views.GUARDIAN))


def reads(vault: Address, markets: Sequence[bytes]) -> tuple[Call, ...]:
    """Who it is, what waits, and of each market what its cap is to become."""
    return (
        views.TIMELOCK.at(vault),
        *(getter.at(vault) for _, getter in WHO),
        views.PENDING_TIMELOCK.at(vault),
        views.PENDING_GUARDIAN.at(vault),
        *(views.PENDING_CAP.at(vault, market) for market in markets),
    )


def facts(answers: Sequence[tuple[Any, ...] | None]) -> dict[str, int]:
    """What was answered, by its name: addresses as integers, times in Unix seconds (0: nothing waits).

    `timelock` in seconds; the caps by their market's number in the withdraw queue. What isn't answered isn't there.
    """
    found: dict[str, int] = {}
    timelock, *rest = answers or (None,)
    if timelock:
        found["timelock"] = int(timelock[0])
    for (name, _), answer in zip(WHO, rest, strict=False):
        if answer:
            found[name] = int(str(answer[0]), 16)
    names = ("pending_timelock", "pending_guardian")
    for name, answer in zip(names, rest[len(WHO) :], strict=False):
        if answer:
            value, at = answer
            found |= {name: int(str(value), 0), f"{name}_at": int(at)}
    for number, answer in enumerate(rest[len(WHO) + len(names) :]):
        if answer:
            found |= {f"{number}.pending_cap": int(answer[0]), f"{number}.pending_cap_at": int(answer[1])}
    return found
