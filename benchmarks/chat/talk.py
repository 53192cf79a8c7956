"""One person's side of a conversation: what they say when, what must come back in which order, what it took."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field

SENTENCES = {
    "what can you do?": (r"I find the yield", 26),
    "hi": (r"Hello\. Tell me", 20),
    "thank you": (r"You're welcome|Gladly", 16),
    "terms": (r"Terms, in short", 10),
    "privacy": (r"What I keep, and where", 10),
    "how am I doing?": (r"You hold|Your wallet is empty|There is nothing", 8),
    "best yield for usdc?": (r"\S+ pays the most for USDC", 6),
    "best yield for dai?": (r"\S+ pays the most for DAI", 4),
}
"""What is said, how its reply begins, and how often of a hundred: a fifth reads the chain."""
DEPOSIT = "put 10 USDC to work"
PREVIEW = r"(?:Preview.*\s+)?I can put 10 USDC into"
PRESSED = r"Done: put 10 USDC into|The world moved|That preview|That plan|Nothing is pending|It was|This was"
ALL = [*((begin, words) for words, (begin, _) in SENTENCES.items()), (PREVIEW, DEPOSIT), (PRESSED, "press")]
MARKUP = re.compile(r"[\\*_`]")


@dataclass(slots=True)
class Line:
    """Something said; `answered` is the driver's clock when its reply came."""

    words: str
    said: float
    answered: float | None = None


@dataclass
class Talk:
    """A channel between one person and the bot. Replies are matched by how they begin, in the order of the lines."""

    key: str
    lines: list[Line] = field(default_factory=list)
    twice: int = 0
    astray: list[str] = field(default_factory=list)
    last: str = ""

    def say(self, words: str) -> Line:
        line = Line(words, time.perf_counter())
        self.lines.append(line)
        return line

    def heard(self, text: str) -> None:
        """A reply: the next line's, a later one's (out of order), or one that came before."""
        kind, now = kind_of(text), time.perf_counter()
        waiting = [line for line in self.lines if line.answered is None]
        if waiting and waiting[0].words == kind:
            waiting[0].answered, self.last = now, text
        elif text == self.last:
            self.twice += 1
        else:
            self.astray.append(f"{kind or 'unknown'}: {text[:80]!r}")
            for line in waiting:
                if line.words == kind:
                    line.answered = now
                    return

    @property
    def quiet(self) -> bool:
        """Whether all that was said is answered."""
        return all(line.answered is not None for line in self.lines)


def kind_of(text: str) -> str:
    """The line that a reply answers, '' for no known one."""
    plain = MARKUP.sub("", text)
    return next((words for begin, words in ALL if re.match(begin, plain)), "")


def script(rng: random.Random, count: int) -> list[str]:
    """Sentences, never the same twice in a row: then a reply that comes twice can't pass for the next one."""
    words, weights = list(SENTENCES), [weight for _, weight in SENTENCES.values()]
    said: list[str] = []
    while len(said) < count:
        (chosen,) = rng.choices(words, weights)
        if not said or said[-1] != chosen:
            said.append(chosen)
    return said
