"""Uniswap v4: pools without hooks and with a fixed fee, read from the manager, traded by the universal router."""
