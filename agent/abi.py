"""Calls of contracts by their written signature: `Function("balanceOf(address owner)", "uint256")`.

The one place where calldata is made and read. Parameter names may stand in the signature; tuples too:
`supply((address loanToken,address oracle) marketParams,uint256 assets)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_hash.auto import keccak

from agent.money import Address

WORD = 32
MOST_CALLDATA = 32 * 1024
"""Bytes of a call that is read. Offsets that all point at the same bytes make a decoder copy those each time, before
their form can be checked: what grows with the square must be short. Aggregators' calls have some 10,000."""
_BITS = {"bool": 1, "address": 160, "bytes32": 256}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature: its canonical type, its name ('' if unsaid), its parts if it is a tuple."""

    type: str
    name: str
    parts: tuple[Parameter, ...] = ()


def _split(text: str) -> list[str]:
    """Splits at commas outside of parentheses."""
    pieces, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    return [piece.strip() for piece in [*pieces, text[start:]] if piece.strip()]


def _parameter(text: str) -> Parameter:
    if text.startswith("("):
        inner, _, tail = text[1:].rpartition(")")
        parts = tuple(_parameter(piece) for piece in _split(inner))
        array, _, name = tail.strip().partition(" ") if tail.startswith("[") else ("", "", tail.strip())
        return Parameter("(" + ",".join(part.type for part in parts) + ")" + array, name, parts)
    kind, _, name = text.partition(" ")
    return Parameter(kind, name.strip())


@lru_cache(maxsize=1024)
def parse_signature(signature: str) -> tuple[str, tuple[Parameter, ...]]:
    """The function's name and its parameters. Raises ValueError for text that is no signature."""
    name, bracket, rest = signature.partition("(")
    if not bracket or not rest.endswith(")") or not name.isidentifier():
        raise ValueError(f"{signature!r} is not a function signature")
    return name, tuple(_parameter(piece) for piece in _split(rest[:-1]))


@lru_cache(maxsize=1024)
def selector(signature: str) -> bytes:
    """The first four bytes of the Keccak-256 of the canonical signature."""
    name, parameters = parse_signature(signature)
    return bytes(keccak(f"{name}({','.join(p.type for p in parameters)})".encode())[:4])


def encode_call(signature: str, args: Sequence[Any]) -> bytes:
    """Calldata. Addresses are hexadecimal text, bytes may be 0x-text, tuples are sequences."""
    _, parameters = parse_signature(signature)
    values = [_plain(parameter, value) for parameter, value in zip(parameters, args, strict=True)]
    from eth_abi.abi import encode  # late, as below: its grammar takes 50 ms that a greeting can do without

    return selector(signature) + bytes(encode([p.type for p in parameters], values))


def decode_call(signature: str, data: bytes) -> tuple[Any, ...]:
    """The arguments in calldata. Raises ValueError unless the bytes are exactly what encoding them gives."""
    _, parameters = parse_signature(signature)
    if data[:4] != selector(signature):
        raise ValueError(f"the calldata is not of {signature}")
    _check_short(data)
    values = _decoded([p.type for p in parameters], data[4:])
    if encode_call(signature, values) != data:  # dirty padding or trailing bytes hide what is signed
        raise ValueError(f"the calldata of {signature} is not in canonical form")
    return values


def rewritten(signature: str, data: bytes) -> bytes:
    """The same call in canonical form: read as Solidity reads it, which looks neither at padding nor at what follows
    the arguments. Raises ValueError for another call.
    """
    _, parameters = parse_signature(signature)
    if data[:4] != selector(signature):
        raise ValueError(f"the calldata is not of {signature}")
    _check_short(data)
    return encode_call(signature, _decoded([p.type for p in parameters], data[4:] + bytes(WORD), strict=False))


def _check_short(data: bytes) -> None:
    if len(data) > MOST_CALLDATA:
        raise ValueError(f"the calldata has {len(data)} bytes, more than the {MOST_CALLDATA} that are read")


def _decoded(types: list[str], data: bytes, *, strict: bool = True) -> tuple[Any, ...]:
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        return tuple(decode(types, data, strict=strict))
    except (DecodingError, OverflowError) as error:
        raise ValueError(f"bytes that are not {','.join(types)}: {error}") from error


@lru_cache(maxsize=1024)
def _below(types: tuple[str, ...]) -> tuple[int, ...] | None:
    """What each word must be less than; None where a type is another than a uint, bool, address or bytes32."""
    if not all(kind in _BITS or (kind.startswith("uint") and kind[4:].isdecimal()) for kind in types):
        return None
    return tuple(1 << (_BITS[kind] if kind in _BITS else int(kind[4:])) for kind in types)


def _plain_words(types: tuple[str, ...], data: bytes) -> tuple[Any, ...] | None:
    """As eth_abi decodes them, a word a value, twenty times as fast; None for what only eth_abi can read or refuse.

    Nearly all answers are such words, and a scan has hundreds of them.
    """
    below = _below(types)
    if below is None or len(data) < WORD * len(below):
        return None
    words = [data[at : at + WORD] for at in range(0, WORD * len(below), WORD)]
    numbers = [int.from_bytes(word) for word in words]
    if any(number >= limit for number, limit in zip(numbers, below, strict=True)):
        return None
    return tuple(_value(kind, number, word) for kind, number, word in zip(types, numbers, words, strict=True))


def _value(kind: str, number: int, word: bytes) -> Any:
    match kind:
        case "bool":
            return number == 1
        case "address":
            return f"0x{number:040x}"
        case "bytes32":
            return word
    return number


def _plain(parameter: Parameter, value: Any) -> Any:
    """`value` as eth_abi wants it; integers may come as decimal text and bytes as 0x-text (see plans.plain)."""
    kind = parameter.type
    if kind.endswith("]"):
        item = Parameter(kind[: kind.rindex("[")], "", parameter.parts)
        return [_plain(item, each) for each in value]
    if parameter.parts:
        return tuple(_plain(part, each) for part, each in zip(parameter.parts, value, strict=True))
    if kind.startswith("bytes") and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    if kind.startswith(("uint", "int")) and isinstance(value, str):
        return int(value)
    return value


@dataclass(frozen=True, slots=True)
class Call:
    """A read of one contract: its address, the calldata and the types of the answer."""

    target: Address
    data: bytes
    returns: tuple[str, ...]

    def decode(self, answer: bytes) -> tuple[Any, ...]:
        """The values in an answer. Raises ValueError where the bytes are not of these types."""
        plain = _plain_words(self.returns, answer)
        return _decoded(list(self.returns), answer) if plain is None else plain


@lru_cache(maxsize=4096, typed=True)
def _remembered(signature: str, args: tuple[Any, ...]) -> bytes:
    """A scan asks the same hundreds of questions again and again."""
    return encode_call(signature, args)


@dataclass(frozen=True, slots=True)
class Function:
    """A view function by its signature and the types that it returns."""

    signature: str
    returns: tuple[str, ...]

    def at(self, target: Address, *args: Any) -> Call:
        """The read of this function at `target` with `args`."""
        plain = not any(isinstance(each, list) for each in args)  # what has a hash can be remembered
        data = _remembered(self.signature, args) if plain else encode_call(self.signature, args)
        return Call(target, data, self.returns)


def view(signature: str, *returns: str) -> Function:
    """`view("balanceOf(address)", "uint256")`; a struct is returned as one tuple type: "(uint256,address)"."""
    return Function(signature, returns)
