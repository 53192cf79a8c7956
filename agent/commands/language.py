"""`moneta interpret` and `moneta schema`: the reading of sentences, without a chain."""

from __future__ import annotations

import json
import sys

from agent.commands.output import json_line, text_line

TOKENS = ("DAI", "ETH", "USDC", "USDT", "WBTC", "WETH")
DOLLARS = frozenset({"DAI", "USDC", "USDT"})
VENUES = (
    "aave-v3:core:DAI",
    "aave-v3:core:USDC",
    "aave-v3:core:WETH",
    "aave-v3:prime:DAI",
    "aave-v3:prime:USDC",
    "aave-v3:prime:WETH",
    "erc4626:stata-prime-DAI:DAI",
    "erc4626:stata-prime-USDC:USDC",
    "morpho-blue:WETH-77:USDC",
    "morpho-blue:WETH-86:USDC",
    "venus:core:DAI",
    "venus:core:USDC",
    "venus:core:WETH",
)
"""What `interpret` knows by name: it needs no chain, so these are devnet's own and the usual tokens."""
TRADERS = ("uniswap-v3",)


def interpret() -> int:
    """Reads JSON Lines from standard input and answers each with its intent or its question."""
    from agent.mind.interpret import interpret_lines
    from agent.words.vocabulary import Vocabulary

    vocabulary = Vocabulary(tokens=TOKENS, venues=VENUES, dollars=DOLLARS, traders=TRADERS)
    for answer in interpret_lines(sys.stdin, vocabulary):
        json_line(answer)
    return 0


def schema() -> int:
    """Prints the JSON Schema of intents."""
    from agent.schema import schema as of_intents

    text_line(json.dumps(of_intents(), indent=2, sort_keys=True))
    return 0
