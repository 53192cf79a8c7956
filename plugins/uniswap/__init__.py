"""Uniswap: v3 and v2 through SwapRouter02, v4 through the universal router; the pools that the chain file lists."""

import json
from importlib.resources import files
from typing import Any

from moneta import Trader, hookimpl
from plugins.uniswap.trader import UniswapV3
from plugins.uniswap.v4.trader import UniswapV4

TABLES = ("router", "positions", "universal_router", "permit2")


def _read(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
    return body


@hookimpl
def moneta_traders() -> list[type[Trader]]:
    return [UniswapV3, UniswapV4]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [_read(f"{name}.json") for name in TABLES]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [_read(f"{name}.erc7730.json") for name in TABLES if name != "universal_router"]
