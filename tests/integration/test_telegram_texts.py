"""Texts in and out, as properties: quoted words never bind, nothing that is said is lost or read as markup."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from agent.chat.sentence import sentence
from agent.chat.telegram.incoming import own_words
from agent.chat.telegram.pieces import Piece, messages
from agent.chat.telegram.render import WIDTH, parts
from agent.chat.telegram.spans import Span
from agent.harmless import visible
from agent.replies.body import Body
from agent.replies.reply import Table
from agent.words.reading.quotes import quotes
from agent.words.reading.text import clean
from tests.servers.telegram_html import parsed, units

MARKS = st.text("ab `'\"~>\n“”«｀＞＂\u2028\u00a0🪙", max_size=12)
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60)
TAGS = st.sampled_from(["", "b", "code", "pre", "i"])
LIMIT = 16


@given(before=MARKS, inside=MARKS, after=MARKS, kind=st.sampled_from(["code", "pre", "blockquote"]))
@example(before="a ` ", inside="` x", after=" ` b", kind="code")
@example(before="", inside="｀ now ", after="", kind="code")
def test_what_is_quoted_stays_quoted(before: str, inside: str, after: str, kind: str) -> None:
    quoted = f"{inside}zzz{inside}"
    text = before + quoted + after
    span = Span(kind, units(before), units(before + quoted))
    plain = clean(own_words(text, [span], [])).plain
    place = plain.index("zzz")
    assert any(quote.start <= place and place + 3 <= quote.end for quote in quotes(plain))


@given(st.text("/@ab confirmstart\n", max_size=30))
@example("/ /confirm")
def test_no_text_becomes_the_service_s_own_commands(text: str) -> None:
    said = sentence(text, "moneta_bot")
    assert (
        said is None
        or said.text == "/start"
        or re.fullmatch(r"/start [A-Za-z2-7]{16}", said.text)
        or said.text[0] != "/"
    )


def test_another_bot_s_command_is_nothing_to_us() -> None:
    assert sentence("/deposit@other_bot 5 usdc", "moneta_bot") is None
    said = sentence("/deposit@Moneta_Bot 5 usdc", "moneta_bot")
    assert said is not None
    assert said.text == "deposit 5 usdc"


def test_a_link_s_words_are_not_the_person_s() -> None:
    said = sentence("/start exit", "moneta_bot")
    assert said is not None
    assert said.text == "/start"


@given(st.lists(st.tuples(ANYTHING, TAGS), max_size=6))
def test_cut_messages_hold_all_of_the_text_in_html_that_telegram_takes(runs: list[tuple[str, str]]) -> None:
    texts = [parsed(each) for each in messages([Piece(text, tag) for text, tag in runs], LIMIT)]
    whole = "".join(text for text, _ in runs)
    assert seen("".join(text for text, _ in texts)) == seen(whole)
    for text, entities in texts:
        assert units(text) <= LIMIT
        assert all(each["offset"] + each["length"] <= units(text) for each in entities)


@given(text=ANYTHING, cells=st.lists(st.tuples(ANYTHING, ANYTHING), max_size=4))
def test_bodies_are_html_that_telegram_takes(text: str, cells: list[tuple[str, str]]) -> None:
    table = Table(("a", "b"), tuple(cells), frozenset({1}))
    for part in parts(Body(text, title=text, lines=(("1.", text), ("digest", text)), table=table)):
        plain, entities = parsed(part.html)
        assert plain or not text.strip()
        assert not [each for each in entities if each["type"] == "mention"]


def seen(text: str) -> str:
    """What of a text somebody sees."""
    return "".join(letter for letter in text if visible(letter))


def test_a_table_is_set_as_columns_only_where_a_phone_shows_them() -> None:
    narrow = Table(("asset", "rate"), (("USDC", "3 %"),), frozenset({1}))
    wide = Table(("asset", "rate"), (("USDC", "3 %" + "x" * WIDTH),), frozenset({1}))
    assert "<pre>asset  rate\nUSDC    3 %</pre>" in parts(Body("", table=narrow))[0].html
    assert parts(Body("", table=wide))[0].html == f"<b>USDC</b>\n<i>rate: </i>3 %{'x' * WIDTH}"
