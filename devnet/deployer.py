"""Sends the transactions of the build: deploys, links, calls, and stops at the first that does not do its work."""

from __future__ import annotations

from typing import Any, cast

from eth_typing import ChecksumAddress
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.types import TxParams, TxReceipt

from devnet.bytecode import Compiled, Contracts
from devnet.errors import DevnetError

GAS = 12_000_000  # fixed, so that no estimate at an older block can fall short; below anvil's block limit
UNLIMITED = 2**256 - 1
ZERO = "0x" + "0" * 40
RAY = 10**27
WAD = 10**18
VENUS_FAILURE = Web3.keccak(text="Failure(uint256,uint256,uint256)")


class Deployer:
    """The build's hands: one node, the compiled contracts, anvil's ten unlocked accounts."""

    def __init__(self, w3: Web3, contracts: Contracts) -> None:
        self.w3 = w3
        self.contracts = contracts
        self.accounts: list[ChecksumAddress] = list(w3.eth.accounts)
        self.admin = self.accounts[0]
        self.transactions = 0

    def rpc(self, method: str, *params: object) -> Any:
        answer = self.w3.provider.make_request(cast(Any, method), list(params))
        if "error" in answer:
            raise DevnetError(f"{method}: {answer['error']}")
        return answer.get("result")

    def deploy(self, compiled: Compiled, *arguments: object, libraries: dict[str, str] | None = None) -> Contract:
        code = compiled.linked(libraries or {})
        constructor = self.w3.eth.contract(abi=compiled.abi, bytecode=code).constructor(*arguments)
        receipt = self._mined(constructor.data_in_transaction, None, self.admin, 0)
        return self.at(compiled, receipt["contractAddress"])

    def deploy_code(self, code: str) -> ChecksumAddress:
        receipt = self._mined(code, None, self.admin, 0)
        return cast(ChecksumAddress, receipt["contractAddress"])

    def at(self, compiled: Compiled, address: str | None) -> Contract:
        if address is None:
            raise DevnetError("a deployment gave no address")
        return self.w3.eth.contract(address=Web3.to_checksum_address(address), abi=compiled.abi)

    def send(self, call: ContractFunction, sender: ChecksumAddress | None = None, value: int = 0) -> TxReceipt:
        return self._mined(call._encode_transaction_data(), call.address, sender or self.admin, value)

    def approve(self, token: Contract, spender: str, owner: ChecksumAddress) -> None:
        self.send(token.functions.approve(spender, UNLIMITED), owner)

    def _mined(self, data: str, to: ChecksumAddress | None, sender: ChecksumAddress, value: int) -> TxReceipt:
        transaction: TxParams = {"from": sender, "data": cast(Any, data), "value": cast(Any, value), "gas": GAS}
        if to is not None:
            transaction["to"] = to
        hash_ = self.w3.eth.send_transaction(transaction)
        receipt = self.w3.eth.wait_for_transaction_receipt(hash_, poll_latency=0.002)
        self.transactions += 1
        if receipt["status"] != 1:
            raise DevnetError(f"transaction {self.transactions} of the build reverted: {self._reason(transaction)}")
        # Venus and other Compound v2 descendants report some failures in a log of a successful transaction
        if any(log["topics"] and log["topics"][0] == VENUS_FAILURE for log in receipt["logs"]):
            raise DevnetError(f"transaction {self.transactions} of the build logged a Venus failure")
        return receipt

    def _reason(self, transaction: TxParams) -> str:
        try:
            self.w3.eth.call(transaction)
        except Exception as error:  # whatever web3 raises for it is the reason
            return str(error)
        return "(the same call succeeds at the next block)"
