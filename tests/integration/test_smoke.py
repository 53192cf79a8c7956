"""`moneta smoke` on a devnet that poses as a real chain: looked at, a dollar in, the dollar out, a transcript."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

import devnet
from agent.chat.lines import CHANNEL, OWNER, PLATFORM
from agent.commands.places import place_of
from agent.commands.smoke import smoke
from agent.compose import open_instance
from agent.errors import Refused
from agent.execution.signer.setup import create_wallet
from agent.place import Where
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import Inbound

pytestmark = pytest.mark.integration


@pytest.fixture
def where(devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Where:
    (tmp_path / "password").write_text("a long one\n")
    monkeypatch.setenv("MONETA_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("MONETA_CONFIRMATIONS", "3")
    with Rpc(devnet_node.rpc_url) as chain:  # a devnet's head is as old as its build
        chain.call("evm_setNextBlockTimestamp", int(time.time()))
        chain.call("evm_mine")
    return Where.of(tmp_path / "i", chain=str(devnet_node.chain_file), rpc_url=devnet_node.rpc_url)


def test_nothing_is_made_where_nothing_is_spent(where: Where, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke(where, None, "USDC", yes=False) == 0
    assert "0 wrong" in capsys.readouterr().out
    assert not where.folder.exists()


def test_without_a_terminal_nothing_is_confirmed(where: Where) -> None:
    with pytest.raises(Refused, match="at a terminal only"):
        smoke(where, 1, "USDC", yes=False)
    assert not where.folder.exists()


def test_a_dollar_goes_in_and_comes_back(where: Where, devnet_node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    (account,) = create_wallet(where.folder / "signer", place_of(where).password, light=True)
    with pytest.raises(Refused, match=rf"The account {account} holds 0 USDC and 0 ETH\. Send it 1 USDC"):
        smoke(where, 1, "USDC", yes=True)
    with pytest.raises(Refused, match="ETH itself earns nowhere"):
        smoke(where, 1, "ETH", yes=True)
    start = {"ETH": 10**18, "USDC": 5 * 10**6}
    devnet.fund(devnet_node.rpc_url, account, start, chain_file=devnet_node.chain_file)
    capsys.readouterr()
    assert smoke(where, 1, "USDC", yes=True) == 0
    shown = capsys.readouterr().out
    (path,) = (each for each in where.folder.glob("smoke-*.txt") if "you> deposit 1 USDC" in each.read_text())
    transcript = path.read_text()
    assert transcript in shown
    assert path.stat().st_mode & 0o077 == 0
    said = [line for line in transcript.splitlines() if line.startswith("you> ")]
    assert said[:3] == ["you> deposit 1 USDC", "you> yes", "you> portfolio"]
    assert said[3].startswith("you> withdraw all USDC from ")
    assert said[4:] == ["you> yes"]
    assert transcript.count("It counts as settled with 3 confirmations.") == 2
    assert "In all: " in transcript
    assert f"The transcript is {path}." in shown


async def _deposited(where: Where) -> str:
    place = place_of(where)
    async with open_instance(place, where.settings) as instance:
        user = await instance.owner(PLATFORM, OWNER, "you")
        said = []
        for number, text in enumerate(("deposit 3 USDC", "yes", "portfolio")):
            answer = await instance.service.handle(Inbound(PLATFORM, f"before-{number}", CHANNEL, user.id, text))
            assert answer is not None
            said.append(str(answer.reply.as_json()["reply"]))
            await instance.service.delivered(answer)
        return said[-1]


def test_what_was_in_the_venue_before_stays_there(
    where: Where, devnet_node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    (account,) = create_wallet(where.folder / "signer", place_of(where).password, light=True)
    start = {"ETH": 10**18, "USDC": 5 * 10**6}
    devnet.fund(devnet_node.rpc_url, account, start, chain_file=devnet_node.chain_file)
    assert "Nothing is at work" not in asyncio.run(_deposited(where))
    assert smoke(where, 1, "USDC", yes=True) == 0
    shown = capsys.readouterr().out
    assert "you> withdraw 1 USDC from " in shown
    assert "In all: 0 USDC" in shown
