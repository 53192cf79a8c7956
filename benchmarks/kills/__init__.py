"""SIGKILL at named points between a proposal and its settlement, then recovery: `make bench-kills`."""
