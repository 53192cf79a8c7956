"""Quotes of aggregators: 0x, 1inch, CoW Protocol, Velora, KyberSwap. Each is asked only where its URL is set."""
