"""The whole story in Telegram: every command, plain words, a preview, a button, balances on chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from devnet import Node
from devnet.rpc import Rpc
from tests.integration.telegram_parts import OWNER, Moneta, moneta, place_on
from tests.servers.telegram_server import TelegramServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
USDC = 10**6


@pytest.fixture(scope="module")
def node(devnet_session: Node) -> Iterator[Node]:
    """Devnet for this module: what the story leaves on the chain is undone after it."""
    with Rpc(devnet_session.rpc_url) as rpc:
        mark = rpc.call("evm_snapshot")
        yield devnet_session
        rpc.call("evm_revert", mark)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(node: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moneta]:
    async with TelegramServer().running() as server:
        owner = server.people.person(OWNER, "Ada")
        async with moneta(place_on(node, tmp_path_factory.mktemp("moneta")), server, owner) as running:
            yield running
        assert server.problems == []


async def test_a_deposit_is_shown_confirmed_and_on_chain(bot: Moneta) -> None:
    before = await bot.balance()
    preview = await bot.ask("put 1,000 USDC to work")
    assert "Confirm?" in preview["text"]
    done = await bot.press(preview, "Confirm")
    assert done["text"].startswith("Done: put 1,000 USDC into")
    assert before - await bot.balance() == 1_000 * USDC
    assert sum((await bot.positions()).values()) >= 1_000 * USDC - 2
    assert "reply_markup" not in preview, "the keyboard goes once its plan is decided"
    assert len(bot.server.sends.answers) == 1
