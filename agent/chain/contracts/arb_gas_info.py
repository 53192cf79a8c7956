"""ArbGasInfo, Arbitrum's precompile: what a byte of a transaction costs for L1, and the least that gas costs.

`getPricesInWei` answers (per L2 transaction, per byte for L1, per storage allocation, per gas: base, congestion,
total), all in wei (OffchainLabs/nitro, precompiles/ArbGasInfo.go).
"""

from agent.abi import view

PRICES_IN_WEI = view("getPricesInWei()", "uint256", "uint256", "uint256", "uint256", "uint256", "uint256")
MINIMUM_GAS_PRICE = view("getMinimumGasPrice()", "uint256")
