"""Forgetting and showing the policy, in words; and that a fault in the log shows no values."""

from __future__ import annotations

import pytest

from agent import logs
from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Explain, Forget
from agent.mind import questions
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.vocabulary import Vocabulary

pytestmark = pytest.mark.unit

VOCABULARY = Vocabulary(tokens=("ETH", "USDC"), venues=("aave-v3:core:USDC",))


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("forget this conversation", "conversation"),
        ("Forget what I said.", "conversation"),
        ("please forget everything about me", "everything"),
        ("forget me", "me"),
        ("Delete all my data!", "me"),
        ("forget that", "that"),
        ("forget note 3", "note 3"),
        ("forget about my rent", "about my rent"),
        ("forget that my rent is due on the 5th.", "about my rent is due on the 5th"),
        ("olvida esta conversación", "conversation"),
        ("olvídame", "me"),
        ("Olvida todo sobre mí", "everything"),
        ("vergiss bitte dieses Gespräch", "conversation"),
        ("Vergiss mich!", "me"),
        ("lösche alles über mich", "everything"),
        ("vergiss Notiz 12", "note 12"),
        ("/forget everything", "everything"),
    ],
)
def test_what_is_to_be_forgotten(text: str, scope: str) -> None:
    understood = interpret(text, Context(), VOCABULARY)
    assert isinstance(understood.intent, Forget)
    assert understood.intent.scope == scope
    for origin in understood.origins.values():
        assert text[origin.start : origin.end] == origin.words
    bind(understood.intent, understood.origins, (text,), VOCABULARY)
    other = Forget(scope="everything" if scope == "conversation" else "conversation")
    with pytest.raises(Refused):
        bind(other, {}, (text,), VOCABULARY)


@pytest.mark.parametrize(
    "text", ["forget it", "don't forget everything", "forget the deposit", "forget everything and deposit 5 usdc"]
)
def test_what_forgets_nothing(text: str) -> None:
    assert not isinstance(interpret(text, Context(), VOCABULARY).intent, Forget)
    with pytest.raises(Refused):
        bind(Forget(scope="everything"), {}, (text,), VOCABULARY)


@pytest.mark.parametrize("text", ["forget", "/forget", "please forget."])
def test_what_to_forget_is_asked_for(text: str) -> None:
    assert interpret(text, Context(), VOCABULARY).question == questions.FORGET_WHAT


@pytest.mark.parametrize("text", ["show my policy", "what's my policy?", "policy"])
def test_the_policy_is_asked_for(text: str) -> None:
    understood = interpret(text, Context(), VOCABULARY)
    assert understood.intent == Explain(ref="policy")
    bind(understood.intent, understood.origins, (text,), VOCABULARY)


def test_a_traceback_in_the_log_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    before = structlog.get_config()
    try:
        logs.to_stderr(verbose=False)
        password = "canary-" + "secret"  # a local variable, as a token or a password would be
        try:
            raise ValueError("broken " + str(len(password)))
        except ValueError:
            structlog.get_logger().exception("a turn failed")
        out, err = capsys.readouterr()
    finally:
        structlog.configure(**before)
    assert out == ""
    assert "broken 13" in err
    assert "canary-secret" not in err
