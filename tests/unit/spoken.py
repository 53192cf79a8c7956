"""The vocabulary that the language tests speak: four protocols, an ambiguous name, a small address book."""

from __future__ import annotations

from typing import Any

from agent.intents import Understood, as_json
from agent.mind.context import Context, Pending
from agent.mind.phrasebook import interpret, pending_after
from agent.words.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    tokens=("USDC", "DAI", "WETH", "ETH"),
    venues=(
        "aave-v3:core:USDC",
        "aave-v3:core:DAI",
        "aave-v3:prime:USDC",
        "morpho:weth-86:USDC",
        "morpho:dai-86:USDC",
        "venus:core:USDC",
        "erc4626:stata-core:USDC",
    ),
    contacts=("bob", "alice"),
    dollars=frozenset({"USDC", "DAI"}),
)
NOW = 1_795_248_000  # Saturday, 21 November 2026, UTC
ADDRESS = "0x" + "ab" * 20


def understood(text: str, pending: Pending | None = None, now: int | None = NOW) -> Understood:
    return interpret(text, Context(pending=pending, now=now), VOCABULARY)


def intent_of(text: str) -> dict[str, Any] | None:
    found = understood(text).intent
    return as_json(found) if found is not None else None


def question_of(text: str) -> str:
    asked = understood(text).question
    return asked.text if asked is not None else ""


def conversation(*texts: str) -> Understood:
    """What the last of several turns means, each answering the question before it."""
    pending: Pending | None = None
    result = Understood(None)
    for text in texts:
        context = Context(pending=pending, now=NOW)
        result = interpret(text, context, VOCABULARY)
        pending = pending_after(result, text, context, VOCABULARY)
    return result


def amount(kind: str, value: str | None = None) -> dict[str, str]:
    return {"kind": kind} if value is None else {"kind": kind, "value": value}


def deposit(asset: str, spec: dict[str, str], venue: str | None = None) -> dict[str, Any]:
    return {"action": "deposit", "asset": asset, "amount": spec, "venue": venue}


def withdraw(asset: str, spec: dict[str, str], venue: str | None = None) -> dict[str, Any]:
    return {"action": "withdraw", "asset": asset, "amount": spec, "venue": venue}


def transfer(asset: str, spec: dict[str, str], recipient: str) -> dict[str, Any]:
    return {"action": "transfer", "asset": asset, "amount": spec, "recipient": recipient}
