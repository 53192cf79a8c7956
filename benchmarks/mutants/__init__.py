"""What the unit tests notice of small changes to policy, gate and execution: `make mutants`."""
