"""Every setting in one place: defaults here, then `moneta.toml`, then `MONETA_*` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """Secrets are never settings: they come from files (`MONETA_PASSWORD_FILE`)."""

    model_config = SettingsConfigDict(env_prefix="MONETA_", toml_file="moneta.toml", extra="ignore")

    plan_seconds: Annotated[int, Field(ge=1, le=3_600)] = 120
    """How long a preview may be confirmed, in seconds."""
    receipt_seconds: Annotated[int, Field(ge=1)] = 120
    """How long to wait for a transaction before saying that it is still under way."""
    max_fee_gwei: Annotated[int, Field(ge=1)] = 50_000_000
    """What all gas of one plan may cost at the most, in gwei (10**9 wei); 0.05 of the native coin."""

    discord_token_file: Path | None = None
    """A file with the Discord bot's token."""
    telegram_token_file: Path | None = None
    """A file with the Telegram bot's token."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said in code first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
