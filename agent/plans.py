"""A plan: what will be done, one transaction or message a step, and the digest that a confirmation binds to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import rfc8785

from agent.abi import encode_call
from agent.money import Address

DIGEST_VERSION = 1

LEAVING = frozenset({"withdraw", "exit", "revoke", "claim", "collect", "close"})
"""Actions that stay possible where nothing may go in: they only take money out of venues into the user's own
account, or take an allowance back. To pay a debt isn't one: it spends, and counts in caps, which takes a ledger."""

MOVES = frozenset({"reposition", "finish"})
"""Actions that take a liquidity position out and open another one; the second goes on with one that stopped."""


@dataclass(frozen=True, slots=True)
class Output:
    """An amount that is known only once step `step` (its index) is mined: the base units of `token` it gave.

    What the account received by the token's Transfer events, from `min` to `max`, both inclusive; else the plan
    stops.
    """

    step: int
    token: Address
    min: int
    max: int


Argument = int | str | bytes | bool | Output | tuple["Argument", ...]


class Role(StrEnum):
    """Why a step is there. A clean-up runs only after another step failed."""

    APPROVAL = "approval"
    ACTION = "action"
    CLEANUP = "cleanup"


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: `function` (signature with names) of the contract `to`, with exact arguments.

    `function` is '' for a plain transfer of the native coin. `value` is in wei, `gas` is the gas limit. `venue` is
    the venue that the step is about, '' for none: a contract may serve many. `typed`: no transaction but a message to
    be signed (EIP-712) in the domain of `to`; `function` is then its type, as `Order(address sellToken,…)`.
    """

    to: Address
    contract: str
    function: str
    args: tuple[Argument, ...]
    value: int = 0
    gas: int = 0
    role: Role = Role.ACTION
    venue: str = ""
    typed: bool = False

    @property
    def data(self) -> bytes:
        """The calldata. Raises ValueError while an output is open, and for a message, which has none."""
        return self.data_with({})

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The open amounts among the arguments, in their order."""
        return tuple(_outputs(self.args))

    def filled(self, outputs: Mapping[int, int]) -> Step:
        """This step with base units by step index in the place of its outputs; the bounds are the caller's to check.

        Raises ValueError where one isn't known.
        """
        return replace(self, args=tuple(_filled(each, outputs) for each in self.args)) if self.outputs else self

    def data_with(self, outputs: Mapping[int, int]) -> bytes:
        """The calldata with base units by step index in the place of the outputs. Raises ValueError as `filled`."""
        if self.typed:
            raise ValueError("a message that is signed has no calldata")
        return encode_call(self.function, self.filled(outputs).args) if self.function else b""


@dataclass(frozen=True, slots=True)
class Change:
    """The bounds, both inclusive and signed, of how a balance of `holder` changes, in base units of `token`.

    `token` is a contract's address, or 'native' for the chain's coin without the fees.
    """

    token: str
    symbol: str
    decimals: int
    holder: Address
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps with everything that a confirmation binds. `not_after` is Unix seconds, `plan_id` 32 hex digits."""

    plan_id: str
    chain_id: int
    account: Address
    user: str
    intent: dict[str, Any]
    steps: tuple[Step, ...]
    max_total_fee_wei: int
    not_after: int
    expected: tuple[Change, ...]

    @property
    def digest(self) -> str:
        """SHA-256 in hex over RFC 8785 JSON of what `canonical` returns."""
        return hashlib.sha256(rfc8785.dumps(canonical(self))).hexdigest()

    @property
    def leaves(self) -> bool:
        """Whether it only takes out, into the user's own account."""
        return self.intent.get("action") in LEAVING


def canonical(plan: Plan) -> dict[str, Any]:
    """What the digest covers, as JSON data. Integers are decimal text: JSON numbers are doubles to many readers."""
    return {
        "v": str(DIGEST_VERSION),
        "plan_id": plan.plan_id,
        "chain_id": str(plan.chain_id),
        "account": plan.account,
        "user": plan.user,
        "intent": plain(plan.intent),
        "steps": [
            {
                "to": step.to,
                "contract": step.contract,
                "function": step.function,
                "args": plain(step.args),
                "value": str(step.value),
                "gas": str(step.gas),
                "role": str(step.role),
                "venue": step.venue,
                **({"typed": True} if step.typed else {}),
            }
            for step in plan.steps
        ],
        "max_total_fee_wei": str(plan.max_total_fee_wei),
        "not_after": str(plan.not_after),
        "expected": [
            {
                "token": change.token,
                "symbol": change.symbol,
                "decimals": str(change.decimals),
                "holder": change.holder,
                "min": str(change.min),
                "max": str(change.max),
            }
            for change in plan.expected
        ],
    }


def plain(value: Any) -> Any:
    """`value` as JSON data with integers as decimal text and bytes as 0x-text. Raises TypeError for a float."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Output):
        bounds = {"min": str(value.min), "max": str(value.max)}
        return {"output": {"step": str(value.step), "token": value.token, **bounds}}
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} can't stand in a plan")


def from_canonical(body: dict[str, Any]) -> Plan:
    """The plan that `canonical` wrote. Arguments come back as text; encoding reads them by their types."""
    if body["v"] != str(DIGEST_VERSION):
        raise ValueError(f"a plan of version {body['v']}; this program reads version {DIGEST_VERSION}")
    return Plan(
        plan_id=body["plan_id"],
        chain_id=int(body["chain_id"]),
        account=Address(body["account"]),
        user=body["user"],
        intent=body["intent"],
        steps=tuple(
            Step(
                to=Address(step["to"]),
                contract=step["contract"],
                function=step["function"],
                args=_arguments(step["args"]),
                value=int(step["value"]),
                gas=int(step["gas"]),
                role=Role(step["role"]),
                venue=step["venue"],
                typed=step.get("typed", False) is True,
            )
            for step in body["steps"]
        ),
        max_total_fee_wei=int(body["max_total_fee_wei"]),
        not_after=int(body["not_after"]),
        expected=tuple(
            Change(
                token=change["token"],
                symbol=change["symbol"],
                decimals=int(change["decimals"]),
                holder=Address(change["holder"]),
                min=int(change["min"]),
                max=int(change["max"]),
            )
            for change in body["expected"]
        ),
    )


def _arguments(values: list[Any]) -> tuple[Argument, ...]:
    return tuple(_argument(value) for value in values)


def _argument(value: Any) -> Argument:
    match value:
        case list():
            return _arguments(value)
        case {"output": {"step": str(step), "token": str(token), "min": str(low), "max": str(high)}}:
            return Output(int(step), Address(token), int(low), int(high))
        case str() | int():  # bool is an int
            return value
    raise ValueError(f"{type(value).__name__} is no argument of a step")


def _outputs(values: tuple[Argument, ...]) -> list[Output]:
    found: list[Output] = []
    for value in values:
        if isinstance(value, Output):
            found.append(value)
        elif isinstance(value, tuple):
            found += _outputs(value)
    return found


def _filled(value: Argument, outputs: Mapping[int, int]) -> Argument:
    if isinstance(value, tuple):
        return tuple(_filled(each, outputs) for each in value)
    if not isinstance(value, Output):
        return value
    if value.step not in outputs:
        raise ValueError(f"the output of step {value.step + 1} isn't known yet")
    return outputs[value.step]
