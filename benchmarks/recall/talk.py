"""Talk that nobody had: what people with money say, from a seed. Words are as common as in speech (Zipf's law)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_SAID = (
    "put {amount} {token} to work",
    "what's the best yield for {token} now?",
    "how am I doing with my {token}",
    "withdraw {amount} {token} from {venue} please",
    "why did you choose {venue} and not {venue}?",
    "my {word} {word} is due on the {day}th, so keep {amount} {token} free",
    "I talked to my {word} about {word} and {word} {word}",
    "the {word} of {venue} makes me {word}, what do you think?",
    "remind me what we said about {word} {word} {word}",
    "thanks, that {word} was {word}",
)
_ANSWERED = (
    "The best venue for {amount} {token} is {venue}: it pays most after gas.",
    "You hold {amount} {token} in {venue} and the rest in your wallet.",
    "I chose {venue} because the others pay less at that size, as it was recorded.",
    "Noted: {word} {word}. It limits nothing and moves nothing.",
)
_TOKENS = ("USDC", "USDT", "DAI", "ETH", "WETH")
_VENUES = ("aave core", "aave prime", "morpho", "venus", "the steakhouse vault", "compound")
WORDS = 20_000


@dataclass
class Talk:
    """Sentences from a seed, the same ones each time."""

    seed: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  (no secret)
        self._words = [_word(number) for number in range(WORDS)]
        self._weights = [0.0]
        for rank in range(WORDS):
            self._weights.append(self._weights[-1] + 1 / (rank + 2.7))
        self._weights.pop(0)

    def said(self) -> str:
        return self._filled(self.chance.choice(_SAID))

    def answered(self) -> str:
        return self._filled(self.chance.choice(_ANSWERED))

    def asked(self) -> str:
        """A question as somebody recalls: a few words, common and rare."""
        return f"what did I say about {' '.join(self.words(3))} and {self.chance.choice(_TOKENS)} in {self.venue()}?"

    def words(self, count: int) -> list[str]:
        return self.chance.choices(self._words, cum_weights=self._weights, k=count)

    def venue(self) -> str:
        return self.chance.choice(_VENUES)

    def _filled(self, sentence: str) -> str:
        while "{word}" in sentence:
            sentence = sentence.replace("{word}", self.words(1)[0], 1)
        while "{venue}" in sentence:
            sentence = sentence.replace("{venue}", self.venue(), 1)
        return sentence.format(
            amount=self.chance.randrange(1, 90_000),
            token=self.chance.choice(_TOKENS),
            day=self.chance.randrange(1, 29),
        )


_HEADS = ("ba", "co", "di", "fu", "ge", "ha", "jo", "ka", "li", "mo", "nu", "pe", "ra", "so", "ti", "vu", "we", "za")
_TAILS = ("l", "m", "n", "r", "s", "t", "nd", "rk", "st", "ng", "lt")


def _word(number: int) -> str:
    """A word that is no other number's."""
    parts = []
    while True:
        number, head = divmod(number, len(_HEADS))
        number, tail = divmod(number, len(_TAILS))
        parts.append(_HEADS[head] + _TAILS[tail])
        if not number:
            return "".join(parts)
        number -= 1
