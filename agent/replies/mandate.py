"""A mandate read back as numbers, before it is given and whenever it is asked for."""

from __future__ import annotations

from agent.chain.registry import Registry
from agent.gate.mandate import Terms
from agent.money import Amount
from agent.replies.reply import Offer, Reply, Table
from agent.usd import cents, dollars
from memory.mandates import UserSettings

OFFERS = (Offer("Confirm", "confirm"), Offer("Cancel", "cancel"))


def table(terms: Terms, registry: Registry, every_hours: int) -> Table:
    """Every limit with its number; 'default' where the user didn't say it."""
    rows = [("tokens", ", ".join(terms.assets), "you")]
    rows.append(("venues", ", ".join(terms.venues) if terms.venues else "all that I list", _by(terms, "venues")))
    for symbol, bounds in terms.assets.items():
        token = registry.token(symbol)
        rows.append(("most in one venue", str(Amount(bounds.cap, token)), _by(terms, "cap_per_venue")))
        rows.append(("most in one move", str(Amount(bounds.most, token)), _by(terms, "max_move")))
    rows.append(("least gain of a move, gas taken off", _usd(terms.min_gain), _by(terms, "min_gain_usd")))
    gas = f"{_usd(terms.gas_budget)} in {terms.horizon_days} days"
    rows.append(("gas at the most", gas, _by(terms, "gas_budget_usd")))
    rows.append(("gain counted over", f"{terms.horizon_days} days", _by(terms, "horizon_days")))
    rows.append(("weighed", f"every {every_hours} hours", "default"))
    return Table(("limit", "number", "said by"), tuple(rows))


def preview(terms: Terms, registry: Registry, every_hours: int, seconds: int, coded: Amount | None = None) -> Reply:
    """The question before a mandate comes into force. `coded`: a move above a threshold, which needs a code."""
    names = " and ".join(terms.assets)
    text = (
        f"I can keep your {names} on {registry.network} (chain {registry.chain_id}) well placed on my own, inside "
        "these limits and never outside them. Only what is at work already moves, from venue to venue; nothing is "
        "ever sent to anybody. `stop rebalancing` ends it, `pause` halts it. "
    )
    if coded is not None:
        text += (
            f"It may move up to {coded} at once, which needs a code: I ask for one when you confirm, once, and the "
            "signer then signs moves inside these limits without another. "
        )
    text += f"Confirm within {seconds} s?"
    return Reply(text, table(terms, registry, every_hours), offers=OFFERS, private=True)


def granted(terms: Terms, registry: Registry, every_hours: int, renewed: bool) -> Reply:
    names = " and ".join(terms.assets)
    text = (
        f"Done: I keep your {names} well placed from now on, and tell you of every move. `stop rebalancing` ends it."
    )
    if renewed:
        text += " It takes the place of your mandate before."
    return Reply(text, table(terms, registry, every_hours), private=True)


def shown(terms: Terms, registry: Registry, every_hours: int) -> Reply:
    return Reply("Your mandate, in numbers.", table(terms, registry, every_hours), private=True)


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
