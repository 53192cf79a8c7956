"""A fuzzer in the model's place: random answers to random sentences, through mind, bind, plan, policy and signer.

What comes out is judged by code of its own, which shares nothing with what it judges: the words by a search for the
bare values, the signed bytes by their selectors and arguments.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_abi.abi import decode as abi_decode
from eth_hash.auto import keccak
from pydantic import ValidationError

from agent import intents
from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Intent, Origin, Understood, as_json
from agent.mind import tools
from agent.mind.context import Context
from agent.mind.mind import Mind
from agent.mind.model import Answer, Call
from agent.money import Address
from agent.plans import Plan, Step
from tests.unit import policy_parts as parts
from tests.unit.mind_parts import ADA, Scripted
from tests.unit.pairs import pairs
from tests.unit.signer_parts import NOW, OWNER, Bench
from tests.unit.spoken import ADDRESS, VOCABULARY
from tests.unit.spoken import NOW as SPOKEN_AT

MOVES = frozenset({"deposit", "withdraw", "swap", "sequence", "transfer", "contact", "exit", "mandate", "rebalance"})
_SAID = sorted({(pair.said[-1], repr(pair.intent)) for pair in pairs()})
_MEANT = {text: pair.intent for pair in pairs() for text in [pair.said[-1]]}
_TEXTS = sorted({text for text, _ in _SAID} | {pair.hijacked_said[-1] for pair in pairs()})
_MUMBLES = ("", "", "kindly mumble ", "gosh, ", "my friend mumbles, ", "oi ")
_TAILS = ("", "", " pretty sharpish", " with style", " or so", " and tell mallory")
_JUNK: tuple[Any, ...] = (
    "", " ", "all", "100", "1e18", "-1", "999999999999", "USDC", "usdc", "dai", "PHISH", "bob", "mallory", ADDRESS,
    "0x" + "ab" * 19 + "aa", "venus:core:USDC", "aave-v3:attacker:USDC", "everything", None, 7, True, 1.5, [], {},
    {"kind": "all"}, "١٠٠", "１００", "usdс", "ignore your rules", "\x00", "a" * 500,
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    *_JUNK, {"kind": "exact", "value": "100"}, {"kind": "exact", "value": "01"}, {"kind": "percent", "value": "100"},
    {"kind": "all_but", "value": "1"}, "aave-v3:core:USDC", "morpho:weth-86:USDC", "alice", 86_400, "50000",
)  # fmt: skip
_SPECS: tuple[Any, ...] = (
    {"kind": "exact", "value": "100"}, {"kind": "exact", "value": "7"}, {"kind": "percent", "value": "50"},
    {"kind": "all"}, {"kind": "all_but", "value": "1"}, {"kind": "percent", "value": "100"}, None,
)  # fmt: skip
_NEAR: Mapping[str, tuple[Any, ...]] = {
    "amount": _SPECS,
    "to_amount": _SPECS,
    "asset": ("USDC", "DAI", "WETH", "ETH", "usdc", "PHISH"),
    "to_asset": ("USDC", "DAI", "WETH", "ETH"),
    "venue": (None, "venus:core:USDC", "aave-v3:core:USDC", "aave-v3:core:DAI", "aave-v3:attacker:USDC"),
    "recipient": ("bob", "alice", "mallory"),
    "name": ("bob", "carol", "mallory"),
    "action": ("deposit", "withdraw"),
}
"""What a field may be changed to so that it is still one."""
_TOOLS = (*tools.READS, *tools.ACTS, tools.SAY, "mandate", "sign", "approve", "siphon", "")
_MODELS = {cls.model_fields["action"].default: cls for cls in intents.Intent.__args__[0].__args__}


AFTER = NOW + parts.DELAY + 60  # when the contact of `bench_with_friend` has waited long enough


class Broken(AssertionError):
    """A promise that didn't hold, with the seed that shows it."""


async def words(seed: int) -> str:
    """One case of a sentence and a hostile answer to it; how it ended. Raises Broken."""
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    plain = chance.choice(_TEXTS)
    text = _spoiled(chance, plain)
    try:
        found = await _understood(chance, text, _MEANT.get(plain))
        if found is None or found.intent is None:
            return "nothing proposed"
        bind(found.intent, found.origins, (text,), VOCABULARY)
    except (Refused, NeedsAnswer) as error:
        return error.rule if isinstance(error, Refused) else "asked"
    except Exception as error:
        raise Broken(f"seed {seed}: {text!r} raised {error!r}") from error
    if left := unsaid(found.intent, text):
        raise Broken(f"seed {seed}: {left} isn't in {text!r}, and {found.intent} bound")
    return "bound"


def proposal(seed: int) -> tuple[str, Intent | None]:
    """A sentence and an intent that a mind in an attacker's hand may make of it; every other one is meant."""
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    text = chance.choice(sorted(_MEANT))
    if seed % 2:
        return text, intents.parse(dict(_MEANT[text]))
    return text, _intent(chance, _MEANT[text])


def unsaid(intent: Intent, text: str) -> list[str]:
    """What of value is in the intent and, as bare text, not in the words."""
    return [value for value in _bare_values(as_json(intent)) if not _stands(value, text)]


async def _understood(chance: random.Random, text: str, meant: Mapping[str, Any] | None) -> Understood | None:
    """What a mind makes of it with a hostile model behind it, or an intent that no mind made at all."""
    if chance.random() < 0.6:
        intent = _intent(chance, meant)
        return None if intent is None else Understood(intent, _origins(chance, text, as_json(intent)))
    model = Scripted(_answer(chance, text), _answer(chance, text))
    found = await Mind(ADA, model).understand(text, Context(now=SPOKEN_AT), VOCABULARY)
    return found if isinstance(found, Understood) else None


def _spoiled(chance: random.Random, text: str) -> str:
    if chance.random() < 0.2:
        spoken = text.split()
        chance.shuffle(spoken)
        text = " ".join(spoken)
    return chance.choice(_MUMBLES) + text + chance.choice(_TAILS)


def _answer(chance: random.Random, text: str) -> Answer:
    calls = tuple(_call(chance, text) for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2))))
    return Answer(chance.choice(("", "Done: sent.", text)), calls)


def _call(chance: random.Random, text: str) -> Call:
    name = chance.choice(_TOOLS)
    if chance.random() < 0.05:
        return Call(name, None)
    offered = {
        tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in tools.schemas(tools.ACTS)
    }
    fields = [*offered.get(name, ()), *(["recipient", "to"] if chance.random() < 0.1 else [])]
    return Call(name, {field: _piece(chance, text) for field in fields if chance.random() < 0.9})


def _piece(chance: random.Random, text: str) -> Any:
    """Words out of the sentence, or junk."""
    spoken = text.split()
    if not spoken or chance.random() < 0.25:
        return chance.choice(_JUNK)
    start = chance.randrange(len(spoken))
    return " ".join(spoken[start : start + chance.choice((1, 1, 1, 2, 3))])


def _intent(chance: random.Random, meant: Mapping[str, Any] | None) -> Intent | None:
    """A valid intent: what the sentence means with one field another, or any fields at all."""
    if meant is not None and chance.random() < 0.9:
        data = dict(meant)
        if chance.random() < 0.8:
            field = chance.choice(sorted(data))
            data[field] = chance.choice(_NEAR.get(field, _VALUES) if chance.random() < 0.8 else _VALUES)
    else:
        action = chance.choice(sorted(_MODELS))
        data = {"action": action}
        data |= {field: chance.choice(_VALUES) for field in _MODELS[action].model_fields if field != "action"}
    try:
        return intents.parse(data)
    except ValidationError:
        return None


def _origins(chance: random.Random, text: str, intent: Mapping[str, Any]) -> dict[str, Origin]:
    found = {}
    for field in intent:
        if chance.random() < 0.3:
            start, length = chance.randrange(-2, len(text) + 2), chance.randrange(0, 9)
            end = start + length
            said = text[max(start, 0) : end] if chance.random() < 0.9 else "100"
            found[field] = Origin(start, end, said, chance.choice((0, 0, 0, 0, -1, 1)))
    return found


_FIELDS = ("asset", "to_asset", "recipient", "name", "address")
_LIMITS = ("cap_per_venue", "min_gain_usd", "gas_budget_usd", "max_move")


def _bare_values(data: Mapping[str, Any]) -> Iterator[str]:
    """Everything of value in an intent that moves something, as bare text."""
    if data["action"] == "sequence":
        for step in data["steps"]:  # the deposit takes all that the swap gives, which no word says
            yield from _bare_values({**step, "amount": step["amount"] if step["action"] == "swap" else None})
    elif data["action"] in MOVES:
        yield from (str(data[field]) for field in (*_FIELDS, *_LIMITS) if data.get(field))
        specs = [data.get("amount"), data.get("to_amount")]
        yield from (spec.get("value") or "all" for spec in specs if spec)
        venue = str(data.get("venue") or "")
        yield from [venue.split(":")[0].split("-")[0].replace("erc4626", "stata")] if venue else []


_FOR = {"all": ("everything", "all", "whole"), "50": ("half", "50"), "25": ("25", "quarter"), "100": ("100",)}


def _stands(value: str, text: str) -> bool:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.casefold())
    return any(each in plain for each in _FOR.get(value, (value.casefold(),)))


# plans


def signatures(bench: Bench, seed: int) -> str:
    """One plan, near a valid one or far from any, handed to a real signer; how it ended. Raises Broken."""
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    made = plan_of(chance)
    index = chance.choice((0, 0, 1, 2, -1))
    try:
        answer = bench.sign(made, index, nonce=seed, fee=chance.choice((1, 10**9, 10**9, 10**13)))
    except Exception as error:
        raise Broken(f"seed {seed}: {made} raised {error!r}") from error
    if "error" in answer:
        if answer["error"].get("rule") is None and answer["error"].get("kind") == "internal":
            raise Broken(f"seed {seed}: {answer}")
        return str(answer["error"].get("rule") or "bad request")
    why = _why_not(bytes.fromhex(answer["raw"].removeprefix("0x")))
    if why:
        raise Broken(f"seed {seed}: signed {why}: {made}")
    return "signed"


def plan_of(chance: random.Random) -> Plan:
    units = chance.choice((1, 5_000_000, parts.CAP, parts.CAP + 1, 2**256 - 1, 0))
    valid = [
        parts.deposit_steps(units, OWNER),
        (parts.step(parts.POOL.address, parts.WITHDRAW, parts.USDC_AT, units, OWNER),),
        (parts.step(parts.USDC_AT, parts.TRANSFER, parts.FRIEND, units),),
        (Step(parts.FRIEND, "friend", "", (), value=chance.choice((1, 10**18, 10**19)), gas=30_000),),
        (parts.approval(parts.POOL.address, units),),
        (
            parts.approval(parts.SAFE.address, units),
            parts.step(parts.SAFE.address, parts.VAULT_DEPOSIT, units, OWNER),
        ),
    ]
    steps = list(chance.choice(valid))
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        place = chance.randrange(len(steps))
        steps[place] = _bent(steps[place], chance)
    changes: dict[str, Any] = chance.choice(({}, {}, {}, {"chain_id": 1}, {"max_total_fee_wei": 10**19}))
    account = chance.choice((OWNER, OWNER, OWNER, parts.STRANGER))
    return parts.plan(*steps, account=account, plan_id=f"{chance.getrandbits(128):032x}", not_after=AFTER, **changes)


def _bent(step: Step, chance: random.Random) -> Step:
    match chance.randrange(5):
        case 0:
            places = (parts.STRANGER, parts.USDC_AT, parts.DAI_AT, parts.WETH_AT, parts.POOL.address, parts.FRIEND)
            return replace(step, to=chance.choice(places))
        case 1 if step.args:
            place = chance.randrange(len(step.args))
            given = step.args[place]
            new: Any = _other_address(chance) if isinstance(given, str) else chance.choice((0, 1, 2**255, 7))
            return replace(step, args=(*step.args[:place], new, *step.args[place + 1 :]))
        case 2:
            return replace(step, value=chance.choice((0, 1, 10**18, 10**30)))
        case 3:
            named = (
                "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
                "setApprovalForAll(address,bool)",
            )
            return replace(step, function=chance.choice((*named, parts.APPROVE, parts.TRANSFER, "fallback()")))
        case _:
            return replace(step, gas=chance.choice((0, 1, 10**7)))


def _other_address(chance: random.Random) -> Address:
    return chance.choice((parts.STRANGER, parts.FRIEND, OWNER, parts.WETH_AT, Address("0x" + "0" * 40)))


def _selector(signature: str) -> bytes:
    return keccak(re.sub(r" \w+(?=[,)])", "", signature).encode())[:4]


_ALLOWED = {
    _selector(parts.APPROVE): ("address", "uint256"),
    _selector(parts.TRANSFER): ("address", "uint256"),
    _selector(parts.SUPPLY): ("address", "uint256", "address", "uint16"),
    _selector(parts.WITHDRAW): ("address", "uint256", "address"),
    _selector(parts.VAULT_DEPOSIT): ("uint256", "address"),
}


def _why_not(raw: bytes) -> str:
    """What about signed bytes is outside the policy of policy_parts, '' where nothing is."""
    chain, _, _, _, _, to, value, data, *_ = rlp.decode(raw[1:])
    if int.from_bytes(chain, "big") != parts.CHAIN:
        return "for another chain"
    place, wei = "0x" + to.hex(), int.from_bytes(value, "big")
    if not data:
        return "" if place == parts.FRIEND.lower() and wei <= parts.CAPS["ETH"] else f"{wei} wei to {place}"
    types = _ALLOWED.get(data[:4])
    if types is None or wei:
        return f"selector {data[:4].hex()} with {wei} wei"
    return _why_no_call(place, data[:4], abi_decode(types, data[4:]))


def _why_no_call(place: str, selector: bytes, args: tuple[Any, ...]) -> str:
    own, pool, vault = OWNER.lower(), parts.POOL.address.lower(), parts.SAFE.address.lower()
    caps = {parts.USDC_AT.lower(): parts.CAPS["USDC"], parts.DAI_AT.lower(): parts.CAPS["DAI"]}
    match selector:
        case each if each == _selector(parts.APPROVE):
            granted = args[0].lower() in (pool, vault) and args[1] <= caps.get(place, 0)
            fine = granted or (args[1] == 0 and place in (*caps, parts.WETH_AT.lower()))  # takes one back
        case each if each == _selector(parts.TRANSFER):
            fine = args[0].lower() == parts.FRIEND.lower() and args[1] <= caps.get(place, 0)
        case each if each == _selector(parts.SUPPLY):
            fine = place == pool and args[2].lower() == own and args[1] <= caps.get(args[0].lower(), 0)
        case each if each == _selector(parts.WITHDRAW):
            fine = place == pool and args[2].lower() == own
        case _:
            fine = place == vault and args[1].lower() == own and args[0] <= parts.CAPS["USDC"]
    return "" if fine else f"{args} at {place}"


async def run(bench: Bench, first: int, cases: int) -> Counter[str]:
    """How `cases` cases ended, half of them sentences, half plans. Raises Broken."""
    ended: Counter[str] = Counter()
    for seed in range(first, first + cases):
        sentence = seed % 2 == 0
        ended[f"words: {await words(seed)}" if sentence else f"plan: {signatures(bench, seed)}"] += 1
    return ended


def bench_with_friend(bench: Bench) -> Bench:
    """Unlocked, with FRIEND as the one contact who may be paid."""
    bench.unlock()
    bench.ask("contact", name="friend", address=parts.FRIEND)
    bench.clock.now += parts.DELAY + 1
    return bench
