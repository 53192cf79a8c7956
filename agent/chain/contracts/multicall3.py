"""Multicall3 (github.com/mds1/multicall3, src/Multicall3.sol): many reads in one call, and the block's own facts."""

from agent.abi import view

AGGREGATE3 = "aggregate3((address target,bool allowFailure,bytes callData)[] calls)"

BASE_FEE = view("getBasefee()", "uint256")
BLOCK_NUMBER = view("getBlockNumber()", "uint256")
CHAIN_ID = view("getChainId()", "uint256")
ETH_BALANCE = view("getEthBalance(address account)", "uint256")
LAST_BLOCK_HASH = view("getLastBlockHash()", "bytes32")
TIMESTAMP = view("getCurrentBlockTimestamp()", "uint256")
