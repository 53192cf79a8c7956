"""`moneta demo --autopilot 90d`: months on a devnet, in which only the clock isn't real.

The chain's time is moved on, and the instance's clock with it. Everything else is what a user has: the schedule, the
rule, the gate, the signer, transactions.
"""
