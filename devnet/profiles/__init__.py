"""Local profiles of real chains: devnet's contracts at a chain file's own addresses, under its chain id."""

from devnet.profiles.start import start_profile

__all__ = ["start_profile"]
