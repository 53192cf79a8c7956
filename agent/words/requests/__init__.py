"""Requests that are a whole message or nothing: rewards, debts, allowances, memory, hours, keys."""
