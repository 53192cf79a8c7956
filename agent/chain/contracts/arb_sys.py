"""ArbSys, Arbitrum's precompile. There `block.number` inside a contract is an estimate of L1's block number; this is
the chain's own (docs.arbitrum.io, "Block numbers and time").
"""

from agent.abi import view
from agent.money import Address

PLACE = Address("0x0000000000000000000000000000000000000064")
BLOCK_NUMBER = view("arbBlockNumber()", "uint256")
