"""Liquidity provided to pools: the price it goes in at, the range, both amounts, moving, and the words."""
