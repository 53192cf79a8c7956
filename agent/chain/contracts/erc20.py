"""ERC-20 (EIP-20), with the metadata that it calls optional."""

from agent.abi import view

ALLOWANCE = view("allowance(address owner,address spender)", "uint256")
BALANCE_OF = view("balanceOf(address owner)", "uint256")
DECIMALS = view("decimals()", "uint8")
SYMBOL = view("symbol()", "string")

TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256("Transfer(address,address,uint256)"), the event's first topic."""
