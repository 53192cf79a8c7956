"""Expected: the bounds of every balance change, taken from what was asked and checked against the simulation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.errors import Refused
from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.gate.moves import Collect, Enter, Leave, Move, PayBack, Send, Swap, TakeBack, Wrap, taken
from agent.money import Address, Token
from agent.plans import Change
from agent.plugin import Venue, VenueState

GROWTH_PART = 2_000
"""What is approved beyond a debt that is paid whole: a 2,000th of it, an hour's interest at 438 % a year."""
NATIVE = "native"
DUST_UNITS = 2
DRIFT_SECONDS = 3_600
"""A confirmed plan runs within minutes; an hour's interest is room for the blocks in between."""


def given_whole(state: VenueState) -> tuple[int, int]:
    """The least and the most base units that a position left whole gives, up to an hour from its snapshot."""
    interest = 2 * state.rate.income(state.position, DRIFT_SECONDS)
    most = state.position + interest + state.position // 10_000 + DUST_UNITS
    return max(state.position - DUST_UNITS, 1), most


def key_of(token: Token) -> str:
    return token.address or NATIVE


def exact_part(moves: Sequence[Move]) -> dict[str, int]:
    """Base units by token that the moves say to the unit. A position that is left whole isn't in it."""
    total: dict[str, int] = {}
    used = taken(moves)
    for move in moves:
        for token, delta in _wrapped(move) if isinstance(move, Wrap) else [_said(move, used)]:
            total[key_of(token)] = total.get(key_of(token), 0) + delta
    return total


def _wrapped(move: Wrap) -> list[tuple[Token, int]]:
    """Both sides, one to one; of what a withdrawal gave only that nothing of the wrapped form stays."""
    if move.source is not None:
        return [(move.token, 0), (move.coin, 0)]
    units = -move.units if move.back else move.units
    return [(move.token, units), (move.coin, -units)]


def _said(
    move: Enter | Leave | Send | Swap | TakeBack | PayBack | Collect | Provide | Gather | Close, used: Sequence[Move]
) -> tuple[Token, int]:
    """The side of a move that is said to the unit: its token, and how the account's balance of it changes.

    All that a `used` one gives goes into a venue: the balance stays.
    """
    match move:
        case Swap(trade=trade):
            return (move.gets, trade.units_out) if trade.exact_out else (move.pays, -trade.units_in)
        case Enter(source=source):
            return move.venue.asset, -move.units if source is None else 0
        case Leave():
            return move.venue.asset, 0 if move in used else move.units or 0
        case Send():
            return move.token, -move.units
        case TakeBack():
            return move.token, 0
        case PayBack():
            return move.venue.asset, -(move.units or 0)
        case Collect():
            return move.token, move.units
        case Provide() | Gather() | Close():  # both sides stay open
            return move.tokens[0], 0


def open_part(moves: Sequence[Move]) -> dict[str, tuple[int, int]]:
    """Bounds in base units by token of what stays open: what a swap of an exact input gives, or of an exact output
    takes, and what a debt that is paid whole comes to.
    """
    used = taken(moves)
    bounds: dict[str, tuple[int, int]] = {}
    for move in moves:
        if isinstance(move, Provide | Gather | Close):
            for token, (least, most) in zip(move.tokens, move.bounds, strict=True):
                low, high = bounds.get(key_of(token), (0, 0))
                bounds[key_of(token)] = low + least, high + most
        if isinstance(move, PayBack) and move.units is None:  # the whole debt, however much interest it has by then
            low, high = bounds.get(key_of(move.venue.asset), (0, 0))
            bounds[key_of(move.venue.asset)] = low - move.most, high - 1
        if isinstance(move, Wrap) and move.source is not None:
            low, high = bounds.get(key_of(move.coin), (0, 0))
            bounds[key_of(move.coin)] = low + move.least, high + move.most
        if isinstance(move, Swap) and move not in used:
            key, low, high = (
                (key_of(move.pays), -move.limit, -move.edge)
                if move.trade.exact_out
                else (key_of(move.gets), move.limit, move.edge)
            )
            before = bounds.get(key, (0, 0))
            bounds[key] = before[0] + low, before[1] + high
            if move.surplus:
                low, high = bounds.get(key_of(move.gets), (0, 0))
                bounds[key_of(move.gets)] = low, high + move.surplus
    return bounds


def expected(
    moves: Sequence[Move],
    simulated: Mapping[str, int],
    states: Mapping[str, VenueState],
    account: Address,
) -> tuple[Change, ...]:
    """The bounds for each token that the plan touches.

    Raises Refused("simulate") where the simulation moved another amount than was asked for, or another token.
    """
    tokens = {key_of(token): token for token in _touched(moves)}
    for key, delta in simulated.items():
        if delta and key not in tokens:
            raise Refused(
                "simulate",
                f"The plan would also change your balance of {key} by {delta} base units.",
                "Ask for a new preview; if it stays so, choose another venue.",
            )
    ordered, whole, traded = exact_part(moves), _left_whole(moves, states), open_part(moves)
    changes = []
    for key, token in tokens.items():
        delta = simulated.get(key, 0)
        if key in traded:
            beside = _beside(token, moves, states, whole.get(key))
            low, high = (bound + ordered.get(key, 0) + more for bound, more in zip(traded[key], beside, strict=True))
            _check_within(token, delta, low, high)
            changes.append(Change(key, token.symbol, token.decimals, account, low, high))
            continue
        less = more = _slack(token, moves, states, delta)
        if key in whole:  # interest only adds: no less than the position that stands now, in whatever block it is
            less = max(delta - ordered[key] - whole[key], 0) + DUST_UNITS
        if key in ordered and key not in whole:
            over = _left_by_others(token, moves, delta - ordered[key])
            if delta - over != ordered[key]:
                raise Refused(
                    "simulate",
                    f"The plan would change {token.symbol} by {delta} base units, not by {ordered[key]}.",
                    "Ask for a new preview; if it stays so, choose another venue.",
                )
            less = more = over
        for quoted, source in _of_output(moves, token):
            less += delta * max(quoted - source.least_out, 0) // quoted
            more += delta * max(source.most_out - quoted, 0) // quoted
        if key in ordered or delta:
            changes.append(Change(key, token.symbol, token.decimals, account, delta - less, delta + more))
    return tuple(changes)


def _left_by_others(token: Token, moves: Iterable[Move], beyond: int) -> int:
    """What of `beyond` is no more than dust that somebody left in a router, which gives all coin back that it has
    once a swap took its own: up to a 10,000th of what is sent. Else anybody could stop swaps with a wei.
    """
    sent = sum(move.most_in for move in moves if isinstance(move, Swap) and move.pays == token and token.is_native)
    return beyond if 0 < beyond <= sent // 10_000 else 0


def _beside(
    token: Token, moves: Sequence[Move], states: Mapping[str, VenueState], whole: int | None
) -> tuple[int, int]:
    """The bounds of what positions that are left whole give of a token that is traded in the same plan, too."""
    return (0, 0) if whole is None else (whole - DUST_UNITS, whole + _slack(token, moves, states, whole))


def _touched(moves: Iterable[Move]) -> list[Token]:
    tokens: list[Token] = []
    for move in moves:
        if isinstance(move, Send | TakeBack | Collect):
            tokens.append(move.token)
            continue
        if isinstance(move, Swap):
            tokens += [move.pays, move.gets]
            continue
        if isinstance(move, Wrap):
            tokens += [move.token, move.coin]
            continue
        if isinstance(move, Provide | Gather | Close):
            tokens += move.tokens
            continue
        tokens.append(move.venue.asset)
        if isinstance(move, PayBack):
            counted = move.lender.debt_tokens.get(move.venue.id)
            tokens += [counted] if counted is not None else []
        elif move.venue.receipt is not None:
            tokens.append(move.venue.receipt)
    return tokens


def _of_output(moves: Iterable[Move], receipt: Token) -> list[tuple[int, Swap | Leave]]:
    """The quoted base units and the source of each entry that takes an output and gives this receipt."""
    entries = [move for move in moves if isinstance(move, Enter) and move.venue.receipt == receipt]
    return [(move.units, move.source) for move in entries if move.source is not None]


def _check_within(token: Token, delta: int, low: int, high: int) -> None:
    if not low <= delta <= high:
        raise Refused(
            "simulate",
            f"The plan would change {token.symbol} by {delta} base units, not by {low} to {high}.",
            "Ask for a new preview; if it stays so, choose another venue.",
        )


def _left_whole(moves: Sequence[Move], states: Mapping[str, VenueState]) -> dict[str, int]:
    """By token, the base units that stand in the positions that are left whole for the wallet."""
    total: dict[str, int] = {}
    used = taken(moves)
    for move in moves:
        if isinstance(move, Leave) and move.units is None and move not in used:
            key = key_of(move.venue.asset)
            total[key] = total.get(key, 0) + states[move.venue.id].position
    return total


def _slack(token: Token, moves: Iterable[Move], states: Mapping[str, VenueState], delta: int) -> int:
    """Base units that interest may add or rounding take between the simulation and the transaction."""
    venues: list[Venue] = [move.venue for move in moves if isinstance(move, Enter | Leave)]
    own = [venue for venue in venues if token in (venue.asset, venue.receipt)]
    interest = sum(states[venue.id].rate.income(states[venue.id].position, DRIFT_SECONDS) for venue in own)
    grown = sum(move.most for move in moves if isinstance(move, PayBack) and _counts(move, token)) // GROWTH_PART
    return DUST_UNITS + 2 * interest + grown + abs(delta) // 10_000


def _counts(move: PayBack, token: Token) -> bool:
    """Whether the token counts the debt that a move pays: its balance falls by the payment less the interest."""
    return move.lender.debt_tokens.get(move.venue.id) == token
