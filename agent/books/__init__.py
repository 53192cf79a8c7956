"""Books: every transaction with lots, interest, rewards, gas and a USD price with its source. Pure, in integers."""
