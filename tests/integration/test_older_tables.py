"""A folder whose policy pins a call table as an earlier version shipped it: said, and mended by one command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.execution.signer.paths import POLICY
from agent.policy.policy import load
from agent.policy.tables import sha256_of
from agent.runtime.enlisting import Enlisting
from devnet import Node
from tests.integration.range_parts import providing
from tests.integration.runtime_parts import status

pytestmark = pytest.mark.integration

TABLE = "uniswap-v3-positions"
KEEPS = "keep my usdc well placed and keep my positions in range"


def as_it_was(policy: Path) -> None:
    """The table of positions before a move under a mandate was known: it doesn't say what one gives at the least. And
    no wait for what loosens, which the signer's own clock would end.
    """
    body = json.loads(policy.read_text(encoding="utf-8"))
    table = body["tables"][TABLE]["body"]
    table["functions"] = [{key: each[key] for key in each if key != "gives"} for each in table["functions"]]
    body["tables"][TABLE]["sha256"] = sha256_of(table)
    body["loosen_delay_seconds"] = 0
    policy.write_text(json.dumps(body), encoding="utf-8")
    assert not any(entry.gives for entry in load(policy).tables[TABLE].functions)


async def test_it_is_named_and_brought_up_to_date(
    devnet_node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    async with providing(home, devnet_node) as new:
        assert TABLE not in new.world.unlisted
        with pytest.raises(Refused, match="Nothing called"):
            await Enlisting(new.world).look(TABLE)
    (policy,) = home.rglob(POLICY)
    as_it_was(policy)
    capsys.readouterr()
    async with providing(home, devnet_node) as old:
        world = old.world
        assert TABLE in world.unlisted
        assert f"`moneta policy list {TABLE}`" in "".join(capsys.readouterr())
        assert status(await old.say(KEEPS)) == "ready"
        refused = await old.say("yes")
        assert status(refused) == "refused"
        assert f"`moneta policy list {TABLE}`" in refused.text

        enlisting = Enlisting(world)
        found = await enlisting.look(TABLE)
        rows = found.rows()
        (more,) = [shown for what, shown in rows if what == "it may"]
        assert more.startswith("leave: decreaseLiquidity(")
        assert more.endswith("at the least: params.amount0Min and params.amount1Min")
        before = world.policy
        with pytest.raises(Refused, match="has the hash"):
            await enlisting.ask(found, "0x" + "0" * 64, "")
        assert world.policy.sha256 == before.sha256
        became = await enlisting.ask(found, found.code, "")
        assert became.text == f"The call table {TABLE} is brought up to date."
        assert {name for name in before.bodies if before.bodies[name] != world.policy.bodies[name]} == {TABLE}
        assert world.policy.contracts == before.contracts
        with pytest.raises(Refused, match="Nothing called"):
            await enlisting.look(TABLE)
        assert status(await old.say(KEEPS)) == "ready"
        assert status(await old.say("yes")) == "settled"
