"""A step is signed once, at one nonce, with one amount filled in; only its fees may be raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.errors import Refused
from agent.execution.signer.record import NO_NONCE, Signed
from agent.plans import Plan

MAX_NONCE = 2**64 - 2  # EIP-2681


@dataclass(frozen=True, slots=True)
class Terms:
    """What moves outside of the digest: the nonce, and the fees in wei per gas."""

    nonce: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int

    def check(self) -> None:
        if not 0 <= self.nonce <= MAX_NONCE:
            raise Refused("nonce", f"{self.nonce} is no nonce (EIP-2681).")
        if not 0 <= self.max_priority_fee_per_gas <= self.max_fee_per_gas:
            raise Refused("fees", "The priority fee is more than the whole fee.", "Ask with other fees.")


def check_once(earlier: Sequence[Signed], plan: Plan, index: int, terms: Terms, replaces: str | None) -> bool:
    """Whether exactly this was signed before. Raises Refused where something else was, and it isn't replaced."""
    if any(row.digest != plan.digest for row in earlier):
        raise Refused("once", "Another plan with this id was signed before.", "Ask for a new preview.")
    rows = [row for row in earlier if row.step == index]
    if any(row.terms == (terms.nonce, terms.max_fee_per_gas, terms.max_priority_fee_per_gas) for row in rows):
        return True
    if replaces is not None:
        _check_replacement(rows, terms, replaces)
    elif rows:
        raise Refused(
            "once",
            f"Step {index + 1} of the plan was signed before, {_how(rows[0])}.",
            "Ask for a replacement at the same nonce, or for a new preview.",
        )
    return False


def _how(row: Signed) -> str:
    return "as typed data" if row.nonce == NO_NONCE else f"at nonce {row.nonce} and other fees"


def check_outputs(earlier: Sequence[Signed], filled: Mapping[str, str]) -> None:
    """One step gave one amount: what was filled in for it once is what it is, in every step and replacement."""
    for row in earlier:
        for source, units in row.outputs.items():
            if filled.get(source, units) != units:
                raise Refused(
                    "output",
                    f"The output of step {int(source) + 1} was signed as {units} base units before.",
                    "Ask for a new preview.",
                )


def _check_replacement(rows: Sequence[Signed], terms: Terms, replaces: str) -> None:
    """The same nonce and a tenth more of both fees: what nodes ask of a replacement (geth's txpool.pricebump)."""
    old = next((row for row in rows if row.hash == replaces), None)
    if old is None:
        raise Refused("replacement", f"{replaces} was not signed for this step, so it can't be replaced.")
    if old.nonce != terms.nonce:
        raise Refused("replacement", f"A replacement of {replaces} has its nonce {old.nonce}.")
    fees = (
        (terms.max_fee_per_gas, old.max_fee_per_gas),
        (terms.max_priority_fee_per_gas, old.max_priority_fee_per_gas),
    )
    if any(new * 10 < before * 11 for new, before in fees):
        raise Refused("replacement", "A replacement pays at least 10 % more of both fees.", "Raise both fees.")
