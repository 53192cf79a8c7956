"""Mandates in words: their limits, venues, conditions."""
