"""Swaps and wraps: routed, compared with others' offers, priced against a sandwich, checked for honest tokens."""
