"""Character files on disk: found by name or path, checked, loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import characters
from agent.character.character import DEFAULT_NAME, Character
from agent.character.elsewhere import of_plugins
from agent.character.fields import Fields, shown
from agent.character.json_lines import Located, NotJson, parse
from agent.character.phrases import digests
from agent.character.report import Problem, Report, Unused
from agent.character.secrets import secrets
from agent.errors import Refused

LARGEST = 1_000_000  # bytes; the largest known public file has 110,000

USED = (
    *("name", "username", "system", "bio", "lore", "adjectives", "topics", "style", "messageExamples"),
    *("postExamples", "knowledge"),
    "settings.moneta.phrases",
)
_WHY = {
    "plugins": "they are ElizaOS's own packages; Moneta's plug-ins are named in its settings",
    "clients": "channels are named in Moneta's settings",
    "clientConfig": "channels are set up in Moneta's settings",
    "modelProvider": "the model is named in Moneta's settings",
    "model": "the model is named in Moneta's settings",
    "modelEndpointOverride": "the model is named in Moneta's settings",
    "imageModelProvider": "Moneta makes no pictures with a model",
    "settings": "only settings.moneta is read here",
    "secrets": "secrets come from files that Moneta's settings name",
    "templates": "they are prompts of ElizaOS; Moneta builds its own",
    "people": "a character can't name contacts; people do that themselves",
    "extends": "a file stands alone here: copy what it takes from the other one",
    "id": "a character is known by its file's name",
}
_NOTHING = {"postExamples": "none of them is a short line without figures, links, tags and reports"}
_ADVICE = (
    "Take it out, and change it wherever it is used, since this file has been read. Moneta takes secrets only from "
    "files named by MONETA_…_FILE."
)


def find(name: str) -> Path:
    """The file of a name of characters/, or the path itself."""
    ours = characters.path(name)
    return ours if ours is not None else Path(name).expanduser()


def check(path: Path) -> Report:
    """What the file holds, what is used of it, and what is wrong. It never raises for what stands in a file."""
    return read(path)[1]


def load(name: str) -> Character:
    """The character of a name or path. Raises Refused("character") with the first reason why it can't be used."""
    character, report = read(find(name))
    if character is None:
        first = next(problem for problem in report.problems if problem.fatal)
        raise Refused("character", f"The character {name} can't be used: {first}", "See `moneta character check`.")
    return character


@lru_cache(maxsize=1)
def default() -> Character:
    """The character that speaks where no other is chosen."""
    return load(DEFAULT_NAME)


def read(path: Path) -> tuple[Character | None, Report]:
    """The character of a file, None where it isn't usable, and the report."""
    try:
        located = parse(_text(path))
    except NotJson as error:
        return None, Report(False, problems=(Problem(error.line, "", error.what, error.remedy, fatal=True),))
    if not isinstance(located.data, dict):
        problem = Problem(1, "", "A character is one object.", 'Begin the file with { and "name".', fatal=True)
        return None, Report(False, problems=(problem,))
    fields = Fields(located, path.parent)
    character = fields.character()
    for secret, what in secrets(located.data):
        fields.wrong(secret, f"This looks like {what}.", _ADVICE, fatal=True)
    for twice in located.twice:
        fields.wrong(twice, "This stands here a second time; the last one counts.", "Take one of them out.")
    if character.name and not (character.bio or character.system):
        fields.wrong((), "It says nothing about who it is.", 'Write "bio": a sentence or a list of them.')
    problems = tuple(sorted(fields.problems, key=lambda problem: (not problem.fatal, problem.line)))
    usable = not any(problem.fatal for problem in problems)
    used = _used(character)
    report = Report(usable, used, tuple(_unused(located, used)), problems)
    return (character if usable else None), report


def _text(path: Path) -> str:
    """The file's text. Raises NotJson for what no text can be read from."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "its path is none"
        raise NotJson(0, f"The file can't be read: {reason}.", "Check its path.") from error
    if len(data) > LARGEST:
        raise NotJson(0, f"The file is larger than {LARGEST:,} bytes.", "Shorten it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotJson(line, "This isn't UTF-8.", "Save the file as UTF-8.") from error


def _used(character: Character) -> tuple[str, ...]:
    held: dict[str, Any] = {
        "name": character.name,
        "username": character.username,
        "system": character.system,
        "bio": character.bio,
        "lore": character.lore,
        "adjectives": character.adjectives,
        "topics": character.topics,
        "style": character.style.all or character.style.chat,
        "messageExamples": character.examples,
        "postExamples": digests(character.posts),
        "knowledge": character.knowledge or character.documents,
        "settings.moneta.phrases": character.phrases,
    }
    return tuple(key for key in USED if held[key])


def _unused(located: Located, used: tuple[str, ...]) -> Iterator[Unused]:
    for key, value in located.data.items():
        if not value and key not in used:
            yield Unused(shown((key,)), "it is empty")
            continue
        ours = key == "settings" and isinstance(value, dict) and set(value) == {"moneta"} and USED[-1] in used
        if key in USED and key not in used:
            yield Unused(key, _NOTHING.get(key, "nothing in it can be used"))
        elif key == "plugins":
            yield Unused(key, "; ".join((_WHY[key], *of_plugins(value))))
        elif key not in used and not ours:
            yield Unused(shown((key,)), _WHY.get(key, "no key of ElizaOS's characters that Moneta knows"))
