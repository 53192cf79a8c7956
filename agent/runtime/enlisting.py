"""Listing a contract that isn't on the signer's list yet: shown whole first, then asked for by its code hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.chain.fingerprint import fingerprints
from agent.errors import Refused
from agent.gate.only_seen import OnlySeen
from agent.money import Address
from agent.plugin import Listed, Venue
from agent.policy import bodies
from agent.policy.fingerprint import Fingerprint
from agent.policy.older import older
from agent.policy.tables import Entry, load_table, sha256_of
from agent.policy.typed_tables import Domain
from agent.replies.clock import day_and_time
from agent.runtime.operating import Became
from agent.runtime.world import Unlisted, World

RULE = "list"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would be listed: the contract, the table that decodes its calls, and what each contract is at the head.

    `known` is what the policy has at that address already, `pinned` whether it has that very table; `older`: the one
    of that name that it has. `orders`: the
    domain and the typed table of the orders that are signed for it, of one that takes some.
    """

    name: str
    contract: Listed
    table: dict[str, Any]
    codes: Mapping[Address, Fingerprint]
    known: Listed | None
    pinned: bool
    orders: tuple[Domain, dict[str, Any]] | None = None
    older: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        """Keccak-256 of the runtime code of the contract itself."""
        return self.codes[self.contract.address].code

    def rows(self) -> tuple[tuple[str, str], ...]:
        """(what, is), for somebody who compares it with its source."""
        one, now, table = self.contract, self.codes[self.contract.address], load_table(self.table)
        pinned = "pinned already" if self.pinned else "new"
        before: tuple[Entry, ...] = ()
        if self.older is not None:
            pinned, before = f"in the place of {sha256_of(self.older)}", load_table(self.older).functions
        rows = [
            ("contract", f"{one.name} at {one.address}"),
            ("code hash", now.code),
            *((name, str(each)) for name in ("implementation", "admin", "owner") if (each := getattr(now, name))),
            *(("asset", str(one.asset)) for _ in (one.asset,) if one.asset),
            *(("market", market) for market in one.markets),
            ("call table", f"{one.table}, sha256 {sha256_of(self.table)}, {pinned}"),
            *(("it may", _entry(entry)) for entry in table.functions if entry not in before),
            *(("also", f"{place}, code {each.code}") for place, each in self.codes.items() if place != one.address),
        ]
        if self.orders is not None:
            domain, body = self.orders
            what = f"as {domain.name} {domain.version}, by the table {domain.table}, sha256 {sha256_of(body)}"
            rows.append(("signs orders", what))
        return tuple(rows)


def _entry(entry: Entry) -> str:
    gives = f", which says what comes at the least: {' and '.join(entry.gives)}" if entry.gives else ""
    return f"{entry.direction}: {entry.signature}{gives}"


@dataclass(frozen=True, slots=True)
class Enlisting:
    """The operator's. A contract more is a loosening: the signer lets it wait."""

    world: World

    async def look(self, named: str) -> Candidate:
        """The venue or exchange of that id, or of that contract's address. Raises Refused("list")."""
        world = self.world
        await world.refresh()
        found = self._found(named)
        contract, table = found.contract, self._table(found.contract)
        watched = [contract.address]
        if isinstance(found, Venue) and found.receipt is not None and found.receipt.address is not None:
            watched.append(found.receipt.address)
        codes = await fingerprints(world.rpc, world.registry, list(dict.fromkeys(watched)))
        known = world.policy.contracts.get(contract.address)
        return Candidate(
            found.id if isinstance(found, Venue) else found.name,
            contract,
            table,
            codes,
            known,
            world.policy.bodies.get(contract.table) == table,
            self._orders(contract),
            older=self._older(contract, table),
        )

    async def ask(self, of: Candidate, code_hash: str, code: str) -> Became:
        """Asks the signer to list it; `code_hash` is what the operator compared.

        Raises Refused: list, limits, step-up.
        """
        if code_hash.strip().lower() != of.code:
            raise Refused(
                RULE,
                f"The code of {of.contract.address} has the hash {of.code}, not {code_hash.strip()[:80]}.",
                "Compare the contract with its source, and give the hash of the code that you looked at.",
            )
        answer = await self.world.signer.limits(self._changes(of), code or None)
        await self.world.refresh()
        if answer["waits"] is None and of.older is not None:
            return Became("signer", f"The call table {of.contract.table} is brought up to date.", 0)
        if answer["waits"] is None:
            return Became("signer", f"{of.name} is listed: money may go in.", 0)
        ripe = int(answer["waits"]["ripe_at"])
        if of.older is not None:
            text = f"It waits: from {day_and_time(ripe)} on the call table {of.contract.table} is the new one."
            number = answer["waits"]["id"]
            return Became("signer", f"{text} It is told to everybody here (change {number} of the signer).", ripe)
        text = (
            f"It waits: from {day_and_time(ripe)} on {of.name} is listed. Until then nothing goes in. It is told to "
            f"everybody here (change {answer['waits']['id']} of the signer)."
        )
        return Became("signer", text, ripe)

    def _found(self, named: str) -> Venue | Unlisted:
        shown = {key: each.inner for key, each in self.world.venues.items() if isinstance(each, OnlySeen)}
        unlisted: dict[str, Venue | Unlisted] = {**shown, **self.world.unlisted}
        unlisted = {key: each for key, each in unlisted.items() if self._is_new(key, each.contract)}
        same = [key for key, each in unlisted.items() if named in (key, each.contract.address)]
        if same:
            return unlisted[same[0]]
        if named in self.world.venues or named in self.world.traders:
            raise Refused(RULE, f"{named} is listed already.", "`moneta policy relist` lists it as it is now.")
        there = ", ".join(sorted(unlisted)) or "nothing"
        raise Refused(RULE, f"Nothing called {named[:80]} was found that isn't listed.", f"There is: {there}.")

    def _table(self, contract: Listed) -> dict[str, Any]:
        """The body that decodes its calls: the pinned one, where there is one of that name."""
        pinned = self.world.policy.bodies.get(contract.table)
        shipped = [table for group in self.world.hooks.moneta_call_tables() for table in group]
        own = next((table for table in shipped if table["table"] == contract.table), pinned)
        if own is None:
            raise Refused(RULE, f"No plug-in ships the call table {contract.table!r}.", "Its plug-in has to.")
        if pinned is not None and own != pinned and contract.table not in self._older_tables():
            raise Refused(
                RULE,
                f"The policy pins another call table of the name {contract.table!r}.",
                "The plug-in has to give its own another name.",
            )
        return dict(own)

    def _older_tables(self) -> Mapping[str, Listed]:
        return older(self.world.policy, (body for group in self.world.hooks.moneta_call_tables() for body in group))

    def _older(self, contract: Listed, table: dict[str, Any]) -> dict[str, Any] | None:
        """What decodes its calls now, where the policy pins an earlier version of its table."""
        pinned = self.world.policy.bodies.get(contract.table)
        return dict(pinned) if pinned is not None and pinned != table else None

    def _is_new(self, key: str, contract: Listed) -> bool:
        """Whether there is anything to list: a contract that isn't, or a table that is an earlier one."""
        listed = self.world.policy.contracts.get(contract.address)
        return listed is None or key != contract.table or key in self._older_tables()

    def _orders(self, contract: Listed) -> tuple[Domain, dict[str, Any]] | None:
        """The domain and the table of a quoter's signed orders, where `contract` is who reads them."""
        quoters = [each for each in self.world.quoters.values() if each.contract.address == contract.address]
        named = next((each.domain for each in quoters if each.domain is not None), None)
        if named is None:
            return None
        shipped = [table for group in self.world.hooks.moneta_typed_tables() for table in group]
        body = next((table for table in shipped if table["table"] == named[0]), None)
        if body is None:
            raise Refused(RULE, f"No plug-in ships the typed table {named[0]!r}.", "Its plug-in has to.")
        return Domain(table=named[0], name=named[1], version=named[2]), dict(body)

    def _changes(self, of: Candidate) -> dict[str, Any]:
        body = bodies.listed_body(of.contract)
        if of.known is not None:  # it gains markets; what decodes its exits stays
            markets = dict.fromkeys((*of.known.markets, *(market.lower() for market in of.contract.markets)))
            body = bodies.listed_body(of.known) | {"markets": list(markets)}
        changes: dict[str, Any] = {"contracts": {of.contract.address: body}}
        if not of.pinned:
            changes["tables"] = {of.contract.table: of.table}
        if of.orders is not None:
            domain, body = of.orders
            changes["domains"] = {of.contract.address: domain.model_dump(exclude_none=True)}
            changes["typed_tables"] = {domain.table: body}
        recorded = self.world.policy.codes
        codes = {place: bodies.fingerprint_body(each) for place, each in of.codes.items() if place not in recorded}
        return changes | ({"codes": codes} if codes else {})
