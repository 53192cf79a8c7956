"""Who is who among the ten accounts of anvil's default mnemonic, by index.

1 is left free for tests. These accounts are unlocked on every devnet, and worth nothing anywhere else.
"""

from __future__ import annotations

from typing import Final

ADMIN: Final = 0
CORE_LENDER: Final = 2
CORE_BORROWER: Final = 3
PRIME_LENDER: Final = 4
PRIME_BORROWER: Final = 5
POOLS_LENDER: Final = 6
POOLS_BORROWER: Final = 7
TREASURY: Final = 8
PROXY_ADMIN: Final = 9
