"""The built chain: plausible rates, and a best venue that depends on how much one deposits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import devnet
from tests.integration.devnet_reads import WAD, Reader, supply_rates

pytestmark = pytest.mark.integration
USDC = 10**6
MARGIN = 3 * WAD // 1000  # 0.3 percentage points


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    devnet.setup()
    with devnet.start(tmp_path_factory.mktemp("devnet")) as node:
        yield Reader(node)


def test_every_venue_pays_between_one_and_nine_percent(reader: Reader) -> None:
    for venue, rate in supply_rates(reader, 0).items():
        assert WAD // 100 < rate < 9 * WAD // 100, venue


@pytest.mark.parametrize(
    ("deposit", "best"),
    [
        (1_000 * USDC, "morpho-blue:WETH-86:USDC"),
        (100_000 * USDC, "venus:core:USDC"),
        (5_000_000 * USDC, "aave-v3:core:USDC"),
    ],
)
def test_the_best_venue_after_ones_own_deposit_depends_on_its_size(reader: Reader, deposit: int, best: str) -> None:
    rates = supply_rates(reader, deposit)
    others = [rate for venue, rate in rates.items() if venue != best]
    assert rates[best] >= max(others) + MARGIN, rates


def test_a_deposit_of_five_millions_would_break_the_cap_of_prime_alone(reader: Reader) -> None:
    usdc = reader.chain["tokens"]["USDC"]["address"]
    room = {}
    for market in ("core", "prime"):
        cap = reader.data(market).functions.getReserveCaps(usdc).call()[1]
        room[market] = cap * USDC - reader.data(market).functions.getATokenTotalSupply(usdc).call()
    assert room["prime"] < 5_000_000 * USDC < room["core"]
    assert reader.vault("stata-prime-USDC").functions.maxDeposit(reader.user).call() < 5_000_000 * USDC


def test_each_pool_trades_at_the_price_of_the_feeds(reader: Reader) -> None:
    code = reader.contracts.npm("@uniswap/v3-core", "UniswapV3Pool")
    fees = []
    for address in reader.chain["protocols"]["uniswap-v3"]["pools"]:
        pool = reader.at(code, address)
        fees.append(pool.functions.fee().call())
        root = pool.functions.slot0().call()[0]
        pair = (pool.functions.token0().call(), pool.functions.token1().call())
        names = {token["address"]: symbol for symbol, token in reader.chain["tokens"].items()}
        value = {"USDC": 10**12, "DAI": 1, "WETH": 3_000}  # of a base unit, against one of DAI
        expected = value[names[pair[0]]] * 10**18 // value[names[pair[1]]]
        assert abs((root * root * 10**18 >> 192) - expected) <= expected // 10**6 + 1
    assert fees == [500, 3000, 100, 3000]


def test_each_pair_trades_at_the_price_of_the_feeds(reader: Reader) -> None:
    section = reader.chain["protocols"]["uniswap-v3"]
    names = {token["address"]: symbol for symbol, token in reader.chain["tokens"].items()}
    value = {"USDC": 10**12, "DAI": 1, "WETH": 3_000}  # of a base unit, against one of DAI
    held = []
    for place in section["pairs"]:
        pair = reader.at(reader.contracts.npm("@uniswap/v2-core", "UniswapV2Pair"), place)
        assert pair.functions.factory().call() == section["factory_v2"]
        ends = [names[each().call()] for each in (pair.functions.token0, pair.functions.token1)]
        first, second, _ = pair.functions.getReserves().call()
        assert first * value[ends[0]] == second * value[ends[1]]
        held.append(set(ends))
    assert held == [{"WETH", "USDC"}]


def test_multicall3_answers(reader: Reader) -> None:
    get_block_number = "0x42cbb15c"
    answer = reader.w3.eth.call({"to": reader.chain["multicall3"], "data": get_block_number})  # type: ignore[typeddict-item]
    assert int.from_bytes(answer) == reader.w3.eth.block_number
