"""`moneta character check|list|new|show`: character files, without a chain. Exit 0 only where all is usable."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import characters
from agent.character.character import Character
from agent.character.files import check as checked
from agent.character.files import find, read
from agent.character.phrases import OCCASIONS, why_not
from agent.character.report import Report
from agent.commands.output import complain, json_line, text_line

Ask = Callable[[str], str]


def check(files: list[str], as_json: bool) -> int:
    """Says of each file whether it is usable, what is used of it, what isn't, and what is wrong with it."""
    reports = [(name, checked(find(name))) for name in files]
    for name, report in reports:
        if as_json:
            json_line({"file": name, **report.as_json()})
        else:
            text_line(_printable("\n".join(_told(name, report))))
    return 0 if all(report.usable for _, report in reports) else 1


def _printable(text: str) -> str:
    """A file's text may hold what would move a terminal's cursor or can't be written at all."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _told(name: str, report: Report) -> Iterator[str]:
    yield f"{name}: {'usable' if report.usable else 'not usable'}"
    yield from (f"  {'wrong' if problem.fatal else 'note'}  {problem}" for problem in report.problems)
    if report.used:
        yield f"  used  {', '.join(report.used)}"
    yield from (f"  kept  {each.key}: {each.why}" for each in report.unused)


def list_(as_json: bool) -> int:
    """The characters that come with Moneta."""
    usable = True
    for name in characters.names():
        character, report = read(find(name))
        usable = usable and report.usable
        called = character.name if character else ""
        if as_json:
            json_line({"id": name, "name": called, "usable": report.usable})
        else:
            bio = character.bio[0] if character and character.bio else ""
            text_line(_printable(f"{name:16} {called}: {bio}") if report.usable else f"{name:16} not usable")
    return 0 if usable else 1


def show(name: str, as_json: bool) -> int:
    """The character as Moneta reads it."""
    character, report = read(find(name))
    if character is None:
        complain(_printable("\n".join(_told(name, report))))
        if as_json:
            json_line({"file": name, **report.as_json()})
        return 1
    if as_json:
        json_line(_shown(character))
    else:
        text_line(_printable("\n".join(_lines(character))))
    return 0


def _shown(character: Character) -> dict[str, Any]:
    style = character.style
    return {
        "name": character.name,
        "username": character.username,
        "system": character.system,
        "bio": list(character.bio),
        "lore": list(character.lore),
        "topics": list(character.topics),
        "adjectives": list(character.adjectives),
        "style": {"all": list(style.all), "chat": list(style.chat), "post": list(style.post)},
        "examples": [[{"own": line.own, "text": line.text} for line in each] for each in character.examples],
        "posts": list(character.posts),
        "knowledge": list(character.knowledge),
        "phrases": {occasion: list(phrases) for occasion, phrases in character.phrases.items()},
    }


def _lines(character: Character) -> Iterator[str]:
    yield character.name
    if character.system:
        yield f"  {character.system}"
    parts = {
        "bio": character.bio,
        "lore": character.lore,
        "topics": character.topics,
        "adjectives": character.adjectives,
        "style": (*character.style.all, *character.style.chat),
        "knowledge": character.knowledge,
        **character.phrases,
    }
    for name, texts in parts.items():
        yield from (f"  {name + ':' if not number else '':12} {text}" for number, text in enumerate(texts))
    yield f"  {len(character.examples)} example conversations, {len(character.posts)} posts"


def new(file: str) -> int:
    """Interviews somebody at a terminal and writes what they say as a character file, which isn't overwritten."""
    path = Path(file)
    if not sys.stdin.isatty():
        complain("`moneta character new` asks at a terminal. A file can also be written by hand: docs/characters.md.")
        return 1
    if path.exists():
        complain(f"{file} is there already: choose another name, or edit it.")
        return 1
    try:
        data = interview(_input)
    except EOFError:
        complain("Nothing was written.")
        return 1
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return check([file], as_json=False)


def interview(ask: Ask) -> dict[str, Any]:
    """The data of a character file from the answers. An empty answer leaves a field empty; only a name is needed."""
    name = ""
    while not name:
        name = ask("What is the character called? ").strip()
    bio = _several(ask, "Who is it? A sentence a line, an empty line ends: ")
    system = ask("How shall it speak, in a sentence or two? ").strip()
    adjectives = [word.strip() for word in ask("Three words that describe it, with commas: ").split(",")]
    phrases = {}
    text_line("Phrases are said beside the exact texts: no figures, no links. An empty line goes on to the next.")
    for occasion, when in OCCASIONS.items():
        phrases[occasion] = [phrase for phrase in _several(ask, f"  {when}: ") if _is_good(phrase)]
    return {
        "name": name,
        "system": system,
        "bio": bio,
        "adjectives": [word for word in adjectives if word],
        "style": {"all": [], "chat": [], "post": []},
        "messageExamples": [],
        "settings": {"moneta": {"phrases": {occasion: said for occasion, said in phrases.items() if said}}},
    }


def _is_good(phrase: str) -> bool:
    why = why_not(phrase)
    if why is not None:
        text_line(f"  left out, since {why}.")
    return why is None


def _several(ask: Ask, question: str) -> list[str]:
    said = []
    while answer := ask(question).strip():
        said.append(answer)
    return said


def _input(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
