"""A chain file as the builder of a local profile reads it, with the facts that it leaves to the chain itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devnet.errors import DevnetError

FACTS: Final = Path(__file__).with_name("facts.toml")
WRAPPED: Final = "WETH"
MarketParams = tuple[str, str, str, str, int]  # loan token, collateral token, oracle, rate model, lltv


@dataclass(frozen=True)
class Vault:
    """An ERC-4626 vault: its place, the symbols of its asset and of itself.

    `source` is the venue under it; without one `kind` is how it tells its rate, "ssr" or "pot".
    """

    name: str
    place: str
    asset: str
    symbol: str
    source: str
    kind: str


@dataclass(frozen=True)
class Profile:
    """`data` is the chain file's content, `facts` what facts.toml says."""

    data: Mapping[str, Any]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> Profile:
        """From a chain file's text. Raises DevnetError where it is none of a chain whose coin is wrapped as WETH."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DevnetError(f"this is no chain file: {error}") from error
        if data.get("native", {}).get("wrapped") != WRAPPED:
            raise DevnetError("a local profile can only be made of a chain file whose native coin is wrapped as WETH")
        return cls(data, tomllib.loads(FACTS.read_text()))

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def chain_id(self) -> int:
        return int(self.data["chain_id"])

    @property
    def block_seconds(self) -> int:
        return int(self.data["block_seconds"])

    @property
    def tokens(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.data["tokens"]
        return found

    def protocol(self, name: str) -> Mapping[str, Any]:
        """The section of a protocol, empty where the file has none."""
        found: Mapping[str, Any] = self.data.get("protocols", {}).get(name, {})
        return found

    def symbol_at(self, place: str) -> str | None:
        """The token of that contract."""
        found = (symbol for symbol, token in self.tokens.items() if token["address"].lower() == place.lower())
        return next(found, None)

    def morpho_markets(self) -> dict[str, MarketParams]:
        """The markets whose parameters are known, by their name in the chain file.

        A market's id is the hash of its parameters, so a wrong fact can't go unnoticed. Raises DevnetError for one.
        """
        known: Mapping[str, Any] = self.facts["morpho-blue"]
        found: dict[str, MarketParams] = {}
        for name, market in self.protocol("morpho-blue").get("markets", {}).items():
            fact = known.get(market.lower())
            if fact is None:
                continue
            params = (fact["loan"], fact["collateral"], fact["oracle"], fact["irm"], int(fact["lltv"]))
            if market_id(params) != market.lower():
                raise DevnetError(
                    f"facts.toml is wrong about the Morpho market {name}: its parameters have another id"
                )
            found[name] = params
        return found

    def vaults(self) -> list[Vault]:
        """Those over an Aave reserve of the file, and those that facts.toml knows, whose asset is a token of it."""
        known: Mapping[str, Any] = self.facts["erc4626"]
        found = []
        for name, section in self.protocol("erc4626").items():
            place, source = str(section["vault"]), str(section.get("liquidity_source", ""))
            fact = known.get(place.lower())
            if source.startswith("aave-v3:"):
                asset = source.rpartition(":")[2]
                found.append(Vault(name, place, asset, f"wa{asset}", source, ""))
            elif fact is not None and fact["asset"] in self.tokens:
                found.append(Vault(name, place, fact["asset"], fact["symbol"], "", fact["kind"]))
        return found

    def curated(self) -> list[Vault]:
        """Morpho's curated vaults, named as they call themselves."""
        section = self.protocol("morpho-vaults")
        return [Vault(name, str(each["vault"]), str(each["asset"]), name, "", "") for name, each in section.items()]


def market_id(params: MarketParams) -> str:
    """Morpho's id of a market: the hash of its five parameters (MarketParamsLib)."""
    from eth_abi.abi import encode  # only for building: to start a profile needs the standard library alone
    from eth_utils.crypto import keccak

    return "0x" + keccak(encode(["address", "address", "address", "address", "uint256"], params)).hex()
