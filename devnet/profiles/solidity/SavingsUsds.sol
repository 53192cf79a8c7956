// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC20, Savings} from "./Savings.sol";

/// Stands where sUSDS does: it says its rate itself.
contract SavingsUsds is Savings {
    uint256 public immutable ssr;
    uint256 public constant chi = RAY;
    uint256 public immutable rho = block.timestamp;

    constructor(IERC20 asset_, string memory symbol_, uint256 ssr_) Savings(asset_, symbol_, symbol_) {
        ssr = ssr_;
    }

    function growth() internal view override returns (uint256, uint256, uint256) {
        return (ssr, chi, rho);
    }
}
