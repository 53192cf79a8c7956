"""Where accounts may owe: what is read of it, and the loans in the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.abi import Call
from agent.chain.at_one_block import read_at_one_block
from agent.chain.multicall import Answer
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.loans import Loan
from agent.money import Address
from agent.plugin import Block, Lender, Venue


def lenders_of(venues: Iterable[Venue]) -> dict[str, Lender]:
    """The lenders of these venues, by id."""
    return {venue.lender.id: venue.lender for venue in venues if venue.lender is not None}


def loan_reads(
    lenders: Mapping[str, Lender], account: Address, missing: dict[str, str]
) -> dict[str, tuple[Call, ...]]:
    """The calls of each lender; one that fails is left out, with its reason in `missing`."""
    groups: dict[str, tuple[Call, ...]] = {}
    for key, lender in lenders.items():
        try:
            groups[key] = lender.reads(account)
        except Exception as error:  # a plug-in's fault costs its own loans, nothing else
            missing[key] = reason(error)
    return groups


def loans_in(
    lenders: Mapping[str, Lender], answers: Mapping[str, Sequence[Answer]], block: Block, missing: dict[str, str]
) -> dict[str, Loan]:
    """The loans in the answers; one that can't be read is left out, with its reason in `missing`."""
    found: dict[str, Loan] = {}
    for key, own in answers.items():
        try:
            found[key] = lenders[key].loan(own, block)
        except Exception as error:  # as above
            missing[key] = reason(error)
    return found


def reason(error: Exception) -> str:
    """Why a plug-in couldn't read something, without a full stop."""
    return str(error).rstrip(".") or type(error).__name__


async def read_loans(
    rpc: Rpc, registry: Registry, venues: Mapping[str, Venue], accounts: Sequence[Address]
) -> dict[Address, dict[str, Loan]]:
    """What each account owes at one block, by lender, those where it owes nothing among them. Raises Unavailable.

    A lender that can't be read for an account isn't there.
    """
    lenders = lenders_of(venues.values())
    places: dict[tuple[Address, bytes], int] = {}
    wanted: dict[Address, dict[str, tuple[Call, ...]]] = {}
    calls: list[Call] = []
    for account in accounts:
        wanted[account] = loan_reads(lenders, account, {})
        for call in (call for group in wanted[account].values() for call in group):
            if places.setdefault((call.target, call.data), len(calls)) == len(calls):
                calls.append(call)
    if not calls:
        return {account: {} for account in accounts}
    answers, block, _ = await read_at_one_block(rpc, registry, calls, "latest")
    return {
        account: loans_in(
            lenders,
            {key: [answers[places[call.target, call.data]] for call in group] for key, group in groups.items()},
            block,
            {},
        )
        for account, groups in wanted.items()
    }
