"""Who people are, what they agreed to, their limits, and what is handed out to them."""
