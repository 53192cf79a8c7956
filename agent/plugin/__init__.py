"""The plug-in contract: the hooks (hookspecs.py) and the small classes that a plug-in returns."""

from agent.plugin.chain import Ask, Block, Chain, Listed
from agent.plugin.choosing import Limits, Option, Placement, Shift, Turn
from agent.plugin.elsewhere import Elsewhere, Outside, Told
from agent.plugin.hookspecs import PROJECT, Hooks, hookimpl, hookspec
from agent.plugin.traders import Trader
from agent.plugin.venues import Flag, Lender, Protocol, Rewarder, Venue, VenueState

__all__ = [
    "PROJECT",
    "Ask",
    "Block",
    "Chain",
    "Elsewhere",
    "Flag",
    "Hooks",
    "Lender",
    "Limits",
    "Listed",
    "Option",
    "Outside",
    "Placement",
    "Protocol",
    "Rewarder",
    "Shift",
    "Told",
    "Trader",
    "Turn",
    "Venue",
    "VenueState",
    "hookimpl",
    "hookspec",
]
