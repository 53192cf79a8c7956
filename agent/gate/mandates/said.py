"""What a user said of a mandate, put in numbers: a default for each limit that wasn't said, and sense in them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.chain.registry import Registry
from agent.config import Settings
from agent.errors import NeedsAnswer, Refused
from agent.gate.liquidity.words import Pair
from agent.gate.mandates.mandate import RULE, Bounds, Terms
from agent.gate.mandates.positions import most_of
from agent.intents import Mandate
from agent.money import Amount, Token, units_from_text
from agent.past import PARTS
from agent.plugin import Venue
from agent.usd import PRICE_DECIMALS

ONE_DOLLAR: int = 10**PRICE_DECIMALS
SIGNIFICANT = 3  # digits of a default in tokens: $100,000 of a token at $2,930.11 is said as 34.1
DEFAULT = "default"
HEALTH_DECIMALS = 27
HEALTH_LEAST, HEALTH_MOST = 10**HEALTH_DECIMALS, 10 * 10**HEALTH_DECIMALS
PERCENT_DECIMALS = 10  # 1 % is 10**10 PARTS
FIELDS = tuple(name for name in Mandate.model_fields if name not in ("action", "assets"))


def terms_of(
    intent: Mandate,
    registry: Registry,
    venues: Mapping[str, Venue],
    prices: Mapping[str, int],
    settings: Settings,
    pairs: Sequence[Pair] = (),
) -> Terms:
    """The mandate with a default for each limit that wasn't said. `pairs`: of the pools that liquidity may go into.

    Raises NeedsAnswer for a venue that isn't one, Refused("mandate") where a limit can't be put in numbers or the
    limits contradict each other.
    """
    tokens = [registry.token(symbol) for symbol in intent.assets]
    _check_venues(intent, tokens, venues)
    said = {"cap_per_venue": intent.cap_per_venue, "max_move": intent.max_move}
    if len(tokens) > 1 and any(said.values()) and not {t.symbol for t in tokens} <= registry.usd_stable:
        raise Refused(RULE, "A cap in tokens means another thing for each token.", "Name one token at a time.")
    bounds = {
        token.symbol: Bounds(
            _units(intent.cap_per_venue, settings.mandate_cap_usd, token, registry, prices),
            _units(intent.max_move, settings.mandate_max_move_usd, token, registry, prices),
        )
        for token in tokens
    }
    terms = Terms(
        assets=bounds,
        venues=intent.venues,
        min_gain=_dollars(intent.min_gain_usd, settings.mandate_min_gain_usd),
        gas_budget=_dollars(intent.gas_budget_usd, settings.mandate_gas_budget_usd),
        horizon_days=intent.horizon_days or settings.mandate_horizon_days,
        defaults=tuple(field for field in FIELDS if getattr(intent, field) in (None, DEFAULT)),
        caps={cap.venue: _parsed(cap.value, venues[cap.venue].asset) for cap in intent.caps or ()},
        excluded=intent.excluded or (),
        depeg=_depeg(intent.depeg_usd, settings, tokens, registry),
        illiquid=_illiquid(intent.illiquid_percent, settings),
        safety=intent.safety_exits is True,
        quiet=None if intent.quiet_hours is None else (intent.quiet_hours.start, intent.quiet_hours.end),
        repay=_health(intent.repay_below),
        claims=intent.claim_rewards is True,
        fees=intent.collect_fees is True,
        ranges=most_of(bounds, pairs, prices) if intent.keep_in_range is True else {},
    )
    _check_sense(terms, tokens, venues)
    return terms


def _check_venues(intent: Mandate, tokens: Sequence[Token], venues: Mapping[str, Venue]) -> None:
    """Every venue that is named is one of these tokens."""
    for token in tokens:
        if not any(venue.asset == token for venue in venues.values()):
            raise Refused(
                "lists",
                f"There is no venue for {token.symbol} here, so nothing to keep well placed.",
                "Name a token that a venue takes: `best yields?` lists them.",
            )
    capped = [cap.venue for cap in intent.caps or ()]
    for name in (*(intent.venues or ()), *(intent.excluded or ()), *capped):
        if name not in venues or venues[name].asset not in tokens:
            raise NeedsAnswer(f"{name} is no venue for {', '.join(intent.assets)}. Which venue, or any?", "venue")
    if len(set(capped)) < len(capped):
        raise Refused(RULE, "A venue has two caps of its own.", "Say one number for each venue.")


def _check_sense(terms: Terms, tokens: Sequence[Token], venues: Mapping[str, Venue]) -> None:
    """Raises Refused("mandate") where the limits contradict each other, so that nothing could ever be done."""
    _check_lists(terms, tokens, venues)
    for symbol, bounds in terms.assets.items():
        if not bounds.cap:
            raise Refused(RULE, f"With at most 0 {symbol} a venue nothing could be anywhere.", "Say a cap above 0.")
        if not bounds.most:
            raise Refused(RULE, f"With moves of at most 0 {symbol} nothing could move.", "Say a move above 0.")
    for venue, units in terms.caps.items():
        if not units:
            raise Refused(RULE, f"At most 0 in {venue} means never there.", f"Say `not in {venue}`.")
    if terms.quiet is not None and terms.quiet[0] == terms.quiet[1]:
        hour = terms.quiet[0]
        raise Refused(
            RULE,
            f"From {hour}:00 to {hour}:00 is the whole day, so I would never move anything.",
            "Leave hours in which I may, as in `don't move anything between 22 and 7`; `pause` halts everything.",
        )


def _check_lists(terms: Terms, tokens: Sequence[Token], venues: Mapping[str, Venue]) -> None:
    both = sorted(set(terms.venues or ()) & set(terms.excluded))
    if both:
        raise Refused(RULE, f"{both[0]} is both in your mandate and left out of it.", "Say one of the two.")
    for venue in terms.caps:
        if not terms.enters(venue):
            raise Refused(
                RULE,
                f"{venue} has a cap of its own and is never entered.",
                "Leave the cap out, or let me enter it.",
            )
    for token in tokens:
        if not any(venue.asset == token and terms.enters(key) for key, venue in venues.items()):
            raise Refused(RULE, f"No venue for {token.symbol} is left to enter.", "Leave fewer venues out.")


def _depeg(said: str | None, settings: Settings, tokens: Sequence[Token], registry: Registry) -> int | None:
    """USD with 8 decimals; a rule for what is worth a dollar."""
    if said is None:
        return None
    other = next((token.symbol for token in tokens if token.symbol not in registry.usd_stable), None)
    if other is not None:
        raise Refused(
            RULE, f"{other} isn't pegged to a dollar, so it can't lose its peg.", "Say the rule for a dollar token."
        )
    floor = _dollars(settings.mandate_depeg_usd if said == DEFAULT else said, 0)
    if not 0 < floor < ONE_DOLLAR:
        wrong = "nothing ever falls below it" if not floor else "it isn't below the peg, so all would leave at once"
        raise Refused(
            RULE,
            f"A floor of ${settings.mandate_depeg_usd if said == DEFAULT else said} makes no sense: {wrong}.",
            "Say one below a dollar, as in `get out if it falls below 0.985`.",
        )
    return floor


def _illiquid(said: str | None, settings: Settings) -> int | None:
    """In PARTS of what is deposited in a venue."""
    if said is None:
        return None
    text = settings.mandate_illiquid_percent if said == DEFAULT else said
    try:
        part = units_from_text(text, PERCENT_DECIMALS)
    except ValueError as error:
        raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error
    if not 0 < part < PARTS:
        raise Refused(
            RULE,
            f"{text} % of what is deposited could {'always' if not part else 'hardly ever'} leave.",
            "Say a part between the two, as in `get out when less than 5 % could leave`.",
        )
    return part


def _health(said: str | None) -> int | None:
    """In ray; a line that a loan can still be above."""
    if said is None:
        return None
    try:
        line = units_from_text(said, HEALTH_DECIMALS)
    except ValueError as error:
        raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error
    if not HEALTH_LEAST < line <= HEALTH_MOST:
        raise Refused(
            RULE,
            f"A health factor of {said} makes no sense as a line: below 1 it is liquidated already, and a loan above "
            "10 is in no danger.",
            "Say one between the two, as in `repay when the health factor falls below 1.2`.",
        )
    return line


def _units(said: str | None, default_usd: int, token: Token, registry: Registry, prices: Mapping[str, int]) -> int:
    if said is not None:
        return _parsed(said, token)
    if token.symbol in registry.usd_stable:
        return default_usd * int(10**token.decimals)
    price = prices.get(token.symbol)
    if price is None:
        raise Refused(RULE, f"{token.symbol} has no price now, so I can't put a limit on it.", "Say the limits.")
    units = default_usd * ONE_DOLLAR * int(10**token.decimals) // price
    scale = 10 ** max(len(str(units)) - SIGNIFICANT, 0)
    return int(units // scale * scale)


def _dollars(said: str | None, default: int) -> int:
    try:
        return default * ONE_DOLLAR if said is None else units_from_text(said, PRICE_DECIMALS)
    except ValueError as error:
        raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error


def _parsed(said: str, token: Token) -> int:
    try:
        return Amount.parse(said, token).units
    except ValueError as error:
        raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error
