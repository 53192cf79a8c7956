"""A swap is bound to the user's words: both tokens in their roles, the amount beside its own token."""

from __future__ import annotations

from collections.abc import Sequence as Several

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.money import bind_money, bind_venue, is_for_another, require
from agent.intents import Deposit, Sequence, Swap, Withdraw
from agent.words.reading.clauses import INEXACT, OR, Clause, action_of, candidates, spec_for
from agent.words.reading.readings import Kind
from agent.words.reading.trades import doubtful_part, passes_on, read_trade, slips, takes_all
from agent.words.vocabulary import Vocabulary

RULE = "bind"
_VENUE_ROLES = ("to", "in", "on", "")


def bind_trade(intent: Swap | Sequence, ordered: Several[Clause], vocabulary: Vocabulary) -> None:
    """Passes when the clauses order exactly this. Raises Refused("bind"), or NeedsAnswer for a token or an amount."""
    steps = (intent,) if isinstance(intent, Swap) else intent.steps
    wanted = [step.action for step in steps]
    if [action_of(clause) for clause in ordered] != wanted:
        raise Refused(RULE, f"Your words don't order a {' and a '.join(wanted)}.", "Say it in one sentence.")
    if any(clause.has(Kind.JOIN, OR) for clause in ordered):
        raise Refused(RULE, "Your words leave open which of two things to do.", "Say the one that you mean.")
    for place, (step, clause) in enumerate(zip(steps, ordered, strict=True)):
        require(not is_for_another(clause), "account: it is your own, and you named another")
        match step:
            case Swap() if place == 0:
                _bind_swap(step, clause, vocabulary)
            case Swap():
                _bind_passed_on(step, clause)
            case Withdraw():
                bind_money(step, clause, {}, vocabulary)
                bind_venue(step, clause)
            case Deposit():
                _bind_rest(step, clause)


def _bind_passed_on(step: Swap, clause: Clause) -> None:
    wanted = passes_on(clause, step.asset)
    if slips(clause) is not None or wanted is None or wanted.text != step.to_asset:
        raise Refused(RULE, "Your words don't swap all of what comes out.", "Say “and swap it to” and the token.")


def _bind_swap(intent: Swap, clause: Clause, vocabulary: Vocabulary) -> None:
    if clause.of(Kind.NAME, Kind.ADDRESS, Kind.BAD_ADDRESS, Kind.VENUE):
        raise Refused(RULE, "A swap is in your own wallet, and you named somebody or a venue.", "Say one move.")
    if clause.of(*INEXACT):
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")
    tight = slips(clause)
    if tight is not None:
        raise Refused(RULE, f"“{tight.words}” is tighter than I can promise.", "Say it without, if 0.3 % will do.")
    trade = read_trade(clause)
    if trade.unclear:
        raise NeedsAnswer("Which token for which: say it like “swap 100 USDC to DAI”.", "to_asset")
    if trade.given is None or trade.given.text != intent.asset:
        raise NeedsAnswer("Which token do you give?", "from_asset")
    if trade.wanted is None or trade.wanted.text != intent.to_asset:
        raise NeedsAnswer("For which token?", "to_asset")
    amounts = (
        spec_for(trade.given_amount, intent.asset, vocabulary) if trade.given_amount else None,
        spec_for(trade.wanted_amount, intent.to_asset, vocabulary) if trade.wanted_amount else None,
    )
    if trade.given_amount is not None and doubtful_part(trade.given_amount, trade.given):
        raise NeedsAnswer(f"“{trade.given_amount.words} {intent.asset}”: of all you have, or of one?", "amount")
    both = trade.given_amount is not None and trade.wanted_amount is not None
    if both or amounts != (intent.amount, intent.to_amount):
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")


def _bind_rest(deposit: Deposit, clause: Clause) -> None:
    if not takes_all(clause, deposit.asset):
        raise Refused(RULE, "Your words don't put all of what comes out to work.", "Say “and deposit it”.")
    named = clause.roles(Kind.VENUE)
    if any(placed.role not in _VENUE_ROLES for placed in named):
        raise Refused(RULE, "A venue in your words stands in another role than the venue of this.", "Say one move.")
    if candidates(clause, deposit.asset) != (() if deposit.venue is None else (deposit.venue,)):
        raise Refused(RULE, "The venue isn't in your words.", "Name the venue, or none and I choose.")
    if named and deposit.venue is None:
        raise Refused(RULE, "You named a venue, and this leaves it open.", "Name another one, or none.")
