"""Local profiles of real chains: devnet's contracts at a chain file's own addresses, under its chain id."""

from devnet.profiles.start import prepare, start_profile

__all__ = ["prepare", "start_profile"]
