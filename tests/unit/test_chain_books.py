"""Reading the address books: their own words become entries, and a book written otherwise is noticed."""

from __future__ import annotations

import pytest

from scripts.chains.reading import Unread, block, place, solidity, value
from scripts.chains.uniswap import pool_address

SOLIDITY = """
library One {
  // https://example.invalid/address/0x8f
  IPool internal constant POOL = IPool(0xA238Dd80C259a72e81d7e4664a9801593F98d1c5);
  IPoolAddressesProvider internal constant PROVIDER =
    IPoolAddressesProvider(0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D);
  uint8 internal constant USDC_DECIMALS = 6;
}
library OneAssets {
  address internal constant FEED = 0x7e860098F58bBFC8648a4311b374B1D669a2bc6B;
}
"""
SCRIPT = "const BASE = {\n  factory: '0x33128a8fC17869897dcE68Ed026d694621f6FDfD',\n  deep: { factory: '0x1' },\n};\n"


def test_a_library_gives_its_own_constants_only() -> None:
    assert solidity(SOLIDITY, "One") == {
        "POOL": "0xA238Dd80C259a72e81d7e4664a9801593F98d1c5",
        "PROVIDER": "0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D",
        "USDC_DECIMALS": "6",
    }
    assert set(solidity(SOLIDITY, "OneAssets")) == {"FEED"}


def test_an_object_literal_gives_its_own_values() -> None:
    assert place(block(SCRIPT, "const BASE ="), "factory") == "0x33128a8fC17869897dcE68Ed026d694621f6FDfD"


@pytest.mark.parametrize(
    "read",
    [
        lambda: solidity(SOLIDITY, "Two"),
        lambda: block(SCRIPT, "const OTHER ="),
        lambda: block(SCRIPT * 2, "const BASE ="),
        lambda: block("const BASE = { a: {", "const BASE ="),
        lambda: value(SCRIPT, "router", "(.)"),
        lambda: place("factory: '0x33128A8fC17869897dcE68Ed026d694621f6FDfD'", "factory"),
    ],
    ids=["no library", "no block", "two blocks", "not closed", "no key", "a wrong checksum"],
)
def test_what_is_not_there_or_contradicts_itself_is_noticed(read: object) -> None:
    assert callable(read)
    with pytest.raises(Unread):
        read()


@pytest.mark.parametrize("turned", [False, True])
def test_a_pool_is_where_the_factory_puts_it(turned: bool) -> None:
    """Ethereum's USDC/WETH pool at 0.05 %, as Uniswap's own documentation names it."""
    usdc, weth = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
    code = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
    pair = (weth, usdc) if turned else (usdc, weth)
    assert pool_address(factory, code, pair, 500) == "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640"
