"""A transaction that isn't mined: gas rises above its offer and it is replaced, or its user cancels it."""

from __future__ import annotations

from collections.abc import Callable

from agent.execution.points import Point
from benchmarks.kills.warm import Warm
from devnet.rpc import Rpc

PATIENCE_SECONDS, REPLACE_SECONDS = 0.05, 0.01


USUAL_WEI = 10**9


def stop_mining(warm: Warm) -> None:
    """Nothing is mined until somebody goes on with it, at a base fee beside which the tip is small."""
    with Rpc(warm.node.rpc_url) as chain:
        _block_at(chain, USUAL_WEI)
        chain.call("evm_setAutomine", False)


def go_on(warm: Warm) -> None:
    """What waits is mined, and what comes from now on."""
    with Rpc(warm.node.rpc_url) as chain:
        chain.call("evm_setAutomine", True)
        chain.call("evm_mine")


def dearer(warm: Warm) -> Callable[[Point], None]:
    """Gas rises once the first transaction is sent: just above its offer, of which a fifth is left for more
    (agent/execution/fees.py).
    """
    done = False

    def hook(name: Point) -> None:
        nonlocal done
        if name is Point.BROADCAST and not done:
            done = True
            with Rpc(warm.node.rpc_url) as chain:
                waiting = chain.call("eth_getBlockByNumber", "pending", True)["transactions"]
                if waiting:
                    _block_at(chain, max(int(each["maxFeePerGas"], 16) for each in waiting) + 1)

    return hook


def _block_at(chain: Rpc, base_fee: int) -> None:
    chain.call("anvil_setNextBlockBaseFeePerGas", hex(base_fee))
    chain.call("evm_mine")


def mined_once_replaced(warm: Warm) -> Callable[[Point], None]:
    """The next block comes with what was offered last."""

    def hook(name: Point) -> None:
        if name is Point.REPLACED:
            with Rpc(warm.node.rpc_url) as chain:
                chain.call("evm_setAutomine", True)

    return hook
