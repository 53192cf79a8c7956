"""The policy's limits in words: caps, allowed places and people, codes."""
