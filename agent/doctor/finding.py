"""A finding: what was looked at, what was expected, what was found, and what to do where the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """WARN: it works, with less than there could be. WRONG: it isn't used, or nothing goes in."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer, in words. `do` is '' where there is nothing to do."""

    verdict: Verdict
    check: str
    subject: str
    expected: str
    found: str
    do: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "event": "check",
            "verdict": str(self.verdict),
            "check": self.check,
            "subject": self.subject,
            "expected": self.expected,
            "found": self.found,
            "do": self.do,
        }

    def line(self) -> str:
        """'wrong  token USDC: 8 decimals (6 expected). What to do.'"""
        expected = "" if self.verdict is Verdict.OK else f" (expected: {self.expected})"
        do = f". {self.do}" if self.do else ""
        return f"{self.verdict:<5}  {self.check} {self.subject}: {self.found}{expected}{do}".rstrip()


def judged(good: bool, check: str, subject: str, expected: str, found: str, do: str = "") -> Finding:
    """OK, or WRONG with what to do."""
    if good:
        return Finding(Verdict.OK, check, subject, expected, found)
    return Finding(Verdict.WRONG, check, subject, expected, found, do)


def warned(good: bool, check: str, subject: str, expected: str, found: str, do: str = "") -> Finding:
    """OK, or WARN with what to do."""
    if good:
        return Finding(Verdict.OK, check, subject, expected, found)
    return Finding(Verdict.WARN, check, subject, expected, found, do)
