"""The tables of both files, step by step."""
