"""Quotes of aggregators: 0x, 1inch, CoW Protocol, Velora, KyberSwap. Each is asked only where its URL is set."""

import json
from importlib.resources import files
from typing import Any

from moneta import Quoter, hookimpl
from plugins.trade.cow import Cow
from plugins.trade.kyberswap import KyberSwap
from plugins.trade.oneinch import OneInch
from plugins.trade.velora import Velora
from plugins.trade.zerox import ZeroX

_TABLES = ("zerox", "settler", "oneinch", "velora", "kyberswap", "cow", "cow_relayer")


@hookimpl
def moneta_quoters() -> list[type[Quoter]]:
    return [ZeroX, OneInch, Cow, Velora, KyberSwap]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [_json(name) for name in _TABLES]


@hookimpl
def moneta_typed_tables() -> list[dict[str, Any]]:
    return [_json("cow_order")]


def _json(name: str) -> dict[str, Any]:
    return dict(json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")))
