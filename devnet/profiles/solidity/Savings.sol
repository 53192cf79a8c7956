// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

interface Mintable {
    function mint(address to, uint256 units) external returns (bool);
}

/// A vault that pays a set rate and mints it, as Sky's savings vaults do: one share is `chi` ray of the asset, and chi
/// grows by the rate every second. Its asset is one of devnet's, which anybody may mint.
abstract contract Savings is ERC4626 {
    using Math for uint256;

    uint256 internal constant RAY = 1e27;

    constructor(IERC20 asset_, string memory name_, string memory symbol_) ERC20(name_, symbol_) ERC4626(asset_) {}

    /// What one ray grows to in a second, the accumulator, and when it was last written.
    function growth() internal view virtual returns (uint256 rate, uint256 chi, uint256 rho);

    function totalAssets() public view override returns (uint256) {
        return _convertToAssets(totalSupply(), Math.Rounding.Floor);
    }

    function _convertToShares(uint256 assets, Math.Rounding rounding) internal view override returns (uint256) {
        return assets.mulDiv(RAY, _chi(), rounding);
    }

    function _convertToAssets(uint256 shares, Math.Rounding rounding) internal view override returns (uint256) {
        return shares.mulDiv(_chi(), RAY, rounding);
    }

    function _withdraw(address caller, address receiver, address owner, uint256 assets, uint256 shares)
        internal
        override
    {
        uint256 held = IERC20(asset()).balanceOf(address(this));
        if (held < assets) Mintable(asset()).mint(address(this), assets - held);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _chi() private view returns (uint256) {
        (uint256 rate, uint256 chi, uint256 rho) = growth();
        return _power(rate, block.timestamp - rho).mulDiv(chi, RAY);
    }

    /// In ray, by squaring.
    function _power(uint256 base, uint256 exponent) private pure returns (uint256 result) {
        result = RAY;
        for (; exponent > 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = result.mulDiv(base, RAY);
            base = base.mulDiv(base, RAY);
        }
    }
}
