"""The rules of one call: who may receive, how much, from which allowance. Each refusal names its rule.

Closed on entries, open on exits: what leaves a venue for one's own account is stopped by no cap.
"""

from __future__ import annotations

from collections.abc import Collection

from agent.errors import Refused
from agent.money import Address, Amount, address
from agent.plugin import Listed
from agent.policy.decode import argument, unmet
from agent.policy.effects import Effect
from agent.policy.outside import check_numbers
from agent.policy.policy import Policy
from agent.policy.tables import ASSET, SELF


def check_step(policy: Policy, account: Address, recipients: Collection[Address], effect: Effect) -> None:
    """Raises Refused unless `effect` is one that `account` may have.

    `recipients` are the contacts that have waited long enough to be paid.
    """
    _check_value(effect)
    for call in effect.parts or (effect,):
        _check_must(call)
    _check_market(effect)
    _check_closed(policy, effect)
    match effect.direction:
        case "approve":
            _check_approval(policy, effect)
        case "transfer":
            _check_recipient(policy, recipients, effect)
            _check_cap(policy, effect)
        case "swap":
            _check_own(effect, account)
            for trade in effect.parts or (effect,):
                _check_bounded(trade)
                _check_trade(trade)
                _check_outside(policy, trade)
            _check_cap(policy, effect)
        case _:  # into a venue, out of one, of a debt; what is wrapped stays in the own account, one to one
            _check_own(effect, account)
            _check_bounded(effect)
            _check_two(effect)
            for side in effect.sides:
                if _has_cap(side):
                    _check_cap(policy, side)


def _has_cap(effect: Effect) -> bool:
    """A debt that is paid in shares takes no more than its approval, which has the cap."""
    enters = effect.direction == "enter" and not effect.is_all
    return enters or (effect.direction == "repay" and effect.unit == "token")


def name_of(effect: Effect) -> str:
    """The call in a few words: 'supply of Aave v3 pool'."""
    if effect.contract is None:
        return f"the transfer of {effect.token.symbol}"
    return f"{effect.signature.partition('(')[0]} of {effect.contract.name}"


def _check_value(effect: Effect) -> None:
    """A call sends the native coin along only where its table says so, and then in the place of its own amount.

    Anything else would lie in the contract for anybody to take: an amount beyond the one that is wrapped, coin sent
    beside another token, or (at_most) what isn't needed and isn't given back.
    """
    if effect.entry is not None and effect.entry.outside is not None and effect.token.is_native:
        if effect.value != effect.units or effect.at_most:  # what isn't needed of the coin would come back unseen
            raise Refused(
                "value",
                f"The call {name_of(effect)} would send {effect.value} wei along.",
                "Ask for another quote.",
            )
        return
    if effect.contract is None or not effect.value or effect.direction == "wrap":
        return
    wrapped = effect.contract.wrapped
    allowed = effect.native_in and (not effect.at_most or effect.refunds)
    paid = effect.paid
    in_place = wrapped is not None and paid is not None and (paid.is_native or paid.address == wrapped)
    if not allowed or not in_place or effect.value != effect.units:
        raise Refused(
            "value",
            f"The call {name_of(effect)} would send {effect.value} wei along.",
            "Native coin is sent by a plain transfer only.",
        )


def _check_must(effect: Effect) -> None:
    path = unmet(effect.entry, effect.args) if effect.entry else ""
    if effect.entry and path:
        raise Refused(
            "must",
            f"The argument {path} of {name_of(effect)} isn't {effect.entry.must[path]}.",
            "The call table allows this one value only.",
        )


def _check_market(effect: Effect) -> None:
    if effect.market and effect.contract and effect.market not in effect.contract.markets:
        raise Refused(
            "market", f"{effect.contract.name} has no listed market {effect.market}.", "The operator can list it."
        )


def _check_closed(policy: Policy, effect: Effect) -> None:
    """What is closed may be left, and allowances to it may be taken back; nothing else goes there."""
    if effect.direction == "leave" or (effect.direction == "approve" and not effect.units):
        return
    called = effect.contract
    if called is not None and policy.is_closed(called.address, effect.market):
        raise _closed(called.name)
    if effect.spender is not None and policy.is_closed(effect.spender):
        raise _closed(policy.contracts[effect.spender].name)


def _closed(name: str) -> Refused:
    return Refused(
        "closed", f"{name} is closed: it can be left, not entered.", "Use another venue, or let the operator open it."
    )


def _check_own(effect: Effect, account: Address) -> None:
    for place in (effect.recipient, effect.owner):
        if place not in (None, account):
            raise Refused(
                "recipients",
                f"The call {name_of(effect)} is for {place}, not for the own account {account}.",
                "Money enters and leaves venues for the own account only.",
            )


def _check_trade(effect: Effect) -> None:
    if effect.units <= 0:  # SwapRouter02 reads 0 as "all that lies in the contract"
        raise Refused("swap", f"The call {name_of(effect)} names no amount to give.", "Name an amount.")
    if effect.least <= 0:
        raise Refused("swap", f"The call {name_of(effect)} would take any price.", "A swap names the least it gives.")
    route = [effect.paid, *effect.through, effect.to]
    if len(set(route)) != len(route):
        raise Refused("swap", f"The call {name_of(effect)} comes back to a token that it left.", "Name two tokens.")


def _check_outside(policy: Policy, effect: Effect) -> None:
    """Where the way can't be read: what of the call bounds it, and who may be named in it."""
    outside = effect.entry.outside if effect.entry else None
    if outside is None:
        return
    numbers = {path: int(argument(effect.args, path)) for path in outside.numbers}
    check_numbers(outside, numbers, effect.least + outside.dust, name_of(effect))
    for path, table in outside.listed.items():
        place = address(argument(effect.args, path))
        known = policy.contracts.get(place)
        if known is None or known.table != table:
            raise Refused(
                "outside",
                f"The argument {path} of {name_of(effect)} is {place}, which isn't listed under {table}.",
                "The operator can list it.",
            )


def _check_two(effect: Effect) -> None:
    if effect.along is not None and (effect.along == effect.token or not effect.units + effect.along_units):
        raise Refused("caps", f"The call {name_of(effect)} names no two tokens to put in.", "Name two amounts.")


def _check_bounded(effect: Effect) -> None:
    if effect.is_all and not (effect.entry and effect.entry.all):
        raise Refused(
            "caps",
            f"The amount of {name_of(effect)} is unbounded, and nothing says that the contract bounds it.",
            "Name an amount.",
        )


def _check_cap(policy: Policy, effect: Effect) -> None:
    cap = policy.cap(effect.token)
    if cap is None:
        raise Refused(
            "caps",
            f"The policy has no cap for {effect.token.symbol}, so none of it may move.",
            "The operator sets it.",
        )
    if effect.units > cap:
        raise Refused(
            "caps",
            f"{Amount(effect.units, effect.token)} is above the cap of {Amount(cap, effect.token)} a transaction.",
            f"Move {Amount(cap, effect.token)} or less at a time, or let the operator raise the cap.",
        )


def _check_approval(policy: Policy, effect: Effect) -> None:
    if effect.units == 0:  # taking an allowance back is always right, whoever holds it
        return
    if effect.is_all:
        raise Refused("approvals", "An unlimited approval is never signed.", "Approve the amount that is needed.")
    spender = policy.contracts.get(effect.spender) if effect.spender else None
    if spender is None or not can_spend(policy, spender, effect):
        raise Refused(
            "approvals",
            f"{effect.spender} is not a listed venue that takes {effect.token.symbol}.",
            "Approvals go to the venue that the next step enters.",
        )
    _check_cap(policy, effect)


def can_spend(policy: Policy, spender: Listed, approval: Effect) -> bool:
    """Whether a listed contract takes the approved token in, or what orders give, or may hand on what it is let take:
    of a table that has its tokens pulled by another's contract, only what that one hands on.
    """
    token, table = approval.token.address, policy.tables[spender.table]
    handed = approval.contract.table if approval.hands_on and approval.contract else None
    if table.pulled_by != handed:
        return False
    if handed is None and any(
        message.taker == spender.table
        for domain in policy.domains.values()
        for message in policy.typed_tables[domain.table].messages
    ):
        return True
    for entry in table.functions:
        takes_any = entry.token not in (ASSET, SELF) and spender.asset is None  # the call itself names the token
        if entry.hands_on:
            return True
        if entry.direction in ("enter", "swap", "repay") and (takes_any or spender.asset == token):
            return True
    return False


def _check_recipient(policy: Policy, recipients: Collection[Address], effect: Effect) -> None:
    if effect.recipient in policy.contracts:
        raise Refused("recipients", f"{effect.recipient} is a contract, where a transfer is lost.", "Name a contact.")
    if effect.recipient is None or effect.recipient not in recipients:
        raise Refused(
            "recipients",
            f"{effect.recipient} is no contact, or one that is still waiting.",
            "Add the address as a contact; it can be paid after the waiting time.",
        )
