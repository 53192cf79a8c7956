"""The fields of an ElizaOS file, each read in all the shapes that the two generations gave it."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.character.character import Character, Line, Style
from agent.character.json_lines import Located, Path
from agent.character.knowledge import MOST, NoDocument, documents, item
from agent.character.phrases import OCCASIONS, why_not
from agent.character.report import Problem

_JOINERS = re.compile(r"[\u200c\u200d]")  # of composed emoji and of some scripts
PHRASES: Path = ("settings", "moneta", "phrases")


class Fields:
    """Reads a file's fields and gathers what is wrong with them. What can't be read is left out, and said.

    Documents that the file points at are looked for in `folder`, its own.
    """

    def __init__(self, located: Located, folder: pathlib.Path) -> None:
        self.located = located
        self.folder = folder
        self.data: Mapping[str, Any] = located.data
        self.problems: list[Problem] = []

    def character(self) -> Character:
        """The character. Without a usable name it has an empty one, and a fatal problem says so."""
        style = self._style()
        knowledge, sources = self._knowledge()
        return Character(
            name=self._name(),
            username=self._text("username"),
            system=self._text("system"),
            bio=self.texts(("bio",), self.data.get("bio")),
            lore=self.texts(("lore",), self.data.get("lore")),
            topics=self.texts(("topics",), self.data.get("topics")),
            adjectives=self.texts(("adjectives",), self.data.get("adjectives")),
            style=style,
            examples=self._examples(),
            posts=self.texts(("postExamples",), self.data.get("postExamples")),
            knowledge=knowledge,
            documents=sources,
            phrases=self._phrases(),
            raw=self.data,
        )

    def wrong(self, path: Path, what: str, remedy: str, fatal: bool = False) -> None:
        """Notes a problem at a path."""
        self.problems.append(Problem(self.located.line(path), shown(path), what, remedy, fatal))

    def texts(self, path: Path, value: Any) -> tuple[str, ...]:
        """A text or a list of texts, as a list; the rest is reported."""
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,) if value.strip() else ()
        if not isinstance(value, list):
            self.wrong(path, f"This is {_kind(value)}.", "Write a text or a list of texts.")
            return ()
        for number, each in enumerate(value):
            if not isinstance(each, str):
                self.wrong((*path, number), f"This is {_kind(each)}.", "Write a text in double quotes.")
        return tuple(each for each in value if isinstance(each, str) and each.strip())

    def _name(self) -> str:
        value = self.data.get("name")
        remedy = 'Write "name": and what the character is called, in one line of at most 64 characters.'
        if value is None:
            self.wrong((), "It has no name.", remedy, fatal=True)
            return ""
        name = _JOINERS.sub("", value).strip() if isinstance(value, str) else ""
        if not name or len(name) > 64 or not name.isprintable():
            self.wrong(("name",), "This is no name.", remedy, fatal=True)
            return ""
        return name

    def _text(self, key: str) -> str:
        value = self.data.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return " ".join(value)
        self.wrong((key,), f"This is {_kind(value)}.", "Write a text in double quotes.")
        return ""

    def _style(self) -> Style:
        value = self._object(("style",), self.data.get("style"))
        return Style(*(self.texts(("style", part), value.get(part)) for part in ("all", "chat", "post")))

    def _object(self, path: Path, value: Any) -> Mapping[str, Any]:
        if value is None or isinstance(value, dict):
            return value or {}
        self.wrong(path, f"This is {_kind(value)}.", 'Write an object in braces, such as {"all": ["…"]}.')
        return {}

    def _list(self, path: Path, value: Any) -> Sequence[Any]:
        if value is None or isinstance(value, list):
            return value or []
        self.wrong(path, f"This is {_kind(value)}.", "Write a list in brackets.")
        return []

    def _examples(self) -> tuple[tuple[Line, ...], ...]:
        key = "messageExamples"
        found = []
        for number, each in enumerate(self._list((key,), self.data.get(key))):
            path: Path = (key, number)
            if isinstance(each, dict) and "examples" in each:  # a group, as the second generation writes it
                each, path = each["examples"], (*path, "examples")
            if isinstance(each, dict):
                each = [each]
            lines = [self._line((*path, n), one) for n, one in enumerate(self._list(path, each))]
            said = [line for line in lines if line is not None]
            found.extend([self._owned(said)] if said else [])
        return tuple(found)

    def _owned(self, said: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
        """Whose lines they are. Where nobody is called like the character, whoever isn't a user is the character."""
        name = self.data.get("name")
        names = {"{{agentname}}", "{{char}}", "agent", "assistant"}
        names |= {name.strip().casefold()} if isinstance(name, str) else set()
        own = {speaker for speaker, _ in said} & names
        own = own or {speaker for speaker, _ in said if not speaker.startswith(("{{user", "user"))}
        return tuple(Line(speaker in own, text) for speaker, text in said)

    def _line(self, path: Path, value: Any) -> tuple[str, str] | None:
        """Who says what, the speaker in small letters."""
        remedy = 'Write {"name": "…", "content": {"text": "…"}}.'
        if not isinstance(value, dict):
            self.wrong(path, f"This is {_kind(value)}.", remedy)
            return None
        speaker = value.get("name", value.get("user"))
        content = value.get("content", value.get("text"))
        text = content.get("text", content.get("content")) if isinstance(content, dict) else content
        if not isinstance(speaker, str) or not isinstance(text, str):
            self.wrong(path, f"A message without its {'text' if isinstance(speaker, str) else 'speaker'}.", remedy)
            return None
        return (speaker.strip().casefold(), text) if text.strip() else None

    def _knowledge(self) -> tuple[tuple[str, ...], tuple[pathlib.Path, ...]]:
        """The texts, and the documents beside the file that it points at."""
        value = self.data.get("knowledge")
        texts: list[str] = []
        found: dict[pathlib.Path, None] = {}
        for number, each in enumerate([value] if isinstance(value, str) else self._list(("knowledge",), value)):
            path: Path = ("knowledge",) if isinstance(value, str) else ("knowledge", number)
            read = item(each)
            if read.path is not None:
                found.update(dict.fromkeys(self._documents(path, read.path)))
            elif read.text is None:
                self.wrong(path, f"This is {_kind(each)}.", "Write a text, or the path of a document.")
            elif read.text.strip():
                texts.append(read.text)
        if len(found) > MOST:
            self.wrong(("knowledge",), f"Only the first {MOST} of {len(found):,} documents are read.", "Name fewer.")
        return tuple(texts), tuple(found)[:MOST]

    def _documents(self, path: Path, named: str) -> Sequence[pathlib.Path]:
        try:
            return documents(named, self.folder)
        except NoDocument as error:
            self.wrong(path, error.what, error.remedy)
        except (OSError, ValueError):
            self.wrong(path, "This can't be opened.", "Check the path.")
        return ()

    def _phrases(self) -> dict[str, tuple[str, ...]]:
        settings = self._object(("settings",), self.data.get("settings"))
        moneta = self._object(("settings", "moneta"), settings.get("moneta"))
        phrases = self._object(PHRASES, moneta.get("phrases"))
        for other in moneta.keys() - {"phrases"}:
            self.wrong(("settings", "moneta", other), "Moneta has no such section.", "The only one is `phrases`.")
        found = {}
        for occasion, value in phrases.items():
            path = (*PHRASES, occasion)
            if occasion not in OCCASIONS:
                self.wrong(path, "There is no such occasion.", f"The occasions are {', '.join(OCCASIONS)}.")
                continue
            good = tuple(self._allowed(path, self.texts(path, value)))
            found.update({occasion: good} if good else {})
        return found

    def _allowed(self, path: Path, phrases: Iterable[str]) -> Iterable[str]:
        for number, phrase in enumerate(phrases):
            why = why_not(phrase)
            if why is None:
                yield phrase.strip()
            else:
                self.wrong((*path, number), f"This phrase isn't used: {why}.", "Write short, plain words.")


def shown(path: Path) -> str:
    """A path as people write it: messageExamples[0][1].content."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in path)
    return text.removeprefix(".")


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return "nothing (null)" if value is None else names.get(type(value), "an object")
