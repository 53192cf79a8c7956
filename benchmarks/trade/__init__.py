"""Trades: their integers against the contracts', their split against the best, their speed."""
