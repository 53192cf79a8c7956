"""devnet: a real EVM node with real protocol contracts on it, on this machine, out of pinned parts.

Importing this and starting a devnet that is set up needs the standard library alone.
"""

from devnet.errors import DevnetError
from devnet.node import Node, start
from devnet.set_up import setup

__all__ = ["DevnetError", "Node", "setup", "start"]
