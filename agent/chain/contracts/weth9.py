"""WETH9: what is wrapped comes along as value, one to one, and moves by no Transfer (WETH9.sol of canonical-weth)."""

DEPOSIT_TOPIC = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
"""Deposit(address indexed dst, uint wad)"""
WITHDRAWAL_TOPIC = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
"""Withdrawal(address indexed src, uint wad)"""

WRAP, UNWRAP = "deposit()", "withdraw(uint256 wad)"
