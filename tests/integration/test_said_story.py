"""The story of the README in Spanish and in German: no English is left in what is said, and all else is the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.replies.reply import Reply, as_text
from memory.rows import PlanRow
from tests.integration.runtime_parts import USDC, Whole, status

pytestmark = pytest.mark.integration
HELLO, YIELDS, DEPOSIT, HOLD, HALF, WHY, HISTORY, TOO_MUCH, NOBODY, EXIT = range(10)
STORY: Mapping[str, tuple[str, ...]] = {
    "en": (
        "hello",
        "best yield for USDC?",
        "put 1,000 USDC to work",
        "how am I doing?",
        "withdraw half my USDC",
        "why did you choose that venue?",
        "history",
        "deposit 99,999,999,999 USDC",
        "send 20 USDC to bob",
        "get me out of everything",
    ),
    "es": (
        "hola",
        "¿mejor rendimiento para USDC?",
        "pon 1.000 USDC a trabajar",
        "¿cómo me va?",
        "retira la mitad de mi USDC",
        "¿por qué elegiste ese mercado?",
        "historial",
        "deposita 99.999.999.999 USDC",
        "envía 20 USDC a bob",
        "sácame de todo",
    ),
    "de": (
        "hallo",
        "beste Rendite für USDC?",
        "leg 1.000 USDC an",
        "wie stehe ich da?",
        "heb die Hälfte meiner USDC ab",
        "warum hast du diesen Markt gewählt?",
        "Verlauf",
        "zahl 99.999.999.999 USDC ein",
        "schick 20 USDC an bob",
        "alles auflösen",
    ),
}
ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the and your you with would which there are more than now of out for put take into it that this from at not "
        "done year lent could leave deposit amount how ended worth earned where confirm within gas about most let no",
    )
)
"""Words that every English reply has some of; what Spanish and German have, too, is taken out."""
OWN: Mapping[str, frozenset[str]] = {"es": frozenset({"no", "gas"}), "de": frozenset({"gas"})}
FIGURES = {"es": "1.000 USDC", "de": "1.000 USDC", "en": "1,000 USDC"}


def english_in(reply: Reply, language: str) -> set[str]:
    """English words of a reply, commands and rules' names aside."""
    text = re.sub(r"`[^`]*`|\((?:regla|Regel): [^)]*\)", " ", as_text(reply))
    return set(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", text)) & (ENGLISH - OWN[language])


@pytest.mark.parametrize("language", ["es", "de"])
async def test_the_story_has_no_english_left(whole: Whole, language: str) -> None:
    words, start = STORY[language], whole.balance("USDC")
    said = [await whole.say(words[HELLO]), await whole.say(words[YIELDS])]
    shown = await whole.say(words[DEPOSIT])
    said += [shown, await whole.confirm(), await whole.say(words[HOLD])]
    assert [status(reply) for reply in said] == ["", "", "ready", "settled", ""]
    assert FIGURES[language] in as_text(shown)
    assert whole.balance("USDC") == start - 1_000 * USDC
    half = await whole.say(words[HALF])
    said += [half, await whole.confirm()]
    said += [await whole.say(words[each]) for each in (WHY, HISTORY, TOO_MUCH, NOBODY)]
    out = await whole.say(words[EXIT])
    said += [out, await whole.confirm()]
    assert [status(reply) for reply in said[5:]] == [
        *("ready", "settled", "", "", "refused", "asked", "ready", "settled")
    ]
    assert {as_text(reply): english_in(reply, language) for reply in said if english_in(reply, language)} == {}
    assert whole.balance("USDC") >= start - 1


async def test_what_is_signed_stored_and_decided_knows_no_language(whole: Whole) -> None:
    """The same words in three languages: one plan, one digest, one preview in the ledger, one decision."""
    rows: dict[str, PlanRow] = {}
    told = {}
    for language, words in STORY.items():
        reply = await whole.say(words[DEPOSIT])
        rows[language], told[language] = await whole.row(reply), as_text(reply)
        await whole.say("/cancel")
    english = rows["en"]
    assert len(set(told.values())) == 3
    for row in rows.values():
        as_english = replace(row.plan, plan_id=english.plan.plan_id, not_after=english.plan.not_after)
        as_english = replace(as_english, max_total_fee_wei=english.plan.max_total_fee_wei)
        assert as_english.digest == english.plan.digest
        assert row.preview["headline"] == english.preview["headline"]
        assert row.preview["steps"] == english.preview["steps"]
        assert row.preview["notes"] == english.preview["notes"]


async def test_an_answer_without_a_language_of_its_own_is_in_the_one_spoken_last(whole: Whole) -> None:
    await whole.say("auf Deutsch bitte")
    assert (await whole.say("100")).language == "de"
    user = await whole.world.ledger.user(whole.user.id)
    assert user is not None
    assert user.speaks == "de"
    assert (await whole.say("English please")).text == "I answer in English from now on."
    assert (await whole.say("/cancel")).text.startswith("There was nothing to cancel")
    assert "Dime qué poner a trabajar" in (await whole.say("hola")).text
    assert (await whole.say("/cancel")).text == "No había nada que cancelar."
