"""Quoters in the settings: `[quoters.NAME]` tables. Their keys stand in files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

QuoterName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


class QuoterSetting(BaseModel):
    """Where one is asked. A quoter without a table is never asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s@?#]+$")]
    """The base URL of its API, without a key in it."""
    key_file: Path | None = None
