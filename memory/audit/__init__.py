"""The audit log, its hash chain, and whether the journal still agrees with it."""
