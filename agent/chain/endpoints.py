"""The file of a chain's endpoints, a URL a line (they often hold a key): http(s) is asked, ws(s) tells of blocks."""

from __future__ import annotations

from collections.abc import Iterator

from agent.errors import Refused

ASKED = ("http://", "https://")
TELLING = ("ws://", "wss://")


def endpoints(text: str) -> list[str]:
    """The nodes that are asked, in the order of preference; empty lines and those that begin with # are left out.

    Raises Refused("endpoints") for a line that is no URL of a node; it isn't repeated, as it may hold a key.
    """
    return [url for url in _lines(text) if url.startswith(ASKED)]


def sockets(text: str) -> list[str]:
    """The nodes that tell of new blocks. Raises as `endpoints` does."""
    return [url for url in _lines(text) if url.startswith(TELLING)]


def private_endpoint(text: str) -> str:
    """The one endpoint that transactions are sent to. Raises as `endpoints` does, and where there isn't just one."""
    found = endpoints(text)
    if len(found) != 1 or sockets(text):
        raise Refused(
            "endpoints",
            f"private_rpc_file names {len(found)} endpoints that can be sent to.",
            "It holds one line: http://… or https://…",
        )
    return found[0]


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        url = line.strip()
        if url and not url.startswith("#"):
            if not url.startswith(ASKED + TELLING) or " " in url:
                raise Refused(
                    "endpoints",
                    f"Line {number} is no URL of a node.",
                    "A line is http(s)://… or, for new blocks, ws(s)://…",
                )
            yield url
