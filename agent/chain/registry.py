"""The pinned registry: the tokens, feeds and protocols of one chain, from its chain file and from nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import chains
from agent.chain.chain_file import ChainFile, Finality, parse, sources
from agent.errors import NeedsAnswer, Refused
from agent.money import Address, Token


@dataclass(frozen=True, slots=True)
class Registry:
    """What is pinned of a chain. `feeds` maps a symbol to its USD price feed; `names` to the token's full name.

    `heartbeats`: the seconds within which a feed promises to answer anew, by symbol; one without isn't dated.
    `block_seconds` is the usual time between blocks; `protocols` are the chain file's sections, untouched.
    `network` is the chain's full name for people. `finality` is when a plan counts as settled where no setting says
    it: behind the safe or the finalized block, or after so many blocks; None where the file doesn't say.
    `l1_fee` names how a rollup charges for its L1 data and `l1_oracle` the contract that tells it; None on an L1.
    `sequencer_feed` answers 0 while the sequencer is up; prices count again `sequencer_grace` seconds after it came
    back. `sources`: where each entry is from, by its place in the file. `onchain_symbols`: what a token's contract
    calls itself where that isn't its symbol here (two tokens can't have one symbol here, and on chain they do).
    `dated_by`: for a token whose feed tells no date, the token without whose fresh price its own doesn't count.
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
    network: str = ""
    finality: Finality | None = None
    l1_fee: Literal["op-stack", "arbitrum"] | None = None
    l1_oracle: Address | None = None
    sequencer_feed: Address | None = None
    sequencer_grace: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    onchain_symbols: Mapping[str, str] = field(default_factory=dict)
    dated_by: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | str) -> Registry:
        """Reads a chain file: a path, or as text the name of one that comes with Moneta (`base`).

        Raises Refused("chain-file") saying where it is wrong.
        """
        file = chains.path(path) if isinstance(path, str) else None
        try:
            return cls.from_data(tomllib.loads(Path(file or path).read_text(encoding="utf-8")))
        except OSError as error:
            raise Refused(
                "chain-file",
                f"The chain file {path} can't be read: {error.strerror}.",
                f"Name a file, or one of the chains that I know: {', '.join(chains.names())}.",
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Refused("chain-file", f"The chain file {path} is no TOML: {error}.") from error
        except Refused as error:
            raise Refused(error.rule, f"{path}: {error.message}", error.remedy) from error

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Registry:
        """From the content of a chain file. Raises Refused("chain-file")."""
        file = parse(dict(data))
        native = Token(file.chain_id, file.native.symbol, None, file.native.decimals)
        tokens = {
            symbol: Token(file.chain_id, symbol, Address(entry.address), entry.decimals)
            for symbol, entry in file.tokens.items()
        }
        said = {symbol: entry.onchain_symbol for symbol, entry in file.tokens.items() if entry.onchain_symbol}
        feeds, beats = _feeds(file)
        return cls(
            name=file.name,
            network=file.network or file.name,
            chain_id=file.chain_id,
            multicall3=Address(file.multicall3),
            block_seconds=file.block_seconds,
            finality=file.finality,
            l1_fee=file.fees.l1 if file.fees else None,
            l1_oracle=Address(file.fees.oracle) if file.fees else None,
            sequencer_feed=Address(file.sequencer.feed) if file.sequencer else None,
            sequencer_grace=file.sequencer.grace_seconds if file.sequencer else 0,
            native=native,
            wrapped=file.native.wrapped,
            tokens=MappingProxyType(tokens),
            names=MappingProxyType({symbol: entry.name for symbol, entry in file.tokens.items()}),
            onchain_symbols=MappingProxyType(said),
            dated_by=MappingProxyType(
                {symbol: each.dated_by for symbol, each in file.tokens.items() if each.dated_by}
            ),
            feeds=MappingProxyType(feeds),
            usd_stable=frozenset(symbol for symbol, entry in file.tokens.items() if entry.usd_stable),
            protocols=MappingProxyType(dict(file.protocols)),
            heartbeats=MappingProxyType(beats),
            sources=MappingProxyType(sources(file)),
        )

    def blocks_in(self, seconds: int) -> int:
        """How many blocks the chain makes in so many seconds. Arbitrum makes several a second, up to four
        (docs.arbitrum.io, "Block numbers and time"), which a file's whole seconds can't say.
        """
        return seconds * 4 if self.l1_fee == "arbitrum" else seconds // self.block_seconds

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

    @property
    def coin(self) -> Address | None:
        """The contract of the native coin's wrapped form, None where it isn't pinned."""
        known = self.tokens.get(self.wrapped or "")
        return None if known is None else known.address

    def at(self, token_address: str) -> Token | None:
        """The pinned token with that contract, None where there is none."""
        wanted = token_address.lower()
        return next((token for token in self.tokens.values() if (token.address or "").lower() == wanted), None)

    def in_pools(self, place: str) -> Token | None:
        """The same of what a pool names: the zero address is the native coin."""
        return self.native if place.lower() == self.native.place else self.at(place)


def _feeds(file: ChainFile) -> tuple[dict[str, Address], dict[str, int]]:
    """Feeds and heartbeats by symbol. The wrapped coin is redeemable one to one, so it has the coin's price."""
    feeds = {symbol: Address(entry.feed) for symbol, entry in file.tokens.items() if entry.feed}
    beats = {symbol: entry.heartbeat for symbol, entry in file.tokens.items() if entry.heartbeat}
    native_feed = file.native.feed or feeds.get(file.native.wrapped or "")
    if native_feed:
        feeds[file.native.symbol] = Address(native_feed)
    native_beat = file.native.heartbeat or beats.get(file.native.wrapped or "")
    if native_beat:
        beats[file.native.symbol] = native_beat
    return feeds, beats
