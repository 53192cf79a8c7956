"""Telegram's HTML: a few tags, everything else refused, into plain text and entities counted in UTF-16."""

from __future__ import annotations

import re
from typing import Any

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKEN = re.compile(r"<(/?)([A-Za-z0-9-]*)([^>]*)>|&(#x[0-9a-fA-F]+|#\d+|\w+);|<", re.DOTALL)
_FOUND = (("mention", re.compile(r"(?<![\w@])@\w{4,32}\b")), ("url", re.compile(r"\bhttps?://\S+")))
_ATTRIBUTES = {"a": re.compile(r'\s+href="[^"]*"'), "blockquote": re.compile(r"(\s+expandable)?")}


class BadHtml(Exception):
    """What Telegram says of a text that it can't parse."""


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parsed(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text, trimmed, and its entities. Raises BadHtml."""
    text, place = "", 0
    open_tags: list[tuple[str, int]] = []
    entities: list[dict[str, Any]] = []
    for token in _TOKEN.finditer(markup):
        text += markup[place : token.start()]
        place = token.end()
        closing, tag, rest, entity = token.group(1, 2, 3, 4)
        if entity is not None:
            text += _character(entity, token.group())
        elif tag is None or tag.lower() not in TAGS:
            raise BadHtml(f'Unsupported start tag "{tag or ""}" at byte offset {token.start()}')
        elif not closing:
            if not _ATTRIBUTES.get(tag.lower(), re.compile("")).fullmatch(rest):
                raise BadHtml(f"Unexpected attribute at byte offset {token.start()}")
            open_tags.append((tag.lower(), units(text)))
        else:
            if not open_tags or open_tags[-1][0] != tag.lower():
                raise BadHtml(f'Unmatched end tag at byte offset {token.start()}, found "</{tag}>"')
            name, start = open_tags.pop()
            entities.append({"type": TAGS[name], "offset": start, "length": units(text) - start})
    if open_tags:
        raise BadHtml(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return _trimmed(text + markup[place:], entities)


def _character(name: str, whole: str) -> str:
    if name.startswith("#x"):
        return chr(int(name[2:], 16))
    if name.startswith("#"):
        return chr(int(name[1:]))
    return ENTITIES.get(name, whole)


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Without white space around it; and with what Telegram itself finds in a text: mentions, addresses."""
    ahead = units(text) - units(text.lstrip())
    text = text.strip()
    kept = []
    for each in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        start = max(each["offset"] - ahead, 0)
        end = min(each["offset"] + each["length"] - ahead, units(text))
        if end > start:
            kept.append({"type": each["type"], "offset": start, "length": end - start})
    code = [(e["offset"], e["offset"] + e["length"]) for e in kept if e["type"] in ("code", "pre")]
    return text, kept + [each for each in found_in(text) if not any(a <= each["offset"] < b for a, b in code)]


def found_in(text: str) -> list[dict[str, Any]]:
    """The entities that Telegram finds in plain text by itself."""
    return [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, pattern in _FOUND
        for match in pattern.finditer(text)
    ]
