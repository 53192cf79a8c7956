"""Language models in the settings: `[[models]]` tables, `[routes.…]` tables. Their keys stand in files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from agent.model_cost import PATTERN

Usd = Annotated[str, StringConstraints(pattern=PATTERN)]
"""US dollars as decimal text, six decimals at the most."""
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")]
PurposeName = Literal["understand", "talk", "summarise", "analyse"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSetting(_Table):
    """One model. Prices are USD for a million tokens; without both of them no budget lets it be asked."""

    name: ModelName
    """What it is called here and in `moneta usage`."""
    model: ModelName | None = None
    """What its endpoint calls it, where that is something else."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s@?#]+$")] | None = None
    """The base URL of an OpenAI-compatible endpoint, without a key in it."""
    provider: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")] | None = None
    """A provider of LangChain's `init_chat_model`, such as anthropic, where its package is installed."""
    key_file: Path | None = None
    input_usd: Usd | None = None
    output_usd: Usd | None = None
    seconds: Annotated[int, Field(ge=1, le=120)] = 20
    max_tokens: Annotated[int, Field(ge=16, le=100_000)] = 1_000
    """The longest answer that is asked for, reasoning included."""

    @model_validator(mode="after")
    def _whole(self) -> ModelSetting:
        if self.url is None and self.provider is None:
            raise ValueError("a model needs the url of its endpoint, or a provider")
        if (self.input_usd is None) != (self.output_usd is None):
            raise ValueError("a price is input_usd and output_usd, both or neither")
        return self


class RouteSetting(_Table):
    """The models of one purpose, and what it needs of them."""

    models: Annotated[tuple[ModelName, ...], Field(min_length=1)]
    accuracy: Annotated[int, Field(ge=1, le=100)] | None = None
    """Percent of the sentences of `moneta models measure` that a model must get right to be asked first."""
    milliseconds: Annotated[int, Field(ge=1, le=120_000)] | None = None
    """How long its answers may take on average to be asked first."""
