"""The grammar of swaps: "swap half my eth to usdc", "buy 0.5 eth with usdc", "… and put it to work".

The direction is never guessed, an exact amount belongs to the token beside it, and every word must be accounted for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent import intents
from agent.intents import All, Exact, Origin, Question, Understood
from agent.mind import questions
from agent.mind.grammar import Asks
from agent.words.reading.clauses import OR, Clause, action_of, candidates, spec_for
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.trades import Trade, doubtful_part, read_trade, slips, takes_all
from agent.words.vocabulary import Vocabulary

WHICH_WAY = Question("Which way: say it like “swap 100 USDC to DAI”, or “buy 1 WETH with USDC”.")
ONE_SWAP = Question("One swap at a time, please, of one token to one other: which one first?")
FOR_WHAT = Question("For which token?", "to_asset")
WITH_WHAT = Question("Which token do you give for it?", "from_asset")
ONE_AMOUNT = Question("Say one amount: what you give, or what you want to get. The price decides the other.")
ALL_OF_IT = Question("I can put all of what comes out to work, in one go: say “and deposit it”.")
_DEPOSIT_KINDS = frozenset({Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.REFERENCE, Kind.JOIN, Kind.ASKS})
_DEPOSIT_ROLES = ("to", "in", "on", "")


def read(found: Sequence[Clause], vocabulary: Vocabulary, answering: bool) -> Understood | None:
    """What clauses that begin with a swap ask for; None where they don't, or where more than a deposit follows."""
    actions = [action_of(clause) for clause in found]
    if actions not in (["swap"], ["swap", "deposit"]):
        return None
    try:
        _check_words(found[0])
        _check_strays(found[0], read_trade(found[0]), vocabulary, answering)
        for clause in found[1:]:
            check_rest(clause)
        return understood(found, vocabulary)
    except Asks as asks:
        return Understood(None, question=asks.question)


def understood(found: Sequence[Clause], vocabulary: Vocabulary) -> Understood:
    """The swap, or the swap and the deposit of its output, whatever else the clauses say. Raises Asks."""
    swap, origins = _swap(found[0], vocabulary)
    return Understood(swap, origins) if len(found) == 1 else _sequence(swap, origins, found[1])


def _check_words(clause: Clause) -> None:
    if clause.has(Kind.QUOTED):
        raise Asks(questions.QUOTED)
    for bad in clause.of(Kind.BAD_AMOUNT):
        raise Asks(questions.doubtful(bad.text))
    tight = slips(clause)
    if tight is not None:
        raise Asks(questions.slippage(tight.words))
    for vague in clause.of(Kind.VAGUE):
        raise Asks(questions.vague(vague.words, None))


def _swap(clause: Clause, vocabulary: Vocabulary) -> tuple[intents.Swap, dict[str, Origin]]:
    trade = read_trade(clause)
    given, wanted = _tokens(clause, trade)
    if given.text == wanted.text:
        raise Asks(WHICH_WAY)
    if wanted.text not in vocabulary.tokens:  # a verb may say it: what has no wrapped form isn't wrapped
        raise Asks(WHICH_WAY)
    amount, to_amount = _amounts(trade, given, wanted, vocabulary)
    swap = intents.Swap(asset=given.text, amount=amount, to_asset=wanted.text, to_amount=to_amount)
    said = trade.given_amount if amount is not None else trade.wanted_amount
    origins = {"asset": given.origin, "to_asset": wanted.origin}
    if clause.verb is not None:
        origins["action"] = clause.verb.origin
    if said is not None:
        origins["amount" if amount is not None else "to_amount"] = said.origin
    return swap, origins


def _tokens(clause: Clause, trade: Trade) -> tuple[Reading, Reading]:
    if trade.unclear:
        several = clause.has(Kind.JOIN) and (len(clause.amounts) > 1 or len(clause.of(Kind.TOKEN)) > 2)
        raise Asks(ONE_SWAP if several else WHICH_WAY)
    if trade.given is None and trade.wanted is None:
        raise Asks(WHICH_WAY)
    if trade.wanted is None:
        raise Asks(FOR_WHAT)
    if trade.given is None:
        raise Asks(WITH_WHAT)
    return trade.given, trade.wanted


def _amounts(
    trade: Trade, given: Reading, wanted: Reading, vocabulary: Vocabulary
) -> tuple[intents.AmountSpec | None, Exact | None]:
    if trade.given_amount is not None and trade.wanted_amount is not None:
        raise Asks(ONE_AMOUNT)
    if trade.wanted_amount is not None:
        spec = spec_for(trade.wanted_amount, wanted.text, vocabulary)
        if not isinstance(spec, Exact):
            raise Asks(questions.how_much(wanted.text) if spec else questions.dollars(wanted.text))
        return None, spec
    if trade.given_amount is None:
        raise Asks(questions.how_much(given.text))
    _check_part(trade.given_amount, given)
    spec = spec_for(trade.given_amount, given.text, vocabulary)
    if spec is None:
        raise Asks(questions.dollars(given.text))
    return spec, None


def _check_part(amount: Reading, token: Reading) -> None:
    """'half eth' is half of what there is, or half of one: it is asked, as for a deposit."""
    if doubtful_part(amount, token):
        words, symbol = amount.words, token.text
        text = f"“{words} {symbol}” has two meanings: say “{words} of my {symbol}”, or the number."
        raise Asks(Question(text, "amount"))


def _check_strays(clause: Clause, trade: Trade, vocabulary: Vocabulary, answering: bool) -> None:
    found = list(strays(clause, answering))
    if not found:
        return
    unknown = clause.of(Kind.WORD)
    if len(found) == 1 and len(unknown) == 1 and (trade.given is None or trade.wanted is None):
        raise Asks(Question(questions.unlisted(unknown[0].words, vocabulary.tokens).text))
    raise Asks(questions.not_understood(found))


def strays(clause: Clause, answering: bool) -> Iterator[str]:
    """The words of a swap's clause that stand for nothing there. `answering`: \"it\" points at something known."""
    for placed in clause.placed:
        reading = placed.reading
        match reading.kind:
            case Kind.JOIN if reading.text == OR:
                yield reading.words  # one of two is neither
            case Kind.AMOUNT | Kind.TOKEN | Kind.JOIN | Kind.ASKS:
                continue
            case Kind.WALLET if reading.text == "from":
                continue
            case Kind.DATE if reading.text == "today":
                continue
            case Kind.REFERENCE if answering:
                continue
            case Kind.TRADER if placed.role in ("on", "in", "via"):
                continue
            case Kind.SLIPPAGE if placed.role in ("on", "in", ""):
                continue
            case _:
                yield reading.words
    if not clause.of(Kind.TOKEN):
        return
    missing = len(clause.of(Kind.TOKEN)) < 2  # "swap 1 eth for": the token behind it is asked for
    yield from (reading.words for reading in clause.dangling if not missing)


def check_rest(then: Clause) -> None:
    """Raises Asks where anything stands in the clause of a deposit that isn't about the deposit."""
    others = [placed.reading for placed in then.placed if not _fits(placed.reading)]
    strays = [reading.words for reading in (*others, *then.dangling)]
    if strays:
        raise Asks(questions.not_understood(strays))


def _sequence(swap: intents.Swap, origins: dict[str, Origin], then: Clause) -> Understood:
    if swap.to_amount is not None:
        raise Asks(questions.how_much(swap.asset))
    if not takes_all(then, swap.to_asset):
        raise Asks(ALL_OF_IT)
    deposit = intents.Deposit(asset=swap.to_asset, amount=All(), venue=venue_of(then, swap.to_asset))
    told = {name if name == "action" else f"steps.0.{name}": origin for name, origin in origins.items()}
    for venue in then.of(Kind.VENUE)[-1:]:
        told["steps.1.venue"] = venue.origin
    return Understood(intents.Sequence(steps=(swap, deposit)), told)


def _fits(reading: Reading) -> bool:
    if reading.kind is Kind.JOIN and reading.text == OR:
        return False
    return reading.kind in _DEPOSIT_KINDS or (reading.kind is Kind.PARTICLE and reading.text in ("to work", "back"))


def venue_of(clause: Clause, asset: str) -> str | None:
    """The venue that a deposit names, None for none. Raises Asks."""
    named = clause.roles(Kind.VENUE)
    if not named:
        return None
    for placed in named:
        if placed.role not in _DEPOSIT_ROLES:
            raise Asks(questions.wrong_role(placed.reading.words))
    fitting = candidates(clause, asset)
    if not fitting:
        raise Asks(questions.no_such_venue(named[-1].reading.words, asset))
    if len(fitting) > 1:
        raise Asks(questions.which_venue(fitting))
    return fitting[0]
