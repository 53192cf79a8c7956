"""What a plug-in author imports."""

from agent.abi import Call, Function, decode_call, encode_call, view
from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.money import MAX_UINT256, RAY, SECONDS_PER_YEAR, Address, Amount, Rate, Token, address
from agent.plans import Role, Step
from agent.plugin import Ask, Block, Chain, Flag, Listed, Option, Protocol, Venue, VenueState, hookimpl

__all__ = [
    "MAX_UINT256",
    "RAY",
    "SECONDS_PER_YEAR",
    "Address",
    "Amount",
    "Ask",
    "Block",
    "Call",
    "Chain",
    "Flag",
    "Function",
    "Listed",
    "MonetaError",
    "NeedsAnswer",
    "Option",
    "Protocol",
    "Rate",
    "Refused",
    "Role",
    "Step",
    "Token",
    "Unavailable",
    "Venue",
    "VenueState",
    "address",
    "decode_call",
    "encode_call",
    "hookimpl",
    "view",
]
