"""A private endpoint for swaps: they go there unseen, all else goes to everybody; what it keeps isn't sent twice."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.config import Settings
from agent.execution.manager import Manager
from agent.execution.outcome import End
from devnet import Node
from tests.integration.runtime_parts import AAVE, Whole, deposit, leave_all, opened
from tests.integration.swap_parts import swap
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

RAW, PRIVATE = "eth_sendRawTransaction", "eth_sendPrivateTransaction"
BRIEF_SECONDS = 0.6


class Relay(FaultyNode):
    """Takes transactions as a relay does; `kept` are those that it was handed by the method of its own."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.kept: list[dict[str, str]] = []
        self.impatient: Manager | None = None
        """Waits BRIEF_SECONDS for what comes here; for the approval before it, as long as usual."""

    async def _answer(self, body: bytes) -> bytes | None:
        request = json.loads(body)
        if self.impatient and isinstance(request, dict) and request["method"] in (RAW, PRIVATE):
            self.impatient.receipt_seconds = BRIEF_SECONDS
        if not self.down and isinstance(request, dict) and request["method"] == PRIVATE:
            (terms,) = request["params"]
            self.kept.append(terms)
            body = json.dumps({**request, "method": RAW, "params": [terms["tx"]]}).encode()
        return await super()._answer(body)


@contextlib.asynccontextmanager
async def private_swaps(
    node: Node, folder: Path, **settings: object
) -> AsyncIterator[tuple[Whole, FaultyNode, Relay]]:
    relay = Relay(node.rpc_url)
    async with FaultyNode(node.rpc_url) as public, relay:
        file = folder / "private"
        file.write_text(f"{relay.url}\n")
        file.chmod(0o600)
        said = Settings(private_rpc_file=file, private_for="swaps", **settings)  # type: ignore[arg-type]
        async with opened(folder / "it", node, public.url, said) as whole:
            yield whole, public, relay


def manager(whole: Whole, relay: Relay | None = None) -> Manager:
    """With a relay, which keeps what it is sent, one that waits briefly for that."""
    made = Manager(whole.world.rpc, whole.world.ledger, whole.world.signer, replace_seconds=0.2)
    if relay is not None:
        relay.impatient = made
    return made


@pytest.mark.parametrize("method", [RAW, PRIVATE])
async def test_swaps_alone_go_there(devnet_node: Node, tmp_path: Path, method: str) -> None:
    async with private_swaps(devnet_node, tmp_path, private_method=method) as (whole, public, private):
        await whole.do(deposit("100", venue=AAVE))
        assert (len(public.sent()), private.sent()) == (2, [])
        await whole.do(swap("100", "USDC", "WETH"))
        assert (len(public.sent()), len(private.sent())) == (3, 1)  # the approval tells nobody the price
        (attempt,) = [each for each in await whole.attempts() if "0x" + each.raw.hex() == private.sent()[0]]
        assert attempt.mined
        head = attempt.block_number or 0
        kept = [(terms["tx"], int(terms["maxBlockNumber"], 16) - head) for terms in private.kept]
        assert kept == ([] if method == RAW else [(private.sent()[0], 24)])  # 25 blocks from the one before it


async def test_while_it_is_down_money_comes_out_and_no_swap_is_signed(devnet_node: Node, tmp_path: Path) -> None:
    async with private_swaps(devnet_node, tmp_path) as (whole, public, private):
        private.down = True
        await whole.do(deposit("100", venue=AAVE))
        await whole.ask(swap("100", "USDC", "WETH"))
        reply = await whole.confirm()
        assert "private endpoint can't be sent to" in reply.text
        assert (len(await whole.attempts()), len(public.sent()), private.sent()) == (2, 2, [])  # the deposit's
        await whole.do(leave_all())


async def test_what_it_keeps_is_offered_again_and_to_nobody_else(devnet_node: Node, tmp_path: Path) -> None:
    """It takes the swap and hands it to nobody: the same bytes again, one nonce, and the plan stays under way."""
    async with private_swaps(devnet_node, tmp_path) as (whole, public, private):
        plan = await whole.confirmed(swap("100", "USDC", "WETH"))
        kept: list[str] = []
        private.swallowed = kept
        run = manager(whole, private)
        outcome = await run.run(plan)
        assert outcome.end is End.PENDING, outcome.reason
        whole.chain.call("anvil_mine", hex(40))
        assert (await run.recover(plan)).end is End.PENDING
        assert len(public.sent()) == 1  # the approval
        assert (len(kept) > 1, len(set(kept))) == (True, 1)
        whole.chain.call(RAW, kept[0])  # as a builder does at last
        assert (await manager(whole).recover(plan)).end is End.SETTLED
        nonces = [each.nonce for each in await whole.attempts()]
        assert len(nonces) == len(set(nonces))


async def test_after_its_blocks_the_same_bytes_go_to_everybody_where_that_is_allowed(
    devnet_node: Node, tmp_path: Path
) -> None:
    terms = {"private_fallback": True, "private_blocks": 3}
    async with private_swaps(devnet_node, tmp_path, **terms) as (whole, public, private):
        plan = await whole.confirmed(swap("100", "USDC", "WETH"))
        kept: list[str] = []
        private.swallowed = kept
        run = manager(whole, private)
        assert (await run.run(plan)).end is End.PENDING
        assert len(public.sent()) == 1
        whole.chain.call("anvil_mine", hex(2))
        assert (await run.recover(plan)).end is End.PENDING
        assert len(public.sent()) == 1  # two blocks are not three
        whole.chain.call("anvil_mine", hex(1))
        assert (await manager(whole).recover(plan)).end is End.SETTLED
        assert public.sent()[1:] == [kept[0]]
        assert {each.nonce for each in await whole.attempts()} == {0, 1}


async def test_one_that_goes_away_after_the_approval(devnet_node: Node, tmp_path: Path) -> None:
    """Its bytes never left, or did: that isn't known, so they are looked up and offered there again, once."""
    async with private_swaps(devnet_node, tmp_path) as (whole, public, private):
        plan = await whole.confirmed(swap("100", "USDC", "WETH"))
        await whole.world.rpc.ready_for(whole.world.traders["uniswap-v3"].contract.address)  # it was there once
        private.down = True
        outcome = await manager(whole, private).run(plan)
        assert outcome.end is End.PENDING, outcome.reason
        assert len(public.sent()) == 1
        private.down = False
        assert (await manager(whole).recover(plan)).end is End.SETTLED
        assert (len(public.sent()), len(set(private.sent()))) == (1, 1)
