"""Numbers as a person says them, rounded down."""

from __future__ import annotations

from moneta import PARTS, Amount, Rate, Token

LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
WHOLE_FROM = 100
HOUR, DAY = 3_600, 86_400
MOST_DAYS = 365


def percent(parts: int) -> str:
    """'99.2 %' of PARTS."""
    return f"{_tenths(parts * 1_000 // PARTS)} %"


def points(parts: int) -> str:
    """'4.1 points': a difference of two percentages, without its sign."""
    return f"{_tenths(abs(parts) * 1_000 // PARTS)} points"


def amount(units: int, asset: Token) -> str:
    """'1.2 million USDC', '45,300 USDC', '0.5 WETH'."""
    scale: int = 10**asset.decimals
    whole = units // scale
    for size, name in LARGE:
        if whole >= size:
            return f"{_tenths(whole * 10 // size)} {name} {asset.symbol}"
    return str(Amount(whole * scale if whole >= WHOLE_FROM else units, asset))


def dollars(whole: int) -> str:
    """'$45,300', '$1.2 million'."""
    for size, name in LARGE:
        if whole >= size:
            return f"${_tenths(whole * 10 // size)} {name}"
    return f"${whole:,}"


def usd(price: int) -> str:
    """'0.9871 USD' of a price with 8 decimals."""
    return f"{price // 10**8}.{price % 10**8 // 10**4:04d} USD"


def span(seconds: int) -> str:
    """'40 minutes', '6 hours', '3 days'."""
    if seconds < HOUR:
        return _counted(max(seconds // 60, 1), "minute")
    if seconds < 2 * DAY:
        return _counted(seconds // HOUR, "hour")
    return _counted(seconds // DAY, "day") if seconds < MOST_DAYS * DAY else "over a year"


def yearly(parts: int) -> str:
    """'4.32 % a year' of PARTS."""
    return f"{Rate(parts * 10**15)} a year"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _tenths(number: int) -> str:
    whole, tenth = divmod(number, 10)
    return f"{whole:,}.{tenth}" if tenth else f"{whole:,}"
