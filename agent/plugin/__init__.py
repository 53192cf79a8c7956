"""The plug-in contract: the hooks (hookspecs.py) and the small classes that a plug-in returns."""

from agent.plugin.chain import Ask, Block, Chain, Listed
from agent.plugin.chats import (
    Adapter,
    Chat,
    Hears,
    Identity,
    Inbound,
    InboxRow,
    OutboxRow,
    RetryLater,
    Undeliverable,
    lines_of,
)
from agent.plugin.choosing import Limits, Option, Placement, Shift, Turn
from agent.plugin.elsewhere import Elsewhere, Outside, Told
from agent.plugin.hookspecs import PROJECT, Hooks, hookimpl, hookspec
from agent.plugin.models import LanguageModel, ModelAnswer, Provider, ToolCall
from agent.plugin.positions import Held, PositionManager
from agent.plugin.quoting import Offer, Quoter, Wanted, Web
from agent.plugin.talking import Action, Answer, Asked, Job, Moment, Notice, Setup
from agent.plugin.traders import Trader
from agent.plugin.venues import Flag, Lender, Protocol, Rewarder, Venue, VenueState

__all__ = [
    "PROJECT",
    "Action",
    "Adapter",
    "Answer",
    "Ask",
    "Asked",
    "Block",
    "Chain",
    "Chat",
    "Elsewhere",
    "Flag",
    "Hears",
    "Held",
    "Hooks",
    "Identity",
    "Inbound",
    "InboxRow",
    "Job",
    "LanguageModel",
    "Lender",
    "Limits",
    "Listed",
    "ModelAnswer",
    "Moment",
    "Notice",
    "Offer",
    "Option",
    "OutboxRow",
    "Outside",
    "Placement",
    "PositionManager",
    "Protocol",
    "Provider",
    "Quoter",
    "RetryLater",
    "Rewarder",
    "Setup",
    "Shift",
    "Told",
    "ToolCall",
    "Trader",
    "Turn",
    "Undeliverable",
    "Venue",
    "VenueState",
    "Wanted",
    "Web",
    "hookimpl",
    "hookspec",
    "lines_of",
]
