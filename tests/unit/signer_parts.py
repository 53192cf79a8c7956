"""A signer to test: its folder, its desk in this process, a clock that is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from eth_account import Account

from agent.execution.signer.assemble import Remote, open_authority
from agent.execution.signer.authority import Authority
from agent.execution.signer.keystore import LIGHT, seal
from agent.execution.signer.record import Record
from agent.execution.signer.requests import Desk
from agent.execution.signer.wallet import from_words
from agent.money import Address, address
from agent.plans import Plan, canonical
from agent.policy.policy import Policy, save
from tests.unit.policy_parts import POLICY

# the words that every development node uses: worth nothing to anybody
WORDS = "test test test test test test test test test test test junk"
OWNER = address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
PASSWORD = "correct horse battery staple"
NOW = 1_800_000_000
GWEI = 10**9


@cache
def sealed() -> str:
    """The keystore of WORDS, weakly encrypted."""
    return seal(from_words(WORDS), PASSWORD, LIGHT)


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Bench:
    """A desk over a folder; `again` is a new process over the same folder."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    policy: Policy = POLICY
    remote: Remote | None = None
    desk: Desk = field(init=False)
    authority: Authority = field(init=False)

    def __post_init__(self) -> None:
        keystore = self.folder / "keystore.json"
        if not keystore.exists():
            keystore.write_text(sealed())
        if not (self.folder / "policy.json").exists():
            save(self.policy, self.folder / "policy.json")
        self.authority = open_authority(self.folder, self.clock, self.remote)
        self.desk = Desk(self.authority)

    @property
    def record(self) -> Record:
        return self.authority.record

    def again(self) -> Bench:
        self.record.close()
        fresh = Bench(self.folder, self.clock, self.policy, self.remote)
        fresh.unlock()
        return fresh

    def unlock(self) -> dict[str, Any]:
        return self.ask("unlock", password=PASSWORD)

    def ask(self, op: str, **fields: Any) -> dict[str, Any]:
        return dict(json.loads(self.desk.answer(json.dumps({"op": op, **fields}).encode())))

    def sign(
        self, plan: Plan, step: int = 0, nonce: int = 7, fee: int = GWEI, tip: int = 1, **more: Any
    ) -> dict[str, Any]:
        return self.ask(more.pop("op", "sign"), **{**request(plan, step, nonce, fee, tip), **more})

    def rule(self, plan: Plan, step: int = 0, nonce: int = 7, fee: int = GWEI, tip: int = 1, **more: Any) -> str:
        """The rule that refuses."""
        answer = self.sign(plan, step, nonce, fee, tip, **more)
        assert answer.keys() == {"error"}, answer
        return str(answer["error"]["rule"])


def request(plan: Plan, step: int = 0, nonce: int = 7, fee: int = GWEI, tip: int = 1) -> dict[str, Any]:
    return {"plan": canonical(plan), "digest": plan.digest, "step": str(step), **terms(nonce, fee, tip)}


def terms(nonce: int, fee: int, tip: int) -> dict[str, str]:
    return {"nonce": str(nonce), "max_fee_per_gas": str(fee), "max_priority_fee_per_gas": str(tip)}


def sender(raw: str) -> Address:
    return address(Account.recover_transaction(raw))
