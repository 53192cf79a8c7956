"""Uniswap v3: one trader over the pools that the chain file lists, through SwapRouter02."""

import json
from importlib.resources import files
from typing import Any

from moneta import Trader, hookimpl
from plugins.uniswap.trader import UniswapV3


@hookimpl
def moneta_traders() -> list[type[Trader]]:
    return [UniswapV3]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("router.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("router.erc7730.json").read_text(encoding="utf-8"))]
