"""The shape of policy.json: what stands in it, field by field. Unknown fields refuse."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Units = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,77})$")]
"""Base units as decimal text."""
Closed = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}(:0x[0-9a-f]{64})?$")]
"""A contract's address, or that and the id of one of its markets."""
ONE_DAY = 86_400


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TokenFile(Strict):
    symbol: str = Field(min_length=1, max_length=32)
    decimals: int = Field(ge=0, le=36)


class ListedFile(Strict):
    name: str
    table: str
    asset: str | None = None
    markets: list[Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]] = Field(default_factory=list)
    wrapped: str | None = None


class TableFile(Strict):
    sha256: str
    body: dict[str, Any]


Place = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]


class DomainFile(Strict):
    table: str
    name: str | None = None
    version: str | None = None


class FingerprintFile(Strict):
    code: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
    implementation: Place | None = None
    admin: Place | None = None
    owner: Place | None = None


class PolicyFile(Strict):
    version: int
    chain_id: int = Field(ge=1)
    chain_name: str
    contracts: dict[str, ListedFile]
    tokens: dict[str, TokenFile]
    native: TokenFile
    tables: dict[str, TableFile]
    caps: dict[str, Units]
    max_fee_wei: Units
    contact_delay_seconds: int = Field(ge=0)
    day_caps: dict[str, Units] = Field(default_factory=dict)
    lifetime_caps: dict[str, Units] = Field(default_factory=dict)
    step_up: dict[str, Units] = Field(default_factory=dict)
    closed: list[Closed] = Field(default_factory=list)
    loosen_delay_seconds: int = Field(default=ONE_DAY, ge=0)
    codes: dict[Place, FingerprintFile] = Field(default_factory=dict)
    typed_tables: dict[str, TableFile] = Field(default_factory=dict)
    domains: dict[Place, DomainFile] = Field(default_factory=dict)
