"""The plug-ins that ship with Moneta. They register through the same hooks as anybody's and import `moneta` only."""

BUILT_IN = (
    "plugins.aave",
    "plugins.morpho",
    "plugins.erc4626",
    "plugins.venus",
    "plugins.yields",
    "plugins.uniswap",
    "plugins.trade",
    "plugins.rebalance",
    "plugins.risk",
    "plugins.defillama",
    "plugins.gas",
    "plugins.facts.rates",
    "plugins.facts.portfolio",
    "plugins.hours",
    "plugins.ollama",
    "agent.chat.telegram_platform",
    "agent.chat.discord_platform",
)
"""Module names, in the order in which they are registered."""
