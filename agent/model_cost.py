"""What language models cost, in integers: nano-USD for sums, pico-USD a token for prices. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass

NANO = 10**9
"""Nano-USD in a dollar."""
_MILLION = 10**6
_USD = re.compile(r"(0|[1-9]\d{0,8})(?:\.(\d{1,6}))?", re.ASCII)
PATTERN = r"^(0|[1-9]\d{0,8})(\.\d{1,6})?$"
"""US dollars as text in the settings: at most six decimals, as providers' price lists have them."""


def micro(usd: str) -> int:
    """Micro-USD of decimal text. USD for a million tokens are as many pico-USD for one. Raises ValueError."""
    found = _USD.fullmatch(usd)
    if found is None:
        raise ValueError("not an amount of US dollars")
    return int(found[1]) * _MILLION + int((found[2] or "").ljust(6, "0"))


def shown(nano: int) -> str:
    """'$1.25', '$0.000375': whole cents or as many decimals as it takes, at most nine."""
    whole, part = divmod(abs(nano), NANO)
    decimals = f"{part:09d}".rstrip("0").ljust(2, "0")
    return f"{'-' if nano < 0 else ''}${whole:,}.{decimals}"


@dataclass(frozen=True, slots=True)
class Price:
    """Pico-USD for each token of the prompt and of the answer."""

    prompt: int
    answer: int

    @classmethod
    def of(cls, input_usd: str, output_usd: str) -> Price:
        """From USD for a million tokens, as decimal text. Raises ValueError."""
        return cls(micro(input_usd), micro(output_usd))

    def cost(self, prompt_tokens: int, answer_tokens: int) -> int:
        """Nano-USD, rounded up."""
        return -(-(prompt_tokens * self.prompt + answer_tokens * self.answer) // 1_000)


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose message a model is asked about. `server` is the platform's and the guild's or group's id, '' for none."""

    user: str
    server: str = ""
