"""What devnet raises: each says what failed and what to do about it."""

from __future__ import annotations


class DevnetError(Exception):
    """Something that devnet was asked for can't be done; the message is meant for the person who asked."""


class FetchFailed(DevnetError):
    """A part could not be fetched. What was fetched before is kept."""


class HashMismatch(DevnetError):
    """A part isn't, byte for byte, the one that artefacts.lock names. It is never used."""


class RpcError(DevnetError):
    """The node answered with a JSON-RPC error."""


class NodeUnreachable(DevnetError):
    """Nothing answers at the node's address."""
