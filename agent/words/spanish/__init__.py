"""Spanish, as data."""
