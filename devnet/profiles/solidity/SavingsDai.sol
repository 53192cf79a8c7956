// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC20, Savings} from "./Savings.sol";

/// What Maker's Pot says of the savings rate. No money is in this one.
contract Pot {
    uint256 public immutable dsr;
    uint256 public constant chi = 1e27;
    uint256 public immutable rho = block.timestamp;

    constructor(uint256 dsr_) {
        dsr = dsr_;
    }
}

/// Stands where sDAI does: its rate is the Pot's.
contract SavingsDai is Savings {
    Pot public immutable pot;

    constructor(IERC20 asset_, string memory symbol_, uint256 dsr) Savings(asset_, symbol_, symbol_) {
        pot = new Pot(dsr);
    }

    function growth() internal view override returns (uint256, uint256, uint256) {
        return (pot.dsr(), pot.chi(), pot.rho());
    }
}
