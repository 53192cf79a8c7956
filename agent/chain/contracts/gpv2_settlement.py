"""GPv2Settlement of CoW Protocol (cowprotocol/contracts): what was filled of an order, and the event of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.abi import decode_call, selector, view
from agent.chain.rpc_types import Log
from agent.money import MAX_UINT256, Address, address
from agent.plans import Step

FILLED_AMOUNT = view("filledAmount(bytes orderUid)", "uint256")
"""Base units of what a sell order gives that were taken of it, or of what a buy order gets that came;
INVALIDATED where its owner called it off."""
INVALIDATED = MAX_UINT256
BUY = "buy"
TRADE_TOPIC = "0xa07a543ab8a018198e99ca0184c93fe9050a79400a0a723441f84de1d972cc17"
"""keccak256("Trade(address,address,address,uint256,uint256,uint256,bytes)")."""
_TRADE = (
    "Trade(address sellToken,address buyToken,uint256 sellAmount,uint256 buyAmount,uint256 feeAmount,bytes orderUid)"
)


@dataclass(frozen=True, slots=True)
class Order:
    """GPv2Order.Data as a typed step has it: amounts in base units, `valid_to` in Unix seconds. `buys`: exactly
    `least` comes of it, for `units` at the most.
    """

    settlement: Address
    gives: Address
    gets: Address
    units: int
    least: int
    valid_to: int
    buys: bool = False

    @classmethod
    def of(cls, step: Step) -> Order:
        """Raises ValueError for another message."""
        fields = _fields(step)
        try:
            return cls(
                step.to,
                address(fields["sellToken"]),
                address(fields["buyToken"]),
                int(fields["sellAmount"]),
                int(fields["buyAmount"]),
                int(fields["validTo"]),
                fields["kind"] == BUY,
            )
        except KeyError as error:
            raise ValueError(f"{step.function} is no order of GPv2Settlement") from error

    def uid(self, digest: str, owner: Address) -> str:
        """Its name: the signed hash, the owner, `valid_to` in four bytes (GPv2Order.packOrderUidParams)."""
        return f"{digest}{owner[2:].lower()}{self.valid_to:08x}"

    def is_kept_by(self, fill: Fill) -> bool:
        """Whether a fill swapped what the order says, and no worse."""
        if (fill.gives, fill.gets) != (self.gives, self.gets):
            return False
        if self.buys:
            return fill.got == self.least and fill.units <= self.units
        return fill.units == self.units and fill.got >= self.least


@dataclass(frozen=True, slots=True)
class Fill:
    """A Trade event: what was taken of whom and given for it, in base units."""

    owner: Address
    gives: Address
    gets: Address
    units: int
    got: int
    fee: int
    uid: str


def fill_of(entry: Log, settlement: Address) -> Fill | None:
    """The trade that an event of the contract tells; None for any other event."""
    if entry.address != settlement or len(entry.topics) != 2 or entry.topics[0] != TRADE_TOPIC:
        return None
    try:
        gives, gets, units, got, fee, uid = decode_call(_TRADE, selector(_TRADE) + entry.data)
        owner, ends = address("0x" + entry.topics[1][-40:]), (address(str(gives)), address(str(gets)))
        return Fill(owner, *ends, units, got, fee, "0x" + uid.hex())
    except ValueError:
        return None


def _fields(step: Step) -> Mapping[str, str]:
    """The values of the message by their names."""
    inner = step.function.partition("(")[2].rstrip(")")
    names = [each.partition(" ")[2] for each in inner.split(",")]
    return dict(zip(names, (str(each) for each in step.args), strict=True))
