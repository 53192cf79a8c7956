"""Whose a name is: protocols, exchanges, call tables, actions, phrases, jobs, models. The first has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pluggy

from agent.hooks.guarded import Guarded

Claim = tuple[str, str]


@dataclass
class Claims:
    """`taken`: whose a name of a kind is; `bodies`: what a call table of that name holds."""

    taken: dict[Claim, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_built_in(cls, hook: pluggy.HookRelay) -> Claims:
        claims = cls()
        for name, hooked in (
            ("moneta_protocols", "protocol"),
            ("moneta_traders", "exchange"),
            ("moneta_quoters", "quoter"),
            ("moneta_actions", "action"),
            ("moneta_jobs", "job"),
            ("moneta_models", "model provider"),
        ):
            for group in getattr(hook, name)():
                claims.taken.update({(hooked, each.name): "Moneta" for each in group})
        for group in hook.moneta_actions():
            claims.taken.update({("phrase", phrase): "Moneta" for each in group for phrase in each.phrases})
        for group in (*hook.moneta_call_tables(), *hook.moneta_typed_tables()):
            claims.bodies.update({str(body["table"]): body for body in group})
        return claims

    def clash(self, of: Guarded) -> str:
        """Why a plug-in can't be used beside those that were before it; '' where it can."""
        own = list(_claimed(of))
        for claim in own:
            if claim in self.taken:
                return f"the {claim[0]} {claim[1]!r} is {self.taken[claim]}'s already"
        if len(set(own)) != len(own):
            return "it names the same thing twice"
        for body in _tables(of):
            if self.bodies.get(str(body["table"]), body) != body:
                return f"another call table is named {body['table']!r} already"
        return ""

    def take(self, of: Guarded) -> None:
        """From now on they are its own."""
        self.taken.update(dict.fromkeys(_claimed(of), f"the plug-in {of.plugin.name}"))
        self.bodies.update({str(body["table"]): body for body in _tables(of)})


def _claimed(of: Guarded) -> Iterator[Claim]:
    yield from (("protocol", each.name) for each in of.moneta_protocols())
    yield from (("exchange", each.name) for each in of.moneta_traders())
    yield from (("quoter", each.name) for each in of.moneta_quoters())
    yield from (("job", each.name) for each in of.moneta_jobs())
    yield from (("model provider", each.name) for each in of.moneta_models())
    for action in of.moneta_actions():
        yield "action", action.name
        yield from (("phrase", phrase) for phrase in action.phrases)


def _tables(of: Guarded) -> list[dict[str, Any]]:
    return [*of.moneta_call_tables(), *of.moneta_typed_tables()]
