"""Discord as a plug-in: its adapter, where the settings name a token. discord.py is imported only then."""

from functools import partial

from agent.plugin import Chat, Setup, hookimpl

PLATFORM = "discord"


@hookimpl
def moneta_chats(setup: Setup) -> list[Chat]:
    from agent.chat.platforms import file_of, secret

    settings = setup.settings
    token = file_of(settings, "discord_token_file")
    if token is None:
        return []
    from agent.chat.discord.adapter import DiscordAdapter

    make = partial(
        DiscordAdapter,
        token=secret(token),
        api_base=settings.get("discord_api"),
        gateway=settings.get("discord_gateway"),
        shards=settings.get("discord_shards"),
    )
    return [Chat(PLATFORM, make)]
