"""The pinned registry: the tokens, feeds and protocols of one chain, from its chain file and from nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agent.errors import NeedsAnswer, Refused
from agent.money import Address, Token, address


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Address = Annotated[str, AfterValidator(address)]
_Symbol = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]{1,16}$")]
_Decimals = Annotated[int, Field(ge=0, le=36)]
_Seconds = Annotated[int, Field(gt=0)]


class _NativeEntry(_Strict):
    symbol: _Symbol
    decimals: _Decimals = 18
    wrapped: _Symbol | None = None
    feed: _Address | None = None
    heartbeat: _Seconds | None = None


class _TokenEntry(_Strict):
    name: str
    address: _Address
    decimals: _Decimals
    feed: _Address | None = None
    heartbeat: _Seconds | None = None
    usd_stable: bool = False


class _ChainFile(_Strict):
    name: str
    chain_id: Annotated[int, Field(gt=0)]
    multicall3: _Address
    block_seconds: Annotated[int, Field(gt=0)]
    native: _NativeEntry
    tokens: dict[_Symbol, _TokenEntry]
    protocols: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Registry:
    """What is pinned of a chain. `feeds` maps a symbol to its USD price feed; `names` to the token's full name.

    `heartbeats`: the seconds within which a feed promises to answer anew, by symbol; one without isn't dated.
    `block_seconds` is the usual time between blocks; `protocols` are the chain file's sections, untouched.
    """

    name: str
    chain_id: int
    multicall3: Address
    block_seconds: int
    native: Token
    wrapped: str | None
    tokens: Mapping[str, Token]
    names: Mapping[str, str]
    feeds: Mapping[str, Address]
    usd_stable: frozenset[str]
    protocols: Mapping[str, Mapping[str, Any]]
    heartbeats: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | str) -> Registry:
        """Reads a chain file. Raises Refused("chain-file") saying where it is wrong."""
        try:
            return cls.from_data(tomllib.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise Refused("chain-file", f"The chain file {path} can't be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Refused("chain-file", f"The chain file {path} is no TOML: {error}.") from error
        except Refused as error:
            raise Refused(error.rule, f"{path}: {error.message}", error.remedy) from error

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Registry:
        """From the content of a chain file. Raises Refused("chain-file")."""
        try:
            file = _ChainFile.model_validate(dict(data))
        except ValidationError as error:
            raise Refused("chain-file", "The chain file is wrong: " + _first_fault(error)) from error
        _check_unique(file)
        native = Token(file.chain_id, file.native.symbol, None, file.native.decimals)
        feeds = {symbol: Address(entry.feed) for symbol, entry in file.tokens.items() if entry.feed}
        native_feed = file.native.feed or feeds.get(file.native.wrapped or "")
        if native_feed:  # the wrapped coin is redeemable one to one, so it has the coin's price
            feeds[native.symbol] = Address(native_feed)
        beats = {symbol: entry.heartbeat for symbol, entry in file.tokens.items() if entry.heartbeat}
        native_beat = file.native.heartbeat or beats.get(file.native.wrapped or "")
        if native_beat:
            beats[native.symbol] = native_beat
        tokens = {
            symbol: Token(file.chain_id, symbol, Address(entry.address), entry.decimals)
            for symbol, entry in file.tokens.items()
        }
        return cls(
            name=file.name,
            chain_id=file.chain_id,
            multicall3=Address(file.multicall3),
            block_seconds=file.block_seconds,
            native=native,
            wrapped=file.native.wrapped,
            tokens=MappingProxyType(tokens),
            names=MappingProxyType({symbol: entry.name for symbol, entry in file.tokens.items()}),
            feeds=MappingProxyType(feeds),
            usd_stable=frozenset(symbol for symbol, entry in file.tokens.items() if entry.usd_stable),
            protocols=MappingProxyType(dict(file.protocols)),
            heartbeats=MappingProxyType(beats),
        )

    def find(self, symbol: str) -> Token | None:
        """The token of that symbol in any case, the native coin too; None where it isn't pinned.

        ASCII only: a Cyrillic look-alike must not fold onto a pinned symbol.
        """
        if not symbol.isascii():
            return None
        wanted = symbol.upper()
        if wanted == self.native.symbol.upper():
            return self.native
        return next((token for known, token in self.tokens.items() if known.upper() == wanted), None)

    def token(self, symbol: str) -> Token:
        """The token of that symbol. Raises NeedsAnswer where it isn't pinned: unknown is a question, not a guess."""
        token = self.find(symbol)
        if token is None:
            known = ", ".join([self.native.symbol, *sorted(self.tokens)])
            raise NeedsAnswer(f"I don't know a token {symbol} on {self.name}. I know {known}. Which one?", "asset")
        return token

    def at(self, token_address: str) -> Token | None:
        """The pinned token with that contract, None where there is none."""
        wanted = token_address.lower()
        return next((token for token in self.tokens.values() if (token.address or "").lower() == wanted), None)


def _check_unique(file: _ChainFile) -> None:
    symbols = [file.native.symbol, *file.tokens]
    folded = [symbol.upper() for symbol in symbols]
    twice = next((symbol for symbol in symbols if folded.count(symbol.upper()) > 1), None)
    if twice is not None:
        raise Refused("chain-file", f"The chain file has the symbol {twice} twice (case doesn't count).")
    addresses = [entry.address for entry in file.tokens.values()]
    again = next((each for each in addresses if addresses.count(each) > 1), None)
    if again is not None:
        raise Refused("chain-file", f"The chain file has the token address {again} twice.")
    if file.native.wrapped is not None and file.native.wrapped not in file.tokens:
        raise Refused("chain-file", f"native.wrapped is {file.native.wrapped}, which [tokens] doesn't have.")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}."
