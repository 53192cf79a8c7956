"""`moneta plugins list|check|new`."""
