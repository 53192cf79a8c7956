"""Preview: what a person reads before they confirm, made from the calldata that will be signed and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent.errors import Refused
from agent.gate.descriptors import Names, between, say
from agent.gate.erc7730 import Descriptor
from agent.gate.liquidity import lines as range_lines
from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.gate.moves import Collect, Enter, Leave, Move, PayBack, Send, Swap, TakeBack, Wrap
from agent.gate.trades.words import priced
from agent.money import Address, Amount, Rate, Token
from agent.plans import Change, Plan, Role, Step
from agent.plugin import VenueState
from agent.policy import outputs
from agent.policy.decode import argument
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.whole import read_step
from agent.usd import most

NO_DESCRIPTORS: Mapping[str, Descriptor] = MappingProxyType({})
NO_CONTACTS: Mapping[Address, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RateLine:
    """A venue's yearly rate before and after the plan."""

    venue: str
    before: Rate
    after: Rate


@dataclass(frozen=True, slots=True)
class Preview:
    """Every line is text for a person.

    `max_fee` is in the native coin, `max_fee_usd` in dollars ('' without a price); `expires` in Unix seconds,
    `seconds` from now. `clear` says every step of the plan, clean-ups too, in the words of its ERC-7730 descriptor,
    or of its call table where there is none.
    """

    headline: str
    chain: str
    steps: tuple[str, ...]
    changes: tuple[str, ...]
    rates: tuple[RateLine, ...]
    notes: tuple[str, ...]
    max_fee: Amount
    max_fee_usd: str
    expires: int
    seconds: int
    digest: str
    clear: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What the ledger keeps of it."""
        return {
            "headline": self.headline,
            "chain": self.chain,
            "steps": list(self.steps),
            "changes": list(self.changes),
            "rates": [{"venue": r.venue, "before": r.before.fraction, "after": r.after.fraction} for r in self.rates],
            "notes": list(self.notes),
            "max_fee": self.max_fee.value,
            "max_fee_usd": self.max_fee_usd,
            "clear": list(self.clear),
        }

    @classmethod
    def of_json(cls, data: Mapping[str, Any], native: Token, *, expires: int, now: int, digest: str) -> Preview:
        """What `as_json` wrote, with what the plan's own row says."""
        return cls(
            headline=data["headline"],
            chain=data["chain"],
            steps=tuple(data["steps"]),
            changes=tuple(data["changes"]),
            rates=tuple(
                RateLine(r["venue"], Rate.of_fraction(r["before"]), Rate.of_fraction(r["after"]))
                for r in data["rates"]
            ),
            notes=tuple(data["notes"]),
            max_fee=Amount.parse(data["max_fee"], native),
            max_fee_usd=data.get("max_fee_usd", ""),
            expires=expires,
            seconds=max(expires - now, 0),
            digest=digest,
            clear=tuple(data.get("clear", ())),
        )

    @property
    def gas(self) -> str:
        """What the gas may cost, in words."""
        about = f", about {self.max_fee_usd}" if self.max_fee_usd else ""
        return f"{self.max_fee}{about} at the most"


def preview(
    plan: Plan,
    policy: Policy,
    native: Token,
    moves: Sequence[Move],
    before: Mapping[str, VenueState],
    after: Mapping[str, VenueState],
    notes: Sequence[str] = (),
    price: int | None = None,
    seconds: int = 0,
    descriptors: Mapping[str, Descriptor] = NO_DESCRIPTORS,
    contacts: Mapping[Address, str] = NO_CONTACTS,
    network: str = "",
) -> Preview:
    """The preview of a plan; `contacts` are the names in its user's own book, `network` the chain's full name.

    Raises Refused("lists") for a step that can't be decoded, Refused("preview") where its descriptor can't say it.
    """
    names = Names(policy, plan.account, contacts)
    running = [step for step in plan.steps if step.role is not Role.CLEANUP]
    venues = [move.venue for move in moves if isinstance(move, Enter | Leave)]
    return Preview(
        headline=" and ".join(headline(move) for move in moves),
        chain=f"{network or policy.chain_name} (chain {policy.chain_id})",
        steps=tuple(_said(policy, step) for step in running),
        changes=tuple(change_text(change) for change in plan.expected if change.min or change.max),
        rates=tuple(RateLine(v.id, before[v.id].rate, after[v.id].rate) for v in venues),
        notes=tuple(notes),
        max_fee=Amount(plan.max_total_fee_wei, native),
        max_fee_usd="" if price is None else most(plan.max_total_fee_wei, native.decimals, price),
        expires=plan.not_after,
        seconds=seconds,
        digest=plan.digest,
        clear=tuple(_clear(names, descriptors, step) for step in plan.steps),
    )


def headline(move: Move) -> str:
    """One phrase: 'put 1,000 USDC into aave-v3:core:USDC'."""
    match move:
        case Swap():
            return priced(move)
        case Enter(venue=venue, source=Swap()):
            return f"put what comes out of it into {venue.id}"
        case Enter(venue=venue, units=units, source=Leave()):
            return f"put what comes out of it, about {Amount(units, venue.asset)}, into {venue.id}"
        case Enter(venue=venue, units=units):
            return f"put {Amount(units, venue.asset)} into {venue.id}"
        case Leave(venue=venue, units=units):
            part = f"all of your {venue.asset.symbol}" if units is None else str(Amount(units, venue.asset))
            return f"take {part} out of {venue.id}"
        case Send():
            return f"send {Amount(move.units, move.token)} to {move.name} ({move.recipient})"
        case PayBack():
            return _paid(move)
        case _:
            return _small(move)


def _small(move: Collect | Wrap | TakeBack | Provide | Gather | Close) -> str:
    match move:
        case Collect():
            return f"claim {Amount(move.units, move.token)} of rewards at {move.rewarder.id}"
        case Wrap():
            return _wrapped(move)
        case TakeBack():
            return f"take back what {move.name} may spend of your {move.token.symbol}"
        case _:
            return range_lines.headline(move)


def _wrapped(move: Wrap) -> str:
    if not move.back:
        return f"wrap {Amount(move.units, move.coin)} to {move.token.symbol}"
    units, coin = Amount(move.units, move.token), move.coin.symbol
    if move.source is not None:
        return f"unwrap what comes out of it, about {units}, to {coin}"
    return f"unwrap {units} to {coin}"


def _paid(move: PayBack) -> str:
    asset, where = move.venue.asset, f"what you owe at {move.venue.id}"
    if move.units is None:
        return f"pay back all of {where}, {Amount(move.most, asset)} at the most"
    return f"pay back {Amount(move.units, asset)} of {where}"


def _clear(names: Names, descriptors: Mapping[str, Descriptor], step: Step) -> str:
    """A step by its descriptor. An exit stays open: where it can't say one, the call table's words do."""
    low, high = _ends(names.policy, step)
    try:
        ends = [say(names, descriptors, each) for each in (low, high)]
    except Refused:
        if high.direction != "leave":
            raise
        return _said(names.policy, step)
    least, most = ends
    if least is None or most is None:
        return _said(names.policy, step)
    return str(between(least, most, step.outputs[0].step) if step.outputs else most)


def _ends(policy: Policy, step: Step) -> tuple[Effect, Effect]:
    """What a step does at its lower and at its upper bounds; the same where no amount is left open."""
    low, high = outputs.at_least(step), outputs.at_most(step)
    return read_step(policy, low)[1], read_step(policy, high)[1]


def _said(policy: Policy, step: Step) -> str:
    """What a step does, in words; of an amount that is left open its bounds."""
    low, high = _ends(policy, step)
    if not step.outputs:
        return sentence(policy, high)
    return sentence(policy, high, f"what step {step.outputs[0].step + 1} gave ({_amount(low)} to {_amount(high)})")


def sentence(policy: Policy, effect: Effect, amount: str = "") -> str:
    """What one call does, in words, from its decoded arguments; `amount` says it where it is left open."""
    where = effect.contract.name if effect.contract else policy.native.symbol
    amount = amount or _amount(effect)
    spender = _spender(policy, effect)
    match effect.direction:
        case "approve" if effect.units == 0:
            return f"{where}: take back what {spender} may spend"
        case "approve":
            return f"{where}: let {spender} take {amount}, no more"
        case "enter":
            return _put(where, effect, amount)
        case "leave":
            return _taken(where, effect, amount)
        case "transfer":
            return f"{where}: send {amount} to {effect.recipient}"
        case "repay":
            return f"{where}: pay back {_debt(effect, amount)}, in your name"
        case "swap" if effect.signed:
            return f"{where}: sign an order to {_trade(effect, amount)}, to your account; no transaction"
        case "swap":
            return f"{where}: {_trade(effect, amount)}, to your account"
        case "wrap" | "unwrap":
            return f"{where}: {effect.direction} {amount}, which stays in your account"


def _put(where: str, effect: Effect, amount: str) -> str:
    if effect.along is None:
        return f"{where}: put {amount} in, in your name"
    second = Amount(effect.along_units, effect.along)
    return f"{where}: put {amount} and {second} in at the most, in your name"


def _taken(where: str, effect: Effect, amount: str) -> str:
    if effect.unit == "position":
        return _from_position(where, effect, amount)
    if effect.entry and effect.entry.about:
        return f"{where}: claim {amount} that you earned, to your account"
    return f"{where}: take {amount} out, to your account"


def _from_position(where: str, effect: Effect, amount: str) -> str:
    """What comes of a number that the contract keeps in the caller's name."""
    path = str(effect.entry.position) if effect.entry else ""
    number = argument(effect.args, path)
    if effect.is_all:
        return f"{where}: collect all that waits for position {number}, to your account"
    if effect.entry and path == effect.entry.amount:
        return f"{where}: burn the number of position {number}, which is empty then"
    return f"{where}: take {amount} units of liquidity out of position {number}, which are then owed to you"


def _debt(effect: Effect, amount: str) -> str:
    if effect.unit == "shares":
        return f"the {effect.token.symbol} that {effect.units} shares of your debt stand for"
    return f"{amount} of your debt, and no more than is owed" if effect.entry and effect.entry.at_most else amount


def _trade(effect: Effect, amount: str) -> str:
    back = Amount(effect.least, effect.to or effect.token)
    way = f" by way of {', '.join(token.symbol for token in effect.through)}" if effect.through else ""
    if effect.at_most:
        return f"swap at most {amount} for {back}{way}"
    return f"swap {amount} for at least {back}{way}"


def _amount(effect: Effect) -> str:
    if effect.is_all:
        return "everything"
    if effect.unit == "position":
        return str(effect.units)
    if effect.unit == "shares":
        return f"{effect.units} of your {effect.token.symbol} shares"
    return str(Amount(effect.units, effect.token))


def _spender(policy: Policy, effect: Effect) -> str:
    listed = policy.contracts.get(effect.spender) if effect.spender else None
    return listed.name if listed else str(effect.spender)


def change_text(change: Change) -> str:
    """'USDC: -1,000' or 'USDC: +500 to +500.02'."""
    low, high = (Amount(units, _token(change)) for units in (change.min, change.max))
    plus = "+" if change.min > 0 else ""
    if change.min == change.max:
        return f"{plus}{low}"
    return f"{plus}{str(low).rsplit(' ', 1)[0]} to {plus}{high}"


def _token(change: Change) -> Token:
    return Token(0, change.symbol, None, change.decimals)
