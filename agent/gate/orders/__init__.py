"""Limit, stop and recurring orders: their terms, when they are due, and at what price they may run."""
