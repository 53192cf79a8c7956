"""chain.toml: what a program must know of the chain. The same shape describes real chains."""

from __future__ import annotations

from typing import Any

from devnet.anvil import BLOCK_SECONDS, CHAIN_ID
from devnet.contracts.aave_market import Market
from devnet.contracts.morpho import Morpho
from devnet.contracts.tokens import DECIMALS, Tokens
from devnet.contracts.uniswap import Uniswap
from devnet.contracts.uniswap_v4 import UniswapV4
from devnet.contracts.venus import Venus

NAMES = {"USDC": "USD Coin", "DAI": "Dai Stablecoin", "WETH": "Wrapped Ether"}
STABLE = {"USDC": True, "DAI": True, "WETH": False}


def chain_file(
    tokens: Tokens,
    multicall3: str,
    markets: dict[str, Market],
    vaults: dict[str, str],
    morpho: Morpho,
    venus: Venus,
    uniswap: Uniswap,
    uniswap_v4: UniswapV4,
) -> dict[str, Any]:
    """The file's content. `vaults` are StataTokens of "prime" by symbol; addresses are EIP-55."""
    return {
        "name": "devnet",
        "network": "devnet",
        "chain_id": CHAIN_ID,
        "multicall3": multicall3,
        "block_seconds": BLOCK_SECONDS,
        "finality": 1,
        "native": {"symbol": "ETH", "decimals": 18, "wrapped": "WETH"},
        "tokens": {symbol: _token(tokens, symbol) for symbol in NAMES},
        "protocols": {
            "aave-v3": {
                name: {
                    "provider": market.provider.address,
                    "pool": market.pool.address,
                    "assets": list(NAMES),
                }
                for name, market in markets.items()
            },
            "morpho-blue": {
                "morpho": morpho.blue.address,
                "markets": {name: "0x" + id_.hex() for name, id_ in morpho.markets.items()},
            },
            "erc4626": {
                f"stata-prime-{symbol}": {
                    "vault": vault,
                    "asset": symbol,
                    "liquidity_source": f"aave-v3:prime:{symbol}",
                }
                for symbol, vault in vaults.items()
            },
            "venus": {
                "core": {
                    "comptroller": venus.comptroller.address,
                    "vtokens": {symbol: vtoken.address for symbol, vtoken in venus.vtokens.items()},
                }
            },
            "uniswap-v3": {
                "factory": uniswap.factory.address,
                "router": uniswap.router.address,
                "quoter": uniswap.quoter.address,
                "tick_lens": uniswap.tick_lens.address,
                "position_manager": uniswap.manager.address,
                "pools": list(uniswap.pools),
                **({"factory_v2": uniswap.factory_v2.address} if uniswap.factory_v2 else {}),
                **({"pairs": list(uniswap.pairs)} if uniswap.pairs else {}),
            },
            "uniswap-v4": {
                "pool_manager": uniswap_v4.manager.address,
                "router": uniswap_v4.router.address,
                "permit2": uniswap_v4.permit2.address,
                "pools": list(uniswap_v4.pools),
            },
        },
    }


def _token(tokens: Tokens, symbol: str) -> dict[str, Any]:
    return {
        "name": NAMES[symbol],
        "address": tokens.token[symbol].address,
        "decimals": DECIMALS[symbol],
        "feed": tokens.feed[symbol].address,
        "usd_stable": STABLE[symbol],
    }
