"""What a call says by its ERC-7730 descriptor: an intent and labelled fields, from the calldata that will be signed.

What a field doesn't say and the call table doesn't pin stands behind them under its own name, so that no two
different calls read the same. Names come from the policy and the user's own book, never from a descriptor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from agent.abi import parse_signature, selector
from agent.errors import Refused
from agent.gate.erc7730 import CONSTANT, ENUM, TO, VALUE, Descriptor, FieldFormat, Params, leaves, path_of
from agent.harmless import REPLACED
from agent.money import Address, Amount, Token, address, grouped, text_from_units
from agent.plugin import Listed
from agent.policy.decode import argument, hops, pinned
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.tables import LAST, POOL_KEYS, Entry, parameter_at

RULE = "preview"
OWN = "your account"
NATIVE_SENT = "Coin sent along"
_LONGEST = 64
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clear:
    """A call in words: what the contract that is called is named, what is meant, and label and text of each field."""

    where: str
    intent: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """'Supply: Amount to supply 1,000 USDC; Collateral recipient your account'."""
        return f"{self.intent}: {'; '.join(f'{label} {text}' for label, text in self.fields)}"


@dataclass(frozen=True, slots=True)
class Names:
    """What addresses are called for one account. `contacts`: the names in its user's own book."""

    policy: Policy
    account: Address
    contacts: Mapping[Address, str] = field(default_factory=dict)

    def of(self, place: Address) -> str:
        """'your account', a listed contract's name where only one has it, '"bob" (0x…)', or the address in full."""
        if place == self.account:
            return OWN
        if place in self.contacts:
            return _quoted(self.contacts[place], place)
        listed = self.policy.contracts.get(place)
        if listed is None:
            return place
        return listed.name if self._plain(listed.name) else _quoted(listed.name, place)

    def _plain(self, name: str) -> bool:
        """Whether a contract's name alone says which one it is, and looks like nothing else."""
        taken = Counter(each.name.casefold() for each in self.policy.contracts.values())
        clean = name.isascii() and name[:1].isalpha() and all(each.isalnum() or each in " .-_" for each in name)
        return clean and len(name) <= _LONGEST and taken[name.casefold()] == 1 and name.casefold() != OWN


def say(names: Names, descriptors: Mapping[str, Descriptor], effect: Effect) -> Clear | None:
    """What the call says; None where no descriptor speaks of it. Raises Refused("preview") where one can't say it."""
    found = descriptors.get(effect.contract.table) if effect.contract else None
    if effect.parts:
        return _batch(names, descriptors, effect)
    if found is None or effect.contract is None or effect.entry is None:
        return None
    if found.wrong:
        raise _unsayable(effect.contract, found.wrong)
    call = found.formats.get(selector(effect.signature))
    if call is None:
        return None
    sayer = _Sayer(names, found, effect, effect.contract, effect.entry)
    shown = [(_line(each.label), sayer.text(each)) for each in call.fields]
    return Clear(names.of(effect.contract.address), _line(call.intent), (*shown, *sayer.rest(call.fields)))


def _batch(names: Names, descriptors: Mapping[str, Descriptor], effect: Effect) -> Clear | None:
    """Each call of a batch in its own words, until when, and what is done with the coin besides."""
    if effect.contract is None:
        return None
    batch = names.policy.tables[effect.contract.table].batch
    if batch is not None and batch.here is not None:
        names = replace(names, contacts={**names.contacts, address(batch.here): "the router, until the end"})
    parts = [replace(part, value=0) for part in effect.parts]
    clear = [say(names, descriptors, part) or _in_short(names, part) for part in parts]
    numbered = len(clear) > 1
    fields = [
        (f"{index}. {label}" if numbered else label, text)
        for index, each in enumerate(clear, 1)
        for label, text in each.fields
    ]
    if effect.value:
        fields.append((NATIVE_SENT, str(Amount(effect.value, names.policy.native))))
    if effect.to is not None and effect.to.is_native:
        fields.append(("Unwrapped, at least", str(Amount(effect.least, effect.to))))
        fields.append(("Beneficiary of it", names.of(effect.recipient or names.account)))
    if effect.refunds:
        fields.append(("What isn't needed", "comes back"))
    return Clear(clear[0].where, clear[0].intent, (*fields, ("Deadline", _date(effect.deadline or 0))))


def _in_short(names: Names, effect: Effect) -> Clear:
    """A swap that no descriptor speaks of, as its call table reads it."""
    where = effect.contract.address if effect.contract else names.account
    paid, gets = effect.paid or effect.token, effect.to or effect.token
    most, least = ("Send at most", "Receive") if effect.at_most else ("Send", "Receive at least")
    fields = [
        (most, str(Amount(effect.units, paid))),
        (least, str(Amount(effect.least, gets))),
        ("Way", _way(effect, paid, gets)),
        ("Beneficiary", names.of(effect.recipient or names.account)),
    ]
    return Clear(names.of(where), effect.direction, tuple(fields))


def _way(effect: Effect, paid: Token, gets: Token) -> str:
    """The tokens of a swap; through pools that are named by keys, what each takes and its tick spacing."""
    symbols = [token.symbol for token in (paid, *effect.through, gets)]
    entry = effect.entry
    if entry is None or entry.path is None or parameter_at(entry.whole, entry.path).type != POOL_KEYS:
        return " > ".join(symbols)
    keys = argument(effect.args, entry.path)
    pools = (f"{text_from_units(fee, 4)} % (tick spacing {spacing})" for _, fee, spacing, *_ in keys)
    return symbols[0] + "".join(f" > {pool} > {end}" for pool, end in zip(pools, symbols[1:], strict=True))


def between(low: Clear, high: Clear, step: int) -> Clear:
    """One call out of its two ends, where what the step of this index gives is left open."""
    pairs = zip(low.fields, high.fields, strict=True)
    fields = tuple(
        (label, most if least == most else f"what step {step + 1} gave ({least} to {most})")
        for (label, least), (_, most) in pairs
    )
    return Clear(high.where, high.intent, fields)


@dataclass(frozen=True, slots=True)
class _Sayer:
    names: Names
    descriptor: Descriptor
    effect: Effect
    contract: Listed
    entry: Entry

    def text(self, shown: FieldFormat) -> str:
        """The text of one field."""
        if shown.path is None:
            return _line(self._constant(str(shown.value)))
        return self._formats()[shown.format](self._at(shown.path), shown.params)

    def rest(self, fields: tuple[FieldFormat, ...]) -> list[tuple[str, str]]:
        """What the fields leave unsaid: coin that is sent along, arguments that nothing shows and nothing pins."""
        found: list[tuple[str, str]] = []
        paths = {each.path for each in fields}
        if self.effect.value and VALUE not in paths:
            found.append((NATIVE_SENT, str(Amount(self.effect.value, self.names.policy.native))))
        said = {path_of(each).name for each in paths if each and each != VALUE and each != TO}
        tokens = {each.params.token_path for each in fields} - {None, TO}
        said |= {path_of(str(each)).name for each in tokens if path_of(str(each)).part is None}
        for name in leaves(parse_signature(self.effect.signature)[1]):
            if name in said or pinned(self.entry, self.effect.args, name):
                continue
            value = argument(self.effect.args, name)
            found.append((name, self._route(value) if name == self.entry.path else _raw(value)))
        return found

    def _formats(self) -> Mapping[str, Callable[[Any, Params], str]]:
        return {
            "raw": lambda value, _: _raw(value),
            "addressName": lambda value, _: self.names.of(address(value)),
            "amount": lambda value, _: str(Amount(value, self.names.policy.native)),
            "tokenAmount": self._amount,
            "allowanceAmount": self._amount,
            "date": lambda value, params: _date(value, params.encoding),
            "duration": lambda value, _: f"{value // 3600:02}:{value // 60 % 60:02}:{value % 60:02}",
            "unit": lambda value, params: f"{grouped(text_from_units(value, params.decimals or 0))} {params.base}",
            "enum": self._enum,
        }

    def _at(self, path: str) -> Any:
        if path in (TO, VALUE):
            return self.contract.address if path == TO else self.effect.value
        wanted = path_of(path)
        value = argument(self.effect.args, wanted.name)
        return value if wanted.part is None else value[wanted.part]

    def _constant(self, text: str) -> str:
        """A constant of the descriptor; what the listing knows of the contract stands in the place of two of them.

        They are those that ercs/calldata-erc4626-vaults.json of the registry leaves to the file that includes it.
        """
        if not text.startswith("$"):
            return text
        name = text.removeprefix(CONSTANT)
        listed = {"underlyingToken": self.contract.asset, "vaultTicker": self.contract.name}
        found = listed.get(name) or self.descriptor.constants.get(name)
        if found is None or not text.startswith(CONSTANT):
            raise _unsayable(self.contract, f"there is no constant {text!r}")
        return found

    def _amount(self, value: int, params: Params) -> str:
        place = self._constant(params.token) if params.token else self._at(str(params.token_path))
        try:
            at = address("0x" + place.hex() if isinstance(place, bytes) else place)
        except ValueError:
            raise _unsayable(self.contract, "its token is no address") from None
        token = self.names.policy.tokens.get(at)
        if token is None and at == self.contract.address:  # a vault's shares, whose decimals nobody pinned
            return f"{value:,} base units of {self.names.of(at)}"
        if token is None:
            raise _unsayable(self.contract, f"{at} is no token of the policy")
        return self._bounded(value, token, params)

    def _bounded(self, value: int, token: Token, params: Params) -> str:
        if params.threshold is None or value < int(self._constant(params.threshold), 0):
            return str(Amount(value, token))
        words = f"{_line(params.message or 'Unlimited')} {token.symbol}"
        return words if value == 2**256 - 1 else f"{words}, {Amount(value, token)}"

    def _enum(self, value: int, params: Params) -> str:
        found = self.descriptor.enums[str(params.ref).removeprefix(ENUM)].get(str(value))
        if found is None:
            raise _unsayable(self.contract, f"its enumeration has no value {value}")
        return _line(found)

    def _route(self, path: bytes | tuple[str, ...]) -> str:
        """The tokens of a packed path with the pool's fee between each two, from what is given to what comes back.

        A fee is in hundredths of a basis point (Uniswap v3-core, IUniswapV3Factory.sol).
        """
        if not isinstance(path, bytes):
            return " > ".join(self._symbol(address(place)) for place in path)
        tokens = [self._symbol(place) for place in hops(path)]
        fees = [int.from_bytes(path[start : start + 3], "big") for start in range(20, len(path), 23)]
        if self.entry.token == LAST:
            tokens, fees = tokens[::-1], fees[::-1]
        steps = (f" > {text_from_units(fee, 4)} % > {token}" for fee, token in zip(fees, tokens[1:], strict=True))
        return tokens[0] + "".join(steps)

    def _symbol(self, place: Address) -> str:
        token = self.names.policy.tokens.get(place)
        return token.symbol if token else place


def _raw(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case bytes():
            return "0x" + value.hex()
        case list() | tuple():
            return f"[{', '.join(_raw(each) for each in value)}]"
        case str() if _ADDRESS.fullmatch(value):  # as eth_abi decodes one
            return address(value)
    return _line(str(value))


def _date(value: int, encoding: str | None = None) -> str:
    if encoding == "blockheight":
        return f"block {value:,}"
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):  # later than any calendar
        return f"{value:,} seconds after 1970"


def _quoted(name: str, place: Address) -> str:
    clean = _line(name).replace('"', "'")
    short = clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "…"
    return f'"{short}" ({place})' if short.strip() else place


def _line(text: str) -> str:
    """Text from outside on one line: what can't be seen, or would turn the line around, is '�'."""
    return "".join(letter if letter.isprintable() else REPLACED for letter in text)


def _unsayable(contract: Listed, why: str) -> Refused:
    return Refused(
        RULE,
        f"The descriptor of {_line(contract.name)} can't say this call: {why}.",
        "The operator can correct the plug-in that ships it, or leave it out.",
    )
