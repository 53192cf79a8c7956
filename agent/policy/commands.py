"""A call of commands, such as the universal router's: it must be one swap of one token for another, in one form.

What is paid and what is taken is bounded by the swaps' own amounts; what lies in the router for a moment, anybody's
by then, is given out before the call ends. Pools hold the coin itself or its wrapped form, and so does the account.
The coin comes to the account out of the wrapped form only, whose contract tells it in an event: no receipt would say
what the pool manager pays. Everything but the forms in `_forms` refuses.

@uniswap/universal-router 2.0.0, libraries/Commands.sol, base/Dispatcher.sol, modules/Payments.sol;
@uniswap/v4-periphery, V4Router.sol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
HELD = "HELD(address recipient,uint256 amount)"
PULLED = "PULLED(address token,address recipient,uint160 amount)"
"""The inputs of commands and parameters of actions, which have no selector: a name of their own stands for one."""
OPEN_DELTA = 0
"""All that is owed, or due (v4-periphery, ActionConstants.sol)."""
ALL_OF_IT = 1 << 255
"""All coin that lies in the router (ActionConstants.CONTRACT_BALANCE)."""


@dataclass(frozen=True, slots=True)
class _Input:
    """A command or action by its name, and what its input must be exactly. `why` says what else would be wrong."""

    name: str
    signature: str
    values: tuple[object, ...]
    why: str


@dataclass(frozen=True, slots=True)
class _Form:
    """The commands before and behind the swap, its payment and its taking, and what the whole gives and gets."""

    before: tuple[_Input, ...]
    paying: _Input
    taking: _Input
    behind: tuple[_Input, ...]
    gives: Token
    gets: Token
    value: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return (*(each.name for each in self.before), "swap", *(each.name for each in self.behind))


Action = tuple[int, bytes]
"""Its byte and its parameters."""


def commanded(
    native: Token,
    wrapped: Token | None,
    contract: Listed,
    table: Table,
    data: bytes,
    value: int,
    read: Callable[[bytes, int], Effect],
) -> Effect:
    """What the whole call does; `read` says what one of its swaps does with so much coin sent along. `wrapped` is the
    form of the coin that the contract wraps it to.

    Raises Refused: commands, hooks, batch, and lists for bytes that can't be read.
    """
    known = table.commands
    if known is None or data[:4] != selector(known.signature):
        raise unlisted(contract, table.table, data)
    args = arguments(contract, known.signature, data)
    codes, inputs, deadline = bytes(args["commands"]), list(args["inputs"]), int(args["deadline"])
    swap = known.command("swap")
    if codes.count(swap) != 1 or len(codes) != len(inputs):
        raise _unknown(contract, codes)
    swaps, paying, taking = _actions(contract, known, table, inputs[codes.index(swap)])
    parts = tuple(read(each, 0) for each in swaps)
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
    )
    form = _form(contract, known, codes, _forms(known, native, wrapped, whole), value)
    _check(contract, known, form.paying, paying)
    _check(contract, known, form.taking, taking)
    around = [each for each in zip(codes, inputs, strict=True) if each[0] != swap]
    for wanted, found in zip((*form.before, *form.behind), around, strict=True):
        _check(contract, known, wanted, found)
    paid = whole.paid if form.value else form.gives
    return replace(whole, token=form.gives, paid=paid, to=form.gets, refunds=form.value > 0)


def _form(contract: Listed, known: Commands, codes: bytes, forms: Iterator[_Form], value: int) -> _Form:
    """The one that these commands are in, with what is sent along."""
    alike = [form for form in forms if bytes(known.command(name) for name in form.names) == codes]
    if not alike:
        raise _unknown(contract, codes)
    found = next((form for form in alike if form.value == value), None)
    if found is None:
        raise _wrong(contract, f"{value} wei are sent along, and {alike[0].value} is what its swaps need")
    return found


def _forms(known: Commands, native: Token, wrapped: Token | None, whole: Effect) -> Iterator[_Form]:
    """Every form that a swap of these pools may have."""
    pays, gets, most, least = whole.paid, whole.to, whole.units, whole.least
    here, sender = address(known.here), address(known.sender)
    if pays is None or gets is None:
        return
    settle_all = _Input("settle_all", ALL, (pays.place, most), "it pays what the swaps name, and nothing else")
    take_all = _Input("take_all", ALL, (gets.place, least), "at the least what the swaps give comes to the account")
    own = _Input("settle", SETTLE, (pays.place, OPEN_DELTA, False), "it pays what is owed from what the router has")
    taken = _Input("take", TAKE, (gets.place, here, OPEN_DELTA), "all that comes is the router's to hand on")
    if native not in (pays, gets):
        yield _Form((), settle_all, take_all, (), pays, gets)
    if wrapped is None or {pays, gets} == {native, wrapped}:
        return
    to_wrap = _Input("wrap", HELD, (here, ALL_OF_IT), "all coin that is left is wrapped")
    kept = _Input("wrap", HELD, (sender, ALL_OF_IT), "all coin is wrapped for the account")
    rest = _Input("unwrap", HELD, (sender, 0), "what isn't needed of the coin comes back")
    least_out = "at the least what the swaps give is unwrapped for the account"
    out = _Input("unwrap", HELD, (sender, least), least_out)
    if pays == wrapped:
        sent = _Input("wrap", HELD, (here, most), "what is wrapped is what the swaps name")
        yield _Form((sent,), own, take_all, (rest,), native, gets, most)
    if pays == native:
        yield _Form((), own, take_all, (to_wrap, rest), native, gets, most)
        if known.pull is None:
            return
        pulled = _Input("pull", PULLED, (wrapped.place, here, most), "it takes what the swaps name")
        unwrapped = _Input("unwrap", HELD, (here, most), "what was taken is unwrapped for the swaps")
        yield _Form((pulled, unwrapped), own, take_all, (kept,), wrapped, gets)
    if gets == wrapped:
        yield _Form((), settle_all, taken, (out,), pays, native)
    if gets == native:
        yield _Form((), settle_all, taken, (to_wrap, out), pays, native)
        yield _Form((), settle_all, taken, (kept,), pays, wrapped)


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


def _check(contract: Listed, known: Commands, wanted: _Input, found: Action) -> None:
    """It must be this one, with exactly these values."""
    code = known.command(wanted.name)
    if found[0] != code:
        raise _wrong(contract, f"0x{found[0]:02x} stands where 0x{code:02x} does: {wanted.why}")
    values = arguments(contract, wanted.signature, selector(wanted.signature) + found[1]).values()
    if tuple(_plain(each) for each in values) != wanted.values:
        raise _wrong(contract, wanted.why)


def _plain(value: object) -> object:
    return address(value) if isinstance(value, str) else value


def _unknown(contract: Listed, codes: bytes) -> Refused:
    return _wrong(contract, f"it runs the commands 0x{codes.hex()}, which are no swap in a known form")


def _wrong(contract: Listed, why: str) -> Refused:
    return Refused(
        RULE,
        f"The call of {contract.name} can't be signed: {why}.",
        "Ask for a new preview; a plug-in that builds such calls has a fault.",
    )
