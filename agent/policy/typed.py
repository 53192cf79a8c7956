"""What a typed-data signature (EIP-712) would do, read from the message with the tables of the policy.

Only listed domains and primary types are read; a permit counts as an approval, an order as a swap.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import Refused
from agent.money import MAX_UINT256, Address, Token, address
from agent.plans import Step, plain
from agent.plugin import Listed
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.rules import check_step
from agent.policy.typed_tables import CONTRACT, Domain, Message, leaves

RULE = "typed-data"
MOST_SECONDS = 1_800
"""How far ahead a deadline may lie: a signature that nobody used can be used by anybody until then."""
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """A message that is understood. `data` is what is signed, every value exact, as eth_signTypedData_v4 has it."""

    effect: Effect
    deadlines: tuple[int, ...]
    data: dict[str, Any]


def read_typed(policy: Policy, body: Mapping[str, Any]) -> Typed:
    """The message in JSON data (types, primaryType, domain, message).

    Raises Refused("typed-data") where domain, type or a value isn't one of the policy, Refused("chain") for another
    chain, Refused("lists") for another token.
    """
    place, domain = _domain(policy, body.get("domain"))
    table = policy.typed_tables[domain.table]
    primary = body.get("primaryType")
    message = table.message(primary) if isinstance(primary, str) else None
    if message is None:
        raise _refused(f"The type {primary!r} of {domain.name or place} is not in the table {table.table}.")
    fields = _domain_fields(domain)
    _check_types(message, fields, body.get("types"))
    values = _values(message, message.primary, body.get("message"))
    flat = _flat(values)
    known = table.named(message.primary)
    message = min(known, key=lambda each: len(_unmet(each, flat)))
    if unmet := _unmet(message, flat):
        wanted = " or ".join(dict.fromkeys(each.must[unmet[0]] for each in known if unmet[0] in each.must))
        raise _refused(f"The field {unmet[0]} of {message.primary} isn't {wanted}.")
    told = {"name": domain.name, "version": domain.version, "chainId": policy.chain_id, "verifyingContract": place}
    types = {name: [member.model_dump() for member in members] for name, members in message.types.items()}
    data = {
        "types": {"EIP712Domain": fields, **types},
        "primaryType": message.primary,
        "domain": {name: value for name, value in told.items() if value is not None},
        "message": values,
    }
    deadlines = tuple(int(flat[path]) for path in message.deadlines)
    return Typed(_effect(policy, place, domain, message, flat), deadlines, data)


def read_message(policy: Policy, step: Step) -> Typed:
    """The message that a typed step of a plan signs, read as `read_typed` does, which it raises as.

    Its arguments stand as they will be signed; it neither sends coin nor uses gas, and leaves no amount open.
    """
    domain = policy.domains.get(step.to)
    table = policy.typed_tables.get(domain.table) if domain else None
    message = next((each for each in table.messages if each.encoded == step.function), None) if table else None
    if domain is None or message is None:
        raise _refused(f"No listed domain of {step.contract} has the message {step.function.partition('(')[0]!r}.")
    names = [member.name for member in message.types[message.primary]]
    if step.value or step.gas or step.outputs or len(step.args) != len(names):
        raise _refused(f"The step {message.primary} of {step.contract} isn't a message alone.")
    told = {"name": domain.name, "version": domain.version, "chainId": policy.chain_id, "verifyingContract": step.to}
    typed = read_typed(
        policy,
        {
            "types": {name: [member.model_dump() for member in members] for name, members in message.types.items()},
            "primaryType": message.primary,
            "domain": {name: value for name, value in told.items() if value is not None},
            "message": dict(zip(names, step.args, strict=True)),
        },
    )
    if [plain(value) for value in typed.data["message"].values()] != plain(step.args):
        raise _refused(f"The fields of {message.primary} are not written as they will be signed.")
    return typed


def check_typed(policy: Policy, account: Address, recipients: Collection[Address], typed: Typed, now: int) -> None:
    """Raises Refused unless `account` may sign this at `now`: the rules of a call, and a deadline that is near."""
    check_step(policy, account, recipients, typed.effect)
    if typed.effect.owner not in (None, account):
        raise Refused("recipients", f"The message speaks for {typed.effect.owner}, not for {account}.", "Ask anew.")
    if typed.effect.units and max(typed.deadlines) > now + MOST_SECONDS:
        raise Refused(
            "typed-data",
            f"The signature would hold for longer than {MOST_SECONDS // 60} minutes.",
            "A nearer deadline would pass.",
        )


def _unmet(message: Message, flat: Mapping[str, Any]) -> list[str]:
    """The fields that aren't what the table's `must` says."""
    return [path for path, wanted in message.must.items() if str(flat[path]).lower() != wanted.lower()]


def _refused(message: str) -> Refused:
    return Refused(RULE, message, "The operator can list its domain, with a table that decodes it.")


def _domain(policy: Policy, body: object) -> tuple[Address, Domain]:
    """The domain's contract and entry. A domain that has less or more than the listed one is another."""
    if not isinstance(body, Mapping):
        raise _refused("The typed data names no domain.")
    try:
        place = address(str(body.get("verifyingContract")))
    except ValueError:
        raise _refused("The domain names no contract.") from None
    domain = policy.domains.get(place)
    if domain is None:
        raise _refused(f"The domain of {place} is not in the policy's list.")
    if _number(body.get("chainId")) != policy.chain_id:
        raise Refused("chain", f"The domain is of another chain than {policy.chain_id}.", "Sign on its own chain.")
    told = {name: value for name, value in body.items() if name not in ("chainId", "verifyingContract")}
    wanted = {
        name: value for name, value in (("name", domain.name), ("version", domain.version)) if value is not None
    }
    if told != wanted:
        raise _refused(f"The domain of {place} is listed with other names.")
    return place, domain


def _domain_fields(domain: Domain) -> list[dict[str, str]]:
    """The type of the domain, in EIP-712's order."""
    told = [("name", domain.name), ("version", domain.version)]
    fields = [{"name": name, "type": "string"} for name, value in told if value is not None]
    return [*fields, {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}]


def _check_types(message: Message, fields: list[dict[str, str]], types: object) -> None:
    """The types that come with a request are the listed ones, or it is another message of the same name."""
    wanted = {name: [member.model_dump() for member in members] for name, members in message.types.items()}
    given = dict(types) if isinstance(types, Mapping) else {}
    if given.pop("EIP712Domain", fields) != fields or given != wanted:
        raise _refused(f"The types of {message.primary} aren't those that the table decodes.")


def _values(message: Message, struct: str, body: object) -> dict[str, Any]:
    """The values of a struct, each exactly of its type."""
    members = message.types[struct]
    if not isinstance(body, Mapping) or body.keys() != {member.name for member in members}:
        raise _refused(f"The fields of {struct} aren't those of its type.")
    found: dict[str, Any] = {}
    for member in members:
        value = body[member.name]
        if member.type in message.types:
            found[member.name] = _values(message, member.type, value)
        else:
            found[member.name] = _value(member.type, value)
            if found[member.name] is None:
                raise _refused(f"The field {member.name} of {struct} is no {member.type}.")
    return found


def _value(kind: str, value: object) -> Any:
    """A value of an elementary type as the encoder takes it, None where it is none."""
    if kind == "bool":
        return value if isinstance(value, bool) else None
    if kind.startswith("uint"):
        number = _number(value)
        return number if number is not None and number < 1 << int(kind[4:]) else None
    if not isinstance(value, str):
        return None
    if kind == "address":
        try:
            return address(value)
        except ValueError:
            return None
    if kind == "string":
        return value
    fits = re.fullmatch(r"0x([0-9a-f]{2})*", value) and kind in ("bytes", f"bytes{len(value) // 2 - 1}")
    return value if fits else None


def _number(value: object) -> int | None:
    """A number as JSON has it, or as decimal text."""
    if isinstance(value, str):
        return int(value) if _DECIMAL.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat


def _effect(policy: Policy, place: Address, domain: Domain, message: Message, flat: Mapping[str, Any]) -> Effect:
    token = _token(policy, place if message.token == CONTRACT else flat[message.token])
    to = _token(policy, flat[message.to_token]) if message.to_token else None
    units, is_all = _units(message, flat)
    return Effect(
        direction=message.direction,
        contract=policy.contracts.get(place) or Listed(place, domain.name or str(place), domain.table),
        entry=None,
        signature=message.primary,
        args=flat,
        token=token,
        units=units,
        unit="token",
        recipient=flat[message.recipient] if message.recipient else None,
        owner=flat[message.owner] if message.owner else None,
        spender=flat[message.spender] if message.spender else _taker(policy, message),
        market=None,
        is_all=is_all,
        value=0,
        to=to,
        least=int(flat[message.to_amount]) if message.to_amount else 0,
        paid=token,
        buys=message.at_most,
    )


def _taker(policy: Policy, message: Message) -> Address | None:
    """The one contract that takes what an order gives; None for a message that names none."""
    if message.taker is None:
        return None
    found = [each.address for each in policy.contracts.values() if each.table == message.taker]
    if len(found) != 1:
        raise _refused(f"{len(found)} contracts are listed under {message.taker}, which takes what the order gives.")
    return found[0]


def _token(policy: Policy, place: Address) -> Token:
    token = policy.tokens.get(place)
    if token is None:
        raise Refused("lists", f"{place} is not a token of the policy.", "Only pinned tokens can be moved.")
    return token


def _units(message: Message, flat: Mapping[str, Any]) -> tuple[int, bool]:
    """Base units, and whether they are all that there is: the type's largest number, or DAI's `allowed`."""
    if message.allowed:
        return (MAX_UINT256, True) if flat[message.allowed] else (0, False)
    path = str(message.amount)
    units = int(flat[path])
    return units, units == (1 << int(leaves(message)[path][4:])) - 1
