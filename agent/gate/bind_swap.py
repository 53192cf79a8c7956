"""A swap is bound to the user's words: both tokens in their roles, the amount beside its own token."""

from __future__ import annotations

from collections.abc import Sequence as Several

from agent.errors import NeedsAnswer, Refused
from agent.intents import Sequence, Swap
from agent.words.clauses import INEXACT, Clause, action_of, candidates, spec_for
from agent.words.readings import Kind
from agent.words.trades import read_trade, slips, takes_all
from agent.words.vocabulary import Vocabulary

RULE = "bind"
_VENUE_ROLES = ("to", "in", "on", "")


def bind_trade(intent: Swap | Sequence, ordered: Several[Clause], vocabulary: Vocabulary) -> None:
    """Passes when the clauses order exactly this. Raises Refused("bind"), or NeedsAnswer for a token or an amount."""
    wanted = ["swap"] if isinstance(intent, Swap) else ["swap", "deposit"]
    if [action_of(clause) for clause in ordered] != wanted:
        raise Refused(RULE, f"Your words don't order a {' and a '.join(wanted)}.", "Say it in one sentence.")
    _bind_swap(intent if isinstance(intent, Swap) else intent.steps[0], ordered[0], vocabulary)
    if isinstance(intent, Sequence):
        _bind_rest(intent, ordered[1])


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
    both = trade.given_amount is not None and trade.wanted_amount is not None
    if both or amounts != (intent.amount, intent.to_amount):
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")


def _bind_rest(intent: Sequence, clause: Clause) -> None:
    deposit = intent.steps[1]
    if not takes_all(clause, deposit.asset):
        raise Refused(RULE, "Your words don't put all that the swap gives to work.", "Say “and deposit it”.")
    named = clause.roles(Kind.VENUE)
    if any(placed.role not in _VENUE_ROLES for placed in named):
        raise Refused(RULE, "A venue in your words stands in another role than the venue of this.", "Say one move.")
    if candidates(clause, deposit.asset) != (() if deposit.venue is None else (deposit.venue,)):
        raise Refused(RULE, "The venue isn't in your words.", "Name the venue, or none and I choose.")
    if named and deposit.venue is None:
        raise Refused(RULE, "You named a venue, and this leaves it open.", "Name another one, or none.")
