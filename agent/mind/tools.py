"""What a model may propose: the closed set of intents, as tools whose fields are the user's own words.

A model points, code reads: each field of a call must stand in what the user said, and the value is what the reader
finds at that place. A call that names anything else isn't understood, whatever it says.

Hours, `link` and `forget` aren't among them: each is a whole message that the phrasebook reads, or isn't one at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from agent import intents
from agent.intents import Origin, Understood
from agent.mind import mandates, orders, questions, swaps, topics
from agent.mind.context import Context
from agent.mind.grammar import Asks, total_seconds
from agent.words.limits.allowances import OpenPeriod, allowance_in
from agent.words.orders.asked import may_be_order, order_in
from agent.words.orders.trade import Half
from agent.words.reading.clauses import Clause, action_of, assets, candidates, clauses, is_receiver, merged, spec_for
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

SAY = "say"
READS = {
    "yields": "what venues pay",
    "portfolio": "what they hold and earned",
    "explain": "why a venue was chosen",
    "history": "what was done, and what it brought: profit, taxes, gas",
    "usage": "what language models cost",
    "help": "what Moneta can do",
    "remember": "keep what they say about themselves",
}
ACTS = {
    "deposit": "put money into a venue",
    "withdraw": "take money out of a venue",
    "swap": "change one token into another",
    "sequence": "swap, then put all that it gives to work",
    "transfer": "send money to a contact",
    "rebalance": "move what is at work to better venues now",
    "mandate": "keep tokens well placed from now on, unasked",
    "contact": "add an address as a contact",
    "limit": "set or lift a limit",
    "order": "trade later: at a price, or again and again",
    "exit": "leave every position",
    "pause": "stop depositing and sending",
    "resume": "end a pause",
    "cancel": "take a preview back",
    "advance": "let devnet's time pass",
}
_UNSAID = frozenset({"ref"})  # of explain and cancel: the latest is meant
_MOVES = ("deposit", "withdraw", "transfer")
_TRADES = {"swap": ["swap"], "sequence": ["swap", "deposit"]}
KEEPING = ("mandate", "rebalance")
"""Read whole, with conditions and bounds in them ("only if it gains", "never more than")."""
_NESTED = {
    "sequence": {"asset": True, "amount": True, "to_asset": True, "venue": False},
    "limit": {"words": True},
    "order": {"words": True},
}
"""Where an intent has others within it, or is read as a whole: the fields as a model fills them in, and whether each
must be said."""
_PLACES = ("to", "from", "on", "in")


class NotProposed(Exception):
    """The call proposes nothing that can be understood; the message tells the model why."""


def schemas(acts: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """The tools in OpenAI's shape: all that move nothing, and those of ACTS that are named. Nobody changes them."""
    return _schemas(frozenset(acts))


def letters(acts: Collection[str]) -> int:
    """How many letters they are as JSON."""
    return _letters(frozenset(acts))


@lru_cache(maxsize=64)
def _letters(acts: frozenset[str]) -> int:
    return len(json.dumps(_schemas(acts)))


@lru_cache(maxsize=64)
def _schemas(acts: frozenset[str]) -> tuple[Mapping[str, Any], ...]:
    models = {cls.model_fields["action"].default: cls for cls in get_args(get_args(intents.Intent)[0])}
    offered = READS | {name: what for name, what in ACTS.items() if name in acts}
    tools = [_tool(name, offered[name], _NESTED.get(name) or _fields(models[name])) for name in offered]
    return (*tools, _tool(SAY, "answer in words; nothing happens", {"text": True}))


def orderable(acts: Collection[str], said: Sequence[str], vocabulary: Vocabulary) -> Collection[str]:
    """Those of `acts` that the words could order, whatever is called: the others take room for nothing.

    `said` are the user's turns that may bind, the present one last.
    """
    readings = [
        reading for turn, text in enumerate(said, start=1 - len(said)) for reading in read(text, vocabulary, turn)
    ]
    ordered = {action_of(clause) for clause in clauses(readings)}
    trades = {"sequence", "swap"} if "swap" in ordered else set()
    trades |= {"order"} if said and may_be_order(said[-1], vocabulary) else set()
    return [act for act in acts if act in ordered | trades | {*_MOVES, *KEEPING, "limit"}]


def understood(
    name: str, arguments: Mapping[str, Any], text: str, context: Context, vocabulary: Vocabulary
) -> Understood:
    """What a call comes to in the user's words. Raises NotProposed."""
    words = _Words(text, context, vocabulary)
    known = {tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in schemas(ACTS)}
    if name not in known:
        raise NotProposed(f"There is no tool {name[:40]}.")
    for field in arguments:
        if field not in known[name]:
            raise NotProposed(f"{name} has no field {str(field)[:40]}.")
    quotes = {field: _quote(field, value) for field, value in arguments.items()}
    try:
        return words.read(name, {field: quote for field, quote in quotes.items() if quote})
    except ValidationError as error:
        raise NotProposed("The words don't give a whole request.") from error


def _tool(name: str, what: str, fields: Mapping[str, bool]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"type": "object", "properties": {field: {"type": "string"} for field in fields}}
    required = [field for field, needed in fields.items() if needed]
    parameters |= {"required": required} if required else {}
    return {"type": "function", "function": {"name": name, "description": what, "parameters": parameters}}


def _fields(model: Any) -> dict[str, bool]:
    """A model's fields, and whether each must be said."""
    fields = {name: field for name, field in model.model_fields.items() if name != "action" and name not in _UNSAID}
    return {name: not _may_be_none(field.annotation) for name, field in fields.items()}


def _may_be_none(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and type(None) in get_args(annotation)


def _quote(field: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotProposed(f"{field} must be the user's words, as a text.")
    return value.strip()


class _Words:
    """What the user said: this turn and, where it answers a question, those before it."""

    def __init__(self, text: str, context: Context, vocabulary: Vocabulary) -> None:
        self.text = text
        self.context = context
        self.vocabulary = vocabulary
        self.said = (*(context.pending.said if context.pending else ()), text)
        self.readings = [
            reading
            for turn, said in enumerate(self.said, start=1 - len(self.said))
            for reading in read(said, vocabulary, turn)
        ]

    def read(self, action: str, quotes: Mapping[str, str]) -> Understood:
        """The intent that the quoted words give."""
        whole = Origin(0, len(self.text), self.text)
        if action == "history":
            return topics.history(read(self.text, self.vocabulary), self.context, whole)
        if action == "remember":
            return self._note(quotes.get("text", ""))
        if action in READS:
            return self._look(action, quotes, whole)
        if action in _TRADES:
            return self._trade(action, quotes)
        if action in KEEPING:
            return self._kept(action, quotes)
        if action == "limit":
            return self._limit(quotes.get("words", ""))
        if action == "order":
            return self._order(quotes.get("words", ""))
        ordered = [clause for clause in clauses(self.readings) if action_of(clause) == action]
        if not ordered:
            return self._unordered(action, quotes)
        fields, origins = self._act(action, ordered[0], quotes)
        verb = ordered[0].verb
        origins |= {"action": verb.origin} if verb is not None else {}
        return Understood(intents.parse({"action": action, **fields}), origins)

    def _look(self, action: str, quotes: Mapping[str, str], whole: Origin) -> Understood:
        fields: dict[str, Any] = {"yields": {"asset": None}, "explain": {"ref": None}}.get(action, {})
        origins = {"action": whole}
        if "asset" in quotes:
            token = self._one("asset", quotes["asset"], [r for r in self.readings if r.kind is Kind.TOKEN])
            fields, origins = {"asset": token.text}, origins | {"asset": token.origin}
        return Understood(intents.parse({"action": action, **fields}), origins)

    def _note(self, quote: str) -> Understood:
        """What is to be remembered, in words of this very message."""
        place = self._spot("text", quote) if quote else None
        if place is None or place.turn != 0:
            raise NotProposed("text: copy what they say about themselves, letter by letter.")
        return Understood(intents.parse({"action": "remember", "text": place.words}), {"text": place})

    def _unordered(self, action: str, quotes: Mapping[str, str]) -> Understood:
        """The words don't order it: which action it is, is asked, with the user's own words for the rest."""
        if action not in _MOVES or any(action_of(clause) in ACTS for clause in clauses(self.readings)):
            raise NotProposed(f"The user's words don't order {action}.")
        said = [r.words for r in self.readings if r.kind in (Kind.AMOUNT, Kind.TOKEN) and r.turn == 0]
        if not said or any(self._spot(field, quote) is None for field, quote in quotes.items()):
            raise NotProposed(f"The user's words don't order {action}.")
        return Understood(None, question=questions.what_to_do(" ".join(said)))

    def _act(
        self, action: str, clause: Clause, quotes: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        if action in _MOVES:
            return self._move(action, clause, quotes)
        if action == "contact":
            name = self._one("name", quotes.get("name", ""), clause.of(Kind.WORD, Kind.NAME))
            address = self._one("address", quotes.get("address", ""), clause.of(Kind.ADDRESS))
            return {"name": name.text, "address": address.text}, {"name": name.origin, "address": address.origin}
        if action == "advance":
            spoken = clause.of(Kind.DURATION)
            first = self._one("seconds", quotes.get("seconds", ""), spoken[:1])
            return {"seconds": total_seconds(spoken)}, {"seconds": first.origin}
        return ({"ref": None} if action == "cancel" else {}), {}

    def _trade(self, action: str, quotes: Mapping[str, str]) -> Understood:
        """A swap, alone or with all that it gives put to work: the sentence says which token is which, and the call
        must point at the same words.
        """
        found = clauses(self.readings)
        if [action_of(clause) for clause in found] != _TRADES[action]:
            raise NotProposed(f"The user's words don't order {action}.")
        for clause in found:
            self._check_places(clause)
        try:
            read = swaps.understood(found, self.vocabulary)
        except Asks as asks:
            raise NotProposed(f"The words leave something open: {asks.question.text}") from asks
        self._check_pointed(read.origins, quotes)
        return read

    def _kept(self, action: str, quotes: Mapping[str, str]) -> Understood:
        """A mandate or a rebalance: the sentence says which limit is which, and the call must point at all of it."""
        read = mandates.read(self.readings, self.vocabulary, strict=False)
        if read is None or read.intent is None or read.intent.action != action:
            text = read.question.text if read is not None and read.question is not None else ""
            raise NotProposed(f"The user's words don't order {action}. {text}".strip())
        self._check_pointed(read.origins, quotes)
        return read

    def _check_pointed(self, origins: Mapping[str, Origin], quotes: Mapping[str, str]) -> None:
        """Raises NotProposed unless the call points at each field that was said, and at no other."""
        said = {field.rpartition(".")[2]: place for field, place in origins.items() if field != "action"}
        if said.keys() != quotes.keys():
            raise NotProposed(f"Name what the user said, and only that: {', '.join(sorted(said))}.")
        for field, place in said.items():
            spot = self._spot(field, quotes[field])
            if spot is None or spot.turn != place.turn or spot.end <= place.start or place.end <= spot.start:
                raise NotProposed(f"{field}: the user's words for it are “{place.words[:40]}”.")

    def _limit(self, quote: str) -> Understood:
        """The limit that the quoted part of this message says, with nothing but courtesy around it."""
        place = self._spot("words", quote) if quote else None
        try:
            found = allowance_in(self.text, place.start, place.end, self.vocabulary) if place else None
        except OpenPeriod as error:
            raise NotProposed("The words don't say whether it is a day, a transaction or in all.") from error
        if place is None or place.turn != 0 or not isinstance(found, intents.Limit):
            raise NotProposed("words: copy the part of the message that says the limit, letter by letter.")
        said = {name for name, value in found.model_dump().items() if value is not None}
        return Understood(found, dict.fromkeys(sorted(said), place))

    def _order(self, quote: str) -> Understood:
        """The order that the quoted part of this message says, with nothing but courtesy around it."""
        place = self._spot("words", quote) if quote else None
        found = order_in(self.text, place.start, place.end, self.vocabulary) if place else None
        if isinstance(found, Half):
            raise NotProposed(f"The words leave something open: {orders.question(found).text}")
        if place is None or place.turn != 0 or not isinstance(found, intents.Order):
            raise NotProposed("words: copy the part of the message that says the order, letter by letter.")
        return Understood(found, orders.origins(found, (self.text,), place))

    def _check_places(self, clause: Clause) -> None:
        for placed in clause.roles(Kind.WORD, Kind.SYMBOL):
            if placed.role in _PLACES:
                raise NotProposed(f"Where “{placed.reading.words[:40]}” is, isn't known.")

    def _move(
        self, action: str, clause: Clause, quotes: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        self._check_places(clause)
        asset = self._one("asset", quotes.get("asset", ""), assets(clause))
        amount = self._one("amount", quotes.get("amount", ""), merged(clause.of(Kind.AMOUNT)))
        spec = spec_for(amount, asset.text, self.vocabulary)
        if spec is None:
            raise NotProposed(f"The amount isn't one of {asset.text}.")
        fields: dict[str, Any] = {"asset": asset.text, "amount": spec.model_dump()}
        origins = {"asset": asset.origin, "amount": amount.origin}
        if action == "transfer":
            people = [placed.reading for placed in clause.roles(Kind.NAME) if is_receiver(placed, clause)]
            recipient = self._one("recipient", quotes.get("recipient", ""), people)
            return fields | {"recipient": recipient.text}, origins | {"recipient": recipient.origin}
        if "venue" not in quotes:
            return fields | {"venue": None}, origins
        venue = self._one("venue", quotes["venue"], clause.of(Kind.VENUE))
        fitting = candidates(clause, asset.text)
        if len(fitting) != 1:
            raise NotProposed("The words don't name one venue.")
        return fields | {"venue": fitting[0]}, origins | {"venue": venue.origin}

    def _one(self, field: str, quote: str, readings: Sequence[Reading]) -> Reading:
        """The one reading at the quoted words."""
        place = self._spot(field, quote) if quote else None
        if place is None:
            raise NotProposed(f"{field}: copy the user's own words for it, letter by letter, or call {SAY}.")
        there = [r for r in readings if r.turn == place.turn and r.start < place.end and place.start < r.end]
        if len({reading.value for reading in there}) != 1:
            raise NotProposed(f"{field}: “{quote[:40]}” isn't one.")
        return there[0]

    def _spot(self, field: str, quote: str) -> Origin | None:
        """Where the words stand, in the latest turn that has them; whole words only."""
        pattern = re.compile(rf"(?<!\w){re.escape(quote)}(?!\w)", re.IGNORECASE)
        for back, said in enumerate(reversed(self.said)):
            found = pattern.search(said)
            if found:
                return Origin(found.start(), found.end(), found[0], -back)
        return None
