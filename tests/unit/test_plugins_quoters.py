"""A quoter of somebody else: asked in a thread of its own, and what it returns is looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Unavailable
from agent.money import Token, address
from agent.plugin import Chain, Quoter, Wanted
from tests.unit.outside_plugins import loaded, why

pytestmark = pytest.mark.unit

ROUTER = address("0x" + "aa" * 20)
SOURCE = """
class Mine(Quoter):
    name = "mine"
    def __init__(self, router):
        self.contracts = (router,)
    @classmethod
    async def discover(cls, chain, ask):
        return cls(Listed(address(chain.section["router"]), "Mine", "mine-table"))
    async def offer(self, wanted, web):
        body = await web.get("/quote", {"units": str(wanted.units)})
        {body}

@hookimpl
def moneta_quoters():
    return [Mine]
"""
OFFER = 'return Offer("somebody", body["out"], self.contract.address, bytes.fromhex(body["data"]))'
USDC, WETH = Token(1, "USDC", address("0x" + "a1" * 20), 6), Token(1, "WETH", address("0x" + "a2" * 20), 18)
WANTED = Wanted(1, address("0x" + "01" * 20), USDC, WETH, 5, 30, 1_000)


class Answers:
    """A service with one answer."""

    def __init__(self, **body: Any) -> None:
        self.body, self.asked = body, ""

    async def get(self, path: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        self.asked = f"{path} {query['units']}"
        return self.body

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        raise AssertionError("it isn't asked so")


async def nothing(calls: Any) -> list[Any]:
    return [None for _ in calls]


async def mine(folder: Path, body: str = OFFER) -> Quoter:
    plugins, (plugin,) = loaded(folder, SOURCE.replace("{body}", body))
    assert not plugin.why
    kinds = [each for group in plugins.hook.moneta_quoters() for each in group if each.name == "mine"]
    chain = Chain(1, 12, {"USDC": USDC, "WETH": WETH}, {"router": ROUTER})
    found: Quoter = await kinds[0].discover(chain, nothing)
    return found


async def test_what_it_offers_is_handed_on_under_its_own_name(tmp_path: Path) -> None:
    web = Answers(out=7, data="c0de")
    offer = await (await mine(tmp_path)).offer(WANTED, web)
    assert (offer.quoter, offer.units_out, offer.to, offer.data) == ("mine", 7, ROUTER, b"\xc0\xde")
    assert web.asked == "/quote 5"


@pytest.mark.parametrize(
    "body",
    [
        {"out": -1, "data": ""},
        {"out": 1.5, "data": ""},
        {"out": True, "data": ""},
        {"out": 2**256, "data": ""},
        {"out": 1, "data": "00" * (2**17 + 1)},
    ],
    ids=["negative", "a float", "a bool", "too large", "too long"],
)
async def test_what_cannot_be_an_offer_disables_it(tmp_path: Path, body: dict[str, Any]) -> None:
    quoter = await mine(tmp_path)
    with pytest.raises(Unavailable):
        await quoter.offer(WANTED, Answers(**body))
    with pytest.raises(Unavailable, match="disabled"):
        await quoter.offer(WANTED, Answers(out=1, data=""))


async def test_it_signs_no_orders(tmp_path: Path) -> None:
    quoter = await mine(tmp_path, 'return Offer("x", 1, self.contract.address, b"", order={"types": {}})')
    with pytest.raises(Unavailable):
        await quoter.offer(WANTED, Answers(out=1, data=""))


def test_a_name_that_is_taken_is_not_its_own(tmp_path: Path) -> None:
    said = why(tmp_path, SOURCE.replace('"mine"', '"velora"').replace("{body}", OFFER))
    assert "velora" in said
