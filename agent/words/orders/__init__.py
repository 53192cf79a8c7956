"""Orders in words: at a price, at a time, for protection."""
