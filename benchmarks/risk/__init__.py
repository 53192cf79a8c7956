"""Signals replayed on recorded markets: how long before a door closed they spoke, and how often for nothing."""
