"""One read of the chain for many accounts gives each what a snapshot of its own would, to the unit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from agent.chain.snapshot import Snapshot, take, take_all
from agent.errors import Unavailable
from agent.money import Address, address
from agent.plugin import Flag
from devnet import Node
from tests.integration.chain_parts import Devnet

pytestmark = pytest.mark.integration

USDC = 10**6
HELD = ("aave-v3:core:USDC", "morpho-blue:WETH-86:USDC", "venus:core:USDC", "erc4626:stata-prime-USDC:USDC")
NOBODY = address("0x" + "d1" * 20)


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


async def five(chain: Devnet) -> list[Address]:
    """Four with something in a venue each, and one with nothing at all."""
    people = [address(place) for place in (await chain.rpc.request("eth_accounts"))[1:5]]
    for number, (person, venue) in enumerate(zip(people, HELD, strict=True), 1):
        await replace(chain, user=person).enter(chain.venues[venue], number * 700 * USDC)
    return [*people, NOBODY]


def alone(snapshot: Snapshot) -> Snapshot:
    """Without how many reads it took."""
    return replace(snapshot, reads=0, requests=0)


async def test_five_at_once_are_five_one_by_one_to_the_unit(chain: Devnet) -> None:
    people = await five(chain)
    await chain.pass_time(86_400)
    number = (await chain.rpc.block()).number
    batch = await take_all(chain.rpc, chain.registry, chain.venues, people, number)
    for person, venue in zip(people, (*HELD, ""), strict=True):
        single = await take(chain.rpc, chain.registry, chain.venues, person, number)
        assert alone(batch.of(person)) == alone(single)
        assert bool(venue) == any(state.position for state in single.venues.values())
        assert not venue or single.venues[venue].position > 0
        assert single.reads < batch.everybodys.reads < 5 * single.reads


async def test_what_is_the_same_for_all_is_read_once_and_in_one_call(chain: Devnet) -> None:
    people = await five(chain)
    batch = await take_all(chain.rpc, chain.registry, chain.venues, people)
    assert batch.everybodys.requests == 1
    assert {batch.of(person).block for person in people} == {batch.everybodys.block}
    with pytest.raises(KeyError):
        batch.of(address("0x" + "ee" * 20))


async def test_past_a_size_they_are_read_in_parts_of_the_same_block(chain: Devnet) -> None:
    people = await five(chain)
    number = (await chain.rpc.block()).number
    whole = await take_all(chain.rpc, chain.registry, chain.venues, people, number)
    chain.rpc.reads_per_call = 80
    parts = await take_all(chain.rpc, chain.registry, chain.venues, people, number)
    assert parts.everybodys.requests > 2 > whole.everybodys.requests
    assert [alone(parts.of(person)) for person in people] == [alone(whole.of(person)) for person in people]


async def test_a_venue_that_fails_is_missing_for_all_and_an_untrusted_one_is_flagged(chain: Devnet) -> None:
    people = await five(chain)
    aave, venus = HELD[0], HELD[2]

    def broken(*_: Any) -> Any:
        raise Unavailable(venus, "the market can't be read")

    chain.venues[venus].state = broken  # type: ignore[assignment,method-assign]
    batch = await take_all(
        chain.rpc, chain.registry, chain.venues, people, untrusted={aave: "its contract was replaced"}
    )
    for person in people:
        snapshot = batch.of(person)
        assert snapshot.missing == {venus: "the market can't be read"}
        assert venus not in snapshot.venues
        assert Flag.UNTRUSTED in snapshot.venues[aave].flags
        assert len(snapshot.venues) == len(chain.venues) - 1
