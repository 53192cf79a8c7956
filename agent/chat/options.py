"""What was given for a command's options: checked against its kind, suggested while it is typed, put in the sentence.

No option can say more than what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from agent.chat.commands import Command, Kind, Option, fields
from agent.errors import Refused
from agent.words.vocabulary import Vocabulary, asset_of

MOST_SUGGESTIONS = 25  # what Discord shows at the most
PARTS = ("half", "all", "25%", "50%", "100")
_DAYS = ("today", "yesterday", "this week", "last week", "this month", "last month")

_EXACT = re.compile(r"(?:\d{1,60}|\d{1,3}(?:,\d{3}){1,19})(?:\.\d{1,36})?")
_PERCENT = re.compile(r"(?:100|\d{1,2})(?:\.\d{1,6})?%")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[A-Za-z0-9-]{4,64}")


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
    if not fields(first) <= set(said):
        missing = ", ".join(f"`{name}`" for name in sorted(fields(first) - set(said)))
        raise Refused("option", f"/{command.name} needs {missing} for that.")
    pieces = [piece for piece in (first, *rest) if fields(piece) <= set(said)]
    alone = sorted(set(said) - {name for piece in pieces for name in fields(piece)})
    if alone:  # half of what belongs together: left out, it would be lost without a word
        whole = next(fields(piece) for piece in command.says if alone[0] in fields(piece))
        raise Refused(
            "option", f"/{command.name} needs {' and '.join(f'`{name}`' for name in sorted(whole))} together."
        )
    return "".join(piece.format_map(said) for piece in pieces)


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
