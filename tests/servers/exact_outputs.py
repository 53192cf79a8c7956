"""What Velora and CoW Protocol answer where exactly so much shall come: honest but for what a lie says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.abi import encode_call
from agent.money import MAX_UINT256, ZERO_ADDRESS, Address, address
from tests.servers.stand_ins import AT, BUY, BUYS, RUN, SIGNATURES, deal

BASIS_POINTS = 10_000
THIEF = address("0x" + "bad0" * 10)
ODD: dict[str, Any] = {"negative": "-5", "float": 1234.5, "float-text": "1234.5", "number": "9" * 90, "true": True}
"""What stands where a number should."""


@dataclass(frozen=True)
class Bought:
    """What was asked for: `units` of `dst` for `taker`; its executor takes `cost` of `src` in all."""

    src: Address
    dst: Address
    units: int
    taker: Address
    cost: int
    extra: int
    slippage: int
    router: Address
    weth: Address

    @property
    def most(self) -> int:
        return self.cost * (BASIS_POINTS + self.slippage) // BASIS_POINTS


def augustus(it: Bought, lie: str) -> tuple[bytes, dict[str, Any]]:
    """The call, and what is said of it: srcAmount and destAmount."""
    said, most, extra = it.cost, it.most, it.extra
    if lie in ("inflated", "inflated-low"):
        said = it.cost // 3
    if lie == "dear":  # dearer than it is, and with that much more room
        said = it.cost * 10_060 // BASIS_POINTS
    if lie in ("inflated-low", "dear"):
        most = said * (BASIS_POINTS + it.slippage) // BASIS_POINTS
    most = {"most": most * 10, "unbounded": MAX_UINT256, "wide": it.cost * 2}.get(lie, most)
    if lie == "keeps":  # all that is left of it
        extra = -most
    ends = {
        "other-token": (it.src, AT["Dealer"]),
        "less-known-token": (it.src, it.src),
        "other-source": (it.dst, it.dst),
    }
    src, dst = ends.get(lie, (it.src, it.dst))
    wanted = {"less": it.units // 2, "more": it.units * 2, "no-least": 1}.get(lie, it.units)
    quoted = {"surplus": most, "quoted": most + 1}.get(lie, it.cost)
    own = THIEF if lie == "recipient" else ZERO_ADDRESS  # 0 is whoever calls
    given = it.units // 2 if lie == "short" else it.units
    run = encode_call(BUY, ((it.src, it.dst, it.router, AT["Augustus"], extra, given, min(most, MAX_UINT256 // 4)),))
    swap = (src, dst, most, wanted, quoted, b"\2" * 32, own)
    fee, permit = int(THIEF, 16) << 96 | 200 if lie == "fee" else 0, b"\1" if lie == "permit" else b""
    data = encode_call(BUYS, (AT["Dealer"], swap, fee, permit, run))
    if lie == "kind":
        inside = deal(it.src, it.dst, it.cost, it.router, AT["Augustus"], 0, it.weth)
        sold = (it.src, it.dst, it.cost, it.units, it.units, b"\2" * 32, own)
        data = encode_call(SIGNATURES["velora"], (AT["Dealer"], sold, 0, b"", encode_call(RUN, (inside,))))
    dest = {"says-less": it.units // 2, "says-nothing": 1}.get(lie, it.units)
    return data, {"srcAmount": ODD.get(lie, str(said)), "destAmount": str(dest)}


def cow_quote(asked: dict[str, Any], cost: int, lie: str) -> dict[str, Any]:
    """The order that POST /quote answers with, its amounts before any slippage."""
    units = int(asked["buyAmountAfterFee"])
    bought = {"less": units // 2, "more": units * 2, "no-least": 0}.get(lie, units)
    given = 0 if lie == "no-most" else cost // 3 if lie == "inflated" else cost
    return {
        "sellToken": AT["Dealer"] if lie == "other-source" else asked["sellToken"].lower(),
        "buyToken": AT["Dealer"] if lie == "other-token" else asked["buyToken"].lower(),
        "receiver": THIEF if lie == "recipient" else asked["receiver"].lower(),
        "sellAmount": ODD.get(lie, str(max(given - 1_000, 0))),
        "buyAmount": str(bought),
        "validTo": asked["validTo"] + {"forever": 10**6, "stale": -(10**6)}.get(lie, 0),
        "feeAmount": "1000" if given else "0",
        "kind": "sell" if lie == "kind" else "buy",
    }
