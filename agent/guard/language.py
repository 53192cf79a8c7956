"""English for trades that Moneta doesn't make: futures, options, orders at a limit, liquidity, bridges, proposals.

It is Moneta's own English with words added and a few read otherwise; nothing here reads anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent.words.english.table import ENGLISH
from agent.words.reading.readings import Kind

PRODUCTS = frozenset({"spot", "limit", "leverage", "futures", "option", "dex", "liquidity", "arbitrage", "fiat"})
"""Kinds of trade. A sentence names one, else it isn't clear which function it orders."""

LABELS = frozenset({"price", "strike", "margin", "leverage", "slippage", "supply"})
"""What a number beside one of these is."""

_VERBS = {
    "buy": "buy; purchase; acquire; long; go long; buy up",
    "sell": "sell; sell off; short; go short",
    "open": "open; place; perform; execute; enter; submit; set up; make; set; do a; do an",
    "look": "check; show; show me; tell me; give me; view; see; list; display; look up; read",
    "repeat": "repeat; redo",
    "reuse": "use the amount from; use the amount of; take the amount from; take the amount of; use the margin from;"
    " take the margin from; use the margin of; take the margin of",
    "provide": "provide; add; supply; contribute",
    "remove": "remove; withdraw; take out; pull; pull out",
    "transfer": "send; transfer; pay; wire; send over",
    "bridge": "bridge",
    "stake": "stake; restake",
    "unstake": "unstake",
    "claim": "claim",
    "deposit": "deposit",
    "airdrop": "airdrop; request an airdrop; request an airdrop of",
    "deploy": "deploy; launch",
    "propose": "propose; create a proposal; submit a proposal; make a proposal; create a new proposal",
    "vote": "vote",
    "nft": "create an nft; mint an nft; create a new nft; mint a new nft; create nft; mint nft",
    "message": "create a message; send a message; write a message; send an on-chain message;"
    " create an on-chain message",
    "delete message": "delete message; delete the message; delete my message",
    "hire": "gibwork; hire; submit a work request; request work; create a work request",
    "upload": "upload",
    "invoke": "invoke; call contract; call the contract",
}

_MENTIONS = {
    "buy": "bought; buying; purchased; purchasing; longed; shorted; shorting",
    "sell": "sold; selling",
    "transfer": "sent; sending; sends; transferred; transferring; transfers; paid; paying; gave; given; giving",
    "open": "opened; opening; placed; placing; performed; performing; executed; executing",
    "provide": "provided; providing; supplied; supplying; contributed",
    "bridge": "bridged; bridging",
    "stake": "staked; staking",
}

_PRODUCT_WORDS = {
    "spot": "spot; spot market; spot trade; spot order; spot exchange",
    "limit": "limit; limit order; limit order trade; limit trade; limit orders",
    "leverage": "leveraged; leverage trade; leveraged trade; leveraged position; leverage position; leveraged order;"
    " leveraged trading; margin trade; margin position",
    "futures": "futures; future; futures trade; futures position; futures order; futures contract; futures market;"
    " futures contracts; perpetual; perpetuals; perps; perp",
    "option": "option; options; options trade; option trade; options position; option contract; options contract",
    "dex": "dex; dex trade; decentralized exchange; decentralised exchange",
    "liquidity": "liquidity; liquidity provision; liquidity position; as liquidity",
    "arbitrage": "arbitrage; arbitrage trade; arb; arb trade",
    "fiat": "fiat; fiat exchange; fiat trade; bank account; fiat account; bank",
    "pool": "pool; liquidity pool; pool address; pools",
    "call": "call; call option; call options",
    "put": "put; put option; put options",
}

_DIRECTIONS = {
    "not:buy": "instead of buy; instead of buying; instead of a buy; rather than buy; rather than buying",
    "direction:buy": "by buying",
    "direction:sell": "by selling",
    "not:sell": "instead of sell; instead of selling; instead of a sell; rather than sell; rather than selling",
}
"""The direction in another form than a command's, and one that is named only to say that it isn't meant."""

_LABEL_WORDS = {
    "price": "price; limit price",
    "strike": "strike; strike price; struck",
    "margin": "margin; collateral",
    "leverage": "leverage",
    "slippage": "slippage; slippage tolerance; max slippage; maximum slippage; a maximum slippage",
    "supply": "initial supply; max supply; maximum supply; total supply",
}

_PREPOSITIONS = {
    "to": "to; into; onto; in to",
    "in": "in; within",
    "at": "at; @",
    "from": "from; out of; off; off of; out from",
    "of": "of; worth of",
    "on": "on; with; using; via; through; by",
    "for": "for",
    "as": "as",
    "against": "against",
}

_DOUBTFUL = (
    "opposite; reverse; reversed; inverse; opposite direction; other direction; the other way; depending; depends;"
    " double; twice; triple; halve; increase; decrease; reduce; raise; lower; above; below; away; swap the order;"
    " switch the order; switch; switch the pool order; swap the pool order; current price; current market price;"
    " market price; that much; that amount; the amount"
)
"""Nothing exact: a value that somebody would have to work out from something that the words don't hold."""

_PAST = "again; same; my last; same amount; the same amount; the same"

_THIRD_PERSON = (
    "the user; the user's; users; user; has been changed; have been changed; changed to; were changed; converted to;"
    " from now on; policy; security policy; required by; requires; require; approved by; must be"
)
"""Words about an order and who gave it: a person who orders something doesn't speak of "the user"."""

_FILLER = "order; trade; worth; position; market; positions; saying; that says; with the text; direction"

_LOOKING = frozenset({"check", "show", "show me", "tell me", "give me", "view", "see", "list", "display"})
_DROPPED = frozenset(
    {"exchange", "trade", "convert", "put", "make", "options", "market", "markets", "pool", "position"}
)


def _kept(phrases: str, dropped: frozenset[str] = _DROPPED) -> str:
    return "; ".join(phrase for phrase in map(str.strip, phrases.split(";")) if phrase not in dropped)


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)


TRADING = replace(
    ENGLISH,
    phrases={
        **ENGLISH.phrases,
        Kind.VERB: _VERBS,
        Kind.MENTION: _MENTIONS,
        Kind.UNSUPPORTED: {
            "set a schedule": ENGLISH.phrases[Kind.UNSUPPORTED]["set a schedule"],
            "approve": "approve; permit; authorise; authorize; revoke; borrow; repay; undo; revert",
        },
        Kind.PREPOSITION: _PREPOSITIONS,
        Kind.TOPIC: {value: _kept(phrases) for value, phrases in ENGLISH.phrases[Kind.TOPIC].items()},
        Kind.QUESTION: {value: _kept(phrases, _LOOKING) for value, phrases in ENGLISH.phrases[Kind.QUESTION].items()},
        Kind.HYPOTHETICAL: {**ENGLISH.phrases[Kind.HYPOTHETICAL], "third person": _THIRD_PERSON},
        Kind.FILLER: {"": _joined([_kept(ENGLISH.phrases[Kind.FILLER][""]), _FILLER])},
        Kind.VAGUE: {"": _joined([ENGLISH.phrases[Kind.VAGUE][""], _DOUBTFUL])},
        Kind.LAST: {"": _joined([ENGLISH.phrases[Kind.LAST][""], _PAST])},
        Kind.OWN: {},
        Kind.PARTICLE: {
            **_PRODUCT_WORDS,
            **_DIRECTIONS,
            **{f"{label}:": phrases for label, phrases in _LABEL_WORDS.items()},
        },
    },
    multiples=frozenset({"x", "×"}),
    gerunds={},
    loose=frozenset(),
    maximum=frozenset(),
    slippage=frozenset(),
    introduces=frozenset(),  # "Exchange fiat: buy …" is how these orders are headed
)
