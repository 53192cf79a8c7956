"""What can go wrong, split by who must act: a rule refused, the user must answer, or a part can't be reached."""

from __future__ import annotations


class MonetaError(Exception):
    """The base of every error that Moneta raises on purpose."""


class Refused(MonetaError):
    """A rule said no. Nothing was signed; `rule` names it and `remedy` says what would make it pass."""

    def __init__(self, rule: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NeedsAnswer(MonetaError):
    """The user must say something first. `missing` names the field that the answer fills."""

    def __init__(self, question: str, missing: str = "") -> None:
        super().__init__(question)
        self.question = question
        self.missing = missing


class Unavailable(MonetaError):
    """Something outside can't be reached: the node, the signer, a price. `dependency` names it.

    `status` is the HTTP status that a service answered with, None where it answered none, or not so.
    """

    def __init__(self, dependency: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.dependency = dependency
        self.message = message
        self.status = status
