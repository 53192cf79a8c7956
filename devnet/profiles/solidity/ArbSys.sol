// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What Arbitrum's precompile ArbSys (0x…64) answers: the chain's own block number, where `block.number` is L1's.
contract ArbSys {
    function arbBlockNumber() external view returns (uint256) {
        return block.number;
    }
}
