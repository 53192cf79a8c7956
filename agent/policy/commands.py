"""A call of commands, such as the universal router's: it must be one swap of one token for another, in one form.

What is paid and what is taken is bounded by the swaps' own amounts; what lies in the router for a moment, anybody's
by then, is given out before the call ends. Everything but these three forms refuses:

    V4_SWAP (swaps, SETTLE_ALL, TAKE_ALL)
    V4_SWAP (swaps, SETTLE_ALL, TAKE to the router), UNWRAP_WETH to the caller
    WRAP_ETH to the router, V4_SWAP (swaps, SETTLE by the router, TAKE_ALL), UNWRAP_WETH to the caller

@uniswap/universal-router 2.0.0, libraries/Commands.sol, base/Dispatcher.sol; @uniswap/v4-periphery, V4Router.sol.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent.abi import selector
from agent.errors import Refused
from agent.money import Token, address
from agent.plugin import Listed
from agent.policy.batch import arguments, check_one_swap
from agent.policy.codes import Commands
from agent.policy.effects import Effect
from agent.policy.tables import MOST_CALLS, Table
from agent.policy.unread import unlisted

RULE = "commands"
ACTIONS = "V4_SWAP(bytes actions,bytes[] params)"
ALL = "ALL(address currency,uint256 amount)"
SETTLE = "SETTLE(address currency,uint256 amount,bool payerIsUser)"
TAKE = "TAKE(address currency,address recipient,uint256 amount)"
COIN = "COIN(address recipient,uint256 amount)"
"""The inputs of commands and parameters of actions, which have no selector: a name of their own stands for one."""
OPEN_DELTA = 0
"""All that is owed, or due (v4-periphery, ActionConstants.sol)."""


def commanded(
    native: Token, contract: Listed, table: Table, data: bytes, value: int, read: Callable[[bytes, int], Effect]
) -> Effect:
    """What the whole call does; `read` says what one of its swaps does with so much coin sent along.

    Raises Refused: commands, hooks, batch, and lists for bytes that can't be read.
    """
    known = table.commands
    if known is None or data[:4] != selector(known.signature):
        raise unlisted(contract, table.table, data)
    args = arguments(contract, known.signature, data)
    codes, inputs, deadline = args["commands"], args["inputs"], int(args["deadline"])
    form = _form(contract, known, codes, inputs)
    swaps, paying, taking = _actions(contract, known, table, inputs[codes.index(known.command("swap"))])
    parts = tuple(read(each, value if form.coin_in else 0) for each in swaps)
    check_one_swap(contract, parts)
    whole = replace(
        parts[0],
        entry=None,
        signature=known.signature,
        args=args,
        units=sum(part.units for part in parts),
        is_all=any(part.is_all for part in parts),
        least=sum(part.least for part in parts),
        through=tuple(dict.fromkeys(token for part in parts for token in part.through)),
        parts=parts,
        value=value,
        deadline=deadline,
        refunds=form.coin_in,
    )
    _check_paid(contract, known, form, whole, inputs, paying)
    _check_taken(contract, known, form, whole, inputs, taking)
    return replace(whole, to=native) if form.coin_out else whole


@dataclass(frozen=True, slots=True)
class _Form:
    """Whether the coin goes in, and whether it comes out."""

    coin_in: bool = False
    coin_out: bool = False


Action = tuple[int, bytes]
"""Its byte and its parameters."""


def _form(contract: Listed, known: Commands, codes: bytes, inputs: Sequence[bytes]) -> _Form:
    swap, wrap, unwrap = (known.command(name) for name in ("swap", "wrap", "unwrap"))
    forms = {(swap,): _Form(), (swap, unwrap): _Form(coin_out=True), (wrap, swap, unwrap): _Form(coin_in=True)}
    found = forms.get(tuple(codes))
    if found is None or len(codes) != len(inputs):
        raise _wrong(contract, f"it runs the commands 0x{codes.hex()}, which are no swap in a known form")
    return found


def _actions(contract: Listed, known: Commands, table: Table, data: bytes) -> tuple[list[bytes], Action, Action]:
    """The swaps as calls of the table's functions; what pays for them, and what takes what they give."""
    args = arguments(contract, ACTIONS, selector(ACTIONS) + data)
    codes, params = args["actions"], list(args["params"])
    if len(codes) != len(params) or not 0 < len(codes) - 2 <= MOST_CALLS:
        raise _wrong(
            contract, f"1 to {MOST_CALLS} swaps, a payment and a taking are its actions, each with its input"
        )
    by_name = {entry.signature.partition("(")[0]: selector(entry.signature) for entry in table.functions}
    calls = []
    for code, each in zip(codes[:-2], params, strict=False):
        name = known.swaps.get(f"0x{code:02x}")
        if name is None:
            raise _wrong(contract, f"the action 0x{code:02x} isn't one of the swaps in the call table {table.table}")
        calls.append(by_name[name] + each)
    return calls, (codes[-2], params[-2]), (codes[-1], params[-1])


def _check_paid(
    contract: Listed, known: Commands, form: _Form, whole: Effect, inputs: Sequence[bytes], paying: Action
) -> None:
    paid = None if whole.paid is None else whole.paid.address
    if not form.coin_in:
        _expect(contract, "pays the swaps' amount from the account", paying, known.command("settle_all"))
        _expect_input(contract, ALL, paying[1], (paid, whole.units), "it pays what the swaps name, and nothing else")
        if whole.value:
            raise _wrong(contract, "coin is sent along only where it is wrapped first")
        return
    wraps = "the coin that is sent along is wrapped for the router, all of it and no more than the swaps name"
    if whole.value != whole.units or paid is None or paid != contract.wrapped:
        raise _wrong(contract, wraps)
    _expect_input(contract, COIN, inputs[0], (known.here, whole.value), wraps)
    _expect(contract, "pays from the wrapped coin", paying, known.command("settle"))
    _expect_input(
        contract, SETTLE, paying[1], (paid, OPEN_DELTA, False), "it pays what is owed from the wrapped coin"
    )
    _expect_input(contract, COIN, inputs[-1], (known.sender, 0), "what isn't needed of the coin comes back")


def _check_taken(
    contract: Listed, known: Commands, form: _Form, whole: Effect, inputs: Sequence[bytes], taking: Action
) -> None:
    gets = None if whole.to is None else whole.to.address
    if not form.coin_out:
        _expect(contract, "gives what comes to the account", taking, known.command("take_all"))
        why = "at the least what the swaps give comes to the account"
        _expect_input(contract, ALL, taking[1], (gets, whole.least), why)
        return
    if gets is None or gets != contract.wrapped:
        raise _wrong(contract, "only the wrapped coin is unwrapped")
    _expect(contract, "gives what comes to the router, to be unwrapped", taking, known.command("take"))
    why = "all that comes is unwrapped by the router"
    _expect_input(contract, TAKE, taking[1], (gets, known.here, OPEN_DELTA), why)
    why = "at the least what the swaps give is unwrapped for the account"
    _expect_input(contract, COIN, inputs[-1], (known.sender, whole.least), why)


def _expect(contract: Listed, does: str, action: Action, code: int) -> None:
    if action[0] != code:
        raise _wrong(contract, f"its action 0x{action[0]:02x} isn't 0x{code:02x}, which {does}")


def _expect_input(contract: Listed, signature: str, data: bytes, wanted: Sequence[object], why: str) -> None:
    """The input must be exactly these values."""
    found = arguments(contract, signature, selector(signature) + data).values()
    if [_plain(each) for each in found] != [_plain(each) for each in wanted]:
        raise _wrong(contract, why)


def _plain(value: object) -> object:
    return address(value) if isinstance(value, str) else value


def _wrong(contract: Listed, why: str) -> Refused:
    return Refused(
        RULE,
        f"The call of {contract.name} can't be signed: {why}.",
        "Ask for a new preview; a plug-in that builds such calls has a fault.",
    )
