"""How long a prompt is on the wire at the default character, with a full portfolio, memories and a conversation; and
how often a model is asked about an ordinary message and a plain command.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from agent.character.files import default
from agent.mind.configured import models_of
from agent.mind.context import Context, Turn
from agent.mind.mind import Mind
from agent.model_cost import Payer
from agent.runtime.measuring import NOW, load
from benchmarks.figure import Figure
from benchmarks.models.faults import GOOD, ORDER, SAID, TALK
from benchmarks.models.run import settings
from benchmarks.models.server import serving, whole
from memory.ledger import Ledger

PLAIN = (
    "deposit 100 usdc into venus",
    "best yield for usdc?",
    "withdraw half my dai",
    "help",
    "get me out of everything",
)
TURNS = tuple(Turn(role=role, text="so much to say about all of it " * 20) for role in ("user", "assistant") * 3)


async def _facts() -> str:
    return "USDC venus:core:USDC 4.12 % a year, 31.2 million free; you hold 1,204.55 USDC there.\n" * 30


async def _recalled(text: str) -> list[str]:
    return [f"{number} days ago they said: {text} " * 5 for number in range(20)]


async def figures() -> list[Figure]:
    """Sizes of real requests, as the server got them."""
    sentences = [*(case.text for case in load().cases), ORDER, TALK, "mumble " * 110]
    async with serving({"good": whole(GOOD), "said": whole(SAID)}) as server:
        with tempfile.TemporaryDirectory() as folder:
            models = models_of(settings(server, {"good": "said"}, Path(folder)))
            if models is None:
                raise AssertionError("models were set")
            ledger = await Ledger.open(Path(folder), lambda: int(time.time()))
            mind = Mind(default(), models)
            mind.kept_by(ledger)
            context, words, payer = Context(now=NOW, turns=TURNS), load().vocabulary, Payer("ada")
            asked = []
            for text in (*sentences, *PLAIN):
                before = server.asked.total()
                await mind.understand(text, context, words, _facts, _recalled, payer)
                asked.append(server.asked.total() - before)
            await mind.close()
            await ledger.close()
    messages, whole_prompt = (max(sizes) for sizes in zip(*server.sizes, strict=True))
    talk = asked[sentences.index(TALK)]
    return [
        Figure("model_prompt_most_characters", messages, "characters", 3_000),
        Figure("model_prompt_most_characters_with_tools", whole_prompt, "characters", 6_000),
        Figure("model_requests_an_ordinary_message", talk, "requests", 1),
        Figure("model_requests_a_plain_command", max(asked[len(sentences) :]), "requests", 0),
    ]
