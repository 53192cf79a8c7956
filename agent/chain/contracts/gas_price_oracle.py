"""GasPriceOracle, the OP stack's predeploy: what a transaction pays for its data on L1, and the operator's fee.

`getL1FeeUpperBound` is there since Fjord, `getOperatorFee` since Isthmus (ethereum-optimism/specs, fjord and isthmus
predeploys.md): before that a call of it reverts, or finds no such function.
"""

from agent.abi import view

L1_FEE_UPPER_BOUND = view("getL1FeeUpperBound(uint256 unsignedTxSize)", "uint256")
OPERATOR_FEE = view("getOperatorFee(uint256 gasUsed)", "uint256")
