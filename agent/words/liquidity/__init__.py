"""Liquidity positions in words."""
