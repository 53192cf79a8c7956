// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// A price feed, or a sequencer's uptime feed, that answers as Chainlink's AggregatorV3Interface does. It is always
/// as fresh as the block that asks, until it is stopped; anybody may set and stop it, since nothing here has a price.
contract Feed {
    uint8 public decimals;
    string public description;
    uint256 public constant version = 4;

    int256 private answer;
    uint80 private round;
    uint256 private since;
    uint256 private stopped;

    constructor(uint8 decimals_, string memory description_, int256 answer_) {
        decimals = decimals_;
        description = description_;
        set(answer_);
    }

    function set(int256 answer_) public {
        answer = answer_;
        since = block.timestamp;
        round += 1;
    }

    /// From now on it answers as of this moment.
    function stop() external {
        stopped = block.timestamp;
    }

    function go() external {
        stopped = 0;
    }

    function latestAnswer() external view returns (int256) {
        return answer;
    }

    function latestTimestamp() public view returns (uint256) {
        return stopped == 0 ? block.timestamp : stopped;
    }

    /// `startedAt` is when the answer became what it is: an uptime feed says so when the sequencer came or went.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (round, answer, since, latestTimestamp(), round);
    }
}
