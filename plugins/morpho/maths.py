"""Morpho Blue's fixed-point arithmetic: @morpho-org/morpho-blue, src/libraries/{MathLib,SharesMathLib}.sol."""

WAD = 10**18
VIRTUAL_SHARES = 10**6
VIRTUAL_ASSETS = 1


def mul_down(x: int, y: int) -> int:
    """MathLib.wMulDown."""
    return x * y // WAD


def div_down(x: int, y: int) -> int:
    """MathLib.wDivDown."""
    return x * WAD // y


def compounded(rate: int, seconds: int) -> int:
    """MathLib.wTaylorCompounded: e^(rate · seconds) − 1 to the third term, in wad."""
    first = rate * seconds
    second = first * first // (2 * WAD)
    return first + second + second * first // (3 * WAD)


def shares_down(assets: int, total_assets: int, total_shares: int) -> int:
    """SharesMathLib.toSharesDown."""
    return assets * (total_shares + VIRTUAL_SHARES) // (total_assets + VIRTUAL_ASSETS)


def assets_down(shares: int, total_assets: int, total_shares: int) -> int:
    """SharesMathLib.toAssetsDown."""
    return shares * (total_assets + VIRTUAL_ASSETS) // (total_shares + VIRTUAL_SHARES)


def assets_up(shares: int, total_assets: int, total_shares: int) -> int:
    """SharesMathLib.toAssetsUp."""
    return -(-shares * (total_assets + VIRTUAL_ASSETS) // (total_shares + VIRTUAL_SHARES))


def quotient(x: int, y: int) -> int:
    """Solidity's signed division: towards zero, where Python's goes down."""
    return abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)


def wad_mul(x: int, y: int) -> int:
    """morpho-blue-irm, libraries/MathLib.wMulToZero (signed)."""
    return quotient(x * y, WAD)


def wad_div(x: int, y: int) -> int:
    """morpho-blue-irm, libraries/MathLib.wDivToZero (signed)."""
    return quotient(x * WAD, y)
