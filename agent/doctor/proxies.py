"""Who stands behind each proxy, and whether it is still what the signer's policy recorded when it was listed."""

from __future__ import annotations

from collections.abc import Mapping

from agent.doctor.finding import Finding, judged
from agent.money import Address
from agent.policy.fingerprint import Fingerprint

RELIST = "Nothing goes in; taking money out works. Find out who changed it and why before you list it anew."


def of(
    names: Mapping[Address, str], now: Mapping[Address, Fingerprint], recorded: Mapping[Address, Fingerprint]
) -> list[Finding]:
    """One line for each proxy, and for each contract that isn't what was recorded."""
    findings = []
    for place, seen in now.items():
        change = recorded[place].changed(seen) if place in recorded else ""
        if change or seen.implementation is not None:
            findings.append(_one(names.get(place, place), seen, change, place in recorded))
    return findings


def _one(name: str, seen: Fingerprint, change: str, known: bool) -> Finding:
    if change:
        return judged(False, "proxy" if seen.implementation else "code of", name, "as it was listed", change, RELIST)
    kept = "as it was listed" if known else "not recorded yet"
    found = (
        f"{kept}: implementation {seen.implementation}, admin {seen.admin or 'none'}, owner {seen.owner or 'none'}"
    )
    return judged(True, "proxy", name, "as it was listed", found)
