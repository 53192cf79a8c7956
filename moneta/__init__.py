"""What a plug-in author imports."""

from agent.abi import Call, Function, decode_call, encode_call, view
from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.money import MAX_UINT256, RAY, SECONDS_PER_YEAR, Address, Amount, Rate, Token, address
from agent.plans import Role, Step
from agent.plugin import (
    Ask,
    Block,
    Chain,
    Flag,
    Limits,
    Listed,
    Option,
    Placement,
    Protocol,
    Shift,
    Trader,
    Venue,
    VenueState,
    hookimpl,
)
from agent.routes import FEE_SCALE, PoolState, Route

__all__ = [
    "FEE_SCALE",
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
    "Limits",
    "Listed",
    "MonetaError",
    "NeedsAnswer",
    "Option",
    "Placement",
    "PoolState",
    "Protocol",
    "Rate",
    "Refused",
    "Role",
    "Route",
    "Shift",
    "Step",
    "Token",
    "Trader",
    "Unavailable",
    "Venue",
    "VenueState",
    "address",
    "decode_call",
    "encode_call",
    "hookimpl",
    "view",
]
