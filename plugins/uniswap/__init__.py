"""Uniswap v3: one trader over the pools that the chain file lists, through SwapRouter02."""

import json
from importlib.resources import files
from typing import Any

from moneta import Trader, hookimpl
from plugins.uniswap.trader import UniswapV3


def _read(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
    return body


@hookimpl
def moneta_traders() -> list[type[Trader]]:
    return [UniswapV3]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [_read("router.json"), _read("positions.json")]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [_read("router.erc7730.json"), _read("positions.erc7730.json")]
