"""Named points on the way from a proposal to its settlement, at which a test can stop the process or look on.

Without a hook a point does nothing; only a test sets one, in its own process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

Hook = Callable[["Point"], None]


class Point(StrEnum):
    """In the order of a plan's way; REPLACING to CLEANED and RECOVERING are passed only where there is need."""

    CLAIMED = "claimed"  # the period of an order is taken, nothing is planned yet
    PROPOSED = "proposed"  # the plan's row is durable
    CONFIRMING = "confirming"  # simulated again at the head, not confirmed yet
    CONFIRMED = "confirmed"  # confirmed and reserved, durably
    RUNNING = "running"  # taken up by the manager
    NONCE_READ = "nonce-read"  # before the signer is asked
    SIGNED = "signed"  # the signer has it in its record, the ledger doesn't
    RECORDED = "recorded"  # durable in the ledger, not sent
    BROADCAST = "broadcast"  # the node has it
    MINED = "mined"  # its receipt is read, not written down
    NOTED = "noted"  # its receipt is durable
    REPLACING = "replacing"  # a replacement is signed, the ledger doesn't have it
    REPLACED = "replaced"  # the replacement is durable in the ledger, not sent
    CLEANING = "cleaning"  # a plan stopped; an allowance is to be taken back
    CLEANED = "cleaned"  # the clean-up is mined and noted
    RECOVERING = "recovering"  # a plan that was under way is looked up
    SETTLING = "settling"  # all receipts are there, the settlement isn't written
    SETTLED = "settled"  # the plan's end is durable, nobody has been told


_hooks: list[Hook] = []


def point(name: Point) -> None:
    """Where execution is now."""
    for hook in _hooks:
        hook(name)


@contextmanager
def watched(hook: Hook) -> Iterator[None]:
    """Calls `hook` at each point that this process passes meanwhile."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
