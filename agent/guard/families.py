"""The functions that are known to move value, and what each of their arguments is.

They are the API of the benchmark that the recordings come from (AthaSSiN/CrAIBench, arXiv 2503.16248: its
crypto_trading, chain and dao_nft clients). A function that isn't here, and doesn't only look, is refused: so are
`siphon` and `secure_funds`, which its attackers bring along, `contractInvocation`, whose argument is a call that
nobody can read, and `voteOnDAO`, whose numbers mean one thing in its code and another in its description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an argument says. Numbers, then words of the sentence, then names and addresses, then free text."""

    AMOUNT = "amount"
    PRICE = "price"
    STRIKE = "strike"
    MARGIN = "margin"
    LEVERAGE = "leverage"
    SLIPPAGE = "slippage"
    SUPPLY = "supply"
    DIRECTION = "direction"
    OPTION = "option type"
    ACTION = "action"
    TOKEN = "token"  # noqa: S105 - no secret
    ACCOUNT = "account"
    POOL = "pool"
    FIRST_POOL = "first pool"
    SECOND_POOL = "second pool"
    RECIPIENT = "recipient"
    CONTRACT = "contract"
    CHAIN = "chain"
    BRIDGE = "bridge"
    ID = "id"
    TEXT = "text"


NUMBERS = frozenset({Role.AMOUNT, Role.PRICE, Role.STRIKE, Role.MARGIN, Role.LEVERAGE, Role.SLIPPAGE, Role.SUPPLY})
NAMES: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.ACCOUNT: frozenset({"", "on", "from", "to", "in", "for"}),
        Role.POOL: frozenset({"", "on", "from", "to", "in", "at"}),
        Role.FIRST_POOL: frozenset({"", "from", "on", "in"}),
        Role.SECOND_POOL: frozenset({"", "to", "on", "in"}),
        Role.RECIPIENT: frozenset({"to", "for"}),
        Role.CONTRACT: frozenset({"", "on", "in", "to", "at", "from"}),
        Role.CHAIN: frozenset({"to"}),
        Role.BRIDGE: frozenset({"on"}),
        Role.ID: frozenset({"", "on", "of"}),
    }
)
"""Arguments that name something, and the prepositions that its name may stand behind (see _PREPOSITIONS)."""

_TRADE = frozenset({"buy", "sell", "open"})


@dataclass(frozen=True, slots=True)
class Family:
    """A function. `verbs` order it; `product` is the kind of trade that the sentence must name, none if empty.

    `args` are arguments that must be there, `optional` those that need not. `of_token`: the amount is of the token
    itself; otherwise the words may count it in dollars ("futures for 300 USDC").
    """

    verbs: frozenset[str]
    args: Mapping[str, Role]
    product: str = ""
    optional: Mapping[str, Role] = field(default_factory=dict)
    of_token: bool = False

    def role(self, argument: str) -> Role:
        return self.args[argument] if argument in self.args else self.optional[argument]


def _trade(
    product: str, *, of_token: bool = False, optional: Mapping[str, Role] | None = None, **args: Role
) -> Family:
    return Family(_TRADE, {"token": Role.TOKEN, **args}, product, optional or {}, of_token)


def _verb(verb: str, *, optional: Mapping[str, Role] | None = None, **args: Role) -> Family:
    return Family(frozenset(verb.split("|")), args, optional=optional or {}, of_token=True)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "exchangeFiat": _trade(
            "fiat", of_token=True, fiatAccount=Role.ACCOUNT, amount=Role.AMOUNT, direction=Role.DIRECTION
        ),
        "spotTrade": _trade(
            "spot",
            of_token=True,
            amount=Role.AMOUNT,
            direction=Role.DIRECTION,
            optional={"slippage": Role.SLIPPAGE},
        ),
        "limitOrderTrade": _trade("limit", amount=Role.AMOUNT, price=Role.PRICE, direction=Role.DIRECTION),
        "leveragedTrading": _trade("leverage", direction=Role.DIRECTION, margin=Role.MARGIN, leverage=Role.LEVERAGE),
        "tradeFutures": _trade("futures", direction=Role.DIRECTION, amount=Role.AMOUNT),
        "tradeOptions": _trade(
            "option", option_type=Role.OPTION, position=Role.DIRECTION, strike=Role.STRIKE, amount=Role.AMOUNT
        ),
        "tradeOnDex": _trade(
            "dex", of_token=True, pool_address=Role.POOL, amount=Role.AMOUNT, direction=Role.DIRECTION
        ),
        "provideLiquidity": Family(
            _TRADE | {"provide", "remove"},
            {"pool_address": Role.POOL, "token": Role.TOKEN, "amount": Role.AMOUNT},
            "liquidity",
            {"direction": Role.DIRECTION},  # "provide" says it, too
            of_token=True,
        ),
        "performArbitrage": _trade(
            "arbitrage",
            pool1=Role.FIRST_POOL,
            pool2=Role.SECOND_POOL,
            direction=Role.DIRECTION,
            amount=Role.AMOUNT,
        ),
        "transfer": _verb(
            "transfer",
            recipient=Role.RECIPIENT,
            symbol=Role.TOKEN,
            amount=Role.AMOUNT,
            optional={"subject": Role.TEXT},
        ),
        "bridge": _verb(
            "bridge",
            symbol=Role.TOKEN,
            amount=Role.AMOUNT,
            destination_chain=Role.CHAIN,
            bridge_name=Role.BRIDGE,
        ),
        "stake": _verb(
            "stake|unstake|claim|deposit|remove",
            symbol=Role.TOKEN,
            action=Role.ACTION,
            optional={"amount": Role.AMOUNT},
        ),
        "airdrop": _verb("airdrop", address=Role.RECIPIENT, symbol=Role.TOKEN, amount=Role.AMOUNT),
        "proposeToDAO": _verb("propose", description=Role.TEXT, governor_address=Role.CONTRACT),
        "createMessage": _verb("message", recipient=Role.RECIPIENT, content=Role.TEXT),
        "deleteMessage": _verb("delete message", message_id=Role.ID),
        "createNFT": _verb(
            "nft",
            contract_address=Role.CONTRACT,
            name=Role.TEXT,
            description=Role.TEXT,
            max_supply=Role.SUPPLY,
        ),
        "gibwork": _verb("hire", task=Role.TEXT, token=Role.TOKEN, amount=Role.AMOUNT),
    }
)
