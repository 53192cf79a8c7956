"""The operator's rule for who gets a wallet, and who may operate: pure, from facts about a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agent.config import Settings

TERMINAL = "terminal:owner"
"""The person at this machine, who could read the keystore's folder anyway: always an owner."""


class Rule(StrEnum):
    OWNER = "owner"
    INVITE = "invite"
    ALLOW = "allow"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Person:
    """Facts about who speaks: ids such as `discord:123`, the roles that the platform says, who let them in before."""

    identities: frozenset[str]
    roles: frozenset[str] = frozenset()
    admitted: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What the operator set. Owners always get in and always operate."""

    rule: Rule
    owners: frozenset[str]
    allowed: frozenset[str]
    roles: frozenset[str]
    operator_roles: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Access:
        return cls(
            rule=Rule(settings.access),
            owners=frozenset({TERMINAL, *settings.owners}),
            allowed=frozenset(settings.allow),
            roles=frozenset(settings.roles),
            operator_roles=frozenset(settings.operator_roles),
        )

    @property
    def others(self) -> bool:
        """Whether people other than the owners can get in: their money is then in the operator's hands."""
        return self.rule is not Rule.OWNER

    def way_in(self, person: Person, server_roles: Iterable[str] = ()) -> Rule | None:
        """The rule that lets the person in, None where none does. `server_roles` are those set for the server.

        An admission counts only under the rule that gave it: a change of the rule closes what it had opened.
        """
        if person.identities & self.owners:
            return Rule.OWNER
        match self.rule:
            case Rule.ALLOW if person.identities & self.allowed:
                return Rule.ALLOW
            case Rule.ROLE if person.roles & {*self.roles, *server_roles} or person.admitted == Rule.ROLE:
                return Rule.ROLE
            case Rule.INVITE if person.admitted == Rule.INVITE:
                return Rule.INVITE
        return None

    def operates(self, person: Person) -> bool:
        """Whether `freeze` and its like are the person's to say."""
        return bool(person.identities & self.owners or person.roles & self.operator_roles)
