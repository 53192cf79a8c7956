"""Price feeds (Chainlink's AggregatorInterface): USD with 8 decimals."""

from agent.abi import view

LATEST_ANSWER = view("latestAnswer()", "int256")
PRICE_DECIMALS = 8
