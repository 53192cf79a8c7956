"""Sends the transactions of the build: deploys, links, calls, and stops at the first that does not do its work."""

from __future__ import annotations

from typing import Any, cast

from eth_typing import ChecksumAddress
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from devnet.bytecode import Compiled, Contracts
from devnet.errors import DevnetError

GAS = 12_000_000  # fixed, so that no estimate at an older block can fall short; below anvil's block limit
UNLIMITED = 2**256 - 1
ZERO = "0x" + "0" * 40
RAY = 10**27
WAD = 10**18
VENUS_FAILURE = Web3.keccak(text="Failure(uint256,uint256,uint256)").to_0x_hex()


class Deployer:
    """The build's hands: one node, the compiled contracts, anvil's ten unlocked accounts."""

    def __init__(self, w3: Web3, contracts: Contracts) -> None:
        self.w3 = w3
        self.contracts = contracts
        self.accounts: list[ChecksumAddress] = list(w3.eth.accounts)
        self.admin = self.accounts[0]
        self.transactions = 0
        self._approved: set[tuple[str, str, str]] = set()

    def rpc(self, method: str, *params: object) -> Any:
        answer = self.w3.provider.make_request(cast(Any, method), list(params))
        if "error" in answer:
            raise DevnetError(f"{method}: {answer['error']}")
        return answer.get("result")

    def deploy(
        self,
        compiled: Compiled,
        *arguments: object,
        libraries: dict[str, str] | None = None,
        place: str | None = None,
    ) -> Contract:
        """A new contract, at `place` where one is wanted, else wherever it comes to be."""
        code = compiled.linked(libraries or {})
        constructor = self.w3.eth.contract(abi=compiled.abi, bytecode=code).constructor(*arguments)
        return self.at(compiled, self.deploy_code(cast(str, constructor.data_in_transaction), place))

    def deploy_code(self, code: str, place: str | None = None) -> ChecksumAddress:
        if place is not None:
            return self._constructed(code, Web3.to_checksum_address(place))
        receipt = self._mined(code, None, self.admin, 0)
        return Web3.to_checksum_address(str(receipt["contractAddress"]))

    def _constructed(self, code: str, place: ChecksumAddress) -> ChecksumAddress:
        """Runs the constructor at `place` itself, so that its storage and immutables are those of that address.

        Creation code returns the runtime code to whoever runs it; a transaction to it does its writes.
        """
        if len(self.w3.eth.get_code(place)) > 0:
            raise DevnetError(f"there is a contract at {place} already")
        self.rpc("anvil_setCode", place, code)
        runtime = self.rpc("eth_call", {"from": self.admin, "to": place, "gas": hex(GAS)}, "latest")
        self._mined("0x", place, self.admin, 0)
        self.rpc("anvil_setCode", place, runtime)
        self.rpc("anvil_setNonce", place, "0x1")  # as of a contract that was created (EIP-161)
        return place

    def at(self, compiled: Compiled, address: str | None) -> Contract:
        if address is None:
            raise DevnetError("a deployment gave no address")
        return self.w3.eth.contract(address=Web3.to_checksum_address(address), abi=compiled.abi)

    def send(self, call: ContractFunction, sender: ChecksumAddress | None = None, value: int = 0) -> dict[str, Any]:
        return self._mined(call._encode_transaction_data(), call.address, sender or self.admin, value)

    def approve(self, token: Contract, spender: str, owner: ChecksumAddress) -> None:
        """Without a limit, and once: a token like USDT refuses to set an allowance that stands already."""
        key = (token.address, spender, owner)
        if key not in self._approved:
            self.send(token.functions.approve(spender, UNLIMITED), owner)
            self._approved.add(key)

    def _mined(self, data: str, to: ChecksumAddress | None, sender: ChecksumAddress, value: int) -> dict[str, Any]:
        """The receipt as the node gives it, but its block's number a number.

        It goes past web3, which would ask the node four further things for each transaction.
        """
        transaction = {"from": sender, "data": data, "value": hex(value), "gas": hex(GAS)}
        if to is not None:
            transaction["to"] = to
        self.transactions += 1
        receipt = self.rpc("eth_sendTransactionSync", transaction)
        if receipt["status"] != "0x1":
            raise DevnetError(f"transaction {self.transactions} of the build reverted: {self._reason(transaction)}")
        # Venus and other Compound v2 descendants report some failures in a log of a successful transaction
        if any(log["topics"] and log["topics"][0] == VENUS_FAILURE for log in receipt["logs"]):
            raise DevnetError(f"transaction {self.transactions} of the build logged a Venus failure")
        return {**receipt, "blockNumber": int(receipt["blockNumber"], 16)}

    def _reason(self, transaction: dict[str, str]) -> str:
        try:
            self.rpc("eth_call", transaction, "latest")
        except DevnetError as error:
            return str(error)
        return "(the same call succeeds at the next block)"
