"""Every setting in one place: defaults here, then `moneta.toml`, then `MONETA_*` in the environment."""

from __future__ import annotations

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import structlog
from pydantic import Field, StringConstraints, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from agent import config_file
from agent.errors import Refused
from agent.model_settings import ModelSetting, PurposeName, RouteSetting, Usd
from agent.quoter_settings import QuoterName, QuoterSetting

log = structlog.get_logger()
_FOLDER: ContextVar[Path | None] = ContextVar("the instance's folder", default=None)

Identity = Annotated[str, Field(pattern=r"^[a-z]+:\S+$")]


class Settings(BaseSettings):
    """Secrets are never settings: they come from files (`MONETA_PASSWORD_FILE`)."""

    model_config = SettingsConfigDict(env_prefix=config_file.PREFIX, extra="forbid")

    plan_seconds: Annotated[int, Field(ge=1, le=3_600)] = 120
    """How long a preview may be confirmed, in seconds."""
    receipt_seconds: Annotated[int, Field(ge=1)] = 120
    """How long to wait for a transaction before saying that it is still under way."""
    replace_seconds: Annotated[int, Field(ge=1)] = 30
    """After how long a transaction that isn't mined is sent again, or replaced where gas has risen."""
    confirmations: Annotated[int, Field(ge=1, le=128)] | Literal["safe", "finalized"] | None = None
    """How many blocks, its own counted, a plan's last transaction needs before the plan counts as settled; or the
    block that has to be behind it: `safe` or `finalized`, on a rollup what of it stands on L1. Where it isn't said,
    as the chain's file has it; 1 on a devnet."""
    max_fee_gwei: Annotated[int, Field(ge=1)] = 50_000_000
    """What all gas of one plan may cost at the most, in gwei (10**9 wei); 0.05 of the native coin."""

    chain: str = ""
    """The chain: a name of chains/ (`base`) or the path of a chain file; where it isn't said, a devnet."""
    rpc_url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    """One endpoint of the chain, such as http://127.0.0.1:8545, where its address holds no key; it is asked before
    those of `rpc_file`."""
    rpc_file: Path | None = None
    """A file with endpoints of the chain, one URL a line (they often hold a key): reads fail over to the next,
    transactions go to all, and nothing is sent while they disagree. On a devnet they are further ones of its own. A
    line ws://… or wss://… is told of new blocks and asked nothing."""
    rpc_quorum: Annotated[int, Field(ge=1, le=64)] | None = None
    """How many endpoints have to answer, and all of them the same, before anything is signed; where it isn't said,
    half of them, rounded up."""
    private_rpc_file: Path | None = None
    """A file with the URL of a private endpoint. Transactions are sent there alone, never to the others, however long
    they take; receipts are read from the others."""
    private_for: Literal["all", "swaps"] = "all"
    """What the private endpoint is for: all transactions, or swaps alone, which are what others gain by seeing."""
    private_method: Literal["eth_sendRawTransaction", "eth_sendPrivateTransaction"] = "eth_sendRawTransaction"
    """The method that it takes them by."""
    private_blocks: Annotated[int, Field(ge=1, le=1_000)] = 25
    """For how many blocks a transaction is offered there."""
    private_fallback: bool = False
    """Whether the same bytes are sent to the public endpoints, too, when it isn't mined after those."""
    first_cap_usd: Annotated[int, Field(ge=1)] = 10_000
    """What one transaction may move when the signer's policy is made, at the first start on a real chain; in each
    token, at its price then. A token without a price gets no entry. Later `moneta policy set` changes it."""
    first_wait_hours: Annotated[int, Field(ge=0, le=720)] = 24
    """How long what loosens the signer's policy waits (a higher cap, a contract that is listed); it is set when the
    policy is made, at the first start. 0, no wait at all, is for play money on a devnet."""
    max_head_age_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    """How old the newest block of a real chain may be for money to go in; 0 for any age. Exits never ask."""
    max_price_gap_bps: Annotated[int, Field(ge=1, le=2_000)] = 500
    """How far a price feed and the half-hour mean of the token's deepest pool may be apart for money to go in, in
    basis points."""
    health_factor: Annotated[str, Field(pattern=r"^[1-9]\d{0,2}(\.\d{1,4})?$")] = "1.25"
    """You are told when the health factor of a loan falls below it, and no withdrawal brings one below it."""
    devnet: Path | None = None
    """The folder of `moneta devnet up`, where it isn't the instance's own."""
    signer_socket: Path | None = None
    """The socket of a signer that somebody else started, another system user say (docs/docker.md). With it no signer
    is started here, and no keystore and no policy is made, read or written."""

    remote_signer_url: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")] | None = None
    """The base URL of a signer that speaks web3signer's eth1 API, such as http://127.0.0.1:9000. It then holds the
    keys and no keystore is made; policy, caps and record stay with our own signer, which stands in front of it."""
    remote_signer_account: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")] | None = None
    """Which of its accounts is the owner's; the lowest address where it isn't said."""

    character: str = "moneta"
    """Who Moneta speaks as: a name of characters/ or the path of an ElizaOS file."""
    model: str = ""
    """The name of a language model at `model_url`; without one the phrasebook reads everything."""
    model_url: str = ""
    """The base URL of an OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1."""
    model_key_file: Path | None = None
    """A file with the endpoint's key; local endpoints want none."""
    model_usd_a_day: Usd | None = None
    """What all language models of this instance may cost in a day (UTC), in US dollars. With any budget a model
    without a price isn't asked."""
    model_usd_a_month: Usd | None = None
    """The same in a calendar month."""
    model_server_usd_a_day: Usd | None = None
    """What they may cost for the messages of one Discord server or Telegram group in a day."""
    model_server_usd_a_month: Usd | None = None
    """The same in a calendar month."""
    model_user_usd_a_day: Usd | None = None
    """What they may cost for one person's messages in a day."""
    model_user_usd_a_month: Usd | None = None
    """The same in a calendar month."""
    embedding_url: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    """The base URL of an OpenAI-compatible endpoint that makes vectors, such as http://127.0.0.1:11434/v1, so that
    recall goes by meaning, too. It is sent what people say; empty, nobody is."""
    embedding_model: str = ""
    """The name of its model."""
    embedding_key_file: Path | None = None
    """A file with its key; local endpoints want none."""
    knowledge: Path | None = None
    """A folder with texts, Markdown and PDF files that answers may quote, with the file and the page."""
    memory_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """After how many days what was said is folded into a line a week; what you want remembered stays."""
    memory_episodes: Annotated[int, Field(ge=0, le=10_000)] = 300
    """How many such lines are kept of one person; the oldest go."""
    memory_vectors: Annotated[int, Field(ge=0, le=100_000)] = 256
    """How many of a person's latest messages are found by likeness, too, and not by their words alone."""
    plugin_options: dict[str, dict[str, Any]] = {}
    """What plug-ins are told, a table for each by its name: `[plugin_options.NAME]`. Secrets stand in files."""
    plugins_off: tuple[str, ...] = ()
    """Names of installed plug-ins that aren't used."""
    defillama_url: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    """The base URL of DefiLlama's yields API, https://yields.llama.fi, for rates at places that can't be entered.
    Empty, nobody is asked: what you look at isn't told to others unless you say so."""
    quoters: dict[QuoterName, QuoterSetting] = {}
    """Who is asked for offers when something is swapped, a table for each: `[quoters.1inch]` with its `url` and,
    where it wants one, a `key_file` (docs/quotes.md). Empty, nobody is: they hear what is swapped, and by whom."""
    quote_milliseconds: Annotated[int, Field(ge=100, le=10_000)] = 1_500
    """How long their answers are waited for."""

    discord_token_file: Path | None = None
    """A file with the Discord bot's token."""
    discord_shards: int | Literal["auto"] | None = None
    """How many gateway connections: a number, `auto` as Discord suggests, one where it isn't said."""
    telegram_token_file: Path | None = None
    """A file with the Telegram bot's token."""
    telegram_webhook_url: str | None = None
    """The public HTTPS address that Telegram pushes to; without it updates are polled."""
    telegram_webhook_listen: Annotated[str, Field(pattern=r"^[^:\s]+:\d{1,5}$")] = "127.0.0.1:8443"
    """Host and port to listen on behind that address (a proxy ends TLS)."""
    telegram_webhook_secret_file: Path | None = None
    """A file with the webhook's secret token: 1 to 256 letters, digits, _ and -."""
    discord_api: str | None = None
    """The base URL of another REST server than Discord's own, such as http://127.0.0.1:9000/api/v10; for tests."""
    discord_gateway: str | None = None
    """The gateway's WebSocket URL that belongs to it."""
    telegram_api: str | None = None
    """The base URL of a self-hosted Bot API server, up to the token: http://127.0.0.1:8081/bot; for tests, too."""

    rebalance_every_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 6
    """How often the positions under a mandate are weighed."""
    safety_every_seconds: Annotated[int, Field(ge=30, le=3_600)] = 300
    """How often is looked whether money is in danger that a mandate takes out by itself."""
    schedule_tick_seconds: Annotated[int, Field(ge=1, le=3_600)] = 30
    """How often the schedule looks for what is due."""
    summary_hour: Annotated[int, Field(ge=0, le=23)] = 9
    """When a user with a mandate gets the daily summary, until they say another hour."""
    past_days: Annotated[int, Field(ge=0, le=730)] = 90
    """How far back `moneta run` reads how venues were, where the node keeps the past: by the hour for 90 days."""
    plot_seconds: Annotated[int, Field(ge=1)] = 20
    """How long a picture may take before a message goes without it."""
    mandate_cap_usd: Annotated[int, Field(ge=1)] = 100_000
    """What a mandate allows in one venue where the user doesn't say."""
    mandate_max_move_usd: Annotated[int, Field(ge=1)] = 50_000
    """What a mandate allows in one move where the user doesn't say."""
    mandate_min_gain_usd: Annotated[int, Field(ge=0)] = 1
    """What a move must gain beyond its gas where the user doesn't say."""
    mandate_gas_budget_usd: Annotated[int, Field(ge=0)] = 20
    """What all moves of one horizon may cost where the user doesn't say."""
    mandate_horizon_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How far ahead a gain is counted where the user doesn't say."""
    mandate_depeg_usd: Annotated[str, StringConstraints(pattern=r"^0\.\d{1,8}$")] = "0.985"
    """The price below which a dollar token leaves its venues, where `leave on depeg` names none."""
    mandate_illiquid_percent: Annotated[str, StringConstraints(pattern=r"^\d{1,2}(\.\d{1,8})?$")] = "5"
    """Percent of a venue's deposits that must be free to leave, for `leave when it gets hard to leave`."""

    owners: tuple[Identity, ...] = ()
    """Who owns this bot and operates it, as platform and id: `discord:123`. The terminal's user always does."""
    operator: str = "the person who started it"
    """How the bot names its operator to people whom it doesn't know."""
    access: Literal["owner", "invite", "allow", "role"] = "owner"
    """Who gets an account besides the owners. Anything but `owner` puts others' money into the operator's hands."""
    allow: tuple[Identity, ...] = ()
    """With access `allow`: who gets in."""
    roles: tuple[str, ...] = ()
    """With access `role`: ids of the Discord roles that let their members in."""
    operator_roles: tuple[str, ...] = ()
    """Ids of Discord roles whose members may operate: freeze, unfreeze, status, invite, settings."""
    messages_a_minute: Annotated[int, Field(ge=1, le=60_000)] = 20
    """How many messages of one person are answered a minute, on average."""
    message_burst: Annotated[int, Field(ge=1)] = 10
    """How many of them at once."""
    presses_a_minute: Annotated[int, Field(ge=1, le=60_000)] = 30
    """The same for buttons."""
    press_burst: Annotated[int, Field(ge=1)] = 10
    """How many presses at once."""

    models: tuple[ModelSetting, ...] | None = None
    """Several language models instead of one, with prices and routes: `[[models]]` tables (docs/models.md). They
    stand at the end of the file, as everything after them belongs to them."""
    routes: dict[PurposeName, RouteSetting] | None = None
    """Which of the models are asked for what, as tables `[routes.understand]`, `.talk`, `.summarise`, `.analyse`; all
    of them, in their order, where it isn't said."""

    @classmethod
    def of(cls, folder: Path | None = None, **said: Any) -> Self:
        """What holds for the instance in `folder`: its own moneta.toml, else the working folder's.

        Raises Refused: settings for a setting that can't be meant, secret for a secret among them.
        """
        for each in config_file.strangers(os.environ, cls.model_fields):
            log.warning(each)
        used = config_file.file_of(folder)
        if folder is not None and used is not None and used.parent.resolve() != folder.resolve():
            log.warning(f"{folder} has no {config_file.NAME}: the one at {used.resolve()} counts, whoever wrote it.")
        token = _FOLDER.set(folder)
        try:
            return cls.said(**said)
        finally:
            _FOLDER.reset(token)

    @classmethod
    def said(cls, **said: Any) -> Self:
        """The settings with what is said in code first. Raises Refused("settings")."""
        try:
            return cls(**said)
        except ValidationError as error:
            raise Refused("settings", _first_fault(error)) from None  # which would repeat the value
        except SettingsError as error:  # a list in the environment
            raise Refused("settings", f"{error}.", 'A list there is JSON: ["discord:123"].') from None

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
        path = config_file.file_of(_FOLDER.get())
        if path is None:
            return init_settings, env_settings
        data = config_file.read(path, settings_cls.model_fields, paths(settings_cls))
        return init_settings, env_settings, InitSettingsSource(settings_cls, data)


def paths(settings: type[BaseSettings]) -> frozenset[str]:
    """The settings that name files."""
    return frozenset(name for name, field in settings.model_fields.items() if "Path" in str(field.annotation))


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else "a setting"
    where = f"{config_file.NAME} or {config_file.PREFIX}{name.upper()}"
    why = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
    if fault["type"] == "string_pattern_mismatch" and "http" in why:
        why = "it is a URL that begins with http:// or https://"
        why += "; one with ws:// or wss:// goes into the file that rpc_file names" if name == "rpc_url" else ""
    return f"The setting {name} can't be that: {why} ({where})."
