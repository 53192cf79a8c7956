"""A mandate read back as numbers, before it is given and whenever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from agent.chain.registry import Registry
from agent.gate.mandates.mandate import Terms
from agent.gate.mandates.positions import EVERY_SECONDS
from agent.gate.mandates.rules import percent, price
from agent.loans import health_text
from agent.money import Amount
from agent.replies.reply import Offer, Reply, Table
from agent.usd import cents, dollars
from memory.standing.mandates import UserSettings

TOLD = "told, and nothing moves"
OFFERS = (Offer("Confirm", "confirm"), Offer("Cancel", "cancel"))


def table(terms: Terms, registry: Registry, every_hours: int, tz: str = "UTC") -> Table:
    """Every limit with its number; 'default' where the user didn't say it."""
    rows = [("tokens", ", ".join(terms.assets), "you")]
    rows.append(("venues", ", ".join(terms.venues) if terms.venues else "all that I list", _by(terms, "venues")))
    if terms.excluded:
        rows.append(("never entered", ", ".join(terms.excluded), "you"))
    for symbol, bounds in terms.assets.items():
        token = registry.token(symbol)
        rows.append(("most in one venue", str(Amount(bounds.cap, token)), _by(terms, "cap_per_venue")))
        rows += [(f"most in {venue}", str(Amount(most, token)), "you") for venue, most in _caps(terms, symbol)]
        rows.append(("most in one move", str(Amount(bounds.most, token)), _by(terms, "max_move")))
    rows.append(("least gain of a move, gas taken off", _usd(terms.min_gain), _by(terms, "min_gain_usd")))
    gas = f"{_usd(terms.gas_budget)} in {terms.horizon_days} days"
    rows.append(("gas at the most", gas, _by(terms, "gas_budget_usd")))
    rows.append(("gain counted over", f"{terms.horizon_days} days", _by(terms, "horizon_days")))
    rows += _ways_out(terms, registry)
    rows.append(("moves nothing", _quiet(terms, tz), _by(terms, "quiet_hours")))
    rows.append(("weighed", f"every {every_hours} hours", "default"))
    return Table(("limit", "number", "said by"), tuple(rows))


def _caps(terms: Terms, symbol: str) -> list[tuple[str, int]]:
    """Caps of named venues, of one token."""
    return [(venue, units) for venue, units in terms.caps.items() if venue.rpartition(":")[2] == symbol]


def _ways_out(terms: Terms, registry: Registry) -> list[tuple[str, str, str]]:
    """What makes money leave at once, and what is only told."""
    depeg = TOLD if terms.depeg is None else f"below {price(terms.depeg)}"
    illiquid = TOLD if terms.illiquid is None else f"when less than {percent(terms.illiquid)} of a venue could leave"
    return [
        ("out on a depeg", depeg, _by(terms, "depeg_usd")),
        ("out before it is hard to leave", illiquid, _by(terms, "illiquid_percent")),
        ("out on other danger", "at once" if terms.safety else TOLD, _by(terms, "safety_exits")),
        *_beside(terms, registry),
    ]


def _beside(terms: Terms, registry: Registry) -> list[tuple[str, str, str]]:
    """What it does beside placing money, where that was said."""
    rows = []
    if terms.repay is not None:
        line = f"when its health factor is below {health_text(terms.repay)}, from idle money"
        rows.append(("pays a loan down", line, _by(terms, "repay_below")))
    if terms.claims:
        rows.append(("claims rewards", "when they are worth their gas", _by(terms, "claim_rewards")))
    if terms.fees:
        rows.append(("collects fees of liquidity", "when they are worth their gas", _by(terms, "collect_fees")))
    if terms.ranges:
        rows.append(("keeps positions in range", "where that pays", _by(terms, "keep_in_range")))
        most = [str(Amount(units, registry.token(symbol))) for symbol, units in sorted(terms.ranges.items())]
        rows.append(("most of a position at once", ", ".join(most), _by(terms, "max_move")))
        rows.append(("positions moved", f"one in {EVERY_SECONDS // 3_600} hours at the most", "default"))
    return rows


def _quiet(terms: Terms, tz: str) -> str:
    if terms.quiet is None:
        return "at no hours"
    start, end = terms.quiet
    return f"from {start}:00 to {end}:00 ({tz}), but for safety"


def _zone_note(terms: Terms, tz: str) -> str:
    if terms.quiet is None or tz != "UTC":
        return ""
    return "Your quiet hours are counted in UTC until you say yours, as in `my time zone is Europe/Vienna`. "


def preview(
    terms: Terms,
    registry: Registry,
    every_hours: int,
    seconds: int,
    coded: Amount | None = None,
    *,
    tz: str = "UTC",
    notes: Sequence[str] = (),
) -> Reply:
    """The question before a mandate comes into force. `coded`: a move above a threshold, which needs a code.

    `notes` are sentences on what the limits come to today.
    """
    names = " and ".join(terms.assets)
    text = (
        f"I can keep your {names} on {registry.network} (chain {registry.chain_id}) well placed on my own, inside "
        "these limits and never outside them. Only what is at work already moves, from venue to venue; nothing is "
        "ever sent to anybody. "
    )
    if terms.depeg is not None or terms.illiquid is not None or terms.safety:
        text += "Out of danger it goes to another venue or into your own wallet, and I sell nothing. "
    if terms.repay is not None:
        text += "A loan in danger I pay down with what lies idle in your wallet, never out of a venue. "
    if terms.ranges:
        text += (
            "A liquidity position that the price left I close, swap what a new range needs and open anew, where that "
            "is forecast to bring more than it costs and your least gain; a forecast may be wrong. "
        )
    text += "`stop rebalancing` ends it, `pause` halts it. "
    text += _zone_note(terms, tz) + "".join(f"{note} " for note in notes)
    if coded is not None:
        text += (
            f"It may move up to {coded} at once, which needs a code: I ask for one when you confirm, once, and the "
            "signer then signs moves inside these limits without another. "
        )
    text += f"Confirm within {seconds} s?"
    return Reply(text, table(terms, registry, every_hours, tz), offers=OFFERS, private=True)


def granted(terms: Terms, registry: Registry, every_hours: int, renewed: bool, tz: str = "UTC") -> Reply:
    names = " and ".join(terms.assets)
    text = (
        f"Done: I keep your {names} well placed from now on, and tell you of every move. `stop rebalancing` ends it."
    )
    if renewed:
        text += " It takes the place of your mandate before."
    return Reply(text, table(terms, registry, every_hours, tz), private=True)


def shown(terms: Terms, registry: Registry, every_hours: int, tz: str = "UTC") -> Reply:
    return Reply("Your mandate, in numbers.", table(terms, registry, every_hours, tz), private=True)


def revoked(was: bool) -> Reply:
    if not was:
        return Reply("You have no mandate with me: I move nothing without asking you.")
    return Reply("Your mandate has ended: I move nothing any more without asking you.")


def none() -> Reply:
    return Reply("You have no mandate with me. Say `keep my usdc well placed` and I show you one first.")


def hours(settings: UserSettings) -> Reply:
    """When the agent speaks on its own from now on."""
    if settings.summary_hour is None:
        text = "You get no daily summary"
    else:
        text = f"You get a summary every day at {settings.summary_hour}:00"
    quiet = settings.quiet_from is not None and settings.quiet_from != settings.quiet_to
    if quiet:
        text += f", and I say nothing on my own from {settings.quiet_from}:00 to {settings.quiet_to}:00"
    return Reply(f"{text} ({settings.tz}). What I do on my own I tell you here.")


def pictures(settings: UserSettings) -> Reply:
    """What pictures look like from now on."""
    return Reply(f"My pictures are {settings.pictures} from now on. Ask for one: `chart my portfolio`.")


def _by(terms: Terms, field: str) -> str:
    return "default" if field in terms.defaults else "you"


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))
