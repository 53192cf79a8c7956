"""Tokens that cheat, each with a pool, listed by a careless operator: refused and named before anything is signed.

`pytest -s` prints the table of what was asked and what was said; docs/lies.md has its rows.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.commands import places
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.errors import MonetaError, NeedsAnswer
from agent.intents import Exact, Swap
from agent.replies.reply import Reply
from agent.runtime.acting import Acting
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import User
from tests.integration.lies_parts import as_the_page_says
from tests.integration.place_parts import place_on
from tests.servers.hostile_tokens import SYMBOLS, WITH_ETHER, Zoo, build

pytestmark = pytest.mark.integration

SOME = 5_000 * 10**18
READY = "allowed"


@dataclass(frozen=True)
class Case:
    """What is done about a swap into the token and one out of it: the rule that refuses, or READY."""

    name: str
    into: str
    out: str
    lie: str = ""


CASES = (
    Case("Tax", "token-safety", "simulate", "a token that takes a part of each transfer"),
    Case("Honeypot", "token-safety", "simulate", "a token that nobody may sell"),
    Case("Blacklist", "token-safety", READY, "a token that lists its buyers, who can't sell in the next block"),
    Case("Rebasing", "token-safety", "simulate", "a token whose balances shrink by themselves"),
    Case("LyingDecimals", "oracle", "oracle", "a token that says other decimals once it is listed"),
    Case("Reentrant", "simulate", "simulate", "a token that calls the pool or the router from within a transfer"),
    Case("ReturnsFalse", "simulate", "simulate", "a token that moves nothing and says so only by `false`"),
    Case("MaxWallet", "simulate", READY, "a token of which a wallet may hold only so much"),
    Case("Pausable", "simulate", "simulate", "a token that is paused"),
    Case("ReturnsNothing", READY, READY),
)


@dataclass
class Stand:
    """An instance whose operator listed all of them; its account holds some of each. All are armed."""

    zoo: Zoo
    chain: Rpc
    instance: Instance
    user: User

    @property
    def acting(self) -> Acting:
        return Acting(self.instance.world)

    async def swap(self, start: str, end: str, value: str) -> Reply:
        intent = Swap(asset=start, amount=Exact(value=value), to_asset=end, to_amount=None)
        return await self.acting.propose(self.user, "terminal", intent, {})

    async def said(self, start: str, end: str, value: str) -> tuple[str, str]:
        """The rule that refuses and what is read, or READY with the headline."""
        try:
            reply = await self.swap(start, end, value)
        except NeedsAnswer as error:
            return "question", error.question
        except MonetaError as error:
            return str(getattr(error, "rule", "unavailable")), str(error)
        assert reply.preview is not None
        return READY, reply.preview.headline

    def nonce(self) -> int:
        return self.chain.number("eth_getTransactionCount", self.instance.first_account, "latest")


@pytest.fixture(scope="module")
def zoo(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    return build(devnet_module, tmp_path_factory.mktemp("zoo"))


@asynccontextmanager
async def stand(zoo: Zoo, folder: Path, *, armed: bool = True) -> AsyncIterator[Stand]:
    place = replace(place_on(replace(zoo.node, chain_file=zoo.chain_file), folder), caps=None)
    with Rpc(zoo.node.rpc_url) as chain:
        mark = chain.call("evm_snapshot")
        try:
            async with open_instance(place, Settings()) as instance:
                await places.fund(place, instance.first_account)
                for name in SYMBOLS:
                    zoo.give(chain, name, instance.first_account, SOME)
                    if armed:
                        zoo.arm(chain, name)
                yield Stand(zoo, chain, instance, await instance.owner("terminal", "owner", "you"))
        finally:
            chain.call("evm_revert", mark)


async def test_each_is_refused_and_named_or_right_and_allowed(zoo: Zoo, tmp_path: Path) -> None:
    lines = []
    async with stand(zoo, tmp_path) as it:
        before = it.nonce()
        for case in CASES:
            symbol, other = SYMBOLS[case.name], "ETH" if case.name in WITH_ETHER else "USDC"
            value = "1" if case.name in WITH_ETHER else "100"
            into, out = await it.said(other, symbol, value), await it.said(symbol, other, value)
            lines += [f"{case.name:14} into  {into[0]:12} {into[1]}", f"{'':14} out   {out[0]:12} {out[1]}"]
            assert (into[0], out[0]) == (case.into, case.out), (case.name, into, out)
            if case.lie:
                as_the_page_says(case.lie, into[1])
        assert it.nonce() == before
        assert await it.instance.world.ledger.unsettled() == []
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


async def test_what_is_right_is_carried_out_both_ways(zoo: Zoo, tmp_path: Path) -> None:
    """Tether's kind returns nothing and is approved from zero only; a capped one may be sold, and bought below it."""
    async with stand(zoo, tmp_path) as it:
        for start, end in (("USDC", "NONE"), ("NONE", "USDC"), ("CAPPED", "USDC")):
            await it.swap(start, end, "100")
            reply = await it.acting.confirm(it.user, "terminal", None)
            assert reply.verdict is not None
            assert reply.verdict.status == "settled", reply.text


async def test_one_that_turns_bad_after_the_preview_is_void_at_its_confirmation(zoo: Zoo, tmp_path: Path) -> None:
    async with stand(zoo, tmp_path, armed=False) as it:
        before = it.nonce()
        for name in ("Tax", "Pausable", "ReturnsFalse"):
            await it.swap("USDC", SYMBOLS[name], "100")
            it.zoo.arm(it.chain, name)
            reply = await it.acting.confirm(it.user, "terminal", None)
            assert reply.verdict is not None
            assert reply.verdict.status == "void", (name, reply.text)
        assert it.nonce() == before


async def test_a_token_that_calls_itself_usdc_is_never_meant_by_that(zoo: Zoo, tmp_path: Path) -> None:
    """The symbol is the file's: what is asked goes to the pinned USDC, and the other one isn't what it says."""
    async with stand(zoo, tmp_path) as it:
        real = it.instance.world.registry.token("USDC").address
        reply = await it.swap("DAI", "USDC", "100")
        assert reply.preview is not None
        row = await it.instance.world.ledger.plan(str((reply.plan or {})["id"]))
        assert row is not None
        (change,) = [each for each in row.plan.expected if each.symbol == "USDC"]
        assert change.token == real != it.zoo.tokens["Twin"]
        rule, words = await it.said("DAI", "USDCX", "100")
        assert rule != READY
        as_the_page_says("a token that calls itself USDC", words)
        with pytest.raises(ValidationError):  # no intent names an address
            await it.said("DAI", it.zoo.tokens["Twin"], "100")
