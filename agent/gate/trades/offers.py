"""An offer from outside, held against what was asked for: decoded by the policy's table, every field compared.

Pure. Nothing of it is believed: what the call says is read from its bytes, what it gives is simulated afterwards,
and the least that may come back is ours (agent/gate/trades/offered.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.abi import decode_call, encode_call, parse_signature, rewritten
from agent.errors import Refused
from agent.money import BASIS_POINTS, Address, Amount, Token
from agent.plans import Step, plain
from agent.plugin import Listed, Offer, Quoter, Wanted
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.rules import check_step
from agent.policy.tables import Entry
from agent.policy.typed import check_typed, read_typed

STALE_SECONDS = 60
"""How old the block may be that an offer was made at: the calldata of most expires within a minute or two."""
OTHER = "Another quoter, or the own route, is taken."


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of the chain: its block, the time (Unix seconds), and how many blocks STALE_SECONDS have."""

    number: int
    now: int
    stale_blocks: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of asking one quoter.

    `contract` is its router. `function` and `args` (JSON data) are the call, `least` what it gives at the least, by
    its own bytes; `said` what the quoter told, `got` what the simulation gave, in base units, for `gas` units of gas.
    `why_not` says why it isn't taken ('' where it may be), `rule` by which rule.

    With `exact_out`, `least` is what was asked for and `units` what the call takes at the most; `said` and `given`
    are what the quoter told that it would take, and what it took in the simulation.

    `until` (Unix seconds) is 0 of a call. Of an order, which others fill by then at their own cost or not at all,
    they are the message's type and values, `spender` is who takes what is given, and `got` is what was told: nobody
    can simulate who fills it, and no fill gives less than `least`.
    """

    quoter: str
    contract: Listed
    gives: Token
    gets: Token
    units: int
    function: str = ""
    args: tuple[Any, ...] = ()
    least: int = 0
    said: int = 0
    got: int = 0
    gas: int = 0
    rule: str = ""
    why_not: str = ""
    until: int = 0
    spender: Address | None = None
    exact_out: bool = False
    given: int = 0

    @property
    def asked(self) -> int:
        """Base units of the side that was asked for to the unit."""
        return self.least if self.exact_out else self.units

    @property
    def bound(self) -> int:
        """Of the other side what its call gives at the least, or of an exact output takes at the most."""
        return self.units if self.exact_out else self.least

    @property
    def told(self) -> tuple[int, Token]:
        """What it comes to on that side, in base units of its token."""
        return (self.given, self.gives) if self.exact_out else (self.got, self.gets)

    @property
    def typed(self) -> bool:
        """Whether it is an order."""
        return bool(self.until)

    @property
    def taker(self) -> Address:
        """To whom what is given is approved."""
        return self.spender or self.contract.address

    def asking(self, bound: int) -> Tried:
        """The order with so much as its least, or of an exact output as its most, where that is the stricter of the
        two. Its amounts stand in it by their own numbers, which are no others'.
        """
        if bound >= self.bound if self.exact_out else bound <= self.bound:
            return self
        place = self.args.index(str(self.units))
        if not self.exact_out:
            place = self.args.index(str(self.least), place + 1)
        args = (*self.args[:place], str(bound), *self.args[place + 1 :])
        units, least = (bound, self.least) if self.exact_out else (self.units, bound)
        return replace(self, args=args, units=units, least=least)

    def step(self) -> Step:
        """The call as a step of a plan."""
        value = self.units if self.gives.is_native else 0
        called = (self.contract.address, self.contract.name, self.function, _arguments(self.args))
        return Step(*called, value, typed=self.typed)

    def as_json(self) -> dict[str, Any]:
        """What a decision keeps of it: all that it takes to build the same plan again."""
        place = {"address": self.contract.address, "name": self.contract.name, "table": self.contract.table}
        numbers = {name: str(getattr(self, name)) for name in ("units", "least", "said", "got", "gas")}
        return {
            "quoter": self.quoter,
            "contract": place,
            "gives": self.gives.symbol,
            "gets": self.gets.symbol,
            "function": self.function,
            "args": list(self.args),
            **numbers,
            "rule": self.rule,
            "why_not": self.why_not,
            **({"until": str(self.until), "spender": self.spender} if self.typed else {}),
            **({"exact_out": True, "given": str(self.given)} if self.exact_out else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], tokens: Mapping[str, Token]) -> Tried:
        """What `as_json` wrote."""
        place = data["contract"]
        return cls(
            quoter=data["quoter"],
            contract=Listed(Address(place["address"]), place["name"], place["table"]),
            gives=tokens[data["gives"]],
            gets=tokens[data["gets"]],
            function=data["function"],
            args=tuple(data["args"]),
            **{name: int(data[name]) for name in ("units", "least", "said", "got", "gas")},
            rule=data["rule"],
            why_not=data["why_not"],
            until=int(data.get("until", 0)),
            spender=Address(data["spender"]) if data.get("spender") else None,
            exact_out=bool(data.get("exact_out")),
            given=int(data.get("given", 0)),
        )


def checked(policy: Policy, quoter: Quoter, wanted: Wanted, offer: Offer, head: Head) -> Tried:
    """The offer with its call as it would be signed. Raises Refused with the rule that it breaks."""
    _check_told(quoter, wanted, offer, head)
    if offer.order is not None:
        return _order(policy, quoter, wanted, offer, head.now)
    entry, data = _call(policy, quoter, offer.data)
    effect = decode(policy, offer.to, data, offer.value)
    _check_effect(wanted, offer, effect)
    check_step(policy, wanted.account, (), effect)
    return _read(quoter, wanted, offer, effect, entry.signature, decode_call(entry.signature, data))


def _read(quoter: Quoter, wanted: Wanted, offer: Offer, effect: Effect, function: str, args: Iterable[Any]) -> Tried:
    return Tried(
        quoter=quoter.name,
        contract=quoter.contract,
        gives=wanted.gives,
        gets=wanted.gets,
        units=effect.units,
        function=function,
        args=tuple(plain(list(args))),
        least=effect.least,
        said=offer.units_in if wanted.exact_out else offer.units_out,
        exact_out=wanted.exact_out,
    )


def _order(policy: Policy, quoter: Quoter, wanted: Wanted, offer: Offer, now: int) -> Tried:
    """An order that would be signed as typed data, its fields asked the same."""
    typed = read_typed(policy, offer.order or {})
    _check_effect(wanted, offer, typed.effect)
    check_typed(policy, wanted.account, (), typed, now)
    if typed.effect.spender is None or typed.effect.spender != quoter.spender:
        raise Refused(
            "quote-spender",
            f"The policy doesn't say that {quoter.spender} takes what its orders give.",
            "The operator lists it anew.",
        )
    message = policy.typed_tables[policy.domains[quoter.contract.address].table].message(typed.effect.signature)
    if message is None or len(typed.deadlines) != 1 or typed.deadlines[0] > wanted.until:
        raise Refused("quote-stale", "Its order would hold for longer than it was asked for.", OTHER)
    found = _read(quoter, wanted, offer, typed.effect, message.encoded, typed.data["message"].values())
    got, until = (wanted.units if wanted.exact_out else offer.units_out), typed.deadlines[0]
    return replace(found, got=got, given=offer.units_in, until=until, spender=quoter.spender)


def _check_told(quoter: Quoter, wanted: Wanted, offer: Offer, head: Head) -> None:
    """What stands beside the call."""
    if offer.chain_id not in (None, wanted.chain_id):
        raise Refused("quote-chain", f"It quotes for chain {offer.chain_id}, not {wanted.chain_id}.", OTHER)
    if offer.until is not None and offer.until <= head.now:
        raise Refused("quote-stale", "The offer had ended before it came.", OTHER)
    if offer.block is not None and not abs(head.number - offer.block) <= head.stale_blocks:
        raise Refused("quote-stale", f"It was made at block {offer.block}; the head is {head.number}.", OTHER)
    if offer.to != quoter.contract.address:
        raise Refused(
            "quote-target",
            f"It wants {offer.to} called, not {quoter.contract.name} ({quoter.contract.address}).",
            OTHER,
        )
    if offer.spender not in (None, quoter.spender):
        raise Refused("quote-spender", f"It wants {offer.spender} approved, not {quoter.spender}.", OTHER)
    if offer.value != (wanted.units if wanted.gives.is_native else 0):
        raise Refused("quote-value", f"It wants {offer.value} wei sent along with {wanted.gives.symbol}.", OTHER)
    if not offer.units_out or (wanted.exact_out and not offer.units_in):
        raise Refused("quote-none", "It offers nothing.", OTHER)
    if wanted.exact_out and offer.units_out != wanted.units:
        said, asked = Amount(offer.units_out, wanted.gets), Amount(wanted.units, wanted.gets)
        raise Refused("quote-amount", f"It offers {said}, not {asked}.", OTHER)


def _call(policy: Policy, quoter: Quoter, data: bytes) -> tuple[Entry, bytes]:
    """The call's entry, and its calldata in canonical form, without what may follow the arguments."""
    known = policy.contracts.get(quoter.contract.address)
    if known is None:
        raise Refused(
            "lists",
            f"{quoter.contract.name} is not in the policy's list.",
            f"The operator looks at it and lists it: `moneta policy list {quoter.name}`.",
        )
    entry = next(iter(policy.tables[known.table].entries(data[:4])), None)
    if entry is None:
        raise Refused(
            "quote-calldata", f"Its call 0x{data[:4].hex()} of {known.name} is none that can be read.", OTHER
        )
    try:
        whole = rewritten(entry.signature, data)
        if entry.outside is not None and entry.outside.calls:
            names = [each.name for each in parse_signature(entry.signature)[1]]
            values = zip(names, decode_call(entry.signature, whole), strict=True)
            inner = entry.outside.calls
            args = [rewritten(inner[name], value) if name in inner else value for name, value in values]
            whole = encode_call(entry.signature, args)
    except ValueError:
        raise Refused("quote-calldata", f"Its call of {known.name} can't be read.", OTHER) from None
    return entry, whole


def _check_effect(wanted: Wanted, offer: Offer, effect: Effect) -> None:
    """What the call does, against what was asked for and what the quoter told."""
    if effect.direction != "swap" or effect.to is None:
        raise Refused("quote-calldata", f"Its call is no swap but a {effect.direction}.", OTHER)
    if effect.token != wanted.gives or effect.to != wanted.gets:
        raise Refused(
            "quote-token",
            f"Its call swaps {effect.token.symbol} to {effect.to.symbol}, "
            f"not {wanted.gives.symbol} to {wanted.gets.symbol}.",
            OTHER,
        )
    if effect.at_most != wanted.exact_out:
        why = "Its call is for an exact output; what was asked for gives an exact amount."
        if wanted.exact_out:
            why = "Its call gives an exact amount; what was asked for is an exact output."
        raise Refused("quote-kind", why, OTHER)
    _check_amounts(wanted, offer, effect)
    if effect.recipient not in (None, wanted.account):  # None: whoever calls
        raise Refused("quote-recipient", f"What comes back would go to {effect.recipient}, not to you.", OTHER)


def _check_amounts(wanted: Wanted, offer: Offer, effect: Effect) -> None:
    """The side that was asked for is met to the unit; an exact output takes no more than told and slippage."""
    if wanted.exact_out and effect.least != wanted.units:
        got, asked = Amount(effect.least, wanted.gets), Amount(wanted.units, wanted.gets)
        raise Refused("quote-amount", f"Its call gets {got}, not {asked}.", OTHER)
    if not wanted.exact_out and effect.units != wanted.units:
        raise Refused(
            "quote-amount",
            f"Its call gives {Amount(effect.units, wanted.gives)}, not {Amount(wanted.units, wanted.gives)}.",
            OTHER,
        )
    # rounded up, as Velora does: tests/unit/test_policy_outside.py has an answer of its own
    most = -(-offer.units_in * (BASIS_POINTS + wanted.slippage_bps) // BASIS_POINTS)
    if wanted.exact_out and effect.units > most:
        told, may = Amount(offer.units_in, wanted.gives), Amount(effect.units, wanted.gives)
        raise Refused("quote-maximum", f"It says that it takes {told}, and its call may take {may}.", OTHER)


def refused(quoter: Quoter, wanted: Wanted, rule: str, why: str) -> Tried:
    """An offer that isn't taken, or a quoter that didn't answer."""
    contract = quoter.contract
    units, least = (0, wanted.units) if wanted.exact_out else (wanted.units, 0)
    ends = contract, wanted.gives, wanted.gets
    return Tried(quoter.name, *ends, units, least=least, rule=rule, why_not=why, exact_out=wanted.exact_out)


def _arguments(values: Any) -> tuple[Any, ...]:
    return tuple(_arguments(each) if isinstance(each, list | tuple) else each for each in values)
