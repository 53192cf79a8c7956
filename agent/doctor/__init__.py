"""Whether a chain, an endpoint and its contracts are what the chain file says: pure checks over what was read.

Reading is at the edge: `probe` asks an endpoint what it can do, `examine` reads the contracts.
"""
