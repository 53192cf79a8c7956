"""What stands until it is taken back, and what was told of it: mandates, orders, alerts, news."""
