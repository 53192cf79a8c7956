"""The shape of a chain file (docs/chains.md tells it key by key): what it may say, and of what kind."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agent.errors import Refused
from agent.money import address

_PLACE = re.compile(r"0x[0-9a-fA-F]{40}")

Finality = Literal["safe", "finalized"] | int
"""What a settled plan's last transaction needs: its block behind the chain's safe or finalized one, or so many
blocks, its own counted."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Address = Annotated[str, AfterValidator(address)]
_Symbol = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]{1,16}$")]
_Said = Annotated[str, Field(min_length=1, max_length=32)]
"""What a contract says itself: any text, since nothing but the equality with the contract's answer is made of it."""
_Decimals = Annotated[int, Field(ge=0, le=36)]
_Seconds = Annotated[int, Field(gt=0)]
_Source = Annotated[str, Field(min_length=1)]


class NativeEntry(_Strict):
    symbol: _Symbol
    decimals: _Decimals = 18
    wrapped: _Symbol | None = None
    feed: _Address | None = None
    heartbeat: _Seconds | None = None
    source: _Source | None = None


class TokenEntry(_Strict):
    name: str
    address: _Address
    decimals: _Decimals
    onchain_symbol: _Said | None = None
    feed: _Address | None = None
    heartbeat: _Seconds | None = None
    dated_by: _Symbol | None = None
    usd_stable: bool = False
    source: _Source | None = None
    feed_source: _Source | None = None


class FeesEntry(_Strict):
    l1: Literal["op-stack", "arbitrum"]
    oracle: _Address
    source: _Source | None = None


class SequencerEntry(_Strict):
    feed: _Address
    grace_seconds: Annotated[int, Field(ge=0)] = 3_600
    source: _Source | None = None


class ChainFile(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    network: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    chain_id: Annotated[int, Field(gt=0)]
    multicall3: _Address
    block_seconds: _Seconds
    finality: Literal["safe", "finalized"] | Annotated[int, Field(ge=1, le=128)] | None = None
    private_rpc: bool = False
    source: _Source | None = None
    fees: FeesEntry | None = None
    sequencer: SequencerEntry | None = None
    native: NativeEntry
    tokens: dict[_Symbol, TokenEntry]
    protocols: dict[str, dict[str, Any]] = {}


def parse(data: dict[str, Any]) -> ChainFile:
    """The content of a chain file, checked. Raises Refused("chain-file") saying what is wrong with it."""
    try:
        file = ChainFile.model_validate(data)
    except ValidationError as error:
        raise Refused("chain-file", "The chain file is wrong: " + _first_fault(error)) from error
    _check_unique(file)
    for protocol, section in file.protocols.items():
        _check_section(f"protocols.{protocol}", section, file)
    return file


def sources(file: ChainFile) -> dict[str, str]:
    """Where each entry is from, by its place in the file: `tokens.USDC`, `protocols.aave-v3.core`."""
    found = {"": file.source, "native": file.native.source}
    found["fees"] = file.fees.source if file.fees else None
    found["sequencer"] = file.sequencer.source if file.sequencer else None
    for symbol, token in file.tokens.items():
        found |= {f"tokens.{symbol}": token.source, f"tokens.{symbol}.feed": token.feed_source}
    for protocol, section in file.protocols.items():
        found |= _in_section(f"protocols.{protocol}", section)
    return {place: source for place, source in found.items() if source}


def _in_section(place: str, section: dict[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for key, value in section.items():
        if key == "source" and isinstance(value, str):
            found[place] = value
        elif isinstance(value, dict):
            found |= _in_section(f"{place}.{key}", value)
    return found


def _check_unique(file: ChainFile) -> None:
    symbols = [file.native.symbol, *file.tokens]
    folded = [symbol.upper() for symbol in symbols]
    twice = next((symbol for symbol in symbols if folded.count(symbol.upper()) > 1), None)
    if twice is not None:
        raise Refused("chain-file", f"The chain file has the symbol {twice} twice (case doesn't count).")
    addresses = [entry.address for entry in file.tokens.values()]
    again = next((each for each in addresses if addresses.count(each) > 1), None)
    if again is not None:
        raise Refused("chain-file", f"The chain file has the token address {again} twice.")
    for symbol, entry in file.tokens.items():
        by = file.tokens.get(entry.dated_by or "")
        if entry.dated_by is not None and (by is None or by.feed is None or by.heartbeat is None):
            told = f"tokens.{symbol}.dated_by is {entry.dated_by}, which is no token with a feed and its heartbeat."
            raise Refused("chain-file", told)
    if file.native.wrapped is not None and file.native.wrapped not in file.tokens:
        raise Refused("chain-file", f"native.wrapped is {file.native.wrapped}, which [tokens] doesn't have.")


def _check_section(where: str, value: Any, file: ChainFile) -> None:
    """What every protocol's section shares: tokens are of this file, and an address with capitals has the right ones.

    What else stands there is the plug-in's own to check.
    """
    if isinstance(value, dict):
        for key, each in value.items():
            named = {"asset": [each], "assets": each}.get(key) if isinstance(each, str | list) else None
            strange = next((symbol for symbol in named or [] if symbol not in file.tokens), None)
            if strange is not None:
                raise Refused("chain-file", f"{where}.{key} names {strange}, which [tokens] doesn't have.")
            _check_section(f"{where}.{key}", each, file)
    elif isinstance(value, list):
        for each in value:
            _check_section(where, each, file)
    elif isinstance(value, str) and _PLACE.fullmatch(value):
        try:
            address(value)
        except ValueError as error:
            raise Refused("chain-file", f"{where}: {error}.") from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}."
