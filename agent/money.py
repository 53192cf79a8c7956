"""Integer money: a token, an amount of it in base units, a yearly rate in ray. No floating point anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from eth_utils.address import is_checksum_address, to_checksum_address

Address = NewType("Address", str)  # EIP-55 checksummed hexadecimal

ZERO_ADDRESS = Address("0x" + "0" * 40)
RAY = 10**27
MAX_UINT256 = 2**256 - 1
SECONDS_PER_YEAR = 365 * 86_400
BASIS_POINTS = 10_000  # in one

_DECIMAL = re.compile(r"(0|[1-9]\d*)(?:\.(\d+))?", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def address(text: str) -> Address:
    """`text` as an EIP-55 address. Raises ValueError for a wrong length, or mixed case with a wrong checksum."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is not an address: 0x and 40 hexadecimal digits")
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(text):
        raise ValueError(f"{text} has a wrong checksum (EIP-55): compare it with its source letter by letter")
    return Address(to_checksum_address("0x" + digits.lower()))


@dataclass(frozen=True, slots=True)
class Token:
    """A token of one chain. `address` is None for the chain's native coin; `decimals` scales base units."""

    chain_id: int
    symbol: str
    address: Address | None
    decimals: int

    @property
    def is_native(self) -> bool:
        return self.address is None

    @property
    def place(self) -> Address:
        """The contract; of the native coin the zero address, which stands for it in pools (v4-core, Currency.sol)."""
        return self.address or ZERO_ADDRESS

    def __str__(self) -> str:
        return self.symbol


@dataclass(frozen=True, slots=True)
class Amount:
    """`units` base units (an integer, may be negative for a change) of `token`."""

    units: int
    token: Token

    def __post_init__(self) -> None:
        if type(self.units) is not int:
            raise TypeError("an amount is an integer of base units")

    @classmethod
    def parse(cls, value: str, token: Token) -> Amount:
        """The amount that decimal text says in whole tokens. Raises ValueError where it can't be exact."""
        return cls(units_from_text(value, token.decimals), token)

    @property
    def value(self) -> str:
        """Decimal text in whole tokens, exact and without trailing zeros: '1000', '0.000001'."""
        return text_from_units(self.units, self.token.decimals)

    def __str__(self) -> str:
        return f"{grouped(self.value)} {self.token.symbol}"


def units_from_text(value: str, decimals: int) -> int:
    """Base units of non-negative decimal text. Raises ValueError for bad text or too many decimals."""
    match = _DECIMAL.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is not a decimal number")
    whole, fraction = match.group(1), (match.group(2) or "").rstrip("0")
    if len(fraction) > decimals:
        raise ValueError(f"{value} has {len(fraction)} decimals; the token has {decimals}")
    return int(whole + fraction.ljust(decimals, "0"))


def text_from_units(units: int, decimals: int) -> str:
    """Exact decimal text of base units, without trailing zeros."""
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), 10**decimals)
    tail = str(fraction).rjust(decimals, "0").rstrip("0") if fraction else ""
    return f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}"


def grouped(value: str) -> str:
    """Decimal text with thousands separated by commas: '1234567.5' becomes '1,234,567.5'."""
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, dot, fraction = digits.partition(".")
    return f"{sign}{int(whole):,}{dot}{fraction}"


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A simple yearly rate (APR, not compounded) in ray: 10**27 is 100 % a year."""

    ray: int

    @classmethod
    def per_second(cls, rate: int, scale: int) -> Rate:
        """From a rate per second in units of 1 / scale (Morpho: scale 10**18)."""
        return cls(rate * SECONDS_PER_YEAR * RAY // scale)

    @classmethod
    def of_fraction(cls, text: str) -> Rate:
        """From the text that `fraction` gives."""
        units = units_from_text(text.removeprefix("-"), 27)
        return cls(-units if text.startswith("-") else units)

    @property
    def fraction(self) -> str:
        """Exact decimal text of the fraction a year: '0.0432'."""
        return text_from_units(self.ray, 27)

    def percent(self, places: int = 2) -> str:
        """Text in percent, rounded down to `places`: '4.32'."""
        scaled = abs(self.ray) * 100 * 10**places // RAY
        whole, fraction = divmod(scaled, 10**places)
        sign = "-" if self.ray < 0 and scaled else ""
        return f"{sign}{whole}.{str(fraction).rjust(places, '0')}" if places else f"{sign}{whole}"

    def income(self, units: int, seconds: int) -> int:
        """Base units that `units` earn in `seconds` at this rate, simple interest, rounded down."""
        return units * self.ray * seconds // (RAY * SECONDS_PER_YEAR)

    def __str__(self) -> str:
        return f"{self.percent()} %"
