"""A sentence cut into clauses: one verb each, with its amounts, tokens, venues and names in their roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agent.intents import All, AmountSpec
from agent.words.reading.readings import Kind, Reading, Said
from agent.words.vocabulary import Vocabulary, asset_of

BARE = ""
THEN = "then"
"""The value of an "and" behind which a clause begins whose verb may come last, as in German."""

OR = "or"
"""The value of what stands between two things of which only one is meant."""

INEXACT = frozenset({Kind.VAGUE, Kind.BAD_AMOUNT})
_TRANSPARENT = frozenset({Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.QUOTED_LINE})
_MONEY = frozenset({Kind.AMOUNT, Kind.TOKEN})
_ACTS = frozenset({Kind.VERB, Kind.MENTION, Kind.UNSUPPORTED})
_BETWEEN = frozenset({"move", "get", "take", "throw", "put", "deposit", "withdraw"})
_WEAK_VERBS = frozenset({"get", "put", "make", "move", "throw", "dump", "want", "take", "add", "close"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A reading with the preposition before it: 'to', 'from', 'in', 'on', 'of', 'for', 'as' or none."""

    role: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb (None where nothing is asked) and what stands with it. `dangling` are prepositions before nothing."""

    verb: Reading | None
    placed: tuple[Placed, ...]
    dangling: tuple[Reading, ...]

    def of(self, *kinds: Kind) -> list[Reading]:
        return [placed.reading for placed in self.placed if placed.reading.kind in kinds]

    def roles(self, *kinds: Kind) -> list[Placed]:
        return [placed for placed in self.placed if placed.reading.kind in kinds]

    def has(self, kind: Kind, value: str | None = None) -> bool:
        return any(reading.kind is kind and value in (None, reading.value) for reading in self.of(kind))

    @property
    def amounts(self) -> list[Reading]:
        """The amounts; 'all …' and a later '… but 100' are one: all but 100."""
        return merged(self.of(Kind.AMOUNT))


def merged(amounts: Sequence[Reading]) -> list[Reading]:
    """'all my usdc' and 'but 100' are one amount, all but 100; its words are those that end it: 'but 100'."""
    match [amount.said for amount in amounts]:
        case [Said(spec=All()), Said(rest=True) as rest] if amounts[0].turn == amounts[1].turn:
            return [replace(amounts[1], value=replace(rest, rest=False))]
    return list(amounts)


def clauses(readings: Iterable[Reading]) -> list[Clause]:
    """The clauses in order, each with one word that acts. What stands before the first belongs to its clause."""
    groups: list[list[Reading]] = [[]]
    for reading in readings:
        begins = reading.kind in _ACTS or (reading.kind is Kind.JOIN and reading.text == THEN)
        if begins and any(earlier.kind in _ACTS for earlier in groups[-1]):
            groups.append([])
        groups[-1].append(reading)
    return [part for group in _without_headings(groups) for part in _parted(_clause(group))]


def _parted(clause: Clause) -> list[Clause]:
    """'Move 100 usdc from aave to morpho' takes it out of one venue and puts it into another: two clauses."""
    verb = clause.verb
    if verb is None or verb.text not in _BETWEEN or not (_goes(clause, "from") and _goes(clause, "to", "in")):
        return [clause]
    goal = [each for each in clause.placed if each.reading.kind is Kind.VENUE and each.role in ("to", "in")]
    rest = tuple(each for each in clause.placed if each not in goal)
    it = Placed(BARE, replace(verb, kind=Kind.REFERENCE, value="it"))
    return [
        replace(clause, verb=replace(verb, value="withdraw"), placed=rest),
        Clause(replace(verb, value="deposit"), (it, *goal), ()),
    ]


def _without_headings(groups: Sequence[list[Reading]]) -> list[list[Reading]]:
    """'Make a transfer: send …' says its verb twice: a verb with nothing beside it, before the same one, is none."""
    kept: list[list[Reading]] = []
    for group in groups:
        before = kept[-1] if kept else []
        acts = [reading for reading in before if reading.kind not in _TRANSPARENT]
        own = next((reading for reading in group if reading.kind in _ACTS), None)
        if own is not None and [(each.kind, each.value) for each in acts] == [(Kind.VERB, own.value)]:
            kept.pop()
        kept.append(group)
    return kept


def _clause(readings: Sequence[Reading]) -> Clause:
    verb = next((reading for reading in readings if reading.kind is Kind.VERB), None)
    placed: list[Placed] = []
    dangling: list[Reading] = []
    preposition: Reading | None = None
    for reading in readings:
        if reading is verb and _is_means(placed, preposition):
            preposition = None  # "use 100 usdc to buy eth"
        if reading is verb or reading.kind in _TRANSPARENT:
            continue
        if reading.kind is Kind.PREPOSITION:
            dangling += [preposition] if preposition is not None and preposition.turn == reading.turn else []
            preposition = reading
            continue
        placed.append(Placed(preposition.text if preposition is not None else BARE, reading))
        preposition = None
    dangling += [preposition] if preposition is not None else []
    return Clause(verb, tuple(placed), tuple(dangling))


def _is_means(placed: Sequence[Placed], preposition: Reading | None) -> bool:
    """Whether what stands before a verb is what it is done with: "with 100 usdc to" buy."""
    return bool(placed) and placed[0].role == "on" and preposition is not None and preposition.text == "to"


def action_of(clause: Clause) -> str | None:
    """The action that a clause asks for; None where its verb alone doesn't say ("put 100 usdc")."""
    if clause.verb is None:
        return None
    verb = clause.verb.text
    if verb in ("buy", "sell", "spend", "wrap", "unwrap"):
        return "swap"
    if verb == "withdraw" or verb in _WEAK_VERBS:
        verb = _WITH_COMPANY[verb](clause) or ""
    return verb or None


def _put(clause: Clause) -> str | None:
    if clause.of(Kind.ADDRESS, Kind.BAD_ADDRESS) and clause.has(Kind.PARTICLE, "contact"):
        return "contact"
    return "deposit" if clause.has(Kind.PARTICLE, "to work") or _goes(clause, "to", "in", "on") else None


def _move(clause: Clause) -> str | None:
    into, out = _goes(clause, "to", "in"), _goes(clause, "from")
    if any(placed.role == "to" for placed in clause.roles(Kind.NAME)):
        return None if into or out else "transfer"
    if into:
        return None if out else "deposit"
    return _take(clause)


def _throw(clause: Clause) -> str | None:
    if any(is_receiver(placed, clause) for placed in clause.roles(Kind.NAME)):
        return None if clause.of(Kind.VENUE) else "transfer"
    works = clause.has(Kind.PARTICLE, "to work")
    return "deposit" if works or (_goes(clause, "on") and not _goes(clause, "from")) else _move(clause)


def _dump(clause: Clause) -> str:
    return "deposit" if _goes(clause, "to", "in", "on") else "swap"


def _want(clause: Clause) -> str | None:
    return "deposit" if _goes(clause, "to", "in") and not _goes(clause, "from") else _take(clause)


def _get(clause: Clause) -> str | None:
    given = [placed for placed in clause.roles(Kind.TOKEN) if placed.role in ("on", "for")]
    if given and len(clause.of(Kind.TOKEN)) > len(given) and not clause.of(Kind.VENUE):
        return "swap"  # "get me 0.5 eth with usdc"
    return _take(clause)


def _take(clause: Clause) -> str | None:
    out = clause.has(Kind.PARTICLE, "out") or clause.has(Kind.PARTICLE, "back") or clause.has(Kind.WALLET, "to")
    return _withdraw(clause) if out or _goes(clause, "from") else None


def _withdraw(clause: Clause) -> str:
    """A withdrawal of everything, whatever it is and wherever it is, is an exit."""
    everything = [isinstance(amount.said.spec, All) for amount in clause.amounts] == [True]
    named = clause.of(Kind.TOKEN, Kind.VENUE, Kind.REFERENCE, Kind.WORD, Kind.NAME)
    return "exit" if everything and not named else "withdraw"


def _add(clause: Clause) -> str | None:
    if clause.of(Kind.ADDRESS, Kind.BAD_ADDRESS) or clause.has(Kind.PARTICLE, "contact"):
        return "contact"
    return "deposit" if _goes(clause, "to", "in") else None


def _close(clause: Clause) -> str | None:
    everything = any(isinstance(amount.said.spec, All) for amount in clause.amounts)
    return "exit" if everything or clause.has(Kind.OWN) else None


_WITH_COMPANY = {
    "put": _put,
    "make": _put,
    "move": _move,
    "throw": _throw,
    "dump": _dump,
    "want": _want,
    "get": _get,
    "take": _take,
    "add": _add,
    "close": _close,
    "withdraw": _withdraw,
}


def _goes(clause: Clause, *roles: str) -> bool:
    return any(placed.role in roles for placed in clause.roles(Kind.VENUE))


def said_asset(venue: Reading) -> str | None:
    """The asset that the words of a venue name with it: 'aave core usdc', 'aave-v3:core:USDC'."""
    assets = {asset_of(venue_id) for venue_id in venue.ids}
    if len(assets) != 1:
        return None
    asset = assets.pop()
    words = venue.words.casefold().replace(":", " ").split()
    return asset if words[-1] == asset.casefold() and len(words) > 1 else None


def assets(clause: Clause) -> list[Reading]:
    """The tokens named in a clause, a venue's own included, each symbol once."""
    found: dict[str, Reading] = {}
    for reading in clause.of(Kind.TOKEN):
        found.setdefault(reading.text, reading)
    for venue in clause.of(Kind.VENUE):
        asset = said_asset(venue)
        if asset is not None:
            found.setdefault(asset, replace(venue, kind=Kind.TOKEN, value=asset))
    return list(found.values())


def is_receiver(placed: Placed, clause: Clause) -> bool:
    """Whether a name stands where the one who is sent something does: behind 'to', right behind the verb ('pay bob 5
    usdc'), as the last word, right behind the money ('send 5 usdc bob'), or in an answer. In 'bob: send 5 usdc' and
    in 'send 5 usdc, ask bob' it doesn't.
    """
    name, verb = placed.reading, clause.verb
    if placed.role != BARE or verb is None:
        return placed.role == "to"
    if name.turn != verb.turn:
        return name.turn > verb.turn
    turn = [each.reading for each in clause.placed if each.reading.turn == name.turn]
    between = [reading for reading in turn if verb.start < reading.start < name.start]
    touches = bool(between) and between[-1].kind in _MONEY and name.start - between[-1].end == 1
    return verb.start < name.start and (not between or (touches and turn[-1] == name))


def candidates(clause: Clause, asset: str) -> tuple[str, ...]:
    """The venues of an asset that all the venue words of a clause can mean together."""
    found: set[str] | None = None
    for venue in clause.of(Kind.VENUE):
        fitting = {venue_id for venue_id in venue.ids if asset_of(venue_id) == asset}
        found = fitting if found is None else found & fitting
    return tuple(sorted(found or ()))


def pairs(readings: Iterable[Reading]) -> Iterator[tuple[Reading, Reading | None]]:
    """Each amount with the token beside it: the one behind it, or before it where a token comes first of all."""
    row = [reading for reading in readings if reading.kind in (Kind.AMOUNT, Kind.TOKEN)]
    token_first = bool(row) and row[0].kind is Kind.TOKEN
    for place, reading in enumerate(row):
        if reading.kind is Kind.AMOUNT:
            after, before = row[place + 1 : place + 2], row[max(0, place - 1) : place]
            near = before + after if token_first else after + before
            yield reading, next((token for token in near if token.kind is Kind.TOKEN), None)


def spec_for(amount: Reading, asset: str, vocabulary: Vocabulary) -> AmountSpec | None:
    """The amount of `asset` that was said; None where dollars were said and the asset isn't worth one."""
    said = amount.said
    return said.spec if not said.rest and (not said.dollars or asset in vocabulary.dollars) else None
