"""What gas costs just now, and what a deposit would: an action that asks the chain and moves nothing."""

from moneta import Action, Answer, Asked, Moment, hookimpl

GWEI = 10**9
DEPOSIT_GAS = 300_000
"""Gas of a deposit with its approval, about: lending pools and vaults on devnet take 250,000 to 320,000."""
PHRASES = (
    "gas",
    "gas price",
    "the gas price",
    "what does gas cost",
    "what does gas cost now",
    "what does gas cost right now",
    "what is the gas price",
    "what's the gas price",
    "what is gas now",
    "how much is gas",
    "how much is gas now",
    "how expensive is gas",
    "is gas expensive",
)


@hookimpl
def moneta_actions() -> list[Action]:
    return [Action("gas", "what gas costs now", PHRASES, gas)]


async def gas(asked: Asked) -> Answer:
    return told(await asked.look(), asked.network, asked.native.symbol)


def told(moment: Moment, network: str, coin: str) -> Answer:
    """Integers to the last digit that is shown, rounded down; in dollars where the coin has a price."""
    fee = moment.block.base_fee
    text = f"Gas on {network} costs {_decimal(fee * 1_000 // GWEI, 3)} gwei at block {moment.block.number:,}"
    price = moment.prices.get(coin)
    if price is None:
        return Answer(f"{text}. {coin} has no price now, so I can't say what a deposit costs.")
    cents = fee * DEPOSIT_GAS * price // (10**18 * 10**6)
    return Answer(f"{text}. A deposit takes about {DEPOSIT_GAS:,} of it: ${_decimal(cents, 2)}.")


def _decimal(units: int, places: int) -> str:
    whole, part = divmod(units, 10**places)
    return f"{whole:,}.{part:0{places}d}"
