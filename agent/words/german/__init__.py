"""German, as data."""
