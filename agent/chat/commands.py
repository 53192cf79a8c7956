"""The slash commands, once for every platform: what they take, and the plain sentence that each of them says.

The runtime never sees a command, only its sentence: it is read and bound like words that were typed. So that no
option can say more than what it is for, each is checked against its kind before it gets a place in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from agent.errors import Refused
from agent.words.vocabulary import Vocabulary, asset_of

MOST_SUGGESTIONS = 25  # what Discord shows at the most
PARTS = ("half", "all", "25%", "50%", "100")


class Kind(StrEnum):
    """What an option takes."""

    ASSET = "asset"
    ASSETS = "assets"  # several, with commas
    AMOUNT = "amount"
    VENUE = "venue"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. `choices` are all that a CHOICE takes."""

    name: str
    description: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`says` are pieces of the sentence: one is left out where an option in it wasn't given.

    `bare` is said where no option was given at all. `lead` goes before the free text of a platform without options.
    `private`: the answer is about the asker's money, so others don't see it.
    """

    name: str
    description: str
    says: tuple[str, ...]
    options: tuple[Option, ...] = ()
    bare: str = ""
    lead: str = ""
    private: bool = False

    def option(self, name: str) -> Option | None:
        """The option of that name."""
        return next((option for option in self.options if option.name == name), None)


def _asset(description: str, required: bool = True, name: str = "asset") -> Option:
    return Option(name, description, Kind.ASSET, required)


_AMOUNT = Option("amount", "1000, half, all or 25%", Kind.AMOUNT, required=True)
_DAYS = ("today", "yesterday", "this week", "last week", "this month", "last month")

COMMANDS: tuple[Command, ...] = (
    Command(
        "yields",
        "What the venues pay, and what your own deposit would do to it",
        ("best yields", " for {asset}", "?"),
        (_asset("A token; all of them where you name none", required=False),),
        lead="best yields for",
    ),
    Command(
        "deposit",
        "Put money to work: a preview first, then once, if you confirm",
        ("deposit {amount} {asset}", " into {venue}"),
        (_asset("What to deposit"), _AMOUNT, Option("venue", "Where; the best for that size if unsaid", Kind.VENUE)),
        lead="deposit",
    ),
    Command(
        "withdraw",
        "Take money out, from the lowest rate first unless you name a venue",
        ("withdraw {amount} {asset}", " from {venue}"),
        (_asset("What to take out"), _AMOUNT, Option("venue", "Where from", Kind.VENUE)),
        lead="withdraw",
    ),
    Command(
        "swap",
        "Change one token into another, with a bound on the price",
        ("swap {amount} {asset} to {to}",),
        (_asset("What to give"), _AMOUNT, _asset("What to get", name="to")),
        lead="swap",
    ),
    Command("portfolio", "What you hold and what it earned", ("portfolio",), private=True),
    Command("rebalance", "Move what you have to where it earns more, if that pays", ("rebalance",), private=True),
    Command(
        "mandate",
        "What I may do without asking; shows it where you say nothing",
        (
            "rebalance my {assets} automatically",
            ", at most {cap} a venue",
            ", minimum gain ${gain}",
            ", gas budget ${gas}",
        ),
        (
            Option("assets", "Tokens, with commas: USDC, DAI", Kind.ASSETS),
            Option("cap", "The most in one venue, in tokens", Kind.NUMBER),
            Option("gain", "The least that a move must bring, in dollars", Kind.NUMBER),
            Option("gas", "The most that gas may cost, in dollars", Kind.NUMBER),
        ),
        bare="show my mandate",
        lead="set a mandate for",
        private=True,
    ),
    Command(
        "history",
        "What was done, with its transactions",
        ("history", " since {since}"),
        (Option("since", "2026-01-31, yesterday, last week", Kind.DAY),),
        lead="history",
        private=True,
    ),
    Command("why", "Why I chose that venue, as it was recorded", ("why did you choose that venue?",), private=True),
    Command("pause", "From now on I only take money out", ("pause",), private=True),
    Command("resume", "Deposits and transfers are possible again", ("resume",), private=True),
    Command("exit", "Leave every position", ("get me out of everything",)),
    Command("policy", "The limits that every transaction is held to", ("show my policy",), private=True),
    Command(
        "forget",
        "Forget what you told me; what was done stays in the ledger",
        ("forget {scope}",),
        (Option("scope", "What to forget", Kind.CHOICE, True, ("this conversation", "everything")),),
        lead="forget",
        private=True,
    ),
    Command("help", "What I can do, and how to say it", ("what can you do?",)),
    Command(
        "link",
        "Join your identity here with the one on another platform",
        ("link {code}",),
        (Option("code", "The code that I gave you there; none to get one", Kind.CODE),),
        bare="link",
        lead="link",
        private=True,
    ),
    Command("terms", "The terms of this service", ("terms",)),
    Command("privacy", "What I keep of you, and for how long", ("privacy",)),
)

_EXACT = re.compile(r"(?:\d{1,60}|\d{1,3}(?:,\d{3}){1,19})(?:\.\d{1,36})?")
_PERCENT = re.compile(r"(?:100|\d{1,2})(?:\.\d{1,6})?%")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[A-Za-z0-9-]{4,64}")


def named(name: str) -> Command | None:
    """The command of that name, without the slash."""
    return next((command for command in COMMANDS if command.name == name), None)


def sentence(command: Command, given: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """What a command with these options says. Raises Refused("option") for a value that isn't of its kind."""
    unknown = sorted(set(given) - {option.name for option in command.options})
    if unknown:
        raise Refused("option", f"/{command.name} has no option {unknown[0][:40]}.")
    said = {name: _said(command, name, value, vocabulary) for name, value in given.items() if value.strip()}
    for option in command.options:
        if option.required and option.name not in said:
            raise Refused("option", f"/{command.name} needs `{option.name}`: {option.description}.")
    _check_venue(command, said)
    if not said and command.bare:
        return command.bare
    first, *rest = command.says
    if not _fields(first) <= set(said):
        missing = ", ".join(f"`{name}`" for name in sorted(_fields(first) - set(said)))
        raise Refused("option", f"/{command.name} needs {missing} for that.")
    return "".join(piece.format_map(said) for piece in (first, *rest) if _fields(piece) <= set(said))


def typed(command: Command, text: str) -> str:
    """The sentence of a command on a platform where its arguments are the user's own free words."""
    words = text.strip()
    if words and command.lead:
        return f"{command.lead} {words}"
    if words:
        return f"{command.says[0]} {words}"
    if command.bare:
        return command.bare
    whole = "".join(piece for piece in command.says if not _fields(piece))
    return whole if not _fields(command.says[0]) else command.lead


def suggestions(option: Option, begun: str, given: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    """What an option may become, given what was typed of it and the command's other options."""
    before, _, last = begun.rpartition(",")
    match option.kind:
        case Kind.ASSET:
            found = _matching(vocabulary.tokens, begun)
        case Kind.ASSETS:
            head = f"{before.strip()}, " if before.strip() else ""
            found = [head + token for token in _matching(vocabulary.tokens, last.strip())]
        case Kind.VENUE:
            asset = vocabulary.symbol(given.get("asset", "").strip())
            found = _matching([v for v in vocabulary.venues if asset is None or asset_of(v) == asset], begun)
        case Kind.AMOUNT:
            own = [begun.strip()] if _amount(begun.strip()) else []
            found = own + [part for part in _matching(PARTS, begun) if part not in own]
        case Kind.DAY:
            found = _matching(_DAYS, begun)
        case Kind.CHOICE:
            found = _matching(option.choices, begun)
        case _:
            found = []
    return found[:MOST_SUGGESTIONS]


def _matching(names: Sequence[str], begun: str) -> list[str]:
    """Names with what was typed in them; those that begin with it go first."""
    typed_so_far = begun.strip().casefold()
    return sorted(
        (name for name in names if typed_so_far in name.casefold()),
        key=lambda name: not name.casefold().startswith(typed_so_far),
    )


def _fields(piece: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(piece) if name}


def _said(command: Command, name: str, value: str, vocabulary: Vocabulary) -> str:
    option = command.option(name)
    if option is None:
        raise Refused("option", f"/{command.name} has no such option.")
    text = _READERS[option.kind](value.strip(), option, vocabulary)
    if text is None:
        shown = "".join(char for char in value if char.isprintable() and char not in "`@<>")[:40]
        raise Refused("option", f"`{name}` can't be “{shown}”.", _remedy(option, vocabulary))
    return text


def _check_venue(command: Command, said: Mapping[str, str]) -> None:
    venue, asset = said.get("venue"), said.get("asset")
    if venue is not None and asset is not None and asset_of(venue) != asset:
        raise Refused("option", f"{venue} doesn't take {asset}.", f"/{command.name} needs a venue for {asset}.")


def _remedy(option: Option, vocabulary: Vocabulary) -> str:
    match option.kind:
        case Kind.ASSET | Kind.ASSETS:
            return f"I know {', '.join(vocabulary.tokens)}."
        case Kind.AMOUNT:
            return "Say a number such as `1000`, or `half`, `all`, `25%`."
        case Kind.VENUE:
            return "Choose one of the list that comes up as you type."
        case Kind.CHOICE:
            return f"Choose one of: {', '.join(option.choices)}."
        case Kind.DAY:
            return f"Say a day such as `2026-01-31`, or one of: {', '.join(_DAYS)}."
        case _:
            return f"{option.description}."


def _amount(value: str) -> str | None:
    """`half` and its like go with 'of my': 'half USDC' could also mean 0.5 of it."""
    word = value.casefold().replace(" %", "%")
    if word in ("half", "all") or (_PERCENT.fullmatch(word) and word.strip("0.%")):
        return f"{word} of my"
    return _number(value)


def _number(value: str) -> str | None:
    return value if _EXACT.fullmatch(value) and value.isascii() else None


def _assets(value: str, vocabulary: Vocabulary) -> str | None:
    symbols = [vocabulary.symbol(each.strip()) for each in value.split(",")]
    known = [symbol for symbol in symbols if symbol is not None]
    return " and ".join(dict.fromkeys(known)) if len(known) == len(symbols) else None


def _one_of(value: str, names: Sequence[str]) -> str | None:
    return next((name for name in names if name.casefold() == value.casefold()), None)


def _day(value: str) -> str | None:
    return value if _DAY.fullmatch(value) and value.isascii() else _one_of(value, _DAYS)


def _code(value: str) -> str | None:
    return value if _CODE.fullmatch(value) else None


_READERS: Mapping[Kind, Callable[[str, Option, Vocabulary], str | None]] = {
    Kind.ASSET: lambda value, _, vocabulary: vocabulary.symbol(value),
    Kind.ASSETS: lambda value, _, vocabulary: _assets(value, vocabulary),
    Kind.AMOUNT: lambda value, _, __: _amount(value),
    Kind.VENUE: lambda value, _, vocabulary: _one_of(value, vocabulary.venues),
    Kind.NUMBER: lambda value, _, __: _number(value),
    Kind.DAY: lambda value, _, __: _day(value),
    Kind.CHOICE: lambda value, option, _: _one_of(value, option.choices),
    Kind.CODE: lambda value, _, __: _code(value),
}
