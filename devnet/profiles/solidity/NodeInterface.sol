// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What Arbitrum's NodeInterface (0x…C8) estimates: the L1 part as L2 gas, as Nitro's GetPosterGas does for an
/// estimate (a tenth on top, at seven eighths of the base fee), without its compression of the data.
contract NodeInterface {
    uint256 private constant L1_BASE_FEE = 500_000_000;
    uint256 private constant OVERHEAD_BYTES = 140;

    function gasEstimateL1Component(address, bool, bytes calldata data)
        external
        payable
        returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate)
    {
        return (posterGas(data.length), block.basefee, L1_BASE_FEE);
    }

    function gasEstimateComponents(address, bool, bytes calldata data)
        external
        payable
        returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate)
    {
        uint64 l1 = posterGas(data.length);
        return (l1 + 21_000, l1, block.basefee, L1_BASE_FEE);
    }

    function posterGas(uint256 size) private view returns (uint64) {
        uint256 price = block.basefee * 7 / 8;
        return uint64((size + OVERHEAD_BYTES) * 16 * L1_BASE_FEE * 11 / 10 / (price == 0 ? 1 : price));
    }
}
