"""Morpho's curated vaults at their addresses: MetaMorpho's own code, all money in one market of the vault's asset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from devnet.accounts import POOLS_LENDER
from devnet.deployer import WAD
from devnet.profiles.lending import enter
from devnet.profiles.morpho import Morpho, open_market, scaled_price
from devnet.profiles.parts import Parts
from devnet.profiles.profile import WRAPPED, MarketParams, Vault, market_id

DAY: Final = 86_400  # MetaMorpho's shortest timelock
LLTV: Final = 86 * WAD // 100
CAP: Final = 2**127


def place_curated(morpho: Morpho, parts: Parts, markets: dict[str, MarketParams], vaults: Sequence[Vault]) -> None:
    """`markets` are those that stand, by loan token. A market is submitted, waits out its day, and is accepted."""
    if not vaults:
        return
    chain, placed = morpho.chain, []
    for vault in vaults:
        asset = morpho.tokens.token[vault.asset].address
        if vault.asset not in markets:
            markets[vault.asset] = _own_market(morpho, vault.asset)
        given: tuple[Any, ...] = (chain.admin, morpho.blue.address, DAY, asset, vault.name, vault.symbol)
        contract = chain.deploy(parts.compiled("MetaMorpho"), *given, place=vault.place)
        chain.send(contract.functions.submitCap(markets[vault.asset], CAP))
        placed.append(contract)
    head = chain.w3.eth.get_block("latest")["timestamp"]
    chain.rpc("anvil_removeBlockTimestampInterval")
    chain.rpc("evm_setNextBlockTimestamp", head + DAY)
    for vault, contract in zip(vaults, placed, strict=True):
        params = markets[vault.asset]
        chain.send(contract.functions.acceptCap(params))
        chain.send(contract.functions.setSupplyQueue([bytes.fromhex(market_id(params)[2:])]))
        enter(chain, morpho.tokens, vault, chain.accounts[POOLS_LENDER])


def _own_market(morpho: Morpho, loan: str) -> MarketParams:
    """A market that the chain file doesn't have, for a vault whose asset has none there."""
    chain = morpho.chain
    backing = "USDC" if loan == WRAPPED else WRAPPED
    oracle = chain.deploy(chain.contracts.morpho("OracleMock"))
    morpho.oracles.add(oracle.address.lower())
    price = scaled_price(morpho, loan, backing, morpho.tokens.decimals[backing])
    chain.send(oracle.functions.setPrice(price))
    if not morpho.models:
        made = chain.deploy(chain.contracts.morpho("AdaptiveCurveIrm"), morpho.blue.address)
        chain.send(morpho.blue.functions.enableIrm(made.address))
        morpho.models.add(made.address.lower())
    model = chain.w3.to_checksum_address(min(morpho.models))
    places = (morpho.tokens.token[loan].address, morpho.tokens.token[backing].address)
    params = (*places, str(oracle.address), str(model), LLTV)
    open_market(morpho, loan, params)
    return params
