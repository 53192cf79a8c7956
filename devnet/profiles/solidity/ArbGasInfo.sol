// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What Arbitrum's precompile ArbGasInfo (0x…6C) answers, with standing figures. Nothing here charges them.
contract ArbGasInfo {
    uint256 private constant L1_BASE_FEE = 500_000_000;
    uint256 private constant GAS_PER_BYTE = 16;

    function getL1BaseFeeEstimate() external pure returns (uint256) {
        return L1_BASE_FEE;
    }

    function getMinimumGasPrice() external pure returns (uint256) {
        return 10_000_000;
    }

    /// Per L2 transaction, per byte of calldata on L1, per storage slot; ArbGas: base, congestion, total.
    function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256) {
        uint256 perByte = L1_BASE_FEE * GAS_PER_BYTE;
        return (perByte * 140, perByte, 20_000 * block.basefee, block.basefee, 0, block.basefee);
    }
}
