"""Rewards of an Aave v3 market: its RewardsController, which all its aTokens tell of each change of a position.

aave-v3-origin, contracts/rewards/RewardsController.sol; the same calls since v3.0 (@aave/periphery-v3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moneta import Address, Call, Listed, Rewarder, Step, Unavailable, address
from plugins.aave import views

CLAIM = "claimRewardsToSelf(address[] assets,uint256 amount,address reward)"
TABLE = "aave-v3-rewards"


class AaveRewards(Rewarder):
    """One controller for the aTokens of one market. Debts earn there, too, where somebody set that: not claimed."""

    def __init__(self, market: str, controller: Address, receipts: Sequence[Address]) -> None:
        self.id = f"aave-v3:{market}"
        self.contract = Listed(controller, f"Aave v3 {market} RewardsController", TABLE)
        self._receipts = tuple(receipts)

    def reads(self, account: Address) -> tuple[Call, ...]:
        return (views.ALL_REWARDS.at(self.contract.address, list(self._receipts), account),)

    def earned(self, answers: Sequence[tuple[Any, ...] | None]) -> Mapping[Address, int]:
        (answer,) = answers
        if answer is None:
            raise Unavailable(self.id, "its rewards can't be read")
        return {address(str(token)): int(units) for token, units in zip(*answer, strict=True)}

    def claim(self, account: Address, token: Address, units: int) -> Step:
        """An amount below what waits is paid exactly, and the rest waits on (RewardsController._claimRewards)."""
        args = (self._receipts, units, token)
        return Step(self.contract.address, self.contract.name, CLAIM, args)
