"""Price feeds (Chainlink's AggregatorV3Interface and its older AggregatorInterface): USD with 8 decimals."""

from agent.abi import view

LATEST_ANSWER = view("latestAnswer()", "int256")
LATEST_ROUND_DATA = view("latestRoundData()", "uint80", "int256", "uint256", "uint256", "uint80")
"""roundId, answer, startedAt, updatedAt, answeredInRound (docs.chain.link, Data Feeds API reference)."""
DECIMALS = view("decimals()", "uint8")
PRICE_DECIMALS = 8
