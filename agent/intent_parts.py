"""What intents are made of: text of a closed form, amounts of one token; never a bare number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Decimal = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)(\.\d*[1-9])?$", max_length=80)]
Percent = Annotated[str, StringConstraints(pattern=r"^(100|[1-9]?\d(\.\d*[1-9])?)$", max_length=20)]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.]{1,20}$")]
VenueId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9.-]+:[A-Za-z0-9.]+$", max_length=100)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
AddressText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]
Hour = Annotated[int, Field(ge=0, le=23)]
Weekday = Annotated[int, Field(ge=1, le=7)]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,50}$")]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exact(Closed):
    kind: Literal["exact"] = "exact"
    value: Decimal


class Percentage(Closed):
    """A part in (0, 100] of the wallet's balance (deposit, transfer) or of the position (withdrawal)."""

    kind: Literal["percent"] = "percent"
    value: Percent


class All(Closed):
    kind: Literal["all"] = "all"


class AllBut(Closed):
    kind: Literal["all_but"] = "all_but"
    value: Decimal


AmountSpec = Annotated[Exact | Percentage | All | AllBut, Field(discriminator="kind")]
