"""Watches what comes into accounts from outside, and tells their people once: coins, tokens, tokens of no use here.

Tokens are found by their Transfer logs, which name each arrival exactly; the native coin leaves no log, so its
balances are read in one multicall and compared with what our own transactions explain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chain.contracts import erc20, multicall3
from agent.chain.multicall import read_all
from agent.chain.rpc_types import RpcError, quantity
from agent.chat.service import Service
from agent.errors import Unavailable
from agent.lookout import keep_looking
from agent.money import Address, Amount, Token, address
from agent.replies.body import body_of
from agent.replies.reply import Reply
from agent.replies.spoken import spoken
from agent.runtime.world import World
from memory.journal.arrivals import NATIVE_LOG, Arrival, Mark, Seen
from memory.rows import NATIVE, Account

EVERY_SECONDS = 4.0
BLOCKS_A_LOOK = 1_000  # what most nodes allow in one eth_getLogs
ACCOUNTS_A_FILTER = 500
SETTLED_BLOCKS = 2  # how far behind a real chain's head it looks: a block that is dropped again brought nothing
LEAST_NATIVE = 10**12  # wei; less isn't worth a message
TOLD_A_DAY = 10  # arrivals of one kind an account: what strangers send must not make the bot flood its people
DAY = 86_400


async def run_watch(world: World, service: Service, stop: asyncio.Event, every: float = EVERY_SECONDS) -> None:
    """Looks every few seconds until `stop`. A node that can't be reached costs a look, not the watch."""
    look = Watch(world, service).look
    await keep_looking(look, stop, every, "the watch could not look", "the watch failed")


@dataclass(frozen=True, slots=True)
class Watch:
    """`look` takes one step: from the last block looked at to the head, or as far as one look reaches."""

    world: World
    service: Service

    async def look(self) -> int:
        """How many arrivals were told of. Raises Unavailable where the node or the ledger can't be read."""
        ledger = self.world.ledger
        head = (await self.world.rpc.block()).number - (0 if self.world.advance else SETTLED_BLOCKS)
        mark = await ledger.watch_mark()
        accounts = await ledger.accounts() if mark is None or mark.block < head else []
        if mark is None:  # what is there when watching begins didn't arrive
            await ledger.arrived(head, [], await self._baseline(accounts, head))
            return 0
        while mark.block < head:
            until = min(mark.block + BLOCKS_A_LOOK, head)
            arrivals = await self._tokens(accounts, mark.block + 1, until)
            native: dict[str, Seen] = {}
            if until == head:
                native, more = await self._native(accounts, mark, head)
                arrivals += more
            await ledger.arrived(until, arrivals, native)
            for account in {each.account for each in arrivals if each.kind != "unknown"}:
                await self.world.bookkeeper.settled(account)
            mark = Mark(until, mark.started_at)
        return await self._tell()

    async def _tokens(self, accounts: Sequence[Account], first: int, last: int) -> list[Arrival]:
        """Transfers to our accounts in transactions that aren't ours."""
        logs: list[dict[str, Any]] = []
        for start in range(0, len(accounts), ACCOUNTS_A_FILTER):
            holders = [
                "0x" + each.address[2:].lower().rjust(64, "0") for each in accounts[start:][:ACCOUNTS_A_FILTER]
            ]
            found = await self.world.rpc.request(
                "eth_getLogs",
                {"fromBlock": hex(first), "toBlock": hex(last), "topics": [erc20.TRANSFER_TOPIC, None, holders]},
            )
            if not isinstance(found, list):
                raise Unavailable("node", "The node answered something else than logs.")
            logs += found
        ours = await self.world.ledger.our_hashes({str(each["transactionHash"]) for each in logs}) if logs else set()
        times: dict[int, int] = {}
        arrivals = []
        for each in logs:
            block = quantity(each["blockNumber"])
            if str(each["transactionHash"]) in ours or each.get("removed"):
                continue
            if block not in times:
                times[block] = (await self.world.rpc.block(block)).timestamp
            arrival = self._arrival(each, block, times[block])
            if arrival is not None:
                arrivals.append(arrival)
        return arrivals

    def _arrival(self, entry: Mapping[str, Any], block: int, at: int) -> Arrival | None:
        """A log as an arrival; None for one of nothing, which anybody can make a token say."""
        token, data = address(str(entry["address"])), str(entry["data"])
        known = self._token(token)
        units = int(data, 16) if 2 < len(data) <= 66 else 0
        if units == 0 and (known is not None or len(entry["topics"]) == 3):
            return None
        return Arrival(
            account=address("0x" + str(entry["topics"][2])[-40:]),
            kind="token" if known is not None else "unknown",
            token=token,
            units=units if known is not None else 0,  # what a strange contract says of itself isn't repeated
            hash=str(entry["transactionHash"]),
            log_index=quantity(entry["logIndex"]),
            block=block,
            at=at,
        )

    async def _native(
        self, accounts: Sequence[Account], mark: Mark, block: int
    ) -> tuple[dict[str, Seen], list[Arrival]]:
        """Balances at the block, and the rises that our own transactions don't explain."""
        ledger = self.world.ledger
        busy = await ledger.at_work()
        seen = await ledger.native_seen()
        quiet = [each for each in accounts if each.address not in busy]
        new = Seen(0, mark.block)
        before = {each.address: seen.get(each.address, new) for each in quiet}
        balances = await self._balances([each.address for each in quiet], block)
        if busy != await ledger.at_work():  # a plan began or ended meanwhile: its movements aren't all known
            return {}, []
        moved = await ledger.native_moved({place: was.block for place, was in before.items()}, block)
        at = (await self.world.rpc.block(block)).timestamp
        arrivals = []
        for each in quiet:
            was, now = before[each.address], balances[each.address]
            rise = now - was.wei - moved.get(each.address, 0)
            old = each.address not in seen and each.created_at < mark.started_at  # it had funds before the watch
            if rise >= LEAST_NATIVE and not old:
                arrivals.append(
                    Arrival(each.address, "native", NATIVE, rise, f"block {block}", NATIVE_LOG, block, at)
                )
        changed = {
            place: Seen(wei, block)
            for place, wei in balances.items()
            if place not in seen or seen[place].wei != wei or moved.get(place)
        }
        return changed, arrivals

    async def _baseline(self, accounts: Sequence[Account], block: int) -> dict[str, Seen]:
        balances = await self._balances([each.address for each in accounts], block)
        return {place: Seen(wei, block) for place, wei in balances.items()}

    async def _balances(self, places: Iterable[Address], block: int) -> dict[str, int]:
        registry, listed = self.world.registry, list(places)
        calls = [multicall3.ETH_BALANCE.at(registry.multicall3, place) for place in listed]
        try:
            answers = await read_all(self.world.rpc, registry, calls, block)
        except RpcError as error:
            raise Unavailable("node", "The balances of that block can't be read.") from error
        if any(answer is None for answer in answers):
            raise Unavailable("node", "A native balance can't be read.")
        return {place: int(answer[0]) for place, answer in zip(listed, answers, strict=True) if answer is not None}

    async def _tell(self) -> int:
        told = 0
        for number, person, arrival in await self.world.ledger.untold_arrivals():
            recent = await self.world.ledger.told_since(arrival.account, arrival.kind, self.world.now() - DAY)
            if recent >= TOLD_A_DAY:
                await self.world.ledger.keep_quiet(number)
                continue
            homes = [
                (home.platform, home.channel)
                for home in await self.world.ledger.homes(person)
                if home.platform in self.service.adapters
            ]
            account = await self.world.ledger.account(person)
            left = account is not None and account.address != arrival.account
            user = await self.world.ledger.user(person)
            reply = self.message(arrival, left=left)
            body = body_of(reply if user is None else spoken(reply, user.speaks)).as_json()
            for row in await self.world.ledger.tell_arrival(number, person, homes, body):
                self.service.courier.post(row)
            told += 1
        return told

    def message(self, arrival: Arrival, *, left: bool = False) -> Reply:
        """What is said of an arrival. `left`: in an account that its person gave up by linking."""
        registry = self.world.registry
        if left:
            return Reply(
                f"Something arrived in {arrival.account} on {registry.network}, an account that you had before your "
                "identities were linked. I don't use it any more, so I can't put that to work or send it on: ask the "
                "operator, who has its key, and send no more there.",
                private=True,
            )
        if arrival.kind == "unknown":
            return Reply(
                f"A token that I don't know was sent to your account {arrival.account}: contract {arrival.token} on "
                f"{registry.network}. It isn't lost: it lies in your account. But I can't use it, and it isn't one "
                f"of mine whatever it calls itself. I list {', '.join(sorted(registry.tokens))}. Strangers also send "
                "such tokens as bait: follow no link in their names. If you sent it by mistake, ask the operator.",
                private=True,
            )
        token = registry.native if arrival.kind == "native" else self._token(arrival.token)
        if token is None:
            raise LookupError(f"{arrival.token} is no token of the registry")
        amount = Amount(arrival.units, token)
        then = (
            f"Say `put {amount.value} {token.symbol} to work`, or `best yield for {token.symbol.lower()}?`."
            if any(venue.asset == token for venue in self.world.venues.values())
            else "It pays the gas of what you do."
            if token.is_native
            else "Ask `portfolio` to see all."
        )
        return Reply(f"{amount} arrived in your account on {registry.network}. {then}", private=True)

    def _token(self, place: str) -> Token | None:
        """The registry's token, or the receipt token of a venue, at an address."""
        listed = [*self.world.registry.tokens.values()]
        listed += [venue.receipt for venue in self.world.venues.values() if venue.receipt is not None]
        return next((token for token in listed if token.address == place), None)
