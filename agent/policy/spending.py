"""Limits on what is spent: caps and lists of a person and of the operator, held against what a plan would spend.

Pure. The gate applies it before a preview; the ledger applies it once more, with what is counted at that moment, in
the transaction that reserves a plan's funds. What leaves a venue for the own account is no spending: it comes to no
charge, so no limit and no price can stop it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.errors import Refused
from agent.money import Address, Amount, Token
from agent.usd import cents, dollars

USD = "USD"
"""The unit of a cap in dollars; its amounts are integers with 8 decimals, as prices are."""
DAY_SECONDS = 86_400
TOKENS, VENUES, RECIPIENTS = "tokens", "venues", "recipients"


class Kind(StrEnum):
    """What spends."""

    DEPOSIT = "deposit"
    SWAP = "swap"
    TRANSFER = "transfer"
    REPAY = "repay"


class Period(StrEnum):
    """What a cap is counted over. A day is the last 24 hours, at any moment."""

    TRANSACTION = "transaction"
    DAY = "day"
    LIFETIME = "lifetime"


class By(StrEnum):
    """Whose limit it is. The signer's are of its own copy of the policy, and it applies them itself, too."""

    USER = "user"
    OPERATOR = "operator"
    SIGNER = "signer"


@dataclass(frozen=True, slots=True)
class Charge:
    """What the step `step` of a plan spends: `units` base units of `token`, worth `usd` (8 decimals, rounded up).

    `again`: the money is what an earlier swap of the same plan gave. Among all kinds its dollars count there, among
    its own kind here. `gets` is the symbol that a swap gives, `venue` the id of the venue that is entered,
    `recipient` whom a transfer pays. `wraps`: of these tokens, each wrapped form with the native coin that it wraps.
    """

    step: int
    kind: Kind
    token: Token
    units: int
    usd: int
    gets: str = ""
    venue: str = ""
    recipient: Address | None = None
    again: bool = False
    wraps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` of `unit` in a period: base units of a symbol, or USD with 8 decimals. `kind` None: of all."""

    by: By
    period: Period
    kind: Kind | None
    unit: str
    most: int

    def amount(self, charge: Charge) -> int:
        """What a charge takes of it, in its unit."""
        if self.kind not in (None, charge.kind):
            return 0
        if self.unit == USD:
            return 0 if charge.again and self.kind is None else charge.usd
        return charge.units if self.unit == charge.token.symbol else 0


@dataclass(frozen=True, slots=True)
class Allowed:
    """The only `what` (tokens, venues, recipients) that money may go to: symbols, venue ids, addresses."""

    by: By
    what: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """All that holds for one person at one moment."""

    caps: tuple[Cap, ...] = ()
    allowed: tuple[Allowed, ...] = ()


Spent = Callable[[Cap], int]
"""What a cap's period has in it already, in the cap's unit."""


def check(limits: Limits, charges: Sequence[Charge], spent: Spent) -> None:
    """Raises Refused: allowed-tokens, allowed-venues, allowed-recipients, transaction-cap, day-cap, lifetime-cap."""
    for allowed in limits.allowed:
        check_allowed(allowed, charges)
    for cap in limits.caps:
        check_cap(cap, charges, spent)


def check_allowed(allowed: Allowed, charges: Iterable[Charge]) -> None:
    """Raises Refused("allowed-…") where a charge goes to what isn't on the list.

    A native coin on a list of tokens brings its wrapped form, one to one, in which exchanges and venues hold it.
    """
    for charge in charges:
        for name in _named(allowed.what, charge):
            if name not in allowed.names and dict(charge.wraps).get(name) not in allowed.names:
                raise Refused(f"allowed-{allowed.what}", _not_listed(allowed, name), _widen(allowed))


def _named(what: str, charge: Charge) -> list[str]:
    named = {
        TOKENS: [charge.token.symbol, charge.gets],
        VENUES: [charge.venue],
        RECIPIENTS: [charge.recipient or ""],
    }
    return [name for name in named[what] if name]


def _not_listed(allowed: Allowed, name: str) -> str:
    known = ", ".join(sorted(allowed.names)) or "none now"
    whose = "You allow" if allowed.by is By.USER else "The operator allows"
    return f"{whose} only these {allowed.what}: {known}. {name} isn't one of them."


def _widen(allowed: Allowed) -> str:
    if allowed.by is not By.USER:
        return "The operator can widen the list."
    return f"Use one of them, or say `allow all {allowed.what}`, which waits a day."


def check_cap(cap: Cap, charges: Sequence[Charge], spent: Spent) -> None:
    """Raises Refused("…-cap") where the charges would go beyond the cap."""
    if cap.period is Period.TRANSACTION:
        for charge in charges:
            _check_room(cap, charge, cap.amount(charge), 0)
        return
    touched = [charge for charge in charges if cap.amount(charge)]
    if touched:
        _check_room(cap, touched[0], sum(cap.amount(charge) for charge in touched), spent(cap))


def _check_room(cap: Cap, charge: Charge, wanted: int, before: int) -> None:
    if before + wanted <= cap.most:
        return
    whose = {By.USER: "your", By.OPERATOR: "the operator's", By.SIGNER: "the signer's"}[cap.by]
    used = f", and {shown(before, cap.unit, charge.token)} of it are used" if before else ""
    left = max(cap.most - before, 0)
    raise Refused(
        f"{cap.period}-cap",
        f"{shown(wanted, cap.unit, charge.token)} would be more than {whose} limit of {limit_text(cap, charge.token)}"
        f"{used}.",
        f"{_passes(left, cap, charge)}; {_raise(cap)}",
    )


def _passes(left: int, cap: Cap, charge: Charge) -> str:
    if left:
        return f"{shown(left, cap.unit, charge.token)} or less would pass now"
    return "Nothing more passes " + ("before 24 hours are over" if cap.period is Period.DAY else "under it")


def _raise(cap: Cap) -> str:
    if cap.by is not By.USER:
        return "the operator can raise the limit."
    words = {Period.TRANSACTION: "transaction", Period.DAY: "daily", Period.LIFETIME: "lifetime"}[cap.period]
    name = f"{words} {cap.kind}" if cap.kind and cap.period is not Period.TRANSACTION else cap.kind or words
    return f"a higher limit of yours waits a day: say for example `raise my {name} limit to …`."


def limit_text(cap: Cap, token: Token) -> str:
    """'500 USDC a day', '$200.00 a transfer'. `token` is the cap's own, where its unit is one."""
    return f"{shown(cap.most, cap.unit, token)} {period_text(cap.period, cap.kind)}"


def period_text(period: Period, kind: Kind | None) -> str:
    """What a cap is counted over, in words."""
    if period is Period.TRANSACTION:
        return f"a {kind or 'transaction'}"
    over = "a day" if period is Period.DAY else "in all"
    return f"of {kind}s {over}" if kind else over


def shown(most: int, unit: str, token: Token) -> str:
    """An amount in a cap's unit: '$200.00' or '500 USDC'."""
    return dollars(cents(most, 0, 1)) if unit == USD else str(Amount(most, token))


def worth(units: int, token: Token, price: int) -> int:
    """USD with 8 decimals of base units at a price with 8 decimals, rounded up: never said too small."""
    scale: int = 10**token.decimals
    return -(-units * price // scale)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands before a plan: all limits that hold for them, and what is used of each cap."""

    limits: Limits = field(default_factory=Limits)
    used: Mapping[Cap, int] = field(default_factory=dict)

    def listed(self, what: str) -> frozenset[str] | None:
        """The names that every list of that kind has, None where there is no such list."""
        lists = [allowed.names for allowed in self.limits.allowed if allowed.what == what]
        return frozenset.intersection(*lists) if lists else None

    def as_json(self, what: str) -> dict[str, Any]:
        """The list as a decision keeps it, so that it can be made again: {} where there is none."""
        names = self.listed(what)
        return {} if names is None else {f"allowed_{what}": sorted(names)}

    def check(self, charges: Sequence[Charge]) -> None:
        """As `check` above, with what is used now. Raises Refused."""
        check(self.limits, charges, lambda cap: self.used.get(cap, 0))


@dataclass(frozen=True, slots=True)
class Spending:
    """What a confirmation counts: the plan's charges, and the caps that stand outside of the ledger."""

    charges: tuple[Charge, ...] = ()
    caps: tuple[Cap, ...] = ()
