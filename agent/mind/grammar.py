"""The grammar of commands: a clause becomes an intent with the origin of each field, or the one question to ask.

Every word must be accounted for. What isn't understood could change the meaning, so it is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent import intents
from agent.intents import Origin, Question, Understood
from agent.mind import questions
from agent.words.languages import LANGUAGES
from agent.words.reading.clauses import BARE, Clause, action_of, assets, candidates, is_receiver, spec_for
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary, asset_of

_NO_ADDRESS = {
    "transfer": questions.NO_RAW_ADDRESS,
    "deposit": questions.NO_FOREIGN_DEPOSIT,
    "withdraw": questions.OWN_ACCOUNT,
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_MOVES = ("deposit", "withdraw", "transfer")
_VENUE_ROLES = {"deposit": ("to", "in", "on", "via", BARE), "withdraw": ("from", "in", "on", BARE)}
_MONEY_ROLES = {"deposit": (BARE, "of", "in", "on"), "withdraw": (BARE, "of", "in"), "transfer": (BARE, "of", "in")}
_WALLET_ROLE = {"deposit": "from", "withdraw": "to", "transfer": "from", "exit": "to"}
_EXPECTED: dict[str, frozenset[Kind]] = {
    "deposit": frozenset({Kind.AMOUNT, Kind.TOKEN, Kind.VENUE}),
    "withdraw": frozenset({Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.OWN}),
    "transfer": frozenset({Kind.AMOUNT, Kind.TOKEN, Kind.NAME}),
    "exit": frozenset({Kind.AMOUNT, Kind.OWN}),
    "cancel": frozenset({Kind.REFERENCE, Kind.OWN}),
    "advance": frozenset({Kind.DURATION, Kind.JOIN}),
}
_PARTICLES = {
    "deposit": ("to work", "back"),
    "withdraw": ("out", "back"),
    "transfer": ("contact",),
    "exit": ("out", "back"),
}


class Asks(Exception):
    """The one question that a clause gives rise to. Not an error: the reading stops at what must be asked first."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question


def command(clause: Clause, vocabulary: Vocabulary, answering: bool = False) -> Understood:
    """What a clause asks for. With `answering`, "all of it" may point at what the open question was about."""
    action = action_of(clause)
    verb = clause.verb
    if verb is not None and action is None and verb.text == "want":  # a wish for something else
        return Understood(None, question=questions.not_understood([verb.words]))
    if verb is not None and action is None and clause.has(Kind.VAGUE) and clause.has(Kind.TOKEN):
        vague, tokens = clause.of(Kind.VAGUE)[0], clause.of(Kind.TOKEN)
        return Understood(None, question=questions.vague(vague.words, tokens[0].text))
    if verb is None or action is None:
        return Understood(None, question=questions.which_way(verb.words if verb is not None else ""))
    try:
        intent, origins = _BUILDERS.get(action, _bare)(action, clause, vocabulary, answering)
    except Asks as asks:
        return Understood(None, question=asks.question)
    return Understood(intent, {"action": verb.origin, **origins})


Built = tuple[intents.Intent, dict[str, Origin]]


def _move(action: str, clause: Clause, vocabulary: Vocabulary, answering: bool) -> Built:
    if clause.has(Kind.QUOTED):
        raise Asks(questions.QUOTED)
    if clause.of(Kind.ADDRESS, Kind.BAD_ADDRESS):
        raise Asks(_NO_ADDRESS[action])
    asset = _asset(clause)
    _check_amounts(clause, asset)
    if asset is None:
        _check_asset_words(clause, vocabulary)
    _check_recipient(action, clause)
    _check_strays(action, clause, asset.text if asset is not None else None, answering)
    _check_roles(action, clause)
    if asset is None:
        raise Asks(questions.WHICH_ASSET)
    amount = _amount(clause, asset)
    spec = spec_for(amount, asset.text, vocabulary)
    if spec is None:
        raise Asks(questions.dollars(asset.text))
    fields: dict[str, object] = {"action": action, "asset": asset.text, "amount": spec.model_dump()}
    origins = {"asset": asset.origin, "amount": amount.origin}
    if action == "transfer":
        recipient = _recipient(clause)
        fields["recipient"], origins["recipient"] = recipient.text, recipient.origin
    else:
        venue = _venue(clause, asset.text)
        fields["venue"] = venue[0] if venue is not None else None
        origins |= {"venue": venue[1].origin} if venue is not None else {}
    return intents.parse(fields), origins


def _asset(clause: Clause) -> Reading | None:
    named = assets(clause)
    if len(named) > 1 and len(clause.amounts) > 1:
        raise Asks(questions.ONE_AT_A_TIME)
    if len(named) > 1:
        raise Asks(questions.two_tokens([reading.text for reading in named]))
    return named[0] if named else None


def _check_amounts(clause: Clause, asset: Reading | None) -> None:
    symbol = asset.text if asset is not None else None
    for reading in clause.of(Kind.BAD_AMOUNT):
        raise Asks(questions.doubtful(reading.text))
    for reading in clause.of(Kind.VAGUE):
        raise Asks(questions.vague(reading.words, symbol))
    for reading in clause.amounts:
        if reading.said.rest:
            raise Asks(questions.vague(reading.words, symbol))
    if len(clause.amounts) > 1:
        raise Asks(questions.two_amounts([reading.words for reading in clause.amounts]))


def _check_asset_words(clause: Clause, vocabulary: Vocabulary) -> None:
    word = unlisted(clause)
    if word is not None:
        raise Asks(questions.unlisted(word.words, vocabulary.tokens))


def unlisted(clause: Clause) -> Reading | None:
    """The unknown word that stands where a token would: behind the amount, or first of all."""
    previous: Kind | None = None
    for placed in clause.placed:
        at_asset = placed.role in (BARE, "of", "on") and previous in (None, Kind.AMOUNT, Kind.BAD_AMOUNT, Kind.VAGUE)
        if placed.reading.kind is Kind.WORD and at_asset:
            return placed.reading
        previous = placed.reading.kind
    return None


def _check_recipient(action: str, clause: Clause) -> None:
    if action == "withdraw" and any(placed.role == "to" for placed in clause.roles(Kind.NAME)):
        raise Asks(questions.OWN_ACCOUNT)
    if action != "transfer":
        return
    for venue in clause.of(Kind.VENUE):
        raise Asks(questions.not_a_person(venue.words))
    if len({name.text for name in clause.of(Kind.NAME)}) > 1:
        raise Asks(questions.ONE_AT_A_TIME)


def _check_strays(action: str, clause: Clause, asset: str | None, answering: bool) -> None:
    strays = list(_strays(action, clause, answering))
    if not strays:
        return
    if len(strays) == 1:
        _ask_who_or_where(action, clause, asset)
    raise Asks(questions.not_understood(strays))


def _ask_who_or_where(action: str, clause: Clause, asset: str | None) -> None:
    """The one word that isn't understood stands where a person or a venue would."""
    for placed in clause.roles(Kind.WORD):
        words = placed.reading.words
        receives = placed.role == "to" or (placed.role == BARE and placed is clause.placed[0])
        if action == "transfer" and receives and not clause.has(Kind.NAME):
            raise Asks(questions.unknown_recipient(words))
        place = placed.role in _VENUE_ROLES.get(action, ()) and placed.role != BARE
        if place and asset is not None and not clause.has(Kind.VENUE):
            raise Asks(questions.no_such_venue(words, asset))


def _strays(action: str, clause: Clause, answering: bool) -> Iterator[str]:
    expected = _EXPECTED.get(action, frozenset())
    for placed in clause.placed:
        reading = placed.reading
        if reading.kind not in expected and not _harmless(action, reading, answering, clause):
            yield f"{placed.role} {reading.words}".strip() if placed.role in ("for", "as") else reading.words
    yield from (reading.words for reading in clause.dangling)


def _harmless(action: str, reading: Reading, answering: bool, clause: Clause) -> bool:
    match reading.kind:
        case Kind.PARTICLE:
            return reading.text in _PARTICLES.get(action, ())
        case Kind.WALLET:
            return reading.text == _WALLET_ROLE.get(action)
        case Kind.DATE:
            return reading.text == "today"
        case Kind.TOPIC:  # "my usdc balance"
            return (
                reading.words.casefold() in LANGUAGES[reading.code].holdings
                and action in _MOVES
                and bool(assets(clause))
            )
        case Kind.REFERENCE:
            return answering or not (assets(clause) and clause.amounts)  # what it stands for is asked for
        case Kind.ASKS:
            return True  # a question mark without a polite request never gets here
        case Kind.OWN:
            return not assets(clause)  # "put my money to work": the token is asked for
        case _:
            return False


def _check_roles(action: str, clause: Clause) -> None:
    for placed in clause.roles(Kind.VENUE):
        if placed.role not in _VENUE_ROLES[action]:
            raise Asks(questions.wrong_role(placed.reading.words))
    for placed in clause.roles(Kind.AMOUNT, Kind.TOKEN):
        if placed.role not in _MONEY_ROLES[action]:
            raise Asks(questions.wrong_role(placed.reading.words))
    for placed in clause.roles(Kind.NAME):
        if placed.role not in ("to", BARE):
            raise Asks(questions.wrong_role(placed.reading.words))


def _amount(clause: Clause, asset: Reading) -> Reading:
    if not clause.amounts:
        raise Asks(questions.how_much(asset.text))
    amount = clause.amounts[0]
    if amount.said.part and asset.turn == amount.turn and asset.start - amount.end == 1:
        raise Asks(questions.ambiguous_part(amount.words, asset.text))
    return amount


def _venue(clause: Clause, asset: str) -> tuple[str, Reading] | None:
    named = clause.of(Kind.VENUE)
    if not named:
        return None
    fitting = candidates(clause, asset)
    if not fitting and len(named) == 1:
        raise Asks(questions.no_such_venue(named[0].words, asset))
    if len(fitting) != 1:
        raise Asks(questions.which_venue(fitting or [reading.words for reading in named]))
    if asset_of(fitting[0]) != asset:
        raise Asks(questions.no_such_venue(named[-1].words, asset))
    return fitting[0], named[-1]


def _recipient(clause: Clause) -> Reading:
    names = [placed.reading for placed in clause.roles(Kind.NAME) if is_receiver(placed, clause)]
    if not names:
        raise Asks(questions.WHO)
    return names[-1]


def _contact(action: str, clause: Clause, vocabulary: Vocabulary, answering: bool) -> Built:
    if clause.has(Kind.QUOTED):
        raise Asks(questions.QUOTED)
    if clause.has(Kind.BAD_ADDRESS):
        raise Asks(questions.BAD_ADDRESS)
    others = [p.reading for p in clause.placed if p.reading.kind not in (Kind.ADDRESS, Kind.PARTICLE, Kind.ASKS)]
    names = [reading for reading in others if reading.kind in (Kind.WORD, Kind.NAME)]
    if others and others[0] not in names:
        raise Asks(questions.bad_name(others[0].words))
    if len(others) > 1 or len(clause.of(Kind.ADDRESS)) > 1:
        raise Asks(questions.not_understood([reading.words for reading in others[1:]] or ["two addresses"]))
    if not names:
        raise Asks(questions.WHAT_NAME)
    if not _NAME.fullmatch(names[0].text):
        raise Asks(questions.bad_name(names[0].words))
    for address in clause.of(Kind.ADDRESS):
        fields = {"action": action, "name": names[0].text, "address": address.text}
        return intents.parse(fields), {"name": names[0].origin, "address": address.origin}
    raise Asks(questions.WHAT_ADDRESS)


def _advance(action: str, clause: Clause, vocabulary: Vocabulary, answering: bool) -> Built:
    for reading in clause.of(Kind.BAD_AMOUNT, Kind.VAGUE):
        raise Asks(Question(reading.text if reading.kind is Kind.BAD_AMOUNT else questions.HOW_LONG.text, "seconds"))
    if clause.has(Kind.AMOUNT) and not clause.has(Kind.DURATION):
        raise Asks(questions.HOW_LONG)
    _check_strays(action, clause, None, answering)
    seconds = total_seconds(clause.of(Kind.DURATION))
    if not 0 < seconds <= 10 * 365 * 86_400:
        raise Asks(questions.HOW_LONG)
    return intents.Advance(seconds=seconds), {"seconds": clause.of(Kind.DURATION)[0].origin}


def total_seconds(durations: Sequence[Reading]) -> int:
    return sum(reading.value for reading in durations if isinstance(reading.value, int))


def _exit(action: str, clause: Clause, vocabulary: Vocabulary, answering: bool) -> Built:
    if clause.of(Kind.TOKEN, Kind.VENUE):
        raise Asks(questions.EXIT_WHAT)
    if any(amount.said.spec.kind != "all" for amount in clause.amounts):
        raise Asks(questions.EXIT_WHAT)
    return _bare(action, clause, vocabulary, answering)


def _bare(action: str, clause: Clause, vocabulary: Vocabulary, answering: bool) -> Built:
    if clause.has(Kind.QUOTED):
        raise Asks(questions.QUOTED)
    _check_strays(action, clause, None, answering)
    fields: dict[str, object] = {"action": action}
    return intents.parse(fields | ({"ref": None} if action == "cancel" else {})), {}


_BUILDERS = {
    "deposit": _move,
    "withdraw": _move,
    "transfer": _move,
    "contact": _contact,
    "advance": _advance,
    "exit": _exit,
}
