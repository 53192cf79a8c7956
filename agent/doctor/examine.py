"""The whole examination, in the order in which one check makes sense after the other. Reading is here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.chain.contracts import feeds as feed_views
from agent.chain.discover import check_tokens, discover
from agent.chain.find_traders import find_traders
from agent.chain.fingerprint import BATCH, fingerprints
from agent.chain.multicall import read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.snapshot import take
from agent.doctor import agreement, code, endpoint, feeds, proxies, rollup, tokens, venues
from agent.doctor.finding import Finding, Verdict, judged
from agent.doctor.probe import probe
from agent.doctor.together import Besides, together
from agent.errors import MonetaError, Unavailable
from agent.money import ZERO_ADDRESS, Address
from agent.plugin import Protocol, Trader, Venue
from agent.policy.fingerprint import Fingerprint

LONGEST_SECONDS = 60.0
"""For all of it: an endpoint that answers each request just before its time-out is found out, not waited for."""
PAUSE_SECONDS = 2.0
TOO_SLOW = "Use another endpoint: this one is too slow or doesn't answer."


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. `recorded`: what the policy says that contracts were. `now` gives Unix seconds.

    `longest_head` and `most_mean_bps`: as the settings say (agent.gate.propose.Watched). `besides`: what they name
    beside the endpoints.
    """

    registry: Registry
    endpoints: Sequence[Rpc]
    protocols: Sequence[Protocol]
    traders: Sequence[type[Trader]]
    now: Callable[[], int]
    longest_head: int
    most_mean_bps: int
    recorded: Mapping[Address, Fingerprint] = field(default_factory=dict)
    besides: Besides = field(default_factory=Besides)


async def examine(patient: Patient, longest: float = LONGEST_SECONDS) -> AsyncIterator[Finding]:
    """Each finding as it is made. After `longest` seconds the rest is given up, which is a finding, too."""
    loop = asyncio.get_running_loop()
    until = loop.time() + longest
    usable: list[Rpc] = []
    for number, rpc in enumerate(patient.endpoints, 1):
        found = await _in_time(_endpoint(patient, rpc, number), until, f"endpoint {number}")
        for finding in found:
            yield finding
        if found[0].verdict is Verdict.OK:  # it is of this chain
            usable.append(rpc)
    if not usable:
        yield judged(
            False, "contracts of", "the chain file", "an endpoint of this chain", "none to ask", "See above."
        )
        return
    count = len(patient.endpoints)
    for finding in await _in_time(together(count, patient.besides, patient.registry.chain_id), until, "endpoints"):
        yield finding
    for what, part in (("code", _code), ("tokens", _tokens), ("venues", _venues)):
        for finding in await _in_time(_again(part, patient, usable[0]), until, what):
            yield finding


async def _again(
    part: Callable[[Patient, Rpc], Awaitable[list[Finding]]], patient: Patient, rpc: Rpc
) -> list[Finding]:
    """The part, tried a second time after a pause: the endpoint may have had enough of the requests before it."""
    try:
        return await part(patient, rpc)
    except MonetaError:
        await asyncio.sleep(PAUSE_SECONDS)
        return await part(patient, rpc)


async def _in_time(part: Awaitable[list[Finding]], until: float, what: str) -> list[Finding]:
    """The part's findings; the one that it took too long or couldn't be read, where that is so."""
    try:
        async with asyncio.timeout_at(until):
            return await part
    except TimeoutError:
        return [judged(False, "examination of", what, "an answer in time", "it took too long", TOO_SLOW)]
    except MonetaError as error:
        return [judged(False, "examination of", what, "an answer", str(error).rstrip("."), TOO_SLOW)]


async def _endpoint(patient: Patient, rpc: Rpc, number: int) -> list[Finding]:
    facts = await probe(rpc, patient.registry)
    return endpoint.of(f"endpoint {number}", facts, patient.registry, patient.now(), patient.longest_head)


async def _code(patient: Patient, rpc: Rpc) -> list[Finding]:
    named = code.places(patient.registry)
    wanted = list(named)
    codes: dict[Address, bytes | None] = {}
    for start in range(0, len(wanted), BATCH):
        chunk = wanted[start:][:BATCH]
        answers = await rpc.batch([("eth_getCode", (place, "latest")) for place in chunk])
        codes |= {place: _bytes(answer) for place, answer in zip(chunk, answers, strict=True)}
    return code.of(named, codes)


async def _tokens(patient: Patient, rpc: Rpc) -> list[Finding]:
    return tokens.of(patient.registry, await check_tokens(patient.registry, rpc))


async def _venues(patient: Patient, rpc: Rpc) -> list[Finding]:
    """What discovery finds, one snapshot of it, and who stands behind its contracts."""
    registry = patient.registry
    found = await discover(patient.protocols, registry, rpc)
    traders, faults = await find_traders(patient.traders, registry, rpc, found.missing)
    seen = await take(rpc, registry, found, ZERO_ADDRESS, traders=traders, untrusted=found.untrusted)
    return [
        *rollup.of(registry, seen),
        *feeds.of(registry, seen.prices, seen.missing, await _decimals(registry, rpc)),
        *agreement.of(registry, seen, traders, patient.most_mean_bps),
        *venues.of(registry, seen, {**found.missing, **faults}, traders),
        venues.scan(seen),
        *await _proxies(patient, rpc, [*found.values(), *traders.values()]),
    ]


async def _decimals(registry: Registry, rpc: Rpc) -> dict[str, int | None]:
    """The decimals of each feed by symbol, None where it doesn't say."""
    reads = [feed_views.DECIMALS.at(feed) for feed in registry.feeds.values()]
    answers = zip(registry.feeds, await read_all(rpc, registry, reads), strict=True)
    return {symbol: None if answer is None else int(answer[0]) for symbol, answer in answers}


async def _proxies(patient: Patient, rpc: Rpc, used: Sequence[Venue | Trader]) -> list[Finding]:
    """Of all that money is put into or goes through, of the tokens, and of what the policy recorded."""
    registry = patient.registry
    named = {token.address: f"tokens.{symbol}" for symbol, token in registry.tokens.items() if token.address}
    for each in used:
        named.setdefault(each.contract.address, each.contract.name)
        receipt = each.receipt if isinstance(each, Venue) else None
        if receipt is not None and receipt.address is not None:
            named.setdefault(receipt.address, receipt.symbol)
    seen = await fingerprints(rpc, registry, {**named, **dict.fromkeys(patient.recorded)})
    return proxies.of(named, seen, patient.recorded)


def _bytes(answer: object) -> bytes | None:
    """Code in a node's answer; None where it says none. Raises Unavailable for something else than bytes."""
    if isinstance(answer, RpcError):
        return None
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise Unavailable("node", "The node answered something else than bytes.")
    return bytes.fromhex(answer[2:])
