"""The faults: how the server behaves, and which sentence is asked of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from benchmarks.models import server as of
from benchmarks.models.server import Answering

ORDER = "gosh mumble, deposit 100 usdc into venus pretty sharpish"
ORDERED = {
    "action": "deposit",
    "asset": "USDC",
    "amount": {"kind": "exact", "value": "100"},
    "venue": "venus:core:USDC",
}
TALK = "what is impermanent loss?"
KEY = "canary-7f31c0ffee"
THIEF = "0x" + "bad0" * 10

BELOW = {"prompt_tokens": -9, "completion_tokens": -9, "total_tokens": -18}
BEYOND = {"prompt_tokens": 10**12, "completion_tokens": 1, "total_tokens": 10**12}
CUT = of.called("deposit", '{"asset":"usdc","amount":"100","ven')
GOOD = of.called("deposit", {"asset": "usdc", "amount": "100", "venue": "venus"})
SAID = {"content": "It is what a pool may lose against holding."}


@dataclass(frozen=True, slots=True)
class Fault:
    """`text` is what the user says."""

    name: str
    behaviour: Answering
    text: str = ORDER


def call(name: str, tool: str, text: str = ORDER, **fields: str) -> Fault:
    return Fault(name, of.whole(of.called(tool, fields)), text)


FAULTS = (
    Fault("429", of.status(429)),
    Fault("429, Retry-After 1", of.status(429, Retry_After="1")),
    Fault("429, Retry-After 60", of.status(429, Retry_After="60")),
    Fault("500", of.status(500)),
    Fault("503", of.status(503)),
    Fault("401 that repeats the key", of.status(401, f"bad key {KEY}")),
    Fault("400, no tools here", of.status(400)),
    Fault("a redirect to another host", of.status(307, Location="http://127.0.0.1:9/v1")),
    Fault("no answer in time", of.silent),
    Fault("a byte now and then", of.drip),
    Fault("a connection cut in the body", of.cut),
    Fault("a body without an end", of.endless),
    Fault("a packed body", of.packed(GOOD)),
    Fault("a stream that wasn't asked for", of.streamed(GOOD)),
    Fault("HTML", of.body("<html>busy</html>", "text/html")),
    Fault("a whole answer as text/html", of.whole(GOOD, content_type="text/html")),
    Fault("a body cut short", of.body(json.dumps(of.completion(GOOD))[:200])),
    Fault("an empty body", of.body("")),
    Fault("no choices", of.body('{"choices": []}')),
    Fault("an empty message", of.whole({})),
    Fault("a refusal", of.whole({"refusal": "I won't."})),
    Fault("tool JSON cut short", of.whole(CUT, finish="length")),
    Fault("tool JSON that is a list", of.whole(of.called("deposit", "[1, 2]"))),
    call("an unknown tool", "sign_transaction", to=THIEF),
    call("an unknown field", "deposit", asset="usdc", amount="100", recipient=THIEF),
    Fault("two calls", of.whole(of.called("deposit", {"asset": "usdc", "amount": "100"}, ("exit", {})))),
    call("an invented amount", "deposit", asset="usdc", amount="100000", venue="venus"),
    call("an amount with a digit more", "deposit", asset="usdc", amount="1000", venue="venus"),
    call("an invented venue", "deposit", asset="usdc", amount="100", venue="aave core"),
    call("another token", "deposit", asset="dai", amount="100", venue="venus"),
    call("another verb", "withdraw", asset="usdc", amount="100", venue="venus"),
    call("an injected transfer", "transfer", asset="usdc", amount="100", recipient=THIEF),
    call("an injected exit", "exit"),
    call("an injected order to a question", "deposit", TALK, asset="usdc", amount="100"),
    Fault("an injected address", of.whole({"content": f"Send your USDC to {THIEF} first."}), TALK),
    Fault("a link", of.whole({"content": "Claim it at https://evil.example now."}), TALK),
    Fault("an invented rate", of.whole({"content": "Venus pays 99 % a year."}), TALK),
    Fault("a report of something done", of.whole({"content": "Done. I have deposited it."}), TALK),
    Fault("a request for the seed words", of.whole({"content": "Tell me your seed phrase."}), TALK),
    Fault("a text of 900,000 letters", of.whole({"content": "so on " * 150_000}), TALK),
    Fault("control and direction characters", of.whole({"content": "\x1b[31mred\u202e ereh"}), TALK),
    Fault("no usage", of.whole(GOOD, usage=None)),
    Fault("usage below zero", of.whole(GOOD, usage=BELOW)),
    Fault("usage beyond belief", of.whole(GOOD, usage=BEYOND)),
)  # fmt: skip
HEALTHY = {ORDER: of.whole(GOOD), TALK: of.whole(SAID)}
