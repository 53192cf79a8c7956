"""What a person may ask for: a closed set of small models, and what the reading of a sentence returns.

A symbol here is a word of the user's that names a token of the registry; a venue is a venue's id. Decimals,
addresses of contracts and calldata are never in an intent: code adds them later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from agent.intent_order import Order as Order
from agent.intent_parts import AddressText as AddressText
from agent.intent_parts import All as All
from agent.intent_parts import AllBut as AllBut
from agent.intent_parts import AmountSpec as AmountSpec
from agent.intent_parts import Closed as _Closed
from agent.intent_parts import Decimal as Decimal
from agent.intent_parts import Exact as Exact
from agent.intent_parts import Hour as Hour
from agent.intent_parts import Name as Name
from agent.intent_parts import Percent as Percent
from agent.intent_parts import Percentage as Percentage
from agent.intent_parts import Symbol as Symbol
from agent.intent_parts import VenueId as VenueId
from agent.intent_parts import Zone as Zone
from agent.intent_ranges import Close as Close
from agent.intent_ranges import Collect as Collect
from agent.intent_ranges import Finish as Finish
from agent.intent_ranges import Provide as Provide
from agent.intent_ranges import Range as Range
from agent.intent_ranges import Reposition as Reposition


class Deposit(_Closed):
    action: Literal["deposit"] = "deposit"
    asset: Symbol
    amount: AmountSpec
    venue: VenueId | None


class Withdraw(_Closed):
    action: Literal["withdraw"] = "withdraw"
    asset: Symbol
    amount: AmountSpec
    venue: VenueId | None


class Swap(_Closed):
    """One of the two amounts is said: what is given (`amount`), or exactly what shall come back (`to_amount`)."""

    action: Literal["swap"] = "swap"
    asset: Symbol
    amount: AmountSpec | None
    to_asset: Symbol
    to_amount: Exact | None

    @model_validator(mode="after")
    def _one_amount(self) -> Swap:
        if (self.amount is None) == (self.to_amount is None):
            raise ValueError("a swap has an amount or a to_amount, one of them")
        if self.asset == self.to_asset:
            raise ValueError("a swap is between two tokens")
        return self


class Sequence(_Closed):
    """Steps of which each takes all that the one before it gave: its amount is `all`, of that and of nothing else.

    A swap and a deposit; a withdrawal and a deposit elsewhere, a swap, or a swap and a deposit.
    """

    action: Literal["sequence"] = "sequence"
    steps: tuple[Swap, Deposit] | tuple[Withdraw, Deposit] | tuple[Withdraw, Swap] | tuple[Withdraw, Swap, Deposit]

    @model_validator(mode="after")
    def _hangs_together(self) -> Sequence:
        steps: tuple[Swap | Deposit | Withdraw, ...] = self.steps
        for before, then in pairwise(steps):
            gives = before.to_asset if isinstance(before, Swap) else before.asset
            if then.asset != gives or not isinstance(then.amount, All):
                raise ValueError("each step takes all of what the one before it gives")
        if any(isinstance(step, Swap) and step.to_amount is not None for step in steps):
            raise ValueError("a swap in a sequence says what it is given")
        return self


class Transfer(_Closed):
    action: Literal["transfer"] = "transfer"
    asset: Symbol
    amount: AmountSpec
    recipient: Name


class Contact(_Closed):
    action: Literal["contact"] = "contact"
    name: Name
    address: AddressText


class Revoke(_Closed):
    """Takes back what a venue (by its id) or an exchange (by its name) may spend of a token."""

    action: Literal["revoke"] = "revoke"
    asset: Symbol
    spender: VenueId | Name


class Repay(_Closed):
    """Pays what is owed. A part is of the debt; `asset` null: whatever is owed, `venue` null: wherever it is."""

    action: Literal["repay"] = "repay"
    asset: Symbol | None
    amount: AmountSpec
    venue: VenueId | None


class Claim(_Closed):
    """Takes the rewards that wait at a venue's protocol; `venue` null: wherever some wait."""

    action: Literal["claim"] = "claim"
    venue: VenueId | None


class Exit(_Closed):
    action: Literal["exit"] = "exit"


class Pause(_Closed):
    action: Literal["pause"] = "pause"


class Resume(_Closed):
    action: Literal["resume"] = "resume"


class Quiet(_Closed):
    """Hours of the day in the user's time zone; over midnight where `start` is the later one."""

    start: Hour
    end: Hour


class VenueCap(_Closed):
    """The most in one named venue, in whole tokens of its asset."""

    venue: VenueId
    value: Decimal


class Mandate(_Closed):
    """What may be done without asking. `cap_per_venue` and `max_move` are in whole tokens of the asset, the rest in
    dollars and days; null is a limit that wasn't said: a default stands in its place in what is read back.

    `caps` are of named venues, in the place of `cap_per_venue`; `excluded` are never entered. `depeg_usd` is the
    price of the asset below which it leaves its venues, `illiquid_percent` the part of what is deposited in a venue
    that could leave, below which what is there leaves; 'default': said without a number; null: alerts alone.
    `safety_exits`: whether other signs of danger may move anything. `quiet_hours`: when it doesn't act.
    `repay_below` is the health factor below which a loan is paid down from idle money of the wallet; `claim_rewards`:
    whether rewards are claimed when they are worth their gas; `collect_fees`: the same of liquidity positions' fees.
    `keep_in_range`: whether those that the price left are moved where that is forecast to pay.
    """

    action: Literal["mandate"] = "mandate"
    assets: Annotated[tuple[Symbol, ...], Field(min_length=1, max_length=20)]
    venues: Annotated[tuple[VenueId, ...], Field(min_length=1, max_length=100)] | None
    cap_per_venue: Decimal | None
    min_gain_usd: Decimal | None
    gas_budget_usd: Decimal | None
    max_move: Decimal | None
    horizon_days: Annotated[int, Field(gt=0, le=365)] | None
    caps: Annotated[tuple[VenueCap, ...], Field(min_length=1, max_length=100)] | None = None
    excluded: Annotated[tuple[VenueId, ...], Field(min_length=1, max_length=100)] | None = None
    depeg_usd: Decimal | Literal["default"] | None = None
    illiquid_percent: Percent | Literal["default"] | None = None
    safety_exits: bool | None = None
    quiet_hours: Quiet | None = None
    repay_below: Decimal | None = None
    claim_rewards: bool | None = None
    collect_fees: bool | None = None
    keep_in_range: bool | None = None


class Rebalance(_Closed):
    """Now, and shown first. `assets` null: all that are at work."""

    action: Literal["rebalance"] = "rebalance"
    assets: Annotated[tuple[Symbol, ...], Field(min_length=1, max_length=20)] | None


class Hours(_Closed):
    """When the agent speaks on its own: the daily summary's hour, the quiet hours, the time zone; and its pictures'
    colours; null: as it is.
    """

    action: Literal["hours"] = "hours"
    summary: Hour | Literal["off"] | None
    quiet: Quiet | Literal["off"] | None
    tz: Zone | None
    pictures: Literal["light", "dark"] | None


class Limit(_Closed):
    """A limit of the user's own: a cap, or a list of what alone is allowed. What loosens one waits.

    A cap: at most `value` of `unit` (a symbol, or USD for dollars; null: that of the cap that there is) in a period,
    of one kind of move or of all; `value` null takes it away. A list: only `names` (symbols, venue ids, contacts);
    null allows all again.
    """

    action: Literal["limit"] = "limit"
    what: Literal["cap", "tokens", "venues", "recipients"]
    period: Literal["transaction", "day", "lifetime"] | None
    kind: Literal["deposit", "swap", "transfer"] | None
    unit: Symbol | None
    value: Decimal | None
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)] | None

    @model_validator(mode="after")
    def _one_of_both(self) -> Limit:
        cap = self.what == "cap"
        if cap != (self.period is not None) or (cap and self.names is not None):
            raise ValueError("a cap, and only a cap, has a period; a list has names")
        if not cap and (self.kind is not None or self.unit is not None or self.value is not None):
            raise ValueError("a list has no kind, unit or value")
        return self


class Yields(_Closed):
    action: Literal["yields"] = "yields"
    asset: Symbol | None


class Portfolio(_Closed):
    action: Literal["portfolio"] = "portfolio"


class Explain(_Closed):
    action: Literal["explain"] = "explain"
    ref: str | None


class History(_Closed):
    """`since` and `until` are ISO 8601 dates, both inclusive."""

    action: Literal["history"] = "history"
    since: str | None
    until: str | None


class Usage(_Closed):
    """What language models cost."""

    action: Literal["usage"] = "usage"


class Help(_Closed):
    action: Literal["help"] = "help"


class Chat(_Closed):
    action: Literal["chat"] = "chat"


class Link(_Closed):
    """Joins the user's identity on one platform with that on another; `code` is what the other one was given."""

    action: Literal["link"] = "link"
    code: Annotated[str, StringConstraints(pattern=r"^[A-HJ-NP-Z]{8}$")] | None


class Remember(_Closed):
    """Keeps what the user says about themselves, in their own words. It binds nothing."""

    action: Literal["remember"] = "remember"
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Forget(_Closed):
    """Erases what was said; what was done stays in the ledger. `that` is the last exchange with what was noted in it,
    `note 3` the note of that number, `about …` a note about it, `me` all that can go with a person.
    """

    action: Literal["forget"] = "forget"
    scope: Annotated[
        str, StringConstraints(pattern=r"^(conversation|everything|me|that|note [1-9]\d{0,8}|about .{1,200})$")
    ]


class Amend(_Closed):
    """Changes an order that stands, by a new one in its place, shown first. `ref`: 'order:2', 'order:one' (the only
    one), 'order:one stop', 'order:day 1' (that of Mondays). `change`: what shall be, in the user's words.
    """

    action: Literal["amend"] = "amend"
    ref: Annotated[str, StringConstraints(pattern=r"^order:(?:[1-9]\d{0,8}|one(?: (?:limit|dca|stop))?|day [1-7])$")]
    change: Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Alert(_Closed):
    """Tells the user once when `metric` of `subject` is `op` than `value`; all of them null: lists what is set.

    `rate`: percent a year, of a venue or the best of a token. `price`: dollars of a token. `health`: the lowest
    health factor of the user's loans, or of those at a venue. `worth`: dollars of all that the user has. `gas`: the
    base fee in gwei.
    """

    action: Literal["alert"] = "alert"
    metric: Literal["rate", "price", "health", "worth", "gas"] | None
    subject: Symbol | VenueId | None
    op: Literal["below", "above"] | None
    value: Decimal | None

    @model_validator(mode="after")
    def _whole_or_a_list(self) -> Alert:
        said = {self.metric is None, self.op is None, self.value is None}
        if len(said) > 1 or (self.metric is None and self.subject is not None):
            raise ValueError("an alert has a metric, an op and a value, or none of them")
        named, venue = self.subject is not None, ":" in (self.subject or "")
        if (self.metric in ("rate", "price")) > named or (self.metric in ("worth", "gas", None) and named):
            raise ValueError("rates and prices are of something, worth and gas of nothing")
        if named and venue == (self.metric == "price") and not (self.metric == "rate" and not venue):
            raise ValueError("a price is of a token, a health factor of a venue")
        return self


class Cancel(_Closed):
    action: Literal["cancel"] = "cancel"
    ref: str | None


class Advance(_Closed):
    """Lets time pass on devnet; refused on any other chain."""

    action: Literal["advance"] = "advance"
    seconds: Annotated[int, Field(gt=0, le=10 * 365 * 86_400)]


Intent = Annotated[
    Deposit
    | Withdraw
    | Swap
    | Sequence
    | Transfer
    | Contact
    | Revoke
    | Repay
    | Claim
    | Provide
    | Collect
    | Close
    | Reposition
    | Finish
    | Exit
    | Pause
    | Resume
    | Mandate
    | Rebalance
    | Hours
    | Limit
    | Yields
    | Portfolio
    | Explain
    | History
    | Usage
    | Help
    | Chat
    | Cancel
    | Link
    | Remember
    | Forget
    | Alert
    | Order
    | Amend
    | Advance,
    Field(discriminator="action"),
]

adapter: TypeAdapter[Intent] = TypeAdapter(Intent)


def parse(data: dict[str, Any]) -> Intent:
    """The intent in JSON data. Raises pydantic.ValidationError for unknown keys and bad values."""
    return adapter.validate_python(data)


def as_json(intent: Intent) -> dict[str, Any]:
    """The one shape everywhere: every key of the action, null when unsaid."""
    return intent.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Origin:
    """The words that said a field: `text[start:end]` of the user's turn number `turn` (0 is the present one).

    Where those words only point at something that was done ("what I took out"), `row` is its plan's id in the ledger.
    """

    start: int
    end: int
    words: str
    turn: int = 0
    row: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One short question, the field that its answer fills, and the turns of the user that it builds on."""

    NOTHING: ClassVar[str] = ""

    text: str
    missing: str = NOTHING


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mind made of a message: an intent with the origin of each field, or a question. Never both."""

    intent: Intent | None
    origins: dict[str, Origin] = field(default_factory=dict)
    question: Question | None = None
