"""From a bound intent to moves: which venue, how many base units, to whom. Pure: all it needs is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.gate import spread_words
from agent.gate.allowed import WHY_NOT
from agent.gate.candidates import kept_small
from agent.gate.choices import Choice, TurnChoice, VenueChoice
from agent.gate.liquidity.stopped import Stopped
from agent.gate.moves import Enter, Leave, Move, Send, TakeBack, Wrap
from agent.gate.resolve import free_to_leave, is_everything, leave_in_turn, positions_of, units_of, venue_named
from agent.gate.spread import Share, Spread
from agent.gate.trades.offers import Tried
from agent.gate.trades.words import about
from agent.gate.trades.wrapping import (
    ENTRY_GAS,
    ENTRY_TRANSACTIONS,
    WRAP_GAS,
    WRAP_TRANSACTIONS,
    held_as,
    now,
    spendable,
    unwrapped,
)
from agent.intents import Deposit, Revoke, Transfer, Withdraw
from agent.money import Address, Amount, Token
from agent.plugin import Option, Trader, Venue
from agent.ranges import PoolSeen

Rank = Callable[[Token, int], list[Option]]
SpreadOf = Callable[[Token, int, str], Spread | None]
"""How a deposit of so many base units is spread, where that is better than the best venue (by id) alone."""


def unspread(asset: Token, units: int, alone: str) -> Spread | None:
    """Every deposit into one venue."""
    return None


@dataclass(frozen=True, slots=True)
class Resolved:
    """Moves, the choices behind them in their order, and what the user should read beside them."""

    moves: tuple[Move, ...]
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands still during one turn. `spare_native` are the wei beyond the gas reserve and this plan's fee.

    `doubted`: why a token isn't what the chain file says, by symbol. `hidden`: whether swaps are sent to a private
    endpoint. `offers` are those that were asked for a swap, each
    checked and run.
    """

    registry: Registry
    venues: Mapping[str, Venue]
    snapshot: Snapshot
    rank: Rank
    contacts: Mapping[str, Address]
    spare_native: int
    traders: Mapping[str, Trader] = field(default_factory=dict)
    spread: SpreadOf = unspread
    seen: Mapping[Address, PoolSeen] = field(default_factory=dict)
    """What was seen of pools, where enough is known to choose a range from it."""
    hidden: bool = False
    doubted: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Tried, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    """The account's moves of positions that stopped on their way."""

    def deposit(self, intent: Deposit) -> Resolved:
        """Into the named venue; else the best one for that size, or several where that earns more."""
        coin = self.registry.token(intent.asset)
        asset = held_as(self.registry, coin)
        whole = spendable(self, coin, intent.amount, WRAP_GAS + ENTRY_GAS, WRAP_TRANSACTIONS + ENTRY_TRANSACTIONS)
        units = units_of(intent.amount, coin, whole, "Your wallet")
        wraps = (Wrap(coin, asset, units),) if coin.is_native else ()
        choice = self._spread(asset, units) if intent.venue is None else None
        if choice is not None and choice.spread is not None:
            moves = tuple(Enter(self.venues[share.venue], share.units) for share in choice.spread.shares)
            return Resolved((*wraps, *moves), (choice,), spread_words.notes(choice))
        choice = self.choose(asset, units, intent.venue)
        return Resolved((*wraps, Enter(self.venues[choice.chosen], choice.units)), (choice,))

    def _spread(self, asset: Token, units: int) -> VenueChoice | None:
        """Over several venues, where that earns more than the best one alone."""
        options = self._capped(asset, units)
        best = next((option.venue for option in options if not option.why_not), "")
        found = self.spread(asset, units, best)
        if found is None:
            return None
        own = [self._for_part(asset, share) for share in found.shares]
        named = {option.venue for option in own}
        options = [*own, *(option for option in options if option.venue not in named)]
        return VenueChoice(asset, units, " + ".join(share.venue for share in found.shares), tuple(options), found)

    def _capped(self, asset: Token, units: int) -> list[Option]:
        """The venues for so much; where it would be more than is kept there, that is the reason why not."""
        found, kept = [], kept_small(self.snapshot.signals)
        for option in self.rank(asset, units):
            most = kept.get(option.venue)
            if not option.why_not and most is not None and self._held(option.venue) + units > most:
                option = replace(option, why_not=f"I keep no more than {about(most, asset)} {asset.symbol} there now")
            found.append(option)
        return sorted(found, key=lambda option: bool(option.why_not))

    def _held(self, venue: str) -> int:
        state = self.snapshot.venues.get(venue)
        return state.position if state else 0

    def _for_part(self, asset: Token, share: Share) -> Option:
        """What the venue is for its own part, at the rate that all parts leave."""
        option = next(each for each in self.rank(asset, share.units) if each.venue == share.venue)
        return replace(option, after=share.after)

    def choose(self, asset: Token, units: int, named: str | None) -> VenueChoice:
        """The named venue, or the best one for that size.

        Raises Refused("allowed-venues") where none that can take it is allowed, Refused("state") where none can.
        """
        if named is not None:
            return VenueChoice(asset, units, venue_named(named, self.venues, asset).id, ())
        options = self._capped(asset, units)
        if all(option.why_not for option in options):  # said beside it, rather than no way in at all
            options = self.rank(asset, units)
        best = next((option for option in options if not option.why_not), None)
        if best is None and options and all(option.why_not == WHY_NOT for option in options):
            raise Refused(
                "allowed-venues",
                f"None of the venues that may be entered takes {asset.symbol}.",
                "Deposit another token, or widen the list: `allow all venues` takes yours away, which waits a day.",
            )
        if best is None:
            reasons = "; ".join(f"{option.venue}: {option.why_not}" for option in options)
            raise Refused(
                "state",
                f"No venue can take {Amount(units, asset)} now. {reasons}".strip(),
                "Deposit less, or wait until one has room again.",
            )
        return VenueChoice(asset, units, best.venue, tuple(options))

    def withdraw(self, intent: Withdraw) -> Resolved:
        """Out of the named venue, or of the positions in turn, the lowest rate first."""
        coin = self.registry.token(intent.asset)
        asset = held_as(self.registry, coin)
        held = positions_of(asset, self.venues, self.snapshot)
        if intent.venue is not None:
            venue = venue_named(intent.venue, self.venues, asset)
            held = [state for state in held if state.venue == venue.id]
            if not held:
                raise Refused(
                    "balance",
                    f"You have no {asset.symbol} in {venue.id}.",
                    "Look at `portfolio` for what you have where.",
                )
        leaves = leave_in_turn(intent.amount, asset, held, self.venues)
        moves = unwrapped(self.snapshot, coin, asset, leaves) if coin.is_native else tuple(leaves)
        if intent.venue is not None:
            return Resolved(moves)
        given = {move.venue.id: now(self.snapshot, move) for move in leaves}
        turn = tuple((state, given.get(state.venue, 0)) for state in held)
        notes = ("Taken from the lowest rate first.",) if len(held) > 1 else ()
        return Resolved(moves, (TurnChoice(asset, sum(given.values()), turn),), notes)

    def transfer(self, intent: Transfer) -> Resolved:
        """To a contact, by its name in the address book."""
        recipient = self.contacts.get(intent.recipient)
        if recipient is None:
            raise NeedsAnswer(
                f"I know no contact {intent.recipient} that may be paid yet. Say `add 0x… as {intent.recipient}`.",
                "recipient",
            )
        token = self.registry.token(intent.asset)
        whole = self.balance(token)
        if token.is_native and is_everything(intent.amount):
            whole = self.spare_native
        units = units_of(intent.amount, token, whole, "Your wallet")
        return Resolved((Send(token, units, intent.recipient, recipient),))

    def revoke(self, intent: Revoke) -> Resolved:
        """From a venue, by its id, or from an exchange, by its name."""
        token = self.erc20(intent.asset)
        trader = self.traders.get(intent.spender)
        if trader is not None:
            return Resolved((TakeBack(token, trader.spender, trader.name),))
        venue = venue_named(intent.spender, self.venues, token)
        return Resolved((TakeBack(token, venue.contract.address, venue.id),))

    def exit(self, others: Sequence[Move] = ()) -> Resolved:
        """Out of everything that can be left now, `others` among it; what can't is said."""
        moves: list[Leave] = []
        unread = [(key, why) for key, why in sorted(self.snapshot.missing.items()) if key in self.venues]
        notes = [f"{key} can't be read now ({why}): what you may have there stays." for key, why in unread]
        for venue_id in sorted(self.snapshot.venues):
            state, venue = self.snapshot.venues[venue_id], self.venues[venue_id]
            free = free_to_leave(state)
            if free:
                moves.append(Leave(venue, None if free == state.position else free))
            if state.position > free:
                stuck = Amount(state.position - free, venue.asset)
                notes.append(f"{stuck} stay in {venue_id}: they are lent out or paused there now.")
        if not moves and not others:
            raise Refused(
                "balance",
                " ".join(notes) or "Nothing of yours is at work: there is nothing to leave.",
                "Deposit something first; what is in your wallet is yours to send.",
            )
        return Resolved((*moves, *others), (), tuple(notes))

    def erc20(self, symbol: str) -> Token:
        """A token of that symbol with a contract. Raises Refused("lists") for the native coin."""
        token = self.registry.token(symbol)
        if token.is_native:
            raise Refused(
                "lists",
                f"{token.symbol} itself has no contract; its wrapped form {self.registry.wrapped} has.",
                f"Ask for {self.registry.wrapped}: `swap 1 {token.symbol} to {self.registry.wrapped}` wraps some.",
            )
        return token

    def balance(self, token: Token) -> int:
        """Base units in the wallet. Raises Refused("state") where they can't be read."""
        if token.is_native:
            return self.snapshot.native
        if token.symbol not in self.snapshot.balances:
            raise Refused("state", f"Your {token.symbol} balance can't be read now.", "Try again later.")
        return self.snapshot.balances[token.symbol]
