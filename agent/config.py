"""Every setting in one place: defaults here, then `moneta.toml`, then `MONETA_*` in the environment."""

from __future__ import annotations

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

    plan_seconds: int = Field(120, ge=1, le=3_600, description="how long a preview may be confirmed, in seconds")
    receipt_seconds: float = Field(120, gt=0, description="how long to wait for a transaction before saying so")
    max_fee_gwei: int = Field(50_000_000, ge=1, description="what all gas of one plan may cost at the most, in gwei")

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
