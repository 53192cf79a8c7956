"""Contact: whom a new name may lead to. An address is typed in full; a slip in it must not go unseen."""

from __future__ import annotations

from agent.chain.rpc import Rpc
from agent.errors import Refused
from agent.money import ZERO_ADDRESS, Address, address
from agent.policy.policy import Policy

RULE = "address"


def has_checksum(text: str) -> bool:
    """Whether the letters of an address are of both cases, and so carry its checksum (EIP-55)."""
    digits = text[2:]
    return digits not in (digits.lower(), digits.upper())


def typed(text: str) -> Address:
    """The address that was typed. Raises Refused("address") for a wrong length or a wrong checksum."""
    try:
        return address(text)
    except ValueError as error:
        raise Refused(RULE, f"{error}.", "Nothing was added.") from error


def check_place(place: Address, policy: Policy, own: bool) -> None:
    """Raises Refused("address") for what can't be anybody's wallet. `own`: it is an account of this bot."""
    if place == ZERO_ADDRESS:
        raise Refused(RULE, "Nobody has the zero address: what is sent there is gone.", "Compare it with its source.")
    if place in policy.contracts:
        name = policy.contracts[place].name
        raise Refused(RULE, f"{place} is the contract {name}, where a transfer is lost.", "Give a wallet's address.")
    if own:
        raise Refused(RULE, "That is an account of this bot.", "Give one of a wallet of your own.")


async def check_known(rpc: Rpc, text: str, place: Address) -> None:
    """An address without a checksum must be one that the chain knows: with a slip in it, it would be nobody's.

    Raises Refused("address") where nothing was ever there.
    """
    if has_checksum(text) or text[2:].isdigit():
        return
    if await rpc.balance(place) or await rpc.nonce(place) or await rpc.code(place):
        return
    raise Refused(
        RULE,
        f"{text} is all in one case, so it carries no checksum, and nothing on this chain was ever there: a slip of "
        "one letter would look just so.",
        f"Compare it with its source and give it as wallets show it, in both cases. If it is right, that is {place}.",
    )
