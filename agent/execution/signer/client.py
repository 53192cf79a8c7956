"""Talks to the signer's process. No key ever comes this way: plans go in, signed transactions come out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import Refused, Unavailable
from agent.execution.signer import fields, paths
from agent.money import Address
from agent.plans import Plan, canonical
from agent.policy.limits import Moved
from agent.policy.moving import RangeRight

ANSWER_SECONDS = 10.0
UNLOCK_SECONDS = 60.0  # scrypt takes about a second, more on a loaded machine
MAX_ANSWER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: the bytes to broadcast, and their hash."""

    raw: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A signature of the past: for which step (its index), at which nonce, under which terms, in wei per gas."""

    hash: str
    step: int
    nonce: int
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int


class SignerClient:
    """One connection; requests wait for their turn. After a time-out the next request connects anew."""

    def __init__(self, where: Callable[[], str]) -> None:
        self._where = where  # asked at each connection: a restarted signer's socket may lie elsewhere
        self._turn = asyncio.Lock()
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @classmethod
    async def connect(cls, folder: Path) -> SignerClient:
        """A client of the signer that serves `folder`. Raises Unavailable("signer")."""
        client = cls(lambda: paths.socket_address(folder))
        await client.status()
        return client

    @classmethod
    async def connect_to(cls, socket: Path) -> SignerClient:
        """A client of the signer that listens at `socket`, whoever started it. Raises Unavailable("signer")."""
        client = cls(lambda: str(socket))
        await client.status()
        return client

    async def status(self) -> dict[str, Any]:
        """`unlocked`, `pid`, `chain_id`, `policy` (its fingerprint), `accounts`, `totp` (whether codes are on)."""
        return await self._ask("status")

    async def unlock(self, password: str) -> list[Address]:
        """Opens the keystore and returns its accounts. Raises Refused("password")."""
        answer = await self._ask("unlock", UNLOCK_SECONDS, password=password)
        return [Address(each) for each in answer["accounts"]]

    async def lock(self) -> None:
        """Forgets the keys until the next unlock."""
        await self._ask("lock")

    async def accounts(self) -> list[Address]:
        """The accounts of the keystore and those derived since, locked or not."""
        return [Address(each) for each in (await self._ask("accounts"))["accounts"]]

    async def derive(self, index: int) -> Address:
        """The account at m/44'/60'/0'/0/index of the keystore's words. Raises Refused: locked, accounts."""
        return Address((await self._ask("derive", index=str(index)))["address"])

    async def caps(self) -> dict[str, Any]:
        """What the signer's own policy allows: `caps` by symbol, `max_fee_wei`, `contracts`, `policy`."""
        return await self._ask("caps")

    async def policy(self) -> str:
        """The signer's whole policy, as the text of its file."""
        return str((await self._ask("policy"))["policy"])

    async def signed(self, plan_id: str) -> list[OnRecord]:
        """What the signer has signed for a plan, by its own record, the oldest first; no cancellations.

        Raises Unavailable("signer"), also for a signer of a version that doesn't tell it.
        """
        try:
            found = (await self._ask("signed", plan_id=plan_id))["signed"]
        except ValueError as error:
            raise Unavailable("signer", f"The signer is of another version ({error}): start it anew.") from error
        return [OnRecord(each.pop("hash"), **{name: int(text) for name, text in each.items()}) for each in found]

    async def sign(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        outputs: Mapping[int, int] | None = None,
        code: str | None = None,
    ) -> Signed:
        """Signs a step (by its index). Asking again with the same nonce and fees gives the same bytes.

        `outputs`: base units by the index of the step that gave them, for a step that leaves its amount open.
        `code`: a one-time code; one that came with any step of a plan counts for the whole plan.
        Raises Refused(rule) where the signer's policy says no, Unavailable("signer") where it can't be reached.
        """
        terms = _terms(nonce, max_fee_per_gas, max_priority_fee_per_gas)
        return _signed(await self._ask("sign", **_plan(plan, step), **terms, outputs=_outputs(outputs), code=code))

    async def replacement(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        *,
        replaces: str,
        outputs: Mapping[int, int] | None = None,
    ) -> Signed:
        """Signs a step again at the nonce of the transaction `replaces`, for at least 10 % more of both fees."""
        terms = {**_terms(nonce, max_fee_per_gas, max_priority_fee_per_gas), "replaces": replaces}
        return _signed(await self._ask("replacement", **_plan(plan, step), **terms, outputs=_outputs(outputs)))

    async def cancel(
        self,
        account: Address,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        gas: int | None = None,
    ) -> Signed:
        """Signs a transfer of nothing to oneself, at a nonce that this signer has signed before.

        `gas`: its limit, where a rollup takes a part of it for L1; else a plain transfer's.
        """
        terms = _terms(nonce, max_fee_per_gas, max_priority_fee_per_gas)
        more = {} if gas is None else {"gas": str(gas)}
        return _signed(await self._ask("cancel", account=account, **terms, **more))

    async def typed_data(
        self, plan: Plan, step: int, data: Mapping[str, Any], code: str | None = None
    ) -> tuple[bytes, str]:
        """Signs typed data (as eth_signTypedData_v4 has it) in the place of a step's transaction.

        Returns r, s, v and the hash that is signed. Raises Refused: typed-data, chain, lists, or another rule.
        """
        answer = await self._ask("typed-data", **_plan(plan, step), data=dict(data), code=code)
        return bytes.fromhex(answer["signature"][2:]), str(answer["hash"])

    async def message(self, plan: Plan, step: int, code: str | None = None) -> tuple[bytes, str]:
        """Signs a step that is a message itself: r, s, v and the hash that is signed. Raises as `typed_data`."""
        answer = await self._ask("typed-data", **_plan(plan, step), code=code)
        return bytes.fromhex(answer["signature"][2:]), str(answer["hash"])

    async def contact(
        self, name: str, address: Address, code: str | None = None, account: Address | None = None
    ) -> int:
        """Adds a recipient and returns the Unix second from which it can be paid. Raises Refused("step-up").

        A wrong code is `account`'s fault, whose codes wait then; here and below.
        """
        answer = await self._ask("contact", name=name, address=address, code=code, account=account)
        return int(answer["ripe_at"])

    async def remove_contact(self, name: str) -> None:
        """Takes a recipient away at once, or one that is waiting. Raises Refused("recipients")."""
        await self._ask("remove-contact", name=name)

    async def contacts(self) -> list[dict[str, Any]]:
        """The signer's recipients: `name`, `address`, `ripe_at` as an integer."""
        found = (await self._ask("contacts"))["contacts"]
        return [{**contact, "ripe_at": int(contact["ripe_at"])} for contact in found]

    async def moved(self, account: Address) -> dict[str, Moved]:
        """Base units by symbol that the account moved, as the caps of a day and of all time count them."""
        found = (await self._ask("moved", account=account))["moved"]
        return {symbol: Moved(int(each["day"]), int(each["all"])) for symbol, each in found.items()}

    async def limits(self, changes: Mapping[str, Any], code: str | None = None) -> dict[str, Any]:
        """Changes the policy (agent/policy/changes.py has the shape): at once what tightens it, the rest later.

        Returns `held` (changes), `waits` (None, or as `pending` gives it) and `policy` (the fingerprint).
        Raises Refused: limits, step-up.
        """
        answer = await self._ask("limits", changes=dict(changes), code=code)
        return {**answer, "waits": answer["waits"] and _pending(answer["waits"])}

    async def pending(self) -> list[dict[str, Any]]:
        """Loosenings that wait: `id`, `asked_at` and `ripe_at` as integers, `changes`."""
        return [_pending(each) for each in (await self._ask("pending"))["pending"]]

    async def withdraw(self, change: str) -> dict[str, Any]:
        """Takes back a change that waits, by its id, and returns it. Raises Refused("limits")."""
        return _pending((await self._ask("withdraw", id=change))["withdrawn"])

    async def mandate(
        self,
        account: Address,
        most: Mapping[str, int],
        code: str | None = None,
        ranges: RangeRight | None = None,
    ) -> None:
        """Base units by symbol that a plan of `account` may move between venues without a code, and what may be moved
        of its liquidity positions; none ends it.

        Raises Refused: limits, step-up.
        """
        body = {symbol: str(units) for symbol, units in most.items()}
        right = {} if ranges is None else {"ranges": fields.right_body(ranges)}
        await self._ask("mandate", account=account, most=body, code=code, **right)

    async def mandated(self, account: Address) -> dict[str, int]:
        """What `mandate` gave to the account."""
        found = (await self._ask("mandated", account=account))["most"]
        return {symbol: int(units) for symbol, units in found.items()}

    async def ranges(self, account: Address) -> RangeRight | None:
        """What `mandate` lets move of the account's liquidity positions."""
        return fields.range_right(await self._ask("mandated", account=account))

    async def verify_totp(self, code: str, purpose: str, account: Address | None = None) -> None:
        """Takes a one-time code; `purpose` is a verb such as `link`. Raises Refused("step-up")."""
        await self._ask("verify-totp", code=code, purpose=purpose, account=account)

    async def close(self) -> None:
        """Closes the connection; the signer goes on."""
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None

    async def _ask(self, op: str, seconds: float = ANSWER_SECONDS, /, **fields: Any) -> dict[str, Any]:
        line = json.dumps({"op": op, **fields}).encode() + b"\n"
        async with self._turn:
            try:
                async with asyncio.timeout(seconds):
                    answer: dict[str, Any] = json.loads(await self._exchange(line))
            except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):
                await self.close()
                raise Unavailable("signer", "The signer can't be reached; nothing more is signed.") from None
            except BaseException:  # cancelled half-way: the next answer on this stream would be of this request
                await self.close()
                raise
        if "error" in answer:
            raise _error(answer["error"])
        return answer

    async def _exchange(self, line: bytes) -> bytes:
        if self._stream is None:
            self._stream = await asyncio.open_unix_connection(self._where(), limit=MAX_ANSWER)
        reader, writer = self._stream
        writer.write(line)
        await writer.drain()
        return await reader.readuntil(b"\n")


def _plan(plan: Plan, step: int) -> dict[str, Any]:
    return {"plan": canonical(plan), "digest": plan.digest, "step": str(step)}


def _terms(nonce: int, max_fee_per_gas: int, max_priority_fee_per_gas: int) -> dict[str, str]:
    return {
        "nonce": str(nonce),
        "max_fee_per_gas": str(max_fee_per_gas),
        "max_priority_fee_per_gas": str(max_priority_fee_per_gas),
    }


def _outputs(outputs: Mapping[int, int] | None) -> dict[str, str]:
    return {str(source): str(units) for source, units in (outputs or {}).items()}


def _pending(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "asked_at": int(found["asked_at"]), "ripe_at": int(found["ripe_at"])}


def _signed(answer: dict[str, Any]) -> Signed:
    return Signed(bytes.fromhex(answer["raw"][2:]), answer["hash"])


def _error(error: dict[str, str]) -> Exception:
    if error["kind"] in ("refused", "locked"):
        return Refused(error["rule"], error["message"], error["remedy"])
    if error["kind"] == "bad-request":
        return ValueError(error["message"])
    return Unavailable("signer", error["message"])
