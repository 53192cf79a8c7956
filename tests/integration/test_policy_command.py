"""`moneta policy`: what a sentence would meet, rule by rule; the operator's limits; every limit with whose it is."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from agent.commands.policy import _shown, _wish
from agent.errors import Refused
from agent.intents import Limit
from agent.runtime.explaining import ASK, GATE, PASS, REFUSE, SKIP, Explaining, Finding, Told
from agent.runtime.operating import Operating
from agent.words.limits.thresholds import Threshold
from memory.ledger import FILE
from tests.integration.runtime_parts import BOB, Whole, deposit, rule, status

pytestmark = pytest.mark.integration

DAY = 86_400


async def told(whole: Whole, text: str) -> Told:
    return await Explaining(whole.world).explain(whole.user, text)


async def verdicts(whole: Whole, text: str) -> dict[str, str]:
    found = await told(whole, text)
    for each in found.findings:
        assert each.rule
        assert each.why or each.verdict == SKIP
        assert each.remedy or each.verdict in (PASS, SKIP), each
    return {each.rule: each.verdict for each in found.findings}


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table of the ledger has."""
    with sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608


async def test_each_rule_answers_in_its_order_and_nothing_is_stored(whole: Whole, tmp_path: Path) -> None:
    await whole.say(f"add {BOB} as bob")
    await whole.say("my limit is 100 usdc a day")
    await whole.say("never more than $50 per transfer")
    await whole.say("portfolio")  # the first look of an hour is kept, whoever takes it
    await whole.world.observing.settled()
    before, nonce = rows(tmp_path), whole.nonce()
    found = await told(whole, "send 60 usdc to bob")
    assert [(each.rule, each.verdict) for each in found.findings] == [
        *(
            (name, PASS)
            for name in (
                *("words", "bind", "freeze", "contact", "resolve"),
                *("pause", "chain", "state", "risk", "policy", "price"),
            )
        ),
        ("day-cap", PASS),
        ("transaction-cap", REFUSE),
        *(
            (name, PASS)
            for name in ("simulate", "health", "shares", "honest", "expected", "gas", "preview", "step-up", "signer")
        ),
    ]
    assert found.verdict == REFUSE
    assert found.intent is not None
    refused = next(each for each in found.findings if each.verdict == REFUSE)
    assert (refused.why, refused.remedy[:26]) == (
        "$60.00 would be more than your limit of $50.00 a transfer.",
        "$50.00 or less would pass ",
    )
    assert (rows(tmp_path), whole.nonce()) == (before, nonce)
    assert set(GATE) <= {each.rule for each in found.findings}


async def test_what_stands_in_the_way_is_named_and_the_rest_goes_on(whole: Whole) -> None:
    assert await verdicts(whole, "send 60 usdc to bob") == {"words": ASK}
    assert await verdicts(whole, "what do you think of the weather") == {"words": ASK}
    assert (await verdicts(whole, "withdraw all my usdc"))["balance"] == REFUSE
    assert (await verdicts(whole, "deposit 10 usdc into venus"))["limits"] == PASS
    assert (await verdicts(whole, "my limit is 5 usdc a day"))["plan"] == PASS
    await whole.say("pause")
    paused = await verdicts(whole, "deposit 10 usdc into venus")
    assert (paused["pause"], paused["state"], paused["simulate"]) == (REFUSE, SKIP, SKIP)
    await whole.world.ledger.set_frozen(True)
    assert (await verdicts(whole, "deposit 10 usdc into venus"))["freeze"] == REFUSE


async def test_an_exit_meets_no_limit(whole: Whole) -> None:
    await whole.do(deposit("10"))
    await whole.say("my limit is 1 usdc in all")
    await whole.say("pause")
    found = await told(whole, "get me out of everything")
    assert found.verdict == PASS
    assert (
        Finding("limits", PASS, "it spends nothing: what only takes money out counts in no limit") in found.findings
    )


async def test_a_contact_that_waits_and_a_code_that_is_needed(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    await whole.world.signer.limits({"step_up": {"USDC": "1000000"}})
    await whole.world.refresh()
    found = await verdicts(whole, "send 60 usdc to bob")
    assert (found["contact"], found["step-up"]) == (PASS, REFUSE)  # no authenticator is enrolled
    row = await whole.world.ledger.contact(whole.user.id, "bob")
    assert row is not None
    whole.world.now = lambda: row.ripe_at - 1
    assert (await verdicts(whole, "send 60 usdc to bob"))["contact"] == REFUSE


async def test_the_operators_limits(whole: Whole) -> None:
    operating, ledger = Operating(whole.world), whole.world.ledger
    vocabulary = await whole.world.vocabulary("")

    def wish(sentence: str) -> Limit:
        found = _wish(sentence, vocabulary)
        assert isinstance(found, Limit)
        return found

    held = await operating.set(wish("at most 400 USDC a day"), "")
    assert (held.source, held.ripe_at, held.text) == (
        "signer",
        0,
        "From now on: day caps of USDC: 400 USDC. The signer holds it.",
    )
    assert whole.world.policy.day_caps == {"USDC": 400 * 10**6}
    assert await operating.loosens(wish("at most 500 USDC a day"))
    waits = await operating.set(wish("at most 500 USDC a day"), "")
    assert (waits.source, waits.ripe_at > 0) == ("signer", True)
    assert (await operating.set(wish("never more than $100 per transfer"), "")).text == (
        "From now on, for everybody: at most $100.00 a transfer."
    )
    assert not await operating.loosens(wish("only aave and morpho"))
    await operating.set(wish("only aave and morpho"), "")
    assert (await operating.set(wish("allow all venues"), "")).ripe_at > 0
    assert rule(await whole.say("put 401 usdc to work")) == "day-cap"
    assert rule(await whole.say("deposit 1 usdc into venus")) == "allowed-venues"
    wider = await whole.say("my limit is 401 usdc a day")
    assert (status(wider), rule(wider)) == ("refused", "limits")
    assert "yours can only be lower" in wider.text
    assert rule(await whole.say("only venus")) == "limits"
    sources = {row["source"] for row in await _shown(whole.instance, whole.user)}
    assert sources == {"signer", "operator", "user"}
    shown = json.dumps(await _shown(whole.instance, whole.user))
    assert "waits until" in shown
    assert {each.source for each in await operating.withdraw()} == {"signer", "operator"}
    assert await operating.withdraw() == []
    assert await whole.world.signer.pending() == []
    assert await ledger.waiting_limits(None) == []


async def test_from_which_amount_on_a_code_is_wanted(whole: Whole) -> None:
    operating, vocabulary = Operating(whole.world), await whole.world.vocabulary("")

    async def become(sentence: str) -> tuple[bool, str, bool]:
        wish = _wish(sentence, vocabulary)
        assert isinstance(wish, Threshold)
        loosens = await operating.loosens(wish)
        became = await operating.set(wish, "")
        return loosens, became.text.partition(": ")[2], became.ripe_at > 0

    held = "a code above 1,000 USDC in one plan. The signer holds it."
    assert await become("a code above 1000 USDC") == (False, held, False)
    assert whole.world.policy.step_up == {"USDC": 1_000 * 10**6}
    for sentence in ("ask for a code above 1,000.5 usdc", "no code for usdc"):
        loosens, _, waits = await become(sentence)
        assert (loosens, waits) == (True, True)
    assert whole.world.policy.step_up == {"USDC": 1_000 * 10**6}
    assert (await operating.withdraw())[0].text == "Cancelled: no code for USDC."
    preview = await whole.say("deposit 1,001 usdc into aave core")
    assert preview.text.endswith(" It needs a code: 1,001 USDC at once is above 1,000 USDC. Confirm?")
    assert rule(await whole.confirm()) == "step-up"


async def test_what_the_operator_cant_set(whole: Whole) -> None:
    operating = Operating(whole.world)
    vocabulary = await whole.world.vocabulary("")
    for sentence in ("hello", "send 5 usdc to bob", "cancel contact bob", "my limit is 5 usdc"):
        with pytest.raises(Refused) as refused:
            _wish(sentence, vocabulary)
        assert (refused.value.rule, bool(refused.value.remedy)) == ("words", True)
    for sentence in ("remove my transaction USDC limit", "remove my daily limit", "allow all contacts"):
        found = _wish(sentence, vocabulary)
        assert isinstance(found, Limit)
        with pytest.raises(Refused) as refused:
            await operating.set(found, "")
        assert (refused.value.rule, bool(refused.value.remedy)) == ("limits", True)


async def test_news_that_nobody_delivers_stands_before_the_next_reply(whole: Whole) -> None:
    await whole.say("my limit is 5 usdc a day")
    asked = await whole.say("raise my daily limit to 6 usdc")
    assert "waits 1 day" in asked.text
    later = whole.world.now() + DAY
    whole.world.now = whole.world.ledger._now = lambda: later
    reply = await whole.say("what can you do?")  # what is ripe is told with the turn that finds it
    assert reply.text.startswith("From now on: at most 6 USDC a day, as you asked a while ago.\n")
    assert "From now on" not in (await whole.say("what can you do?")).text
