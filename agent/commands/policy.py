"""`moneta policy show|set|test "…"`: what holds and whose it is; the operator's limits; what a sentence meets."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import Any

from agent.chat.lines import OWNER, PLATFORM
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.compose import Instance, open_instance
from agent.errors import Refused
from agent.intents import Cancel, Limit
from agent.money import Amount, Token
from agent.place import Where
from agent.policy.policy import Policy
from agent.replies.clock import day_and_time, duration
from agent.replies.reply import Table, table_text
from agent.runtime.codes import enrolled
from agent.runtime.explaining import PASS, Explaining
from agent.runtime.operating import Became, Operating, said
from agent.words.limits.allowances import OpenPeriod, allowance
from agent.words.limits.thresholds import Threshold, threshold
from agent.words.vocabulary import Vocabulary
from memory.rows import User

Row = dict[str, Any]
NOT_ENROLLED = "No authenticator is enrolled yet, so what is above is refused: moneta wallet totp enroll."


def show(where: Where, as_json: bool, person: str) -> int:
    """Prints every list and cap with its source, and what waits. `person` is whose: `discord:123`; '' the owner."""
    rows = asyncio.run(with_owner(where, _shown, person))
    if as_json:
        for row in rows:
            json_line({"event": "limit", **row})
    else:
        cells = tuple((row["limit"], row["is"], row["source"]) for row in rows)
        text_line(table_text(Table(("limit", "is", "source"), cells)))
    return 0


def test(where: Where, sentence: str, as_json: bool, person: str) -> int:
    """Prints each rule that the sentence would meet if `person` said it; 0 where all of them pass."""

    async def told(instance: Instance, user: User) -> int:
        found = await Explaining(instance.world).explain(user, sentence)
        if as_json:
            for number, each in enumerate(found.findings, 1):
                json_line({"event": "rule", "number": number, **asdict(each)})
            json_line({"event": "verdict", "verdict": found.verdict, "intent": found.intent})
        else:
            cells = tuple((each.rule, each.verdict, f"{each.why} {each.remedy}".strip()) for each in found.findings)
            text_line(table_text(Table(("rule", "verdict", "why"), cells)))
        return 0 if found.verdict == PASS else 1

    return int(asyncio.run(with_owner(where, told, person)))


def change(where: Where, sentence: str, as_json: bool) -> int:
    """Sets a limit of the operator's, or takes back what waits."""

    async def changed(instance: Instance, _: User) -> list[Became]:
        wish = _wish(sentence, await instance.world.vocabulary(""))
        operating = Operating(instance.world)
        if isinstance(wish, Cancel):
            return await operating.withdraw()
        code = await code_at_terminal(instance) if await operating.loosens(wish) else ""
        became = await operating.set(wish, code)
        if isinstance(wish, Threshold) and wish.value is not None and not await enrolled(instance.world):
            became = replace(became, text=f"{became.text} {NOT_ENROLLED}")
        return [became]

    became = asyncio.run(with_owner(where, changed))
    for each in became:
        if as_json:
            json_line({"event": "policy", **asdict(each)})
        else:
            text_line(each.text)
    if not became and not as_json:
        text_line("No change is waiting.")
    return 0


async def with_owner(where: Where, do: Callable[[Instance, User], Awaitable[Any]], person: str = "") -> Any:
    """Opens the folder's instance, beside one that runs, and does something with its owner, or with `person`.

    Raises Refused("user") where nobody is known by that identity.
    """
    async with _opened(where) as (instance, user):
        return await do(instance, await _person(instance, person) if person else user)


async def _person(instance: Instance, identity: str) -> User:
    found = await instance.world.ledger.user_of(identity)
    if found is None or await instance.world.ledger.account(found.id) is None:
        raise Refused(
            "user",
            f"Nobody with an account is known as {identity}.",
            "Name them as PLATFORM:ID, such as discord:123456789 or telegram:42.",
        )
    return found


@asynccontextmanager
async def _opened(where: Where) -> Any:
    place = places.place_of(where)
    async with open_instance(place, where.settings, beside=True) as instance:
        if instance.new_wallet:
            await places.fund(place, instance.first_account)
        await instance.world.refresh()
        yield instance, await instance.owner(PLATFORM, OWNER, "you")


def _wish(sentence: str, vocabulary: Vocabulary) -> Limit | Cancel | Threshold:
    codes = threshold(sentence, vocabulary)
    if codes is not None:
        return codes
    try:
        found = allowance(sentence, vocabulary)
    except OpenPeriod:
        found = None
    if found is None or (isinstance(found, Cancel) and not (found.ref or "").startswith("limits")):
        raise Refused(
            "words",
            f"“{sentence[:60]}” is no limit that I can read.",
            "Say it like `at most 500 USDC a day`, `never more than $200 per transfer`, `only aave and morpho`, "
            "`a code above 1000 USDC`, or `cancel the change`.",
        )
    return found


async def code_at_terminal(instance: Instance) -> str:
    """A one-time code from the terminal, where an authenticator is enrolled."""
    if not await enrolled(instance.world):
        return ""
    if not sys.stdin.isatty():
        raise Refused("step-up", "A code is needed to loosen a limit.", "Run it at a terminal, which asks for it.")
    return getpass.getpass("code of your authenticator: ").strip()


async def _shown(instance: Instance, user: User) -> list[Row]:
    world = instance.world
    limiting = instance.service.runtime.limiting
    speaker, standing = await limiting.speaker(user), await world.standing(user.id)
    rows = list(_of_policy(world.policy))
    moved = await world.signer.moved(await world.account(user))
    for row in rows:
        symbol = row.get("unit")
        if row.get("period") == "day" and symbol in moved:
            row["used"] = str(moved[symbol].day)
    for cap in standing.limits.caps:
        if cap.by != "signer":
            used = standing.used.get(cap, 0)
            extra = {
                "period": cap.period,
                "kind": cap.kind,
                "unit": cap.unit,
                "most": str(cap.most),
                "used": str(used),
            }
            spent = f", {speaker.amount(used, cap.unit)} used" if used else ""
            shown = f"{speaker.amount(cap.most, cap.unit)}{spent}"
            rows.append({"limit": speaker.cap(cap), "is": shown, "source": str(cap.by), **extra, "used": str(used)})
    for allowed in standing.limits.allowed:
        listed = speaker.listed(allowed.what, allowed.names)
        row = {"limit": f"only these {allowed.what}", "is": listed, "source": str(allowed.by)}
        rows.append({**row, "names": sorted(allowed.names)})
    for person in (user.id, None):
        for change in await world.ledger.waiting_limits(person):
            source = "operator" if person is None else "user"
            when = f"waits until {day_and_time(change.ripe_at)} (change {change.id})"
            value = speaker.value(change.subject, change.value)
            rows.append({"limit": when, "is": value, "source": source, "ripe_at": change.ripe_at})
    for each in await world.signer.pending():
        when = f"waits until {day_and_time(each['ripe_at'])} (signer's change {each['id']})"
        rows.append(
            {
                "limit": when,
                "is": said(each["changes"], world.registry),
                "source": "signer",
                "ripe_at": each["ripe_at"],
            }
        )
    rows += await _mandated(instance, user)
    for contact in await world.ledger.contacts(user.id):
        row = {"limit": f"contact {contact.name}", "is": contact.address, "source": "user"}
        rows.append({**row, "ripe_at": contact.ripe_at})
    rows.append({"limit": "paused", "is": "yes: only money out" if user.paused else "no", "source": "user"})
    frozen = "yes: nothing moves" if await world.ledger.frozen() else "no"
    rows.append({"limit": "frozen", "is": frozen, "source": "operator"})
    return rows


async def _mandated(instance: Instance, user: User) -> list[Row]:
    world, rows = instance.world, list[Row]()
    for symbol, units in (await world.signer.mandated(await world.account(user))).items():
        most = f"up to {Amount(units, world.registry.token(symbol))}"
        row = {"limit": "a move under the mandate, without a code each", "is": most, "source": "signer"}
        rows.append({**row, "unit": symbol, "most": str(units)})
    return rows


def _of_policy(policy: Policy) -> Iterator[Row]:
    tokens: dict[str, Token] = {token.symbol: token for token in (policy.native, *policy.tokens.values())}
    sections = (
        ("transaction", "most a transaction", policy.caps),
        ("day", "most a day", policy.day_caps),
        ("lifetime", "most in all", policy.lifetime_caps),
        ("step-up", "a code is needed above", policy.step_up),
    )
    for period, words, caps in sections:
        for symbol, most in caps.items():
            shown = str(Amount(most, tokens[symbol]))
            extra = {"period": period, "kind": None, "unit": symbol, "most": str(most)}
            yield {"limit": words, "is": shown, "source": "signer", **extra}
    fee = str(Amount(policy.max_fee_wei, policy.native))
    yield {"limit": "most gas of one plan", "is": fee, "source": "signer", "most": str(policy.max_fee_wei)}
    names = sorted({one.name for one in policy.contracts.values()})
    yield {"limit": "contracts that may be called", "is": ", ".join(names), "source": "signer"}
    if policy.closed:
        yield {"limit": "contracts that may only be left", "is": ", ".join(sorted(policy.closed)), "source": "signer"}
    for words, seconds in (
        ("a new contact waits", policy.contact_delay_seconds),
        ("a loosened limit waits", policy.loosen_delay_seconds),
    ):
        shown = duration(seconds) if seconds else "not at all"
        yield {"limit": words, "is": shown, "source": "signer", "seconds": seconds}
