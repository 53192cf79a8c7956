"""Savings vaults at their addresses. Their code is devnet's own: no package carries Sky's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from devnet.accounts import CORE_LENDER
from devnet.contracts.tokens import Tokens
from devnet.deployer import Deployer
from devnet.profiles.lending import enter
from devnet.profiles.parts import Parts
from devnet.profiles.profile import Vault

# By how they tell their rate: the contract that stands there, and what one ray grows to in a second (4.5 %, 1.25 % a
# year, near what sUSDS and sDAI paid in 2025)
KINDS: Final = {
    "ssr": ("SavingsUsds", 1_000_000_001_395_766_281_313_196_627),
    "pot": ("SavingsDai", 1_000_000_000_393_915_525_145_987_602),
}


def place_savings(chain: Deployer, parts: Parts, tokens: Tokens, vaults: Sequence[Vault]) -> None:
    for vault in vaults:
        name, rate = KINDS[vault.kind]
        asset = tokens.token[vault.asset].address
        chain.deploy(parts.compiled(name), asset, vault.symbol, rate, place=vault.place)
        enter(chain, tokens, vault, chain.accounts[CORE_LENDER])
