"""devnet: a real EVM node with real protocol contracts on it, on this machine, out of pinned parts.

Importing this, and starting, advancing and funding a devnet that is set up, needs the standard library alone.
"""

from devnet.borrowers import Action
from devnet.clock import Advance, advance
from devnet.errors import DevnetError
from devnet.faucet import fund
from devnet.node import Node, start
from devnet.persistent import Running, Status, down, status, up
from devnet.set_up import setup

__all__ = [
    "Action",
    "Advance",
    "DevnetError",
    "Node",
    "Running",
    "Status",
    "advance",
    "down",
    "fund",
    "setup",
    "start",
    "status",
    "up",
]
