"""Thirty days at each protocol, against the protocol's own formula in integers, to the base unit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import devnet
from tests.integration.devnet_reads import RAY, VENUS, WAD, YEAR, Reader, linear_income, ray_mul

pytestmark = pytest.mark.integration
USDC = 10**6
STAKE = 10_000 * USDC
MONTH = 30 * 86_400


@pytest.fixture
def node(tmp_path: Path) -> Iterator[devnet.Node]:
    devnet.setup()
    with devnet.start(tmp_path) as node:
        yield node


@pytest.fixture
def reader(node: devnet.Node) -> Reader:
    reader = Reader(node)
    devnet.fund(node.rpc_url, reader.user, {"USDC": STAKE})
    return reader


def approve(reader: Reader, spender: str) -> None:
    reader.hands.approve(reader.token("USDC"), spender, reader.user)


def held(reader: Reader) -> int:
    return int(reader.token("USDC").functions.balanceOf(reader.user).call())


@pytest.mark.parametrize("market", ["core", "prime"])
def test_aave_pays_the_rate_that_it_showed(node: devnet.Node, reader: Reader, market: str) -> None:
    pool, usdc = reader.pool(market), reader.chain["tokens"]["USDC"]["address"]
    approve(reader, pool.address)
    supplied = reader.hands.send(pool.functions.supply(usdc, STAKE, reader.user, 0), reader.user)
    words = pool.functions.getReserveData(usdc).call()
    index, rate = words[1], words[2]
    shares = (STAKE * RAY + index // 2) // index  # the aToken's scaled balance: rayDiv, half up
    devnet.advance(node.rpc_url, MONTH, borrowers=False)
    taken = reader.hands.send(pool.functions.withdraw(usdc, 2**256 - 1, reader.user), reader.user)
    seconds = reader.timestamp(taken["blockNumber"]) - reader.timestamp(supplied["blockNumber"])
    assert MONTH <= seconds < MONTH + 120
    assert held(reader) == ray_mul(shares, linear_income(index, rate, seconds)) > STAKE


def test_the_vault_pays_what_the_market_under_it_pays(node: devnet.Node, reader: Reader) -> None:
    vault, pool = reader.vault("stata-prime-USDC"), reader.pool("prime")
    usdc = reader.chain["tokens"]["USDC"]["address"]
    approve(reader, vault.address)
    put = reader.hands.send(vault.functions.deposit(STAKE, reader.user), reader.user)
    words = pool.functions.getReserveData(usdc).call()
    shares = vault.functions.balanceOf(reader.user).call()
    devnet.advance(node.rpc_url, MONTH, borrowers=False)
    taken = reader.hands.send(vault.functions.redeem(shares, reader.user, reader.user), reader.user)
    seconds = reader.timestamp(taken["blockNumber"]) - reader.timestamp(put["blockNumber"])
    assert held(reader) == shares * linear_income(words[1], words[2], seconds) // RAY > STAKE


def test_morpho_compounds_the_rate_of_its_curve(node: devnet.Node, reader: Reader) -> None:
    blue, market = reader.blue(), reader.chain["protocols"]["morpho-blue"]["markets"]["WETH-77"]
    params = blue.functions.idToMarketParams(market).call()
    approve(reader, blue.address)
    reader.hands.send(blue.functions.supply(params, STAKE, 0, reader.user, b""), reader.user)
    before = blue.functions.market(market).call()
    devnet.advance(node.rpc_url, MONTH, borrowers=False)
    accrued = reader.hands.send(blue.functions.accrueInterest(params), reader.user)
    # AccrueInterest(id, prevBorrowRate, interest, feeShares); Morpho keeps its events in a library, out of its ABI
    (text,) = (log["data"] for log in accrued["logs"] if log["address"] == blue.address.lower())
    data = bytes.fromhex(text.removeprefix("0x"))
    rate, interest, _ = (int.from_bytes(data[at : at + 32]) for at in (0, 32, 64))
    elapsed = reader.timestamp(accrued["blockNumber"]) - before[4]
    first = rate * elapsed  # MathLib.wTaylorCompounded: three terms of e^x - 1
    second = first * first // (2 * WAD)
    factor = first + second + second * first // (3 * WAD)
    assert MONTH <= elapsed < MONTH + 120
    assert interest == before[2] * factor // WAD
    # at its 90 % target the curve stands still, at the 4 % that it starts with
    assert abs(rate * YEAR - 4 * WAD // 100) < WAD // 1000
    after = blue.functions.market(market).call()
    assert (after[0], after[2]) == (before[0] + interest, before[2] + interest)


def test_venus_accrues_for_every_block_that_passed(node: devnet.Node, reader: Reader) -> None:
    vtoken = reader.vtoken("USDC")
    approve(reader, vtoken.address)
    put = reader.hands.send(vtoken.functions.mint(STAKE), reader.user)
    before = _venus(reader)
    devnet.advance(node.rpc_url, MONTH, borrowers=False)
    taken = reader.hands.send(vtoken.functions.accrueInterest(), reader.user)
    blocks = taken["blockNumber"] - put["blockNumber"]
    assert MONTH // 12 < blocks <= MONTH // 12 + 3
    after = _venus(reader)
    factor = before["rate"] * blocks
    interest = factor * before["borrows"] // WAD
    assert after["borrows"] == before["borrows"] + interest
    assert after["reserves"] == before["reserves"] + before["factor"] * interest // WAD
    assert after["index"] == before["index"] + factor * before["index"] // WAD
    assert after["cash"] == before["cash"]


def _venus(reader: Reader) -> dict[str, Any]:
    do = reader.vtoken("USDC").functions
    getters = {
        "cash": "getCash",
        "borrows": "totalBorrows",
        "reserves": "totalReserves",
        "factor": "reserveFactorMantissa",
        "index": "borrowIndex",
    }
    found = {name: do[getter]().call() for name, getter in getters.items()}
    model = reader.at(reader.contracts.npm(VENUS, "JumpRateModel"), do.interestRateModel().call())
    rate = model.functions.getBorrowRate(found["cash"], found["borrows"], found["reserves"]).call()
    return {**found, "rate": rate}
