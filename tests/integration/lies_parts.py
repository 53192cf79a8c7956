"""What the tests of lies share: docs/lies.md, what somebody reads who asks, and a proxy that is upgraded."""

from __future__ import annotations

import re
from pathlib import Path

from agent.chain.fingerprint import EIP1967
from agent.runtime.world import World
from devnet.rpc import Rpc
from tests.integration.runtime_parts import Whole, leave_all

PAGE = Path(__file__).parents[2] / "docs" / "lies.md"
COPY = "0x00000000000000000000000000000000000c0de5"


def shown(text: str) -> str:
    """A text with what differs from run to run left open: addresses and long numbers."""
    text = re.sub(r"0x[0-9a-fA-F]{8,}", "0x…", text)
    return re.sub(r"\b\d[\d,]{2,}\b", "…", text).replace("\n", " ")


def rows() -> dict[str, str]:
    """The page's table: what its user sees, by the lie."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    return {each[0]: each[-1] for each in cells}


def as_the_page_says(lie: str, text: str) -> None:
    assert shown(text) == rows().get(lie), f"docs/lies.md, {lie}: {shown(text)}"


async def asked(whole: Whole, words: str) -> str:
    """What somebody reads who says this; nothing was signed for it."""
    before = whole.nonce()
    reply = await whole.say(words)
    assert reply.plan is None
    assert whole.nonce() == before
    return reply.text.splitlines()[-1]  # news may stand before it


async def comes_home(whole: Whole) -> None:
    """All that is at work is taken out."""
    await whole.do(leave_all())
    held = (await whole.world.snapshot(whole.account)).venues.values()
    assert all(state.position == 0 for state in held)


def upgrade(chain: Rpc, world: World, venue: str) -> None:
    """The same code somewhere else behind the venue's contract: nobody has looked at it."""
    place = implementation(world, venue)
    chain.call("anvil_setCode", COPY, chain.call("eth_getCode", place, "latest"))
    point(chain, world, venue, COPY)


def point(chain: Rpc, world: World, venue: str, to: str) -> None:
    contract = world.venues[venue].contract.address
    chain.call("anvil_setStorageAt", contract, EIP1967["implementation"], "0x" + "00" * 12 + to[2:].lower())


def implementation(world: World, venue: str) -> str:
    """The one that was recorded when the venue was listed."""
    place = world.policy.codes[world.venues[venue].contract.address].implementation
    assert place is not None
    return place
