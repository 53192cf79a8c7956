"""Changes of a policy: which loosen it and have to wait, which tighten it and hold at once, and what comes out.

A change names a section of the policy file, a key in it and the new value as the file writes it; None takes it away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import Refused
from agent.money import address
from agent.policy.policy import Policy, dumps, loads
from agent.policy.tables import sha256_of

CAPS = ("caps",)
OPTIONAL_CAPS = ("day_caps", "lifetime_caps", "step_up")
NUMBERS = ("max_fee_wei", "contact_delay_seconds", "loosen_delay_seconds")
DELAYS = ("contact_delay_seconds", "loosen_delay_seconds")
TABLES = ("tables", "typed_tables")
LISTS = ("contracts", "tokens", "tables", "typed_tables", "codes")
DOMAINS = "domains"
GIVES = "gives"
CLOSED = "closed"
SECTIONS = (*CAPS, *OPTIONAL_CAPS, *NUMBERS, *LISTS, DOMAINS, CLOSED)
MOST = 64

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One value of the policy file. `key` is '' in a section that is one number."""

    section: str
    key: str
    value: Any

    @property
    def place(self) -> tuple[str, str]:
        return self.section, self.key


def parse(wanted: Mapping[str, Any]) -> list[Change]:
    """Changes as JSON data: a section's number, or its keys with their values.

    `{"caps": {"USDC": "5000000"}, "max_fee_wei": "10", "closed": {"0x…": true}}`. Raises Refused("limits").
    """
    found: list[Change] = []
    for section, value in wanted.items():
        if section not in SECTIONS:
            raise _refused(f"{section!r} is no limit.", f"There are: {', '.join(SECTIONS)}.")
        if section in NUMBERS:
            found.append(Change(section, "", _number(section, value)))
        elif not isinstance(value, dict):
            raise _refused(f"{section} wants its keys with their values.", 'Such as {"USDC": "1000000"}.')
        else:
            found += [Change(section, _key(section, str(key)), each) for key, each in value.items()]
    if not 0 < len(found) <= MOST:
        raise _refused(f"A request has 1 to {MOST} changes; this one has {len(found)}.", "Name what should change.")
    return found


def nested(changes: Iterable[Change]) -> Body:
    """Changes as JSON data again: what `parse` reads."""
    body: Body = {}
    for change in changes:
        if change.key:
            body.setdefault(change.section, {})[change.key] = change.value
        else:
            body[change.section] = str(change.value)
    return body


def split(policy: Policy, changes: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """The changes that tighten `policy`, and those that loosen it; what changes nothing is in neither.

    Raises Refused("limits") where one fits nothing, or would keep money from leaving.
    """
    wanted = list(changes)
    body = _body(policy)
    tightening: list[Change] = []
    loosening: list[Change] = []
    for change in wanted:
        _check_value(change)
    applied(policy, wanted)  # so what they hold is of the right shape, and they fit together
    for change in wanted:
        _check_kept(body, change)
        worse = _loosens(body, change)
        if worse is not None:
            (loosening if worse or _is_of_new(policy, change) else tightening).append(change)
    return tightening, loosening


def applied(policy: Policy, changes: Iterable[Change]) -> Policy:
    """The policy with the changes in it. Raises Refused("limits") where that is no policy."""
    body = _body(policy)
    try:
        for change in changes:
            _apply(body, change)
        return loads(json.dumps(body))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:  # a table may hold anything
        raise _refused(f"That would be no policy: {error}.", "Change what belongs together in one request.") from None


def _refused(message: str, remedy: str) -> Refused:
    return Refused("limits", message, remedy)


def _number(section: str, value: Any) -> Any:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
        raise _refused(f"{section} is a whole number from 0 up.", "Write it as decimal text.")
    return int(text) if section in DELAYS else str(int(text))


def _body(policy: Policy) -> Body:
    body: Body = json.loads(dumps(policy))
    for section in (*OPTIONAL_CAPS, "typed_tables", "codes", DOMAINS):
        body.setdefault(section, {})
    body.setdefault(CLOSED, [])
    body.setdefault("loosen_delay_seconds", policy.loosen_delay_seconds)
    return body


def _key(section: str, key: str) -> str:
    """A key as the policy file has it: addresses with their checksum (EIP-55)."""
    try:
        if section in ("contracts", "tokens", "codes", DOMAINS):
            return address(key)
        if section == CLOSED:
            place, colon, market = key.partition(":")
            return address(place) + colon + market.lower()
    except ValueError as error:
        raise _refused(f"{section}: {error}.", "Compare it with its source.") from None
    return key


def _check_value(change: Change) -> None:
    if change.section in (*CAPS, *OPTIONAL_CAPS):
        if change.value is not None and not _is_units(change.value):
            raise _refused(f"{change.section} of {change.key} is base units as decimal text.", "Such as 1000000.")
    elif change.section == CLOSED and not isinstance(change.value, bool):
        raise _refused(f"closed of {change.key} is true or false.", "true closes it, false opens it again.")
    elif change.section == DOMAINS and not isinstance(change.value, dict | None):
        raise _refused(f"The domain of {change.key} is its table, name and version.", "null takes it away.")
    elif change.section in LISTS and not isinstance(change.value, dict):
        raise _refused(f"{change.key} can't be taken off {change.section}: exits need it.", "Close it instead.")


def _check_kept(body: Body, change: Change) -> None:
    """What is listed stays what it is: exits are decoded by it."""
    old = body[change.section].get(change.key) if change.section in LISTS else None
    if old is None:
        return
    if change.section == "contracts":
        _check_contract(change, old)
    elif change.section == "tables":
        _check_table(change, old["body"])
    elif change.section == "tokens" and old != change.value:
        raise _refused(f"The token {change.key} is pinned as {old['symbol']}.", "A token is never another one.")


def _is_units(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _check_contract(change: Change, old: Body) -> None:
    """A contract that is listed may gain markets; what decodes its exits stays."""
    new = {"asset": None, "markets": [], **change.value}
    same = {name: old.get(name) for name in ("table", "asset", "wrapped")}
    if {name: new.get(name) for name in same} != same or not set(old["markets"]) <= set(new["markets"]):
        raise _refused(
            f"{change.key} is listed as {old['name']}; only markets can be added to it.",
            "Close a market or the contract instead of taking it away.",
        )


def _check_table(change: Change, old: Body) -> None:
    """Another body under a table's name decodes every exit that the old one did, as it did; of one it may say more,
    what it gives at the least.
    """

    def exits(body: Body) -> set[str]:
        return {json.dumps(each, sort_keys=True) for each in body["functions"] if each["direction"] == "leave"}

    new = change.value["functions"]
    unsaid = {"functions": [{name: each[name] for name in each if name != GIVES} for each in new]}
    if not exits(old) <= exits(change.value) | exits(unsaid):
        raise _refused(f"The new table {change.key} lacks an exit of the old one.", "Give it another name.")


def _loosens(body: Body, change: Change) -> bool | None:
    """True for a loosening, False for a tightening, None where nothing changes."""
    if change.section == CLOSED:
        return None if (change.key in body[CLOSED]) == change.value else not change.value
    if change.section in (*LISTS, DOMAINS):
        known = body[change.section].get(change.key)
        known = known["body"] if known and change.section in TABLES else known
        return None if known == change.value else change.value is not None
    if change.section in NUMBERS:
        old, new = int(body[change.section]), int(change.value)
        return None if old == new else (new < old) == (change.section in DELAYS)
    return _raises(body[change.section].get(change.key), change.value, absent_is_none=change.section in CAPS)


def _is_of_new(policy: Policy, change: Change) -> bool:
    """Whether it speaks of a token or contract that is listed in the same request, and so waits with it."""
    if change.section in OPTIONAL_CAPS:
        symbols = {policy.native.symbol, *(token.symbol for token in policy.tokens.values())}
        return change.key not in symbols
    return change.section == CLOSED and change.key.partition(":")[0] not in policy.contracts


def _raises(old: str | None, new: str | None, *, absent_is_none: bool) -> bool | None:
    """Whether a cap is raised. An absent one lets nothing through (`absent_is_none`), or everything."""
    if old is None or new is None:
        return None if old == new else (old is None) == absent_is_none
    return None if int(old) == int(new) else int(new) > int(old)


def _apply(body: Body, change: Change) -> None:
    section = change.section
    if section in NUMBERS:
        body[section] = change.value
    elif section == CLOSED:
        left = [each for each in body[CLOSED] if each != change.key]
        body[CLOSED] = [*left, change.key] if change.value else left
    elif section in TABLES:
        body[section][change.key] = {"sha256": sha256_of(change.value), "body": change.value}
    elif change.value is None:
        body[section].pop(change.key, None)
    else:
        body[section][change.key] = str(int(change.value)) if section not in (*LISTS, DOMAINS) else change.value
