"""Strings from outside render harmlessly wherever they can stand, and every rendering is one that is taken."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from agent.chat.discord import render as discord_render
from agent.chat.lines import piped_lines
from agent.chat.telegram.render import alert, parts, plain
from agent.chat.telegram.sending import keyboard
from agent.chat.terminal import Terminal
from agent.gate.preview import Preview, RateLine
from agent.harmless import harmless_line
from agent.money import RAY, Amount, Rate
from agent.plots.draw import draw
from agent.replies.body import Body, Pressable, body_of
from agent.replies.reply import Picture, Reply, Status, Table, Verdict
from tests.servers import discord_spec
from tests.servers.telegram_html import parsed, units
from tests.unit.hostile import NAMES, names
from tests.unit.policy_parts import ETH

pytestmark = pytest.mark.unit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys or turns a text around; a tab is none."""
DISCORD_LIVE = re.compile(
    r"@(everyone|here)|<[@#:/tai]|\[[^\]\n]*\]\(|^\s*(#{1,3}|-#|>{1,3}|[-*]) |[*_~|]", re.MULTILINE
)
"""What Discord would format, link or mention."""
ROOT = Path(__file__).parents[2]
CHANNELS = "/channels/1/messages"


def reply_of(name: str) -> Reply:
    """The name in every place where one can stand."""
    preview = Preview(
        headline=name,
        chain=name,
        steps=(name, "deposit"),
        changes=(name,),
        rates=(RateLine(name, Rate(RAY // 20), Rate(RAY // 25)),),
        notes=(name,),
        max_fee=Amount(10**15, ETH),
        max_fee_usd="$3.00",
        expires=1_800_000_120,
        seconds=120,
        digest="ab" * 32,
    )
    table = Table((name or "what", "number"), ((name, "1"), ("a", name)), frozenset({1}))
    return Reply(name, table, preview, verdict=Verdict(Status.READY), pictures=(Picture("rates.png", name, PNG),))


def body_with(name: str) -> Body:
    return body_of(reply_of(name), [Pressable("ab" * 16, name, "say"), Pressable("cd" * 16, "Confirm", "confirm")])


def seen_in_discord(text: str) -> str:
    """A text as Discord reads it: code and escaped letters are only shown, so they are taken out."""
    without_code = re.sub(r"```.*?```|(?<!\\)`[^`\n]+`", "", text, flags=re.DOTALL)
    return re.sub(r"\\[^A-Za-z0-9\s]", "x", without_code)


@given(names)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example("x" * 4_097)
def test_discord(name: str) -> None:
    shown = discord_render.shown(body_with(name))
    embed = shown.embed.to_dict()
    shown_texts = [embed.get("title", ""), embed["description"]]
    shown_texts += [field["value"] for field in embed.get("fields", [])]
    for text in shown_texts:
        assert not DISCORD_LIVE.search(seen_in_discord(text)), text
    said = json.dumps({"embeds": [embed], "components": shown.view.to_components() if shown.view else []})
    assert not OBEYED.search("".join(strings(json.loads(said))))
    assert len(shown.embed) <= 6_000
    assert embed["description"].strip()
    assert all(field["name"].strip() and field["value"].strip() for field in embed.get("fields", []))
    labels = [b["label"] for row in json.loads(said)["components"] for b in row["components"]]
    assert all(label.strip() and len(label) <= 80 for label in labels)
    described = discord_spec.spec()
    if described is not None:
        assert described.problem("POST", CHANNELS, json.loads(said)) is None
    for file in shown.files:
        assert re.fullmatch(r"[a-z0-9.-]+", file.filename)
        if file.filename == "table.csv":
            rows = list(csv.reader(io.StringIO(file.fp.read().decode())))
            assert not [cell for row in rows for cell in row if cell[:1] in ("=", "@", "+", "\t", "\r")]


@given(names)
@settings(deadline=None)
def test_telegram(name: str) -> None:
    body = body_with(name)
    found = parts(body)
    for part in found:
        text, entities = parsed(part.html)
        assert units(text) <= (1024 if part.picture else 4096)
        assert text.strip() or part.picture
        assert not OBEYED.search(text)
        assert not [each for each in entities if each["type"] in ("mention", "text_link", "text_mention")]
        made = keyboard(part)
        labels = [button.text for row in made.inline_keyboard for button in row] if made else []
        assert all(label.strip() for label in labels)
        assert not OBEYED.search("".join(labels))
    assert found[-1].buttons
    assert units(alert(body)) <= 200
    assert not OBEYED.search(alert(body))
    parsed(plain(name))


@given(names, st.integers(20, 160))
@settings(deadline=None)
def test_terminal(name: str, width: int) -> None:
    out = io.StringIO()
    Terminal(None, piped_lines(lambda: ""), Console(file=out, width=width)).show(reply_of(name))  # type: ignore[arg-type]
    assert not OBEYED.search(out.getvalue())


@given(names)
@settings(deadline=None)
def test_an_answer_is_never_nothing(name: str) -> None:
    assert discord_render.shown(Body(name)).embed.description
    assert parts(Body(name))


@pytest.mark.parametrize("some", [NAMES[at : at + 8] for at in range(0, len(NAMES), 8)])
def test_pictures(some: tuple[str, ...]) -> None:
    points = [[1_800_000_000, str(RAY // 20)], [1_800_086_400, str(RAY // 25)]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that is missing, a mark that can't be read
        rates = [
            draw("rates", {"series": [{"name": name, "points": points} for name in four]}, "dark")
            for four in (some[:4], some[4:] or some[:1])
        ]
        sides = {"before": dict.fromkeys(some, "5"), "after": {"aave": "1"}}
        allocation = draw("allocation", {"symbol": some[0], "decimals": 6, **sides}, "light")
    assert {picture[:8] for picture in (*rates, allocation)} == {PNG[:8]}


@given(names)
def test_a_log_line_is_one_line(name: str) -> None:
    assert not OBEYED.search(harmless_line(name))
    assert "\n" not in harmless_line(name)


LOGS = """
import json, logging, sys
import structlog
from agent.logs import to_stderr
to_stderr(False)
for name in json.loads(sys.argv[1]):
    structlog.get_logger().warning("said " + name, text=name)
    logging.getLogger("library").warning("said %s", name)
    try:
        raise ValueError(name)
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed")
"""


def test_logs() -> None:
    """Both kinds, and a traceback whose message somebody chose."""
    given_names = json.dumps([name for name in NAMES if "\0" not in name])
    done = subprocess.run([sys.executable, "-c", LOGS, given_names], capture_output=True, check=True, cwd=ROOT)
    said = done.stderr.decode()
    assert "said @everyone" in said
    assert not OBEYED.search(said)
    assert not [line for line in said.splitlines() if line.startswith("break")], "a line of its own"


def strings(data: object) -> list[str]:
    """All texts in JSON data."""
    match data:
        case str():
            return [data]
        case list():
            return [text for each in data for text in strings(each)]
        case dict():
            return [text for each in data.values() for text in strings(each)]
    return []
